/*
 * Products of small matrices. The right one lies row by row in panels: panel p has the columns from p PANEL on, row k of it
 * begins at right + p panel_step + k row_step, and all its columns can be read to a multiple of LANES. Of the left one
 * only single numbers are read, so that it may lie in any order, transposed or as part of a wider row.
 */
#ifndef XKD_PRODUCTS_H
#define XKD_PRODUCTS_H

#include "vectors.h"

/*
 * A tile of TILE_ROWS x TILE_VECTORS vectors of the result stays in registers, of which there are 32, or 16 with AVX2 and in
 * browsers on x64.
 */
#if LANES == 8 || (LANES == 4 && defined(__x86_64__)) || defined(__wasm__)
enum { TILE_ROWS = 4, TILE_VECTORS = 3 };
#else
enum { TILE_ROWS = 6, TILE_VECTORS = 4 };
#endif
enum { PANEL = TILE_VECTORS * LANES };

typedef struct {
  const float *start;
  /* Distances between rows, and between neighbours in a row. */
  size_t row_step, step;
} Left;

typedef struct {
  const float *start;
  size_t row_step, panel_step;
} Right;

typedef struct {
  float *start;
  size_t row_step;
} Result;

/* How often the loops below are to be written out: entirely, so that the tile is in registers. */
#if defined(__clang__)
#define WRITE_OUT _Pragma("clang loop unroll(full)")
#else
#define WRITE_OUT _Pragma("GCC unroll 8")
#endif

/* `rows` and `vectors` are known where this is compiled. */
INLINE void tile(const int rows, const int vectors, Left left, const float *right, size_t right_step, size_t inner,
                 Result result, int add) {
  vector sums[TILE_ROWS][TILE_VECTORS];
  WRITE_OUT
  for (int i = 0; i < rows; i++) {
    WRITE_OUT
    for (int j = 0; j < vectors; j++)
      sums[i][j] = add ? load(result.start + i * result.row_step + j * LANES) : fill(0);
  }
  for (size_t k = 0; k < inner; k++) {
    vector columns[TILE_VECTORS];
    WRITE_OUT
    for (int j = 0; j < vectors; j++) columns[j] = load(right + j * LANES);
    WRITE_OUT
    for (int i = 0; i < rows; i++) {
      const float factor = left.start[i * left.row_step];
      WRITE_OUT
      for (int j = 0; j < vectors; j++) sums[i][j] += columns[j] * factor;
    }
    right += right_step;
    left.start += left.step;
  }
  WRITE_OUT
  for (int i = 0; i < rows; i++) {
    WRITE_OUT
    for (int j = 0; j < vectors; j++) store(result.start + i * result.row_step + j * LANES, sums[i][j]);
  }
}

INLINE void tile_of_rows(int rows, const int vectors, Left left, const float *right, size_t right_step, size_t inner,
                         Result result, int add) {
  switch (rows) {
#define XKD_TILE(n) \
  case n: tile(n, vectors, left, right, right_step, inner, result, add); break;
#if defined(__AVX512F__) || !(defined(__x86_64__) || defined(__wasm__))
    XKD_TILE(6)
    XKD_TILE(5)
#endif
    XKD_TILE(4)
    XKD_TILE(3)
    XKD_TILE(2)
    XKD_TILE(1)
#undef XKD_TILE
  }
}

/* One panel: result = left right, or with `add` result += left right. */
static void panel_product(size_t rows, int vectors, size_t inner, Left left, const float *right, size_t right_step,
                          Result result, int add) {
  for (size_t row = 0; row < rows; row += TILE_ROWS) {
    const int count = rows - row < TILE_ROWS ? (int)(rows - row) : TILE_ROWS;
    const Left from = {left.start + row * left.row_step, left.row_step, left.step};
    const Result to = {result.start + row * result.row_step, result.row_step};
    switch (vectors) {
      case 1: tile_of_rows(count, 1, from, right, right_step, inner, to, add); break;
      case 2: tile_of_rows(count, 2, from, right, right_step, inner, to, add); break;
      case 3: tile_of_rows(count, 3, from, right, right_step, inner, to, add); break;
#if defined(__AVX512F__) || !(defined(__x86_64__) || defined(__wasm__))
      case 4: tile_of_rows(count, 4, from, right, right_step, inner, to, add); break;
#endif
    }
  }
}

/* The product of `rows` x inner and inner x `width` numbers; the result's rows are written to a multiple of LANES. */
static void product(size_t rows, size_t width, size_t inner, Left left, Right right, Result result, int add) {
  for (size_t column = 0; column < width; column += PANEL) {
    const size_t rest = width - column;
    const int vectors = rest < PANEL ? (int)((rest + LANES - 1) / LANES) : TILE_VECTORS;
    const Result to = {result.start + column, result.row_step};
    panel_product(rows, vectors, inner, left, right.start, right.row_step, to, add);
    right.start += right.panel_step;
  }
}

/* The next multiple of LANES. */
INLINE size_t padded(size_t count) { return (count + LANES - 1) / LANES * LANES; }

/* The next multiple of PANEL. */
INLINE size_t in_panels(size_t count) { return (count + PANEL - 1) / PANEL * PANEL; }

/* Rows of a matrix as the right one of a product, each filled with zeros to a multiple of LANES. */
static Right pack_rows(const float *from, size_t stride, size_t rows, size_t width, float *to) {
  const size_t step = padded(width);
  for (size_t row = 0; row < rows; row++) {
    memcpy(to + row * step, from + row * stride, width * sizeof(float));
    memset(to + row * step + width, 0, (step - width) * sizeof(float));
  }
  return (Right){to, step, PANEL};
}

/* The transpose of rows as the right one of a product, in panels filled with zeros. */
static Right pack_columns(const float *from, size_t stride, size_t rows, size_t width, float *to) {
  for (size_t first = 0; first < rows; first += PANEL) {
    float *panel = to + first * width;
    const size_t count = rows - first < PANEL ? rows - first : PANEL;
    if (count < PANEL) memset(panel, 0, PANEL * width * sizeof(float));
    for (size_t row = 0; row < count; row++)
      for (size_t column = 0; column < width; column++)
        panel[column * PANEL + row] = from[(first + row) * stride + column];
  }
  return (Right){to, PANEL, PANEL * width};
}

#endif
