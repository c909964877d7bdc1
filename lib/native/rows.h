/* Work on the rows of a matrix, in parts whose number depends on its shape alone, so that sums over rows are always alike. */
#ifndef XKD_ROWS_H
#define XKD_ROWS_H

#include "loops/loops.h"
#include "opCall.h"

enum { MOST_PARTS = 16 };

/* Rows of a part, and how many parts there are. */
typedef struct {
  Rows size;
  size_t part_rows, parts;
} RowParts;

/* The last axis of an operand is a row. */
RowParts split_rows(const Operand *operand);

/* The rows of one part; `first` is set to its first row. */
Rows rows_of_part(const RowParts *rows, size_t part, size_t *first);

/* Whether an operand is one row. */
bool is_row(const Operand *operand, size_t width);

/* Sums of the parts, each of `width` numbers, into one row. */
void add_parts(const float *parts, size_t count, size_t step, size_t width, float *sum);

#endif
