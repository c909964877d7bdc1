/*
 * Ops of this project for the optimiser, on the CPU. They are pure: values in, new values out, in one pass where
 * TensorFlow's own ops take a dozen, each over several hundred million numbers.
 *
 *   XkdAdamW(weight, first, second, gradient, clip, factors) -> new weight, first, second
 *     clip: the gradient's factor; factors: [beta1, 1 - beta1, beta2, 1 - beta2, keep, root factor, epsilon, step size]
 *   XkdBlend(a, b, factors) -> a factors[0] + b factors[1]
 */
#include "kernels.h"

#include <dlfcn.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "tensorflow.h"

/* Loops below are compiled for several generations of processors, and the best that is there is chosen. */
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__)
#define FOR_PROCESSORS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define FOR_PROCESSORS
#endif

enum { ADAMW_FACTORS = 8, MOST_INPUTS = 6, MOST_OUTPUTS = 3 };

typedef struct TF_OpDefinitionBuilder TF_OpDefinitionBuilder;
typedef struct TF_KernelBuilder TF_KernelBuilder;
typedef struct TF_OpKernelConstruction TF_OpKernelConstruction;
typedef struct TF_OpKernelContext TF_OpKernelContext;
typedef struct TF_ShapeInferenceContext TF_ShapeInferenceContext;
typedef struct TF_ShapeHandle TF_ShapeHandle;

/* tensorflow/c/ops.h and tensorflow/c/kernels.h: name, result, parameters. */
#define XKD_KERNEL_FUNCTIONS(F)                                                                              \
  F(TF_NewStatus, TF_Status *, (void))                                                                       \
  F(TF_DeleteStatus, void, (TF_Status *))                                                                    \
  F(TF_GetCode, TF_Code, (const TF_Status *))                                                                \
  F(TF_DeleteTensor, void, (TF_Tensor *))                                                                    \
  F(TF_NumDims, int, (const TF_Tensor *))                                                                    \
  F(TF_Dim, int64_t, (const TF_Tensor *, int))                                                               \
  F(TF_TensorByteSize, size_t, (const TF_Tensor *))                                                          \
  F(TF_TensorData, void *, (const TF_Tensor *))                                                              \
  F(TF_NewOpDefinitionBuilder, TF_OpDefinitionBuilder *, (const char *))                                     \
  F(TF_OpDefinitionBuilderAddInput, void, (TF_OpDefinitionBuilder *, const char *))                          \
  F(TF_OpDefinitionBuilderAddOutput, void, (TF_OpDefinitionBuilder *, const char *))                         \
  F(TF_OpDefinitionBuilderSetShapeInferenceFunction, void,                                                   \
    (TF_OpDefinitionBuilder *, void (*)(TF_ShapeInferenceContext *, TF_Status *)))                           \
  F(TF_RegisterOpDefinition, void, (TF_OpDefinitionBuilder *, TF_Status *))                                  \
  F(TF_NewShapeHandle, TF_ShapeHandle *, (void))                                                             \
  F(TF_DeleteShapeHandle, void, (TF_ShapeHandle *))                                                          \
  F(TF_ShapeInferenceContextGetInput, void, (TF_ShapeInferenceContext *, int, TF_ShapeHandle *, TF_Status *)) \
  F(TF_ShapeInferenceContextSetOutput, void, (TF_ShapeInferenceContext *, int, TF_ShapeHandle *, TF_Status *)) \
  F(TF_NewKernelBuilder, TF_KernelBuilder *,                                                                 \
    (const char *, const char *, void *(*)(TF_OpKernelConstruction *), void (*)(void *, TF_OpKernelContext *), \
     void (*)(void *)))                                                                                      \
  F(TF_RegisterKernelBuilder, void, (const char *, TF_KernelBuilder *, TF_Status *))                         \
  F(TF_GetInput, void, (TF_OpKernelContext *, int, TF_Tensor **, TF_Status *))                               \
  F(TF_AllocateOutput, TF_Tensor *,                                                                          \
    (TF_OpKernelContext *, int, TF_DataType, const int64_t *, int, size_t, TF_Status *))                     \
  F(TF_OpKernelContext_Failure, void, (TF_OpKernelContext *, TF_Status *))                                   \
  F(TF_SetStatus, void, (TF_Status *, TF_Code, const char *))

