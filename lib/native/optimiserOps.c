/*
 *   XkdAdamW(weight, first, second, gradient, clip, factors) -> new weight, first, second
 *     clip: the gradient's factor; factors: [beta1, 1 - beta1, beta2, 1 - beta2, keep, root factor, epsilon, step size]
 *   XkdBlend(a, b, factors) -> a factors[0] + b factors[1]
 * Both write into the memory of what they replace where nobody else needs it.
 */
#include "kernels.h"
#include "loops/loops.h"
#include "workers.h"

#include <string.h>

enum { ADAMW_FACTORS = 8, PART = 1 << 16 };

typedef struct {
  const Call *call;
  size_t count;
} Update;

static size_t part_size(const Update *update, size_t part) {
  const size_t rest = update->count - part * PART;
  return rest < PART ? rest : PART;
}

/* Brings a part of an input to where it is changed, unless it is there. */
static void bring(const Operand *from, const Operand *to, size_t at, size_t count) {
  if (from->values != to->values) memcpy(to->values + at, from->values + at, count * sizeof(float));
}

static void adamw_part(void *data, size_t part) {
  const Update *update = data;
  const Operand *in = update->call->in, *out = update->call->out;
  const size_t at = part * PART, count = part_size(update, part);
  for (int i = 0; i < 3; i++) bring(&in[i], &out[i], at, count);
  loops_here()->adamw(count, out[0].values + at, out[1].values + at, out[2].values + at, in[3].values + at,
                      *in[4].values, in[5].values);
}

static void blend_part(void *data, size_t part) {
  const Update *update = data;
  const Operand *in = update->call->in, *out = update->call->out;
  const size_t at = part * PART, count = part_size(update, part);
  bring(&in[0], &out[0], at, count);
  loops_here()->blend(count, out[0].values + at, in[1].values + at, in[2].values);
}

/* The first inputs are as many as `alike` and have one shape, which is that of all outputs. */
static bool prepare(Call *call, int alike, int outputs) {
  for (int i = 1; i < alike; i++)
    if (!same_shape(&call->in[0], &call->in[i])) return refuse(call, "The operands of an update are of unlike shapes.");
  for (int i = 0; i < outputs; i++)
    if (!make_output_of(call, i, i)) return false;
  return true;
}

static void share_parts(Call *call, double cost_of_number, void (*part)(void *, size_t)) {
  Update update = {call, call->in[0].count};
  share_work((update.count + PART - 1) / PART, cost_of_number * (double)update.count, part, &update);
}

static void compute_adamw(void *kernel, TF_OpKernelContext *context) {
  (void)kernel;
  Call call;
  bool well = begin_call(&call, context, 6);
  if (well && (call.in[4].count != 1 || call.in[5].count != ADAMW_FACTORS))
    well = refuse(&call, "AdamW takes one factor of the gradient and eight others.");
  if (well && prepare(&call, 4, 3)) share_parts(&call, 1.0, adamw_part);
  end_call(&call);
}

static void compute_blend(void *kernel, TF_OpKernelContext *context) {
  (void)kernel;
  Call call;
  bool well = begin_call(&call, context, 3);
  if (well && call.in[2].count != 2) well = refuse(&call, "A blend takes two factors.");
  if (well && prepare(&call, 2, 1)) share_parts(&call, 0.5, blend_part);
  end_call(&call);
}

static void infer_adamw(TF_ShapeInferenceContext *context, TF_Status *status) {
  for (int i = 0; i < 3; i++) infer_shape(context, status, i, i, 0, 0, NULL);
}

static void infer_blend(TF_ShapeInferenceContext *context, TF_Status *status) {
  infer_shape(context, status, 0, 0, 0, 0, NULL);
}

const OpDefinition optimiser_ops[] = {
    {"XkdAdamW",
     {"weight: float", "first: float", "second: float", "gradient: float", "clip: float", "factors: float"},
     {"new_weight: float", "new_first: float", "new_second: float"},
     infer_adamw,
     compute_adamw},
    {"XkdBlend", {"a: float", "b: float", "factors: float"}, {"blended: float"}, infer_blend, compute_blend},
    {.name = NULL},
};
