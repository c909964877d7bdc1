/*
 * The loops of the ops (../loops) for browsers, as WebAssembly: the same sources as natively, and products of matrices. The
 * page copies operands into this memory, calls, and copies results out (lib/tensor/webAssembly). One thread.
 *
 * Compiled by `node scripts/site/compile-loops.mjs`, whose result lies beside this file.
 */
#define LEVEL plain
#include "../loops/attention.c"
#include "../loops/gelu.c"
#include "../loops/layerNorm.c"
#include "../loops/optimiser.c"

#define EXPORT(name) __attribute__((export_name(name)))

extern unsigned char __heap_base;

/* Where operands may be put. */
EXPORT("heap") size_t heap_start(void) { return (size_t)&__heap_base; }

EXPORT("attentionScratch") size_t browser_attention_scratch(size_t tokens, size_t width, int gradient) {
  return gradient ? OF_LEVEL(attention_gradient_scratch)(tokens, width) : OF_LEVEL(attention_scratch)(tokens, width);
}

EXPORT("attention")
void browser_attention(size_t clips, size_t tokens, size_t heads, size_t width, const float *qkv, float *out,
                       float *statistics, float *scratch) {
  const size_t joined = heads * width;
  for (size_t clip = 0; clip < clips; clip++)
    for (size_t head = 0; head < heads; head++) {
      const float *start = qkv + clip * tokens * 3 * joined + head * width;
      const Head operands = {start, start + joined, start + 2 * joined, tokens, width, 3 * joined};
      OF_LEVEL(attention)(&operands, out + (clip * tokens * heads + head) * width, joined, statistics, scratch);
      statistics += 2 * tokens;
    }
}

EXPORT("attentionGradient")
void browser_attention_gradient(size_t clips, size_t tokens, size_t heads, size_t width, const float *qkv,
                                const float *statistics, const float *slope, float *qkv_slope, float *scratch) {
  const size_t joined = heads * width;
  for (size_t clip = 0; clip < clips; clip++)
    for (size_t head = 0; head < heads; head++) {
      const size_t at = clip * tokens * 3 * joined + head * width;
      const float *start = qkv + at;
      float *slopes = qkv_slope + at;
      const Head operands = {start, start + joined, start + 2 * joined, tokens, width, 3 * joined};
      const HeadGradient gradient = {slope + (clip * tokens * heads + head) * width, statistics,          slopes,
                                     slopes + joined, slopes + 2 * joined, joined};
      OF_LEVEL(attention_gradient)(&operands, &gradient, scratch);
      statistics += 2 * tokens;
    }
}

EXPORT("layerNorm")
void browser_layer_norm(size_t rows, size_t width, const float *x, const float *scale, const float *shift,
                        float epsilon, float *y, float *statistics) {
  OF_LEVEL(layer_norm)((Rows){rows, width}, x, scale, shift, epsilon, y, statistics);
}

/* Adds to the slopes of scale and shift. */
EXPORT("layerNormGradient")
void browser_layer_norm_gradient(size_t rows, size_t width, const float *slope, const float *x,
                                 const float *statistics, const float *scale, float *x_slope, float *scale_slope,
                                 float *shift_slope) {
  OF_LEVEL(layer_norm_gradient)
  ((Rows){rows, width}, slope, x, statistics, scale, x_slope, scale_slope, shift_slope);
}

EXPORT("gelu") void browser_gelu(size_t rows, size_t width, const float *x, const float *bias, float *y) {
  OF_LEVEL(gelu)((Rows){rows, width}, x, bias, y);
}

/* Adds to the slope of the bias. */
EXPORT("geluGradient")
void browser_gelu_gradient(size_t rows, size_t width, const float *slope, const float *x, const float *bias,
                           float *x_slope, float *bias_slope) {
  OF_LEVEL(gelu_gradient)((Rows){rows, width}, slope, x, bias, x_slope, bias_slope);
}

/* Changes w, m and v. */
EXPORT("adamw")
void browser_adamw(size_t count, float *w, float *m, float *v, const float *g, float clip, const float *factors) {
  OF_LEVEL(adamw)(count, w, m, v, g, clip, factors);
}

/* Changes a. */
EXPORT("blend") void browser_blend(size_t count, float *a, const float *b, const float *factors) {
  OF_LEVEL(blend)(count, a, b, factors);
}

EXPORT("productScratch") size_t browser_product_scratch(size_t width, size_t inner) {
  return in_panels(width) * inner + padded(width);
}

/*
 * out [rows, padded width] = a b, each of which may be given transposed; the page takes the first `width` numbers of a row.
 */
EXPORT("product")
void browser_product(size_t rows, size_t width, size_t inner, const float *a, int transpose_a, const float *b,
                     int transpose_b, float *out, float *scratch) {
  const Left left = transpose_a ? (Left){a, 1, rows} : (Left){a, inner, 1};
  const Right right = transpose_b ? pack_columns(b, inner, width, inner, scratch)
                                  : pack_rows(b, width, inner, width, scratch);
  product(rows, width, inner, left, right, (Result){out, padded(width)}, 0);
}

EXPORT("paddedWidth") size_t browser_padded(size_t width) { return padded(width); }
