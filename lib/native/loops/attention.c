/*
 * Attention of one head, softmax(q k^T / sqrt(d)) v, and its gradient. Queries are taken in blocks of a few rows, whose
 * scores against all keys stay in the cache; scores of all pairs are never in memory at once.
 *
 * N tokens, d width of a head, R queries of a block
 */
#include "loops.h"
#include "products.h"

#include <math.h>

/* Scores of a block: 256 KB, a part of a core's own cache. */
enum { BLOCK_SCORES = 1 << 16, MOST_QUERIES = 96 };

/* Queries of a block. */
static size_t block_rows(size_t tokens) {
  size_t rows = BLOCK_SCORES / in_panels(tokens);
  if (rows > MOST_QUERIES) rows = MOST_QUERIES;
  rows = rows / TILE_ROWS * TILE_ROWS;
  if (rows == 0) rows = TILE_ROWS;
  return rows < tokens ? rows : tokens;
}

size_t OF_LEVEL(attention_scratch)(size_t tokens, size_t width) {
  const size_t columns = in_panels(tokens), rows = block_rows(tokens);
  return columns * width + tokens * padded(width) + rows * (columns + padded(width));
}

size_t OF_LEVEL(attention_gradient_scratch)(size_t tokens, size_t width) {
  const size_t columns = in_panels(tokens), rows = block_rows(tokens), wide = padded(width);
  return 2 * columns * width + 3 * tokens * wide + 2 * rows * columns + 3 * rows * wide;
}

/* Whole vectors over a row's last numbers, which go beyond it. */
INLINE void fill_rest(float *row, size_t count, size_t columns, float value) {
  for (size_t i = count; i < columns; i++) row[i] = value;
}

/* e^(factor score - largest) in place of the scores of a row; statistics: the largest, and 1 / sum. */
INLINE void soften(float *row, size_t count, float factor, float *statistics) {
  const size_t columns = padded(count);
  fill_rest(row, count, columns, row[0]);
  vector most = load(row);
  for (size_t i = LANES; i < columns; i += LANES) most = larger(most, load(row + i));
  const float largest = largest_of(most) * factor;
  vector sums = fill(0);
  for (size_t i = 0; i + LANES <= count; i += LANES) {
    vector e = exponential(load(row + i) * factor - largest);
    store(row + i, e);
    sums += e;
  }
  const size_t whole = count - count % LANES;
  if (whole < count) {
    store(row + whole, exponential(load(row + whole) * factor - largest));
    fill_rest(row, count, columns, 0);
    sums += load(row + whole);
  }
  statistics[0] = largest;
  statistics[1] = 1.0f / sum_of(sums);
}

INLINE void scale_row(const float *from, size_t width, float factor, float *to) {
  size_t i = 0;
  for (; i + LANES <= width; i += LANES) store(to + i, load(from + i) * factor);
  for (; i < width; i++) to[i] = from[i] * factor;
}

void OF_LEVEL(attention)(const Head *head, float *out, size_t out_stride, float *statistics, float *scratch) {
  const size_t tokens = head->tokens, width = head->width, stride = head->stride;
  const size_t columns = in_panels(tokens), wide = padded(width), rows = block_rows(tokens);
  const float factor = 1.0f / sqrtf((float)width);
  float *scores = scratch + columns * width + tokens * wide; /* [R, N] */
  float *mixed = scores + rows * columns;                    /* [R, d] */
  const Right keys = pack_columns(head->key, stride, tokens, width, scratch);
  const Right values = pack_rows(head->value, stride, tokens, width, scratch + columns * width);
  for (size_t first = 0; first < tokens; first += rows) {
    const size_t count = tokens - first < rows ? tokens - first : rows;
    float *row_statistics = statistics + 2 * first;
    const Left queries = {head->query + first * stride, stride, 1};
    product(count, tokens, width, queries, keys, (Result){scores, columns}, 0);
    for (size_t i = 0; i < count; i++) soften(scores + i * columns, tokens, factor, row_statistics + 2 * i);
    product(count, width, tokens, (Left){scores, columns, 1}, values, (Result){mixed, wide}, 0);
    for (size_t i = 0; i < count; i++)
      scale_row(mixed + i * wide, width, row_statistics[2 * i + 1], out + (first + i) * out_stride);
  }
}

