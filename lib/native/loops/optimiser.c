/*
 * AdamW and EMA. Compiled without fusing products with sums, so that they give the figures of TensorFlow's own ops to the
 * last digit whatever the processor.
 */
#include "loops.h"

#include <math.h>

void OF_LEVEL(adamw)(size_t count, float *restrict w, float *restrict m, float *restrict v, const float *restrict g,
                     float clip, const float *restrict factors) {
  const float beta1 = factors[0], rest1 = factors[1], beta2 = factors[2], rest2 = factors[3];
  const float keep = factors[4], root = factors[5], epsilon = factors[6], step = factors[7];
  for (size_t i = 0; i < count; i++) {
    float gradient = g[i] * clip;
    float first = m[i] * beta1 + gradient * rest1;
    float second = v[i] * beta2 + gradient * gradient * rest2;
    m[i] = first;
    v[i] = second;
    w[i] = w[i] * keep - first / (sqrtf(second) * root + epsilon) * step;
  }
}

void OF_LEVEL(blend)(size_t count, float *restrict a, const float *restrict b, const float *restrict factors) {
  const float keep = factors[0], take = factors[1];
  for (size_t i = 0; i < count; i++) a[i] = a[i] * keep + b[i] * take;
}
