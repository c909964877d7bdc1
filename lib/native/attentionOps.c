/*
 *   XkdAttention(qkv [B, N, 3, H, d]) -> out [B, N, H, d], statistics [B, H, N, 2]
 *     softmax(q k^T / sqrt(d)) v of every head, and of its softmax the largest score and 1 / sum of e^(score - largest)
 *   XkdAttentionGrad(qkv, statistics, slope [B, N, H, d]) -> qkv_slope [B, N, 3, H, d]
 *
 * B clips, N tokens, H heads, d width of a head. Queries, keys and values are read where the linear layer has put them.
 */
#include "kernels.h"
#include "loops/loops.h"
#include "workers.h"

#include <stdatomic.h>

/* Floating-point operations of a nanosecond, to tell small work from large. */
static const double speed = 50;

typedef struct {
  const Call *call;
  size_t clips, tokens, heads, width;
  atomic_bool out_of_memory;
} Attention;

static bool read_shapes(Call *call, Attention *attention) {
  const Operand *qkv = &call->in[0];
  const int64_t *shape = qkv->shape;
  if (qkv->rank != 5 || shape[2] != 3 || qkv->count == 0)
    return refuse(call, "Attention takes queries, keys and values of the shape [clips, tokens, 3, heads, width].");
  *attention = (Attention){call, (size_t)shape[0], (size_t)shape[1], (size_t)shape[3], (size_t)shape[4], false};
  return true;
}

static Head head_of(const Attention *attention, size_t index) {
  const size_t clip = index / attention->heads, head = index % attention->heads;
  const size_t joined = attention->heads * attention->width;
  const float *start = attention->call->in[0].values + clip * attention->tokens * 3 * joined + head * attention->width;
  return (Head){start, start + joined, start + 2 * joined, attention->tokens, attention->width, 3 * joined};
}

/* Where a head's numbers begin in [B, N, H, d]. */
static size_t place_of(const Attention *attention, size_t index) {
  const size_t clip = index / attention->heads, head = index % attention->heads;
  return (clip * attention->tokens * attention->heads + head) * attention->width;
}

static void head_forward(void *data, size_t index) {
  Attention *attention = data;
  const Loops *loops = loops_here();
  const Head head = head_of(attention, index);
  const Operand *out = attention->call->out;
  float *scratch = thread_scratch(loops->attention_scratch(head.tokens, head.width));
  if (scratch == NULL)
    atomic_store(&attention->out_of_memory, true);
  else
    loops->attention(&head, out[0].values + place_of(attention, index), attention->heads * attention->width,
                     out[1].values + 2 * index * head.tokens, scratch);
}

static void head_backward(void *data, size_t index) {
  Attention *attention = data;
  const Loops *loops = loops_here();
  const Head head = head_of(attention, index);
  const Operand *in = attention->call->in;
  float *slopes = attention->call->out[0].values + (head.query - in[0].values);
  const size_t place = place_of(attention, index), joined = attention->heads * attention->width;
  const HeadGradient gradient = {in[2].values + place, in[1].values + 2 * index * head.tokens,
                                 slopes,               slopes + joined, slopes + 2 * joined,
                                 joined};
  float *scratch = thread_scratch(loops->attention_gradient_scratch(head.tokens, head.width));
  if (scratch == NULL)
    atomic_store(&attention->out_of_memory, true);
  else
    loops->attention_gradient(&head, &gradient, scratch);
}

static void share_heads(Call *call, Attention *attention, int products, void (*head)(void *, size_t)) {
  const double pairs = (double)attention->tokens * (double)attention->tokens;
  const size_t heads = attention->clips * attention->heads;
  const double operations = (double)heads * pairs * (2.0 * products * (double)attention->width + 20);
  share_work(heads, operations / speed, head, attention);
  if (atomic_load(&attention->out_of_memory)) run_out_of_memory(call);
}

static void compute_attention(void *kernel, TF_OpKernelContext *context) {
  (void)kernel;
  Call call;
  Attention attention;
  if (begin_call(&call, context, 1) && read_shapes(&call, &attention)) {
    const int64_t *shape = call.in[0].shape;
    const int64_t out[] = {shape[0], shape[1], shape[3], shape[4]}, statistics[] = {shape[0], shape[3], shape[1], 2};
    if (make_output(&call, 0, 4, out) && make_output(&call, 1, 4, statistics))
      share_heads(&call, &attention, 2, head_forward);
  }
  end_call(&call);
}

static void compute_gradient(void *kernel, TF_OpKernelContext *context) {
  (void)kernel;
  Call call;
  Attention attention;
  if (begin_call(&call, context, 3) && read_shapes(&call, &attention)) {
    const size_t outs = attention.clips * attention.tokens * attention.heads * attention.width;
    const size_t statistics = 2 * attention.clips * attention.heads * attention.tokens;
    if (call.in[1].count != statistics || call.in[2].count != outs)
      refuse(&call, "The gradient of attention takes what attention gave for these queries, keys and values.");
    else if (make_output_like(&call, 0, 0))
      share_heads(&call, &attention, 5, head_backward);
  }
  end_call(&call);
}

static void infer_attention(TF_ShapeInferenceContext *context, TF_Status *status) {
  int64_t sizes[5];
  if (inferred_rank(context, 0, status) != 5) return;
  for (int axis = 0; axis < 5; axis++) {
    sizes[axis] = inferred_size(context, 0, axis, status);
    if (sizes[axis] < 0) return;
  }
  const int64_t out[] = {sizes[3], sizes[4]}, statistics[] = {sizes[3], sizes[1], 2};
  infer_shape(context, status, 0, 0, 3, 2, out);
  infer_shape(context, status, 1, 0, 4, 3, statistics);
}

static void infer_gradient(TF_ShapeInferenceContext *context, TF_Status *status) {
  infer_shape(context, status, 0, 0, 0, 0, NULL);
}

const OpDefinition attention_ops[] = {
    {"XkdAttention", {"qkv: float"}, {"out: float", "statistics: float"}, infer_attention, compute_attention},
    {"XkdAttentionGrad",
     {"qkv: float", "statistics: float", "slope: float"},
     {"qkv_slope: float"},
     infer_gradient,
     compute_gradient},
    {.name = NULL},
};