static struct {
#define XKD_POINTER(name, result, parameters) result(*name) parameters;
  XKD_KERNEL_FUNCTIONS(XKD_POINTER)
#undef XKD_POINTER
} api;

FOR_PROCESSORS
static void adamw(size_t count, const float *restrict w, const float *restrict m, const float *restrict v,
                  const float *restrict g, float clip, const float *factors, float *restrict new_w, float *restrict new_m,
                  float *restrict new_v) {
  const float beta1 = factors[0], rest1 = factors[1], beta2 = factors[2], rest2 = factors[3];
  const float keep = factors[4], root = factors[5], epsilon = factors[6], step = factors[7];
  for (size_t i = 0; i < count; i++) {
    float gradient = g[i] * clip;
    float first = m[i] * beta1 + gradient * rest1;
    float second = v[i] * beta2 + gradient * gradient * rest2;
    new_m[i] = first;
    new_v[i] = second;
    new_w[i] = w[i] * keep - first / (sqrtf(second) * root + epsilon) * step;
  }
}

FOR_PROCESSORS
static void blend(size_t count, const float *restrict a, const float *restrict b, const float *factors,
                  float *restrict out) {
  const float keep = factors[0], take = factors[1];
  for (size_t i = 0; i < count; i++) out[i] = a[i] * keep + b[i] * take;
}

/* Inputs and outputs of a call. */
typedef struct {
  TF_Tensor *inputs[MOST_INPUTS];
  const float *in[MOST_INPUTS];
  TF_Tensor *outputs[MOST_OUTPUTS];
  float *out[MOST_OUTPUTS];
  size_t count;
  int input_count;
  int output_count;
  TF_Status *status;
} Call;

/* The first inputs are as many as `alike` and have one shape, which is that of all outputs; the last are factors. */
static bool begin(TF_OpKernelContext *context, Call *call, int alike, const size_t *factors) {
  enum { MOST_DIMS = 16 };
  int64_t dims[MOST_DIMS];
  call->status = api.TF_NewStatus();
  for (int i = 0; i < call->input_count; i++) {
    api.TF_GetInput(context, i, &call->inputs[i], call->status);
    if (api.TF_GetCode(call->status) != TF_OK) return false;
    call->in[i] = api.TF_TensorData(call->inputs[i]);
  }
  TF_Tensor *first = call->inputs[0];
  size_t bytes = api.TF_TensorByteSize(first);
  int rank = api.TF_NumDims(first);
  bool fits = rank <= MOST_DIMS;
  for (int i = 1; i < call->input_count; i++) {
    size_t expected = i < alike ? bytes : factors[i - alike] * sizeof(float);
    fits = fits && api.TF_TensorByteSize(call->inputs[i]) == expected;
  }
  if (!fits) {
    api.TF_SetStatus(call->status, (TF_Code)3, "The operands are of unlike sizes.");
    return false;
  }
  for (int axis = 0; axis < rank; axis++) dims[axis] = api.TF_Dim(first, axis);
  call->count = bytes / sizeof(float);
  for (int i = 0; i < call->output_count; i++) {
    call->outputs[i] = api.TF_AllocateOutput(context, i, TF_FLOAT, dims, rank, bytes, call->status);
    if (api.TF_GetCode(call->status) != TF_OK) return false;
    call->out[i] = api.TF_TensorData(call->outputs[i]);
  }
  return true;
}

static void end(TF_OpKernelContext *context, Call *call) {
  if (api.TF_GetCode(call->status) != TF_OK) api.TF_OpKernelContext_Failure(context, call->status);
  for (int i = 0; i < call->input_count; i++)
    if (call->inputs[i] != NULL) api.TF_DeleteTensor(call->inputs[i]);
  for (int i = 0; i < call->output_count; i++)
    if (call->outputs[i] != NULL) api.TF_DeleteTensor(call->outputs[i]);
  api.TF_DeleteStatus(call->status);
}

