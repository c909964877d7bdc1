/*
 *   XkdGelu(x [..., D], bias [D]) -> y [..., D]: exact GELU of x + bias
 *   XkdGeluGrad(slope [..., D], x, bias) -> x_slope [..., D], bias_slope [D]
 */
#include "kernels.h"
#include "rows.h"
#include "workers.h"

#include <stdlib.h>

typedef struct {
  const Call *call;
  RowParts rows;
  /* Slopes of the bias by parts: [parts, D] */
  float *sums;
} Gelu;

static void forward_part(void *data, size_t part) {
  const Gelu *gelu = data;
  size_t first;
  const Rows size = rows_of_part(&gelu->rows, part, &first);
  const Operand *in = gelu->call->in;
  const size_t at = first * size.width;
  loops_here()->gelu(size, in[0].values + at, in[1].values, gelu->call->out[0].values + at);
}

static void backward_part(void *data, size_t part) {
  const Gelu *gelu = data;
  size_t first;
  const Rows size = rows_of_part(&gelu->rows, part, &first);
  const Operand *in = gelu->call->in;
  const size_t at = first * size.width;
  loops_here()->gelu_gradient(size, in[0].values + at, in[1].values + at, in[2].values,
                              gelu->call->out[0].values + at, gelu->sums + part * size.width);
}

static void compute_gelu(void *kernel, TF_OpKernelContext *context) {
  (void)kernel;
  Call call;
  if (begin_call(&call, context, 2)) {
    Gelu gelu = {&call, split_rows(&call.in[0]), NULL};
    if (call.in[0].rank == 0 || !is_row(&call.in[1], gelu.rows.size.width))
      refuse(&call, "GELU takes rows and a bias of their width.");
    else if (make_output_like(&call, 0, 0))
      share_work(gelu.rows.parts, (double)call.in[0].count, forward_part, &gelu);
  }
  end_call(&call);
}

static void compute_gradient(void *kernel, TF_OpKernelContext *context) {
  (void)kernel;
  Call call;
  if (begin_call(&call, context, 3)) {
    Gelu gelu = {&call, split_rows(&call.in[0]), NULL};
    const size_t width = gelu.rows.size.width;
    const int64_t row[] = {(int64_t)width};
    if (call.in[0].rank == 0 || !same_shape(&call.in[0], &call.in[1]) || !is_row(&call.in[2], width))
      refuse(&call, "The gradient of GELU takes slopes and rows of one shape, and a bias of their width.");
    else if (make_output_like(&call, 0, 0) && make_output(&call, 1, 1, row)) {
      gelu.sums = calloc(gelu.rows.parts * width + 1, sizeof(float));
      if (gelu.sums == NULL) {
        run_out_of_memory(&call);
      } else {
        share_work(gelu.rows.parts, 1.5 * (double)call.in[0].count, backward_part, &gelu);
        add_parts(gelu.sums, gelu.rows.parts, width, width, call.out[1].values);
        free(gelu.sums);
      }
    }
  }
  end_call(&call);
}

static void infer_gelu(TF_ShapeInferenceContext *context, TF_Status *status) {
  infer_shape(context, status, 0, 0, 0, 0, NULL);
}

static void infer_gradient(TF_ShapeInferenceContext *context, TF_Status *status) {
  infer_shape(context, status, 0, 0, 0, 0, NULL);
  infer_shape(context, status, 1, 2, 0, 0, NULL);
}

const OpDefinition gelu_ops[] = {
    {"XkdGelu", {"x: float", "bias: float"}, {"y: float"}, infer_gelu, compute_gelu},
    {"XkdGeluGrad",
     {"slope: float", "x: float", "bias: float"},
     {"x_slope: float", "bias_slope: float"},
     infer_gradient,
     compute_gradient},
    {.name = NULL},
};
