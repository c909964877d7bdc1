#include "opCall.h"

#include <dlfcn.h>
#include <string.h>

enum { INVALID = 3, EXHAUSTED = 8, UNAVAILABLE = 14 };

typedef struct TF_OpDefinitionBuilder TF_OpDefinitionBuilder;
typedef struct TF_KernelBuilder TF_KernelBuilder;
typedef struct TF_OpKernelConstruction TF_OpKernelConstruction;
typedef struct TF_ShapeHandle TF_ShapeHandle;
typedef struct TF_DimensionHandle TF_DimensionHandle;

/* tensorflow/c/ops.h and tensorflow/c/kernels.h: name, result, parameters. */
#define XKD_OP_FUNCTIONS(F)                                                                                    \
  F(TF_NewStatus, TF_Status *, (void))                                                                         \
  F(TF_DeleteStatus, void, (TF_Status *))                                                                      \
  F(TF_GetCode, TF_Code, (const TF_Status *))                                                                  \
  F(TF_SetStatus, void, (TF_Status *, TF_Code, const char *))                                                  \
  F(TF_DeleteTensor, void, (TF_Tensor *))                                                                      \
  F(TF_NumDims, int, (const TF_Tensor *))                                                                      \
  F(TF_Dim, int64_t, (const TF_Tensor *, int))                                                                 \
  F(TF_TensorData, void *, (const TF_Tensor *))                                                                \
  F(TF_NewOpDefinitionBuilder, TF_OpDefinitionBuilder *, (const char *))                                       \
  F(TF_OpDefinitionBuilderAddInput, void, (TF_OpDefinitionBuilder *, const char *))                            \
  F(TF_OpDefinitionBuilderAddOutput, void, (TF_OpDefinitionBuilder *, const char *))                           \
  F(TF_OpDefinitionBuilderSetShapeInferenceFunction, void,                                                     \
    (TF_OpDefinitionBuilder *, void (*)(TF_ShapeInferenceContext *, TF_Status *)))                             \
  F(TF_OpDefinitionBuilderSetIsStateful, void, (TF_OpDefinitionBuilder *, bool))                               \
  F(TF_RegisterOpDefinition, void, (TF_OpDefinitionBuilder *, TF_Status *))                                    \
  F(TF_NewShapeHandle, TF_ShapeHandle *, (void))                                                               \
  F(TF_DeleteShapeHandle, void, (TF_ShapeHandle *))                                                            \
  F(TF_NewDimensionHandle, TF_DimensionHandle *, (void))                                                       \
  F(TF_DeleteDimensionHandle, void, (TF_DimensionHandle *))                                                    \
  F(TF_DimensionHandleValueKnown, int, (TF_DimensionHandle *))                                                 \
  F(TF_DimensionHandleValue, int64_t, (TF_DimensionHandle *))                                                  \
  F(TF_ShapeInferenceContextGetInput, void, (TF_ShapeInferenceContext *, int, TF_ShapeHandle *, TF_Status *))   \
  F(TF_ShapeInferenceContextSetOutput, void, (TF_ShapeInferenceContext *, int, TF_ShapeHandle *, TF_Status *))  \
  F(TF_ShapeInferenceContextRankKnown, int, (TF_ShapeInferenceContext *, TF_ShapeHandle *))                    \
  F(TF_ShapeInferenceContextRank, int64_t, (TF_ShapeInferenceContext *, TF_ShapeHandle *))                     \
  F(TF_ShapeInferenceContextDim, void,                                                                         \
    (TF_ShapeInferenceContext *, TF_ShapeHandle *, int64_t, TF_DimensionHandle *))                             \
  F(TF_ShapeInferenceContextSubshape, void,                                                                    \
    (TF_ShapeInferenceContext *, TF_ShapeHandle *, int64_t, int64_t, TF_ShapeHandle *, TF_Status *))           \
  F(TF_ShapeInferenceContextVectorFromSize, TF_ShapeHandle *, (TF_ShapeInferenceContext *, size_t))            \
  F(TF_ShapeInferenceContextConcatenateShapes, void,                                                           \
    (TF_ShapeInferenceContext *, TF_ShapeHandle *, TF_ShapeHandle *, TF_ShapeHandle *, TF_Status *))           \
  F(TF_NewKernelBuilder, TF_KernelBuilder *,                                                                   \
    (const char *, const char *, void *(*)(TF_OpKernelConstruction *), void (*)(void *, TF_OpKernelContext *), \
     void (*)(void *)))                                                                                        \
  F(TF_RegisterKernelBuilder, void, (const char *, TF_KernelBuilder *, TF_Status *))                           \
  F(TF_GetInput, void, (TF_OpKernelContext *, int, TF_Tensor **, TF_Status *))                                 \
  F(TF_AllocateOutput, TF_Tensor *,                                                                            \
    (TF_OpKernelContext *, int, TF_DataType, const int64_t *, int, size_t, TF_Status *))                       \
  F(TF_ForwardInputOrAllocateOutput, TF_Tensor *,                                                              \
    (TF_OpKernelContext *, const int *, int, int, const int64_t *, int, int *, TF_Status *))                   \
  F(TF_OpKernelContext_Failure, void, (TF_OpKernelContext *, TF_Status *))