/* From a row of scores and one of the slopes of its softmax: the softmax p, and slopes of the scores. */
INLINE void soften_gradient(float *scores, float *slopes, size_t count, float factor, const float *statistics) {
  const float largest = statistics[0], share = statistics[1];
  vector sums = fill(0);
  fill_rest(slopes, count, padded(count), 0);
  for (size_t i = 0; i < count; i += LANES) {
    vector p = exponential(load(scores + i) * factor - largest) * share;
    store(scores + i, p);
    sums += p * load(slopes + i);
  }
  const float along = sum_of(sums);
  for (size_t i = 0; i < count; i += LANES)
    store(slopes + i, load(scores + i) * (load(slopes + i) - along) * factor);
}

static void unpack_rows(const float *from, size_t step, size_t rows, size_t width, float *to, size_t stride) {
  for (size_t row = 0; row < rows; row++) memcpy(to + row * stride, from + row * step, width * sizeof(float));
}

/*
 * With P = softmax(factor Q K^T), dP = dout V^T, and sums along rows a = sum(P dP): dV = P^T dout,
 * dS = factor P (dP - a), dQ = dS K, dK = dS^T Q.
 */
void OF_LEVEL(attention_gradient)(const Head *head, const HeadGradient *gradient, float *scratch) {
  const size_t tokens = head->tokens, width = head->width, stride = head->stride;
  const size_t columns = in_panels(tokens), wide = padded(width), rows = block_rows(tokens);
  const size_t out_stride = gradient->out_stride;
  const float *statistics = gradient->statistics;
  const float factor = 1.0f / sqrtf((float)width);
  float *place = scratch;
  const Right key_columns = pack_columns(head->key, stride, tokens, width, place);
  const Right value_columns = pack_columns(head->value, stride, tokens, width, place += columns * width);
  const Right keys = pack_rows(head->key, stride, tokens, width, place += columns * width);
  float *key_slope = place += tokens * wide;   /* [N, d] */
  float *value_slope = place += tokens * wide; /* [N, d] */
  float *scores = place += tokens * wide;      /* [R, N] */
  float *slopes = place += rows * columns;     /* [R, N] */
  float *block_queries = place += rows * columns;
  float *block_slopes = place += rows * wide;
  float *query_slope = place += rows * wide; /* [R, d] */
  for (size_t first = 0; first < tokens; first += rows) {
    const size_t count = tokens - first < rows ? tokens - first : rows;
    const int add = first > 0;
    const float *query = head->query + first * stride, *slope = gradient->out_slope + first * out_stride;
    product(count, tokens, width, (Left){query, stride, 1}, key_columns, (Result){scores, columns}, 0);
    product(count, tokens, width, (Left){slope, out_stride, 1}, value_columns, (Result){slopes, columns}, 0);
    for (size_t i = 0; i < count; i++)
      soften_gradient(scores + i * columns, slopes + i * columns, tokens, factor, statistics + 2 * (first + i));
    product(count, width, tokens, (Left){slopes, columns, 1}, keys, (Result){query_slope, wide}, 0);
    unpack_rows(query_slope, wide, count, width, gradient->query_slope + first * stride, stride);
    const Right queries = pack_rows(query, stride, count, width, block_queries);
    const Right out_slopes = pack_rows(slope, out_stride, count, width, block_slopes);
    product(tokens, width, count, (Left){slopes, 1, columns}, queries, (Result){key_slope, wide}, add);
    product(tokens, width, count, (Left){scores, 1, columns}, out_slopes, (Result){value_slope, wide}, add);
  }
  unpack_rows(key_slope, wide, tokens, width, gradient->key_slope, stride);
  unpack_rows(value_slope, wide, tokens, width, gradient->value_slope, stride);
}