static void compute_adamw(void *kernel, TF_OpKernelContext *context) {
  (void)kernel;
  static const size_t factors[] = {1, ADAMW_FACTORS};
  Call call = {.input_count = 6, .output_count = 3};
  if (begin(context, &call, 4, factors))
    adamw(call.count, call.in[0], call.in[1], call.in[2], call.in[3], *call.in[4], call.in[5], call.out[0], call.out[1],
          call.out[2]);
  end(context, &call);
}

static void compute_blend(void *kernel, TF_OpKernelContext *context) {
  (void)kernel;
  static const size_t factors[] = {2};
  Call call = {.input_count = 3, .output_count = 1};
  if (begin(context, &call, 2, factors)) blend(call.count, call.in[0], call.in[1], call.in[2], call.out[0]);
  end(context, &call);
}

/* Outputs have the shapes of the inputs with the same number. */
static void infer_shapes(TF_ShapeInferenceContext *context, TF_Status *status, int outputs) {
  TF_ShapeHandle *shape = api.TF_NewShapeHandle();
  for (int i = 0; i < outputs && api.TF_GetCode(status) == TF_OK; i++) {
    api.TF_ShapeInferenceContextGetInput(context, i, shape, status);
    if (api.TF_GetCode(status) == TF_OK) api.TF_ShapeInferenceContextSetOutput(context, i, shape, status);
  }
  api.TF_DeleteShapeHandle(shape);
}

static void infer_three(TF_ShapeInferenceContext *context, TF_Status *status) { infer_shapes(context, status, 3); }
static void infer_one(TF_ShapeInferenceContext *context, TF_Status *status) { infer_shapes(context, status, 1); }

typedef struct {
  const char *name;
  const char *inputs[MOST_INPUTS];
  const char *outputs[MOST_OUTPUTS];
  void (*infer)(TF_ShapeInferenceContext *, TF_Status *);
  void (*compute)(void *, TF_OpKernelContext *);
} Definition;

static bool register_op(const Definition *op) {
  TF_Status *status = api.TF_NewStatus();
  TF_OpDefinitionBuilder *definition = api.TF_NewOpDefinitionBuilder(op->name);
  for (int i = 0; i < MOST_INPUTS && op->inputs[i] != NULL; i++) api.TF_OpDefinitionBuilderAddInput(definition, op->inputs[i]);
  for (int i = 0; i < MOST_OUTPUTS && op->outputs[i] != NULL; i++)
    api.TF_OpDefinitionBuilderAddOutput(definition, op->outputs[i]);
  api.TF_OpDefinitionBuilderSetShapeInferenceFunction(definition, op->infer);
  api.TF_RegisterOpDefinition(definition, status);
  if (api.TF_GetCode(status) == TF_OK) {
    TF_KernelBuilder *kernel = api.TF_NewKernelBuilder(op->name, "CPU", NULL, op->compute, NULL);
    api.TF_RegisterKernelBuilder(op->name, kernel, status);
  }
  bool well = api.TF_GetCode(status) == TF_OK;
  api.TF_DeleteStatus(status);
  return well;
}

bool register_kernels(void *library) {
  static const Definition definitions[] = {
      {"XkdAdamW",
       {"weight: float", "first: float", "second: float", "gradient: float", "clip: float", "factors: float"},
       {"new_weight: float", "new_first: float", "new_second: float"},
       infer_three,
       compute_adamw},
      {"XkdBlend", {"a: float", "b: float", "factors: float"}, {"blended: float"}, infer_one, compute_blend},
  };
#define XKD_LOOK_UP(name, result, parameters)  \
  *(void **)&api.name = dlsym(library, #name); \
  if (api.name == NULL) return false;
  XKD_KERNEL_FUNCTIONS(XKD_LOOK_UP)
#undef XKD_LOOK_UP
  bool well = true;
  for (size_t i = 0; i < sizeof(definitions) / sizeof(definitions[0]); i++) well = well && register_op(&definitions[i]);
  return well;
}
