/* Pictures of a view: cut, resized, flipped, coloured, blurred and normalised. S side. */
#include "../levels.h"
#include "vectors.h"
#include "views.h"

#include <math.h>
#include <stdlib.h>

/* Weighted source positions of each target position; those of target i are at offset[i]...offset[i + 1]. */
typedef struct {
  size_t *offset, *index;
  float *weight;
} Taps;

/* Planes of a frame: red, green, blue, each of S^2 numbers and a rest that fills whole vectors of any level. */
typedef struct {
  float *red, *green, *blue;
  size_t side, count, step;
} Planes;

enum { MOST_LANES = 16 };

static size_t whole_vectors(size_t count) { return (count + MOST_LANES - 1) / MOST_LANES * MOST_LANES; }

static size_t most_taps(size_t source, size_t target) {
  const double scale = (double)source / (double)target;
  return target * (2 * (size_t)ceil(scale > 1 ? scale : 1) + 2);
}

static double share_of(size_t at, double centre, double support) {
  return 1 - fabs((double)at + 0.5 - centre) / support;
}

/* A triangle filter that is widened when the source is reduced, and cut off at its edge. */
static void fill_taps(Taps taps, size_t source, size_t target, bool flip) {
  const double scale = (double)source / (double)target, support = scale > 1 ? scale : 1;
  size_t count = 0;
  taps.offset[0] = 0;
  for (size_t i = 0; i < target; i++) {
    const double centre = ((double)(flip ? target - 1 - i : i) + 0.5) * scale;
    const size_t begin = count;
    double total = 0;
    for (size_t at = centre > support ? (size_t)(centre - support) : 0; at < source && (double)at < centre + support; at++) {
      const double share = share_of(at, centre, support);
      if (share <= 0) continue;
      taps.index[count++] = at;
      total += share;
    }
    for (size_t tap = begin; tap < count; tap++)
      taps.weight[tap] = (float)(share_of(taps.index[tap], centre, support) / total);
    taps.offset[i + 1] = count;
  }
}

/* A row of the resized height from the rows of the box, in its width and order of colours. */
static void add_rows(const uint8_t *box, size_t stride, size_t count, const Taps *down, size_t y, float *restrict row) {
  for (size_t tap = down->offset[y]; tap < down->offset[y + 1]; tap++) {
    const uint8_t *from = box + down->index[tap] * stride;
    const float weight = down->weight[tap];
    if (tap == down->offset[y])
      for (size_t i = 0; i < count; i++) row[i] = weight * from[i];
    else
      for (size_t i = 0; i < count; i++) row[i] += weight * from[i];
  }
}

static void resize(const uint8_t *box, size_t stride, size_t width, const Taps *across, const Taps *down, float *row,
                   Planes to) {
  for (size_t y = 0; y < to.side; y++) {
    add_rows(box, stride, 3 * width, down, y, row);
    for (size_t x = 0; x < to.side; x++) {
      quad sum = {0};
      for (size_t tap = across->offset[x]; tap < across->offset[x + 1]; tap++) {
        quad colours; /* and the next pixel's red, which is not used */
        memcpy(&colours, row + 3 * across->index[tap], sizeof(colours));
        sum += colours * across->weight[tap];
      }
      sum /= 255.0f;
      const size_t at = y * to.side + x;
      to.red[at] = sum[0];
      to.green[at] = sum[1];
      to.blue[at] = sum[2];
    }
  }
}

INLINE vector clamped(vector value) { return larger(smaller(value, fill(1)), fill(0)); }
INLINE vector grey_of(vector red, vector green, vector blue) { return red * 0.299f + green * 0.587f + blue * 0.114f; }

static void brighten(Planes frame, float factor) {
  for (size_t i = 0; i < 3 * frame.step; i += LANES)
    store(frame.red + i, smaller(load(frame.red + i) * factor, fill(1)));
}

/* The same order of additions at each level. */
static double sum_of_plane(const float *plane, size_t count) {
  double parts[MOST_LANES] = {0}, sum = 0;
  const size_t whole = count / MOST_LANES * MOST_LANES;
  for (size_t i = 0; i < whole; i += MOST_LANES)
    for (size_t lane = 0; lane < MOST_LANES; lane++) parts[lane] += plane[i + lane];
  for (size_t lane = 0; lane < MOST_LANES; lane++) sum += parts[lane];
  for (size_t i = whole; i < count; i++) sum += plane[i];
  return sum;
}

