/*
 * The arithmetic of the ops. The files of this folder are compiled once for each level of processors (levels.h), and the
 * best level that the processor has is taken when the ops are registered.
 */
#ifndef XKD_LOOPS_H
#define XKD_LOOPS_H

#include <stddef.h>

#include "../levels.h"

/* Attention of one head: rows of `width` numbers, the next token's `stride` further on. */
typedef struct {
  const float *query, *key, *value;
  size_t tokens, width, stride;
} Head;

/* What the gradient of a head reads and writes; the slope of what attention gave has out_stride from token to token. */
typedef struct {
  const float *out_slope, *statistics;
  float *query_slope, *key_slope, *value_slope; /* stride as in the head */
  size_t out_stride;
} HeadGradient;

/* Rows of a matrix. */
typedef struct {
  size_t rows, width;
} Rows;

typedef struct {
  /* Numbers of memory that a head needs for its own use, aligned to 64 bytes. */
  size_t (*attention_scratch)(size_t tokens, size_t width);
  size_t (*attention_gradient_scratch)(size_t tokens, size_t width);
  /* statistics: of each row its largest score, and 1 / sum of e^(score - largest) */
  void (*attention)(const Head *head, float *out, size_t out_stride, float *statistics, float *scratch);
  void (*attention_gradient)(const Head *head, const HeadGradient *gradient, float *scratch);

  /* statistics: mean and 1 / deviation of each row */
  void (*layer_norm)(Rows size, const float *x, const float *scale, const float *shift, float epsilon, float *y,
                     float *statistics);
  /* Adds to the slopes of scale and shift. */
  void (*layer_norm_gradient)(Rows size, const float *slope, const float *x, const float *statistics,
                              const float *scale, float *x_slope, float *scale_slope, float *shift_slope);

  void (*gelu)(Rows size, const float *x, const float *bias, float *y);
  /* Adds to the slope of the bias. */
  void (*gelu_gradient)(Rows size, const float *slope, const float *x, const float *bias, float *x_slope,
                        float *bias_slope);

  /* Change what comes first: w, m and v; a. */
  void (*adamw)(size_t count, float *w, float *m, float *v, const float *g, float clip, const float *factors);
  void (*blend)(size_t count, float *a, const float *b, const float *factors);
} Loops;

/* The loops for this processor. */
const Loops *loops_here(void);

#ifdef LEVEL
size_t OF_LEVEL(attention_scratch)(size_t, size_t);
size_t OF_LEVEL(attention_gradient_scratch)(size_t, size_t);
void OF_LEVEL(attention)(const Head *, float *, size_t, float *, float *);
void OF_LEVEL(attention_gradient)(const Head *, const HeadGradient *, float *);
void OF_LEVEL(layer_norm)(Rows, const float *, const float *, const float *, float, float *, float *);
void OF_LEVEL(layer_norm_gradient)(Rows, const float *, const float *, const float *, const float *, float *, float *,
                                   float *);
void OF_LEVEL(gelu)(Rows, const float *, const float *, float *);
void OF_LEVEL(gelu_gradient)(Rows, const float *, const float *, const float *, float *, float *);
void OF_LEVEL(adamw)(size_t, float *, float *, float *, const float *, float, const float *);
void OF_LEVEL(blend)(size_t, float *, const float *, const float *);
#endif

#endif
