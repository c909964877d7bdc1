/*
 *   XkdLayerNorm(x [..., D], scale [D], shift [D], epsilon []) -> y [..., D], statistics [..., 2]
 *     (x - mean) / deviation scale + shift, and mean and 1 / deviation of each row
 *   XkdLayerNormGrad(slope [..., D], x, statistics, scale) -> x_slope [..., D], scale_slope [D], shift_slope [D]
 */
#include "kernels.h"
#include "rows.h"
#include "workers.h"

#include <stdlib.h>

typedef struct {
  const Call *call;
  RowParts rows;
  /* Slopes of scale and shift by parts: [parts, 2, D] */
  float *sums;
} LayerNorm;

static void forward_part(void *data, size_t part) {
  const LayerNorm *norm = data;
  size_t first;
  const Rows size = rows_of_part(&norm->rows, part, &first);
  const Operand *in = norm->call->in, *out = norm->call->out;
  const size_t at = first * size.width;
  loops_here()->layer_norm(size, in[0].values + at, in[1].values, in[2].values, *in[3].values, out[0].values + at,
                           out[1].values + 2 * first);
}

static void backward_part(void *data, size_t part) {
  const LayerNorm *norm = data;
  size_t first;
  const Rows size = rows_of_part(&norm->rows, part, &first);
  const Operand *in = norm->call->in;
  const size_t at = first * size.width;
  float *sums = norm->sums + part * 2 * size.width;
  loops_here()->layer_norm_gradient(size, in[0].values + at, in[1].values + at, in[2].values + 2 * first, in[3].values,
                                    norm->call->out[0].values + at, sums, sums + size.width);
}

static void compute_norm(void *kernel, TF_OpKernelContext *context) {
  (void)kernel;
  Call call;
  if (begin_call(&call, context, 4)) {
    LayerNorm norm = {&call, split_rows(&call.in[0]), NULL};
    const size_t width = norm.rows.size.width;
    int64_t statistics[MOST_AXES];
    for (int axis = 0; axis < call.in[0].rank; axis++) statistics[axis] = call.in[0].shape[axis];
    if (call.in[0].rank == 0 || !is_row(&call.in[1], width) || !is_row(&call.in[2], width) || call.in[3].count != 1)
      refuse(&call, "Layer normalisation takes rows, a scale and a shift of their width, and one epsilon.");
    else {
      statistics[call.in[0].rank - 1] = 2;
      if (make_output_like(&call, 0, 0) && make_output(&call, 1, call.in[0].rank, statistics))
        share_work(norm.rows.parts, 0.5 * (double)call.in[0].count, forward_part, &norm);
    }
  }
  end_call(&call);
}

static void compute_gradient(void *kernel, TF_OpKernelContext *context) {
  (void)kernel;
  Call call;
  if (begin_call(&call, context, 4)) {
    LayerNorm norm = {&call, split_rows(&call.in[0]), NULL};
    const size_t width = norm.rows.size.width;
    const int64_t row[] = {(int64_t)width};
    if (call.in[0].rank == 0 || !same_shape(&call.in[0], &call.in[1]) ||
        call.in[2].count != 2 * norm.rows.size.rows || !is_row(&call.in[3], width))
      refuse(&call,
             "The gradient of layer normalisation takes slopes and rows of one shape, their statistics, and a scale.");
    else if (make_output_like(&call, 0, 0) && make_output(&call, 1, 1, row) && make_output(&call, 2, 1, row)) {
      norm.sums = calloc(norm.rows.parts * 2 * width + 1, sizeof(float));
      if (norm.sums == NULL) {
        run_out_of_memory(&call);
      } else {
        share_work(norm.rows.parts, (double)call.in[0].count, backward_part, &norm);
        add_parts(norm.sums, norm.rows.parts, 2 * width, width, call.out[1].values);
        add_parts(norm.sums + width, norm.rows.parts, 2 * width, width, call.out[2].values);
        free(norm.sums);
      }
    }
  }
  end_call(&call);
}

static void infer_norm(TF_ShapeInferenceContext *context, TF_Status *status) {
  static const int64_t statistics[] = {2};
  infer_shape(context, status, 0, 0, 0, 0, NULL);
  infer_shape(context, status, 1, 0, 1, 1, statistics);
}

static void infer_gradient(TF_ShapeInferenceContext *context, TF_Status *status) {
  infer_shape(context, status, 0, 0, 0, 0, NULL);
  infer_shape(context, status, 1, 3, 0, 0, NULL);
  infer_shape(context, status, 2, 3, 0, 0, NULL);
}

const OpDefinition layer_norm_ops[] = {
    {"XkdLayerNorm",
     {"x: float", "scale: float", "shift: float", "epsilon: float"},
     {"y: float", "statistics: float"},
     infer_norm,
     compute_norm},
    {"XkdLayerNormGrad",
     {"slope: float", "x: float", "statistics: float", "scale: float"},
     {"x_slope: float", "scale_slope: float", "shift_slope: float"},
     infer_gradient,
     compute_gradient},
    {.name = NULL},
};