static void add_contrast(Planes frame, double factor) {
  const double red = sum_of_plane(frame.red, frame.count), green = sum_of_plane(frame.green, frame.count);
  const double blue = sum_of_plane(frame.blue, frame.count);
  const double mean = (0.299 * red + 0.587 * green + 0.114 * blue) / (double)frame.count;
  const float shift = (float)((1 - factor) * mean), share = (float)factor;
  for (size_t i = 0; i < 3 * frame.step; i += LANES)
    store(frame.red + i, clamped(load(frame.red + i) * share + shift));
}

static void blend_with_grey(Planes frame, float factor) {
  for (size_t i = 0; i < frame.step; i += LANES) {
    const vector red = load(frame.red + i), green = load(frame.green + i), blue = load(frame.blue + i);
    const vector shift = grey_of(red, green, blue) * (1 - factor);
    store(frame.red + i, clamped(red * factor + shift));
    store(frame.green + i, clamped(green * factor + shift));
    store(frame.blue + i, clamped(blue * factor + shift));
  }
}

/* The largest whole number that is not above a value of at most 2^22. */
INLINE vector floor_of(vector value) {
  const float shift = 12582912.0f; /* 1.5 2^23: a sum with it has no room for a fraction */
  const vector whole = (value + shift) - shift;
  return choose(whole > value, whole - 1.0f, whole);
}

/* A channel of an HSV colour: full for two sixths of the circle, zero for two, linear between. */
INLINE vector channel_at(vector sixths, vector value, vector chroma) {
  const vector k = sixths - floor_of(sixths * (1.0f / 6)) * 6.0f;
  return value - chroma * clamped(smaller(k, 4.0f - k));
}

static void turn_hue(Planes frame, double turn) {
  /* Small numbers, which keep more digits of their sums. */
  const float shift[] = {(float)remainder(5 + 6 * turn, 6), (float)remainder(3 + 6 * turn, 6),
                         (float)remainder(1 + 6 * turn, 6)};
  for (size_t i = 0; i < frame.step; i += LANES) {
    const vector red = load(frame.red + i), green = load(frame.green + i), blue = load(frame.blue + i);
    const vector value = larger(red, larger(green, blue));
    const vector chroma = value - smaller(red, smaller(green, blue));
    const vector divisor = choose(chroma > 0.0f, chroma, fill(1));
    /* Hue in sixths of a circle, starting at red. */
    vector hue = choose(value == green, (blue - red) / divisor + 2.0f, (red - green) / divisor - 2.0f);
    hue = choose(value == red, (green - blue) / divisor, hue);
    store(frame.red + i, channel_at(hue + shift[0], value, chroma));
    store(frame.green + i, channel_at(hue + shift[1], value, chroma));
    store(frame.blue + i, channel_at(hue + shift[2], value, chroma));
  }
}

static void jitter(Planes frame, const PictureDraw *draw) {
  for (int step = 0; step < JITTER_STEPS; step++) {
    const double strength = draw->strength[draw->order[step]];
    switch (draw->order[step]) {
      case BRIGHTNESS:
        if (strength != 1) brighten(frame, (float)strength);
        break;
      case CONTRAST:
        if (strength != 1) add_contrast(frame, strength);
        break;
      case SATURATION:
        if (strength != 1) blend_with_grey(frame, (float)strength);
        break;
      default:
        if (strength != 0) turn_hue(frame, strength);
    }
  }
}

static size_t reflected(ptrdiff_t at, size_t side) {
  const size_t inside = (size_t)(at < 0 ? -at : at);
  return inside < side ? inside : 2 * (side - 1) - inside;
}

