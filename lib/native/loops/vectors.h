/*
 * Vectors of single-precision numbers as wide as the processor's own, in the vector extensions that gcc and clang share,
 * and the functions of them that ops need. Files that include this one are compiled once for each level (levels.h).
 */
#ifndef XKD_VECTORS_H
#define XKD_VECTORS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__AVX512F__)
#define LANES 16
#elif defined(__AVX__)
#define LANES 8
#else
#define LANES 4
#endif

/* Aligned like a single number, since rows begin anywhere. */
typedef float vector __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef int32_t bits __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

#define INLINE static inline __attribute__((always_inline))

INLINE vector load(const float *from) { return *(const vector *)from; }
INLINE void store(float *to, vector value) { *(vector *)to = value; }
INLINE vector fill(float value) { return value - (vector){0}; }

/* The first `count` numbers, the others 0. */
INLINE vector load_part(const float *from, size_t count) {
  float buffer[LANES] = {0};
  memcpy(buffer, from, count * sizeof(float));
  return load(buffer);
}

INLINE void store_part(float *to, vector value, size_t count) {
  float buffer[LANES];
  store(buffer, value);
  memcpy(to, buffer, count * sizeof(float));
}

/* Where the mask is set a, elsewhere b. */
INLINE vector choose(bits mask, vector a, vector b) { return (vector)(((bits)a & mask) | ((bits)b & ~mask)); }
INLINE vector larger(vector a, vector b) { return choose(a > b, a, b); }
INLINE vector smaller(vector a, vector b) { return choose(a < b, a, b); }
INLINE vector absolute(vector a) { return (vector)((bits)a & 0x7fffffff); }

typedef float quad __attribute__((vector_size(16)));

INLINE float sum_of(vector value) {
  quad parts[LANES / 4];
  memcpy(parts, &value, sizeof(parts));
  for (int i = 1; i < LANES / 4; i++) parts[0] += parts[i];
  return (parts[0][0] + parts[0][2]) + (parts[0][1] + parts[0][3]);
}

INLINE float largest_of(vector value) {
  float largest = value[0];
  for (int i = 1; i < LANES; i++) largest = value[i] > largest ? value[i] : largest;
  return largest;
}

/*
 * e^x to 1e-7 of itself: x = n log 2 + r, e^r by its Taylor series, whose rest is below 6e-9 for |r| <= log(2) / 2, and
 * 2^n through the exponent's bits. What would be below 1e-38 or beyond the largest number stays at these.
 */
INLINE vector exponential(vector x) {
  const float shift = 12582912.0f; /* 1.5 2^23: a sum with it has no room for a fraction */
  x = larger(smaller(x, fill(88.0f)), fill(-87.0f));
  vector shifted = x * 1.44269504089f + shift;
  vector n = shifted - shift;
  vector r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  vector p = r * (1.0f / 5040) + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  bits exponent = ((bits)shifted - 0x4b400000 + 127) << 23;
  return p * (vector)exponent;
}

/*
 * The standard normal distribution function P(Z <= z) and its density, times sqrt(2 pi): both need e^(-z^2 / 2). For
 * z < 0 it is that times a polynomial in 1 / (1 - z / 4), fitted for the least relative error (2e-8).
 */
INLINE vector normal_distribution(vector z, vector *bell) {
  vector e = exponential(z * z * -0.5f);
  vector t = 1.0f / (absolute(z) * 0.25f + 1.0f);
  vector p = t * 0.0317756662f - 0.183492097f;
  p = p * t + 0.36264532f;
  p = p * t - 0.28622819f;
  p = p * t + 0.261019219f;
  p = p * t + 0.00573083157f;
  p = p * t + 0.111332317f;
  p = p * t + 0.097342142f;
  p = p * t + 0.0998747838f;
  vector tail = e * p * t;
  *bell = e;
  return choose(z > 0.0f, 1.0f - tail, tail);
}

#endif
