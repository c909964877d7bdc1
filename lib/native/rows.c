#include "rows.h"

#include <string.h>

/* Fewer numbers are not worth a part of their own. */
enum { LEAST_NUMBERS = 1 << 13 };

RowParts split_rows(const Operand *operand) {
  const size_t width = operand->rank == 0 ? 1 : (size_t)operand->shape[operand->rank - 1];
  const size_t rows = width == 0 ? 0 : operand->count / width;
  size_t parts = operand->count / LEAST_NUMBERS;
  parts = parts < 1 ? 1 : parts > MOST_PARTS ? MOST_PARTS : parts;
  const size_t part_rows = (rows + parts - 1) / parts;
  return (RowParts){{rows, width}, part_rows, part_rows == 0 ? 0 : (rows + part_rows - 1) / part_rows};
}

Rows rows_of_part(const RowParts *rows, size_t part, size_t *first) {
  *first = part * rows->part_rows;
  const size_t rest = rows->size.rows - *first;
  return (Rows){rest < rows->part_rows ? rest : rows->part_rows, rows->size.width};
}

bool is_row(const Operand *operand, size_t width) { return operand->rank == 1 && operand->count == width; }

void add_parts(const float *parts, size_t count, size_t step, size_t width, float *sum) {
  memset(sum, 0, width * sizeof(float));
  for (size_t part = 0; part < count; part++)
    for (size_t i = 0; i < width; i++) sum[i] += parts[part * step + i];
}