static struct {
#define XKD_POINTER(name, result, parameters) result(*name) parameters;
  XKD_OP_FUNCTIONS(XKD_POINTER)
#undef XKD_POINTER
} api;

bool find_op_functions(void *library) {
#define XKD_LOOK_UP(name, result, parameters)  \
  *(void **)&api.name = dlsym(library, #name); \
  if (api.name == NULL) return false;
  XKD_OP_FUNCTIONS(XKD_LOOK_UP)
#undef XKD_LOOK_UP
  return true;
}

static bool is_well(const Call *call) { return api.TF_GetCode(call->status) == TF_OK; }

bool begin_call(Call *call, TF_OpKernelContext *context, int inputs) {
  memset(call, 0, sizeof(*call));
  call->context = context;
  call->status = api.TF_NewStatus();
  call->inputs = inputs;
  for (int i = 0; i < inputs; i++) {
    Operand *operand = &call->in[i];
    api.TF_GetInput(context, i, &operand->tensor, call->status);
    if (!is_well(call)) return false;
    operand->rank = api.TF_NumDims(operand->tensor);
    if (operand->rank > MOST_AXES) return refuse(call, "An operand has too many axes.");
    operand->count = 1;
    for (int axis = 0; axis < operand->rank; axis++) {
      operand->shape[axis] = api.TF_Dim(operand->tensor, axis);
      operand->count *= (size_t)operand->shape[axis];
    }
    operand->values = api.TF_TensorData(operand->tensor);
  }
  return true;
}

bool make_output(Call *call, int index, int rank, const int64_t *shape) {
  Operand *operand = &call->out[index];
  operand->rank = rank;
  operand->count = 1;
  for (int axis = 0; axis < rank; axis++) {
    operand->shape[axis] = shape[axis];
    operand->count *= (size_t)shape[axis];
  }
  const size_t bytes = operand->count * sizeof(float);
  operand->tensor = api.TF_AllocateOutput(call->context, index, TF_FLOAT, shape, rank, bytes, call->status);
  if (!is_well(call)) return false;
  operand->values = api.TF_TensorData(operand->tensor);
  return true;
}

bool make_output_like(Call *call, int index, int input) {
  return make_output(call, index, call->in[input].rank, call->in[input].shape);
}

bool make_output_of(Call *call, int index, int input) {
  Operand *from = &call->in[input], *to = &call->out[index];
  *to = (Operand){.rank = from->rank, .count = from->count};
  memcpy(to->shape, from->shape, sizeof(to->shape));
  /* Memory is handed on only where nobody else holds it, and so this call must not either. */
  api.TF_DeleteTensor(from->tensor);
  from->tensor = NULL;
  int forwarded = -1;
  to->tensor = api.TF_ForwardInputOrAllocateOutput(call->context, &input, 1, index, to->shape, to->rank, &forwarded,
                                                   call->status);
  if (!is_well(call)) return false;
  to->values = api.TF_TensorData(to->tensor);
  if (forwarded < 0) {
    api.TF_GetInput(call->context, input, &from->tensor, call->status);
    if (!is_well(call)) return false;
  }
  from->values = forwarded < 0 ? api.TF_TensorData(from->tensor) : to->values;
  return true;
}

static bool fail_call(Call *call, int code, const char *sentence) {
  api.TF_SetStatus(call->status, (TF_Code)code, sentence);
  return false;
}

bool refuse(Call *call, const char *sentence) { return fail_call(call, INVALID, sentence); }

bool run_out_of_memory(Call *call) { return fail_call(call, EXHAUSTED, "No memory for what an op needs in between."); }

bool fail_exchange(Call *call, const char *sentence) { return fail_call(call, UNAVAILABLE, sentence); }

void release_tensor(void *tensor) { api.TF_DeleteTensor(tensor); }

bool same_shape(const Operand *a, const Operand *b) {
  return a->rank == b->rank && memcmp(a->shape, b->shape, (size_t)a->rank * sizeof(int64_t)) == 0;
}

void end_call(Call *call) {
  if (!is_well(call)) api.TF_OpKernelContext_Failure(call->context, call->status);
  for (int i = 0; i < MOST_INPUTS; i++)
    if (call->in[i].tensor != NULL) api.TF_DeleteTensor(call->in[i].tensor);
  for (int i = 0; i < MOST_OUTPUTS; i++)
    if (call->out[i].tensor != NULL) api.TF_DeleteTensor(call->out[i].tensor);
  api.TF_DeleteStatus(call->status);
}

int inferred_rank(TF_ShapeInferenceContext *context, int input, TF_Status *status) {
  TF_ShapeHandle *shape = api.TF_NewShapeHandle();
  api.TF_ShapeInferenceContextGetInput(context, input, shape, status);
  int rank = -1;
  if (api.TF_GetCode(status) == TF_OK && api.TF_ShapeInferenceContextRankKnown(context, shape))
    rank = (int)api.TF_ShapeInferenceContextRank(context, shape);
  api.TF_DeleteShapeHandle(shape);
  return rank;
}

int64_t inferred_size(TF_ShapeInferenceContext *context, int input, int axis, TF_Status *status) {
  TF_ShapeHandle *shape = api.TF_NewShapeHandle();
  TF_DimensionHandle *size = api.TF_NewDimensionHandle();
  api.TF_ShapeInferenceContextGetInput(context, input, shape, status);
  int64_t value = -1;
  if (api.TF_GetCode(status) == TF_OK) {
    api.TF_ShapeInferenceContextDim(context, shape, axis, size);
    if (api.TF_DimensionHandleValueKnown(size)) value = api.TF_DimensionHandleValue(size);
  }
  api.TF_DeleteDimensionHandle(size);
  api.TF_DeleteShapeHandle(shape);
  return value;
}

void infer_shape(TF_ShapeInferenceContext *context, TF_Status *status, int output, int input, int dropped, int added,
                 const int64_t *sizes) {
  TF_ShapeHandle *shape = api.TF_NewShapeHandle();
  api.TF_ShapeInferenceContextGetInput(context, input, shape, status);
  if (api.TF_GetCode(status) == TF_OK && dropped > 0)
    api.TF_ShapeInferenceContextSubshape(context, shape, 0, -dropped, shape, status);
  for (int i = 0; i < added && api.TF_GetCode(status) == TF_OK; i++) {
    TF_ShapeHandle *size = api.TF_ShapeInferenceContextVectorFromSize(context, (size_t)sizes[i]);
    api.TF_ShapeInferenceContextConcatenateShapes(context, shape, size, shape, status);
    api.TF_DeleteShapeHandle(size);
  }
  if (api.TF_GetCode(status) == TF_OK) api.TF_ShapeInferenceContextSetOutput(context, output, shape, status);
  api.TF_DeleteShapeHandle(shape);
}

bool register_op(const OpDefinition *op) {
  TF_Status *status = api.TF_NewStatus();
  TF_OpDefinitionBuilder *definition = api.TF_NewOpDefinitionBuilder(op->name);
  for (int i = 0; i < MOST_INPUTS && op->inputs[i] != NULL; i++)
    api.TF_OpDefinitionBuilderAddInput(definition, op->inputs[i]);
  for (int i = 0; i < MOST_OUTPUTS && op->outputs[i] != NULL; i++)
    api.TF_OpDefinitionBuilderAddOutput(definition, op->outputs[i]);
  api.TF_OpDefinitionBuilderSetShapeInferenceFunction(definition, op->infer);
  api.TF_OpDefinitionBuilderSetIsStateful(definition, op->stateful);
  api.TF_RegisterOpDefinition(definition, status);
  if (api.TF_GetCode(status) == TF_OK) {
    TF_KernelBuilder *kernel = api.TF_NewKernelBuilder(op->name, "CPU", NULL, op->compute, NULL);
    api.TF_RegisterKernelBuilder(op->name, kernel, status);
  }
  bool well = api.TF_GetCode(status) == TF_OK;
  api.TF_DeleteStatus(status);
  return well;
}