/* Separable Gaussian blur with reflected edges; rows: room for S rows and one that is longer by the kernel. */
static void blur(float *plane, size_t side, const float *kernel, size_t radius, float *rows) {
  float *edged = rows + side * side; /* [S + 2 radius] */
  for (size_t y = 0; y < side; y++) {
    for (size_t x = 0; x < side + 2 * radius; x++)
      edged[x] = plane[y * side + reflected((ptrdiff_t)x - (ptrdiff_t)radius, side)];
    float *restrict row = rows + y * side;
    for (size_t x = 0; x < side; x++) row[x] = kernel[0] * edged[x];
    for (size_t tap = 1; tap <= 2 * radius; tap++)
      for (size_t x = 0; x < side; x++) row[x] += kernel[tap] * edged[x + tap];
  }
  for (size_t y = 0; y < side; y++) {
    float *restrict row = plane + y * side;
    for (size_t tap = 0; tap <= 2 * radius; tap++) {
      const float *from = rows + reflected((ptrdiff_t)(y + tap) - (ptrdiff_t)radius, side) * side;
      if (tap == 0)
        for (size_t x = 0; x < side; x++) row[x] = kernel[0] * from[x];
      else
        for (size_t x = 0; x < side; x++) row[x] += kernel[tap] * from[x];
    }
  }
}

static double bell(size_t i, size_t radius, double deviation) {
  return exp(-0.5 * pow(((double)i - (double)radius) / deviation, 2));
}

static void fill_kernel(float *kernel, size_t radius, double deviation) {
  double total = 0;
  for (size_t i = 0; i <= 2 * radius; i++) total += bell(i, radius, deviation);
  for (size_t i = 0; i <= 2 * radius; i++) kernel[i] = (float)(bell(i, radius, deviation) / total);
}

static void normalise(const float *plane, size_t count, double mean, double deviation, float *restrict out) {
  const float shift = (float)mean, scale = (float)(1 / deviation);
  for (size_t i = 0; i < count; i++) out[i] = (plane[i] - shift) * scale;
}

/* Memory of a view in one piece, cut up front to back. */
static void *cut_off(char **rest, size_t bytes) {
  void *part = *rest;
  *rest += (bytes + 63) / 64 * 64;
  return part;
}

bool OF_LEVEL(pictures)(const Frames *frames, const PictureDraw *draw, const double *mean, const double *deviation,
                        float *out) {
  const Box box = draw->box;
  const size_t side = draw->side, count = side * side, step = whole_vectors(count), radius = side / 20;
  const size_t across_taps = most_taps(box.width, side), down_taps = most_taps(box.height, side);
  const size_t numbers = 3 * step + 3 * box.width + 4 + count + 4 * side + across_taps + down_taps;
  const size_t places = across_taps + down_taps + 2 * (side + 1);
  char *memory = malloc(numbers * sizeof(float) + places * sizeof(size_t) + 64 * 16), *rest = memory;
  if (memory == NULL) return false;
  float *red = cut_off(&rest, 3 * step * sizeof(float));
  const Planes planes = {red, red + step, red + 2 * step, side, count, step};
  float *row = cut_off(&rest, (3 * box.width + 4) * sizeof(float));
  float *rows = cut_off(&rest, (count + 2 * side) * sizeof(float)), *kernel = cut_off(&rest, 2 * side * sizeof(float));
  Taps across, down;
  across.offset = cut_off(&rest, (side + 1) * sizeof(size_t));
  across.index = cut_off(&rest, across_taps * sizeof(size_t));
  across.weight = cut_off(&rest, across_taps * sizeof(float));
  down.offset = cut_off(&rest, (side + 1) * sizeof(size_t));
  down.index = cut_off(&rest, down_taps * sizeof(size_t));
  down.weight = cut_off(&rest, down_taps * sizeof(float));
  memset(red, 0, 3 * step * sizeof(float));
  row[3 * box.width] = 0; /* after the last pixel */
  fill_taps(across, box.width, side, draw->flip);
  fill_taps(down, box.height, side, false);
  if (draw->blur > 0) fill_kernel(kernel, radius, draw->blur);
  const size_t stride = 3 * frames->width;
  for (size_t t = 0; t < draw->frames; t++) {
    const uint8_t *frame = frames->bytes + (draw->first_frame + t) * frames->height * stride;
    resize(frame + box.top * stride + 3 * box.left, stride, box.width, &across, &down, row, planes);
    if (draw->jitter) jitter(planes, draw);
    if (draw->grey) blend_with_grey(planes, 0);
    for (size_t colour = 0; colour < 3; colour++) {
      float *plane = red + colour * step;
      if (draw->blur > 0) blur(plane, side, kernel, radius, rows);
      normalise(plane, count, mean[colour], deviation[colour], out + (colour * draw->frames + t) * count);
    }
  }
  free(memory);
  return true;
}
