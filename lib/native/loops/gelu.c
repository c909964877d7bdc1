/* GELU of rows with a bias: y = z P(Z <= z), z = x + bias, P the standard normal distribution function. */
#include "loops.h"
#include "vectors.h"

static const float density_factor = 0.3989422804f; /* 1 / sqrt(2 pi) */

INLINE vector value_of(vector z) {
  vector bell;
  return z * normal_distribution(z, &bell);
}

/* dy/dz = P(Z <= z) + z p(z) */
INLINE vector slope_of(vector z) {
  vector bell;
  vector below = normal_distribution(z, &bell);
  return below + z * bell * density_factor;
}

void OF_LEVEL(gelu)(Rows size, const float *x, const float *bias, float *y) {
  const size_t width = size.width, whole = width - width % LANES;
  for (size_t row = 0; row < size.rows; row++, x += width, y += width) {
    for (size_t i = 0; i < whole; i += LANES) store(y + i, value_of(load(x + i) + load(bias + i)));
    if (whole < width) {
      size_t rest = width - whole;
      store_part(y + whole, value_of(load_part(x + whole, rest) + load_part(bias + whole, rest)), rest);
    }
  }
}

void OF_LEVEL(gelu_gradient)(Rows size, const float *slope, const float *x, const float *bias, float *x_slope,
                             float *bias_slope) {
  const size_t width = size.width, whole = width - width % LANES, rest = width - whole;
  for (size_t row = 0; row < size.rows; row++, x += width, slope += width, x_slope += width) {
    for (size_t i = 0; i < whole; i += LANES) {
      vector result = load(slope + i) * slope_of(load(x + i) + load(bias + i));
      store(x_slope + i, result);
      store(bias_slope + i, load(bias_slope + i) + result);
    }
    if (rest > 0) {
      vector z = load_part(x + whole, rest) + load_part(bias + whole, rest);
      vector result = load_part(slope + whole, rest) * slope_of(z);
      store_part(x_slope + whole, result, rest);
      store_part(bias_slope + whole, load_part(bias_slope + whole, rest) + result, rest);
    }
  }
}
