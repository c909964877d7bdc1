/*
 * Log-mel spectrograms in double precision. Several columns are transformed at once, each as the real or the imaginary
 * part of a complex number; which two are a pair does not depend on how many fit into a vector. M bands, C columns.
 */
#include "../levels.h"
#include "vectors.h"
#include "views.h"

#include <math.h>
#include <stdlib.h>

/* Numbers of a vector, columns that are transformed in turns, and the distance of the two of a pair. */
enum { WIDE = LANES / 2, GROUP = 16, PAIR = GROUP / 2 };

typedef double wide __attribute__((vector_size(8 * WIDE)));

/* As many complex numbers as a vector has. */
typedef struct {
  wide real, imaginary;
} Complex;

INLINE Complex add(Complex a, Complex b) { return (Complex){a.real + b.real, a.imaginary + b.imaginary}; }
INLINE Complex subtract(Complex a, Complex b) { return (Complex){a.real - b.real, a.imaginary - b.imaginary}; }

/* Times e^(-2 pi i k / N), of which cosine and sine are given. */
INLINE Complex turned(Complex a, double cosine, double sine) {
  return (Complex){a.real * cosine - a.imaginary * sine, a.real * sine + a.imaginary * cosine};
}

/*
 * Fourier transform of N numbers by Stockham's method, which needs no reordering: each pass reads one array and writes the
 * other, by fours while it can, at last by two. Returns the one that has the result.
 */
static Complex *transform(const Spectra *spectra, Complex *from, Complex *to) {
  const double *cosines = spectra->cosines, *sines = spectra->sines;
  size_t parts = 1; /* transforms done side by side, whose numbers lie next to each other */
  for (size_t size = spectra->size; size > 1;) {
    if (size == 2) {
      for (size_t q = 0; q < parts; q++) {
        const Complex a = from[q], b = from[q + parts];
        to[q] = add(a, b);
        to[q + parts] = subtract(a, b);
      }
      size = 1;
    } else {
      const size_t quarter = size / 4;
      for (size_t p = 0; p < quarter; p++) {
        const size_t k = p * parts;
        const Complex *at = from + parts * p;
        Complex *out = to + parts * 4 * p;
        for (size_t q = 0; q < parts; q++) {
          const Complex a = at[q], b = at[q + parts * quarter];
          const Complex c = at[q + 2 * parts * quarter], d = at[q + 3 * parts * quarter];
          const Complex sum = add(a, c), difference = subtract(a, c), other = add(b, d), rest = subtract(b, d);
          const Complex turn = {-rest.imaginary, rest.real};
          out[q] = add(sum, other);
          out[q + parts] = turned(subtract(difference, turn), cosines[k], sines[k]);
          out[q + 2 * parts] = turned(subtract(sum, other), cosines[2 * k], sines[2 * k]);
          out[q + 3 * parts] = turned(add(difference, turn), cosines[3 * k], sines[3 * k]);
        }
      }
      size = quarter;
      parts *= 4;
    }
    Complex *done = to;
    to = from;
    from = done;
  }
  return from;
}

/* Samples with their gain, in silence: half a window before them, and enough behind them for the last column. */
static void write_samples(const Spectra *spectra, const Sound *sound, double *to, size_t length) {
  const size_t margin = spectra->size / 2, rest = length - margin;
  const size_t count = sound->count < rest ? sound->count : rest;
  memset(to, 0, margin * sizeof(double));
  for (size_t n = 0; n < count; n++) to[margin + n] = sound->gain * sound->samples[n];
  memset(to + margin + count, 0, (rest - count) * sizeof(double));
}

/* The windows of some pairs of columns. */
static void write_windows(const Spectra *spectra, const double *samples, Complex *to) {
  const size_t hop = spectra->hop;
  for (size_t n = 0; n < spectra->size; n++)
    for (size_t lane = 0; lane < WIDE; lane++) {
      to[n].real[lane] = spectra->window[n] * samples[lane * hop + n];
      to[n].imaginary[lane] = spectra->window[n] * samples[(lane + PAIR) * hop + n];
    }
}

/* In place of the spectra of pairs of columns, the power of both. */
static void take_power(Complex *spectrum, size_t size) {
  const double epsilon = 0x1p-52;
  for (size_t k = 0; k <= size / 2; k++) {
    const Complex z = spectrum[k], mirrored = spectrum[(size - k) % size];
    const wide a = (z.real + mirrored.real) * 0.5, b = (z.imaginary - mirrored.imaginary) * 0.5;
    const wide c = (z.imaginary + mirrored.imaginary) * 0.5, d = (mirrored.real - z.real) * 0.5;
    spectrum[k] = (Complex){a * a + b * b + epsilon, c * c + d * d + epsilon};
  }
}

/*
 * log x to 1e-7, for 0 < x: x = 2^n y, sqrt(1/2) <= y < sqrt(2), and log y by a polynomial in y - 1 of the least relative
 * error.
 */
INLINE vector logarithm(vector x) {
  const bits shifted = (bits)x - 0x3f3504f3;
  const bits exponent = shifted >> 23;
  const vector y = (vector)((bits)x - (exponent << 23)) - 1.0f;
  const vector n = __builtin_convertvector(exponent, vector);
  vector p = y * 7.0376836292e-2f - 1.1514610310e-1f;
  p = p * y + 1.1676998740e-1f;
  p = p * y - 1.2420140846e-1f;
  p = p * y + 1.4249322787e-1f;
  p = p * y - 1.6668057665e-1f;
  p = p * y + 2.0000714765e-1f;
  p = p * y - 2.4999993993e-1f;
  p = p * y + 3.3333331174e-1f;
  const vector square = y * y;
  const vector rest = p * y * square - n * 2.12194440e-4f - square * 0.5f;
  /* What is not a number, or infinite, stays so. */
  return choose(x < fill(INFINITY), (y + rest) + n * 0.693359375f, x);
}

