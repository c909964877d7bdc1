/* Layer normalisation of rows: y = (x - mean) / sqrt(variance + epsilon) scale + shift. */
#include "loops.h"
#include "vectors.h"

#include <math.h>

INLINE float row_sum(const float *x, size_t width) {
  const size_t whole = width - width % LANES;
  vector sum = fill(0);
  for (size_t i = 0; i < whole; i += LANES) sum += load(x + i);
  if (whole < width) sum += load_part(x + whole, width - whole);
  return sum_of(sum);
}

INLINE float square_sum(const float *x, float mean, size_t width) {
  vector sum = fill(0);
  size_t i = 0;
  for (; i + LANES <= width; i += LANES) {
    vector centred = load(x + i) - mean;
    sum += centred * centred;
  }
  float rest = 0;
  for (; i < width; i++) rest += (x[i] - mean) * (x[i] - mean);
  return sum_of(sum) + rest;
}

void OF_LEVEL(layer_norm)(Rows size, const float *x, const float *scale, const float *shift, float epsilon, float *y,
                          float *statistics) {
  const size_t width = size.width;
  for (size_t row = 0; row < size.rows; row++, x += width, y += width, statistics += 2) {
    const float mean = row_sum(x, width) / (float)width;
    const float inverse = 1.0f / sqrtf(square_sum(x, mean, width) / (float)width + epsilon);
    statistics[0] = mean;
    statistics[1] = inverse;
    size_t i = 0;
    for (; i + LANES <= width; i += LANES)
      store(y + i, (load(x + i) - mean) * inverse * load(scale + i) + load(shift + i));
    for (; i < width; i++) y[i] = (x[i] - mean) * inverse * scale[i] + shift[i];
  }
}

/* With n = (x - mean) inverse and s = slope scale: dx = inverse (s - mean(s) - n mean(s n)). */
void OF_LEVEL(layer_norm_gradient)(Rows size, const float *slope, const float *x, const float *statistics,
                                   const float *scale, float *x_slope, float *scale_slope, float *shift_slope) {
  const size_t width = size.width;
  for (size_t row = 0; row < size.rows; row++, x += width, slope += width, x_slope += width, statistics += 2) {
    const float mean = statistics[0], inverse = statistics[1];
    vector sums = fill(0), products = fill(0);
    float sum = 0, product = 0;
    size_t i = 0;
    for (; i + LANES <= width; i += LANES) {
      vector given = load(slope + i), normal = (load(x + i) - mean) * inverse;
      vector scaled = given * load(scale + i);
      sums += scaled;
      products += scaled * normal;
      store(shift_slope + i, load(shift_slope + i) + given);
      store(scale_slope + i, load(scale_slope + i) + given * normal);
    }
    for (; i < width; i++) {
      float normal = (x[i] - mean) * inverse, scaled = slope[i] * scale[i];
      sum += scaled;
      product += scaled * normal;
      shift_slope[i] += slope[i];
      scale_slope[i] += slope[i] * normal;
    }
    const float mean_slope = (sum_of(sums) + sum) / (float)width;
    const float along = (sum_of(products) + product) / (float)width;
    for (i = 0; i + LANES <= width; i += LANES) {
      vector normal = (load(x + i) - mean) * inverse;
      store(x_slope + i, (load(slope + i) * load(scale + i) - mean_slope - normal * along) * inverse);
    }
    for (; i < width; i++)
      x_slope[i] = (slope[i] * scale[i] - mean_slope - (x[i] - mean) * inverse * along) * inverse;
  }
}