/* Energies of the bands for some columns of a group, [M, GROUP], as numbers of single precision. */
static void add_bands(const Spectra *spectra, const Complex *power, float *energies) {
  const double epsilon = 0x1p-23;
  for (size_t m = 0; m < spectra->bands; m++) {
    Complex energy = {{0}, {0}};
    const Complex *bin = power + spectra->first[m];
    for (int32_t i = spectra->offset[m]; i < spectra->offset[m + 1]; i++, bin++) {
      energy.real += bin->real * spectra->weights[i];
      energy.imaginary += bin->imaginary * spectra->weights[i];
    }
    for (size_t lane = 0; lane < WIDE; lane++) {
      energies[GROUP * m + lane] = (float)(energy.real[lane] + epsilon);
      energies[GROUP * m + PAIR + lane] = (float)(energy.imaginary[lane] + epsilon);
    }
  }
}

bool OF_LEVEL(log_mel)(const Spectra *spectra, const Sound *sound, float *out) {
  const size_t size = spectra->size, bands = spectra->bands, columns = sound->columns;
  const float mean = (float)spectra->mean, share = (float)(1 / spectra->deviation);
  const size_t groups = (columns + GROUP - 1) / GROUP, length = groups * GROUP * spectra->hop + size;
  const size_t bytes = 2 * size * sizeof(Complex) + bands * GROUP * sizeof(float) + length * sizeof(double);
  void *memory = NULL;
  if (posix_memalign(&memory, 64, bytes) != 0) return false;
  Complex *numbers = memory, *others = numbers + size;
  float *energies = (float *)(others + size);
  double *samples = (double *)(energies + bands * GROUP);
  write_samples(spectra, sound, samples, length);
  for (size_t first = 0; first < columns; first += GROUP) {
    for (size_t pair = 0; pair < PAIR; pair += WIDE) {
      write_windows(spectra, samples + (first + pair) * spectra->hop, numbers);
      Complex *spectrum = transform(spectra, numbers, others);
      take_power(spectrum, size);
      add_bands(spectra, spectrum, energies + pair);
    }
    for (size_t i = 0; i < GROUP * bands; i += LANES)
      store(energies + i, (logarithm(load(energies + i)) - mean) * share);
    const size_t count = columns - first < GROUP ? columns - first : GROUP;
    for (size_t m = 0; m < bands; m++)
      memcpy(out + m * columns + first, energies + GROUP * m, count * sizeof(float));
  }
  free(memory);
  return true;
}

/* Keys' cubic convolution with a = -0.75. */
static double cubic(double distance) {
  const double a = -0.75;
  if (distance <= 1) return (a + 2) * distance * distance * distance - (a + 3) * distance * distance + 1;
  if (distance < 2) return a * (distance * distance * distance - 5 * distance * distance + 8 * distance - 4);
  return 0;
}

/* Four source positions of each target, clamped to the source, and their weights; the ends of both coincide. */
static void fill_cubic_taps(size_t source, size_t target, size_t *index, double *weight) {
  const double scale = target > 1 ? (double)(source - 1) / (double)(target - 1) : 0;
  for (size_t i = 0; i < target; i++) {
    const double place = scale * (double)i;
    const ptrdiff_t whole = (ptrdiff_t)place;
    for (ptrdiff_t tap = 0; tap < 4; tap++) {
      const ptrdiff_t at = whole + tap - 1;
      index[4 * i + tap] = at < 0 ? 0 : (size_t)at < source ? (size_t)at : source - 1;
      weight[4 * i + tap] = cubic(fabs(place - (double)at));
    }
  }
}

bool OF_LEVEL(crop_spectrogram)(const float *spectrogram, size_t bands, size_t columns, size_t margin, const Box *box,
                                float *out) {
  const size_t taps = 4 * (bands + columns), numbers = box->height * columns;
  double *narrow = malloc((numbers + taps + columns) * sizeof(double) + taps * sizeof(size_t)); /* [box height, C] */
  if (narrow == NULL) return false;
  double *across_weight = narrow + numbers, *down_weight = across_weight + 4 * columns;
  double *sums = down_weight + 4 * bands; /* [C] */
  size_t *across = (size_t *)(sums + columns), *down = across + 4 * columns;
  fill_cubic_taps(box->width, columns, across, across_weight);
  fill_cubic_taps(box->height, bands, down, down_weight);
  for (size_t x = 0; x < 4 * columns; x++) {
    /* Outside the spectrogram, the canvas is 0. */
    const size_t at = box->left + across[x];
    const bool inside = at >= margin && at - margin < columns;
    across[x] = inside ? at - margin : 0;
    if (!inside) across_weight[x] = 0;
  }
  for (size_t y = 0; y < box->height; y++) {
    const float *row = spectrogram + (box->top + y) * columns;
    for (size_t x = 0; x < columns; x++) {
      double sum = 0;
      for (size_t tap = 4 * x; tap < 4 * x + 4; tap++)
        if (across_weight[tap] != 0) sum += across_weight[tap] * row[across[tap]];
      narrow[y * columns + x] = sum;
    }
  }
  for (size_t y = 0; y < bands; y++) {
    for (size_t x = 0; x < columns; x++) sums[x] = 0;
    for (size_t tap = 4 * y; tap < 4 * y + 4; tap++)
      for (size_t x = 0; x < columns; x++) sums[x] += down_weight[tap] * narrow[down[tap] * columns + x];
    for (size_t x = 0; x < columns; x++) out[y * columns + x] = (float)sums[x];
  }
  free(narrow);
  return true;
}
