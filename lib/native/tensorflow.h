/*
 * The part of TensorFlow's C interface that graph.c calls. Where TensorFlow's own header is at hand the compiler
 * compares each declaration with it; without it (a user's own TensorFlow) these are enough.
 */
#ifndef XKD_TENSORFLOW_H
#define XKD_TENSORFLOW_H

#include <stddef.h>
#include <stdint.h>

#if defined(__has_include)
#if __has_include("tensorflow/c/c_api.h")
#include "tensorflow/c/c_api.h"
#define XKD_HAS_TENSORFLOW_HEADER
#endif
#endif

#ifndef XKD_HAS_TENSORFLOW_HEADER
typedef enum TF_DataType { TF_FLOAT = 1, TF_INT32 = 3, TF_BOOL = 10 } TF_DataType;
typedef enum TF_Code { TF_OK = 0 } TF_Code;
typedef struct TF_Status TF_Status;
typedef struct TF_Tensor TF_Tensor;
typedef struct TF_Graph TF_Graph;
typedef struct TF_Session TF_Session;
typedef struct TF_SessionOptions TF_SessionOptions;
typedef struct TF_Operation TF_Operation;
typedef struct TF_OperationDescription TF_OperationDescription;
typedef struct TF_Buffer {
  const void *data;
  size_t length;
  void (*data_deallocator)(void *data, size_t length);
} TF_Buffer;
typedef struct TF_Output {
  TF_Operation *oper;
  int index;
} TF_Output;
#endif

/* Name, result, parameters. */
#define XKD_TENSORFLOW_FUNCTIONS(F)                                                                             \
  F(TF_NewStatus, TF_Status *, (void))                                                                          \
  F(TF_DeleteStatus, void, (TF_Status *))                                                                       \
  F(TF_GetCode, TF_Code, (const TF_Status *))                                                                   \
  F(TF_Message, const char *, (const TF_Status *))                                                              \
  F(TF_NewBuffer, TF_Buffer *, (void))                                                                          \
  F(TF_NewBufferFromString, TF_Buffer *, (const void *, size_t))                                                \
  F(TF_DeleteBuffer, void, (TF_Buffer *))                                                                       \
  F(TF_AllocateTensor, TF_Tensor *, (TF_DataType, const int64_t *, int, size_t))                                \
  F(TF_DeleteTensor, void, (TF_Tensor *))                                                                       \
  F(TF_TensorType, TF_DataType, (const TF_Tensor *))                                                            \
  F(TF_NumDims, int, (const TF_Tensor *))                                                                       \
  F(TF_Dim, int64_t, (const TF_Tensor *, int))                                                                  \
  F(TF_TensorByteSize, size_t, (const TF_Tensor *))                                                             \
  F(TF_TensorData, void *, (const TF_Tensor *))                                                                 \
  F(TF_NewGraph, TF_Graph *, (void))                                                                            \
  F(TF_DeleteGraph, void, (TF_Graph *))                                                                         \
  F(TF_GraphOperationByName, TF_Operation *, (TF_Graph *, const char *))                                        \
  F(TF_OperationNumOutputs, int, (TF_Operation *))                                                              \
  F(TF_NewOperation, TF_OperationDescription *, (TF_Graph *, const char *, const char *))                       \
  F(TF_AddInput, void, (TF_OperationDescription *, TF_Output))                                                  \
  F(TF_AddInputList, void, (TF_OperationDescription *, const TF_Output *, int))                                 \
  F(TF_AddControlInput, void, (TF_OperationDescription *, TF_Operation *))                                      \
  F(TF_SetAttrValueProto, void, (TF_OperationDescription *, const char *, const void *, size_t, TF_Status *))   \
  F(TF_FinishOperation, TF_Operation *, (TF_OperationDescription *, TF_Status *))                               \
  F(TF_GraphGetTensorNumDims, int, (TF_Graph *, TF_Output, TF_Status *))                                        \
  F(TF_GraphGetTensorShape, void, (TF_Graph *, TF_Output, int64_t *, int, TF_Status *))                         \
  F(TF_OperationOutputType, TF_DataType, (TF_Output))                                                           \
  F(TF_NewSessionOptions, TF_SessionOptions *, (void))                                                          \
  F(TF_DeleteSessionOptions, void, (TF_SessionOptions *))                                                       \
  F(TF_SetConfig, void, (TF_SessionOptions *, const void *, size_t, TF_Status *))                               \
  F(TF_NewSession, TF_Session *, (TF_Graph *, const TF_SessionOptions *, TF_Status *))                          \
  F(TF_CloseSession, void, (TF_Session *, TF_Status *))                                                         \
  F(TF_DeleteSession, void, (TF_Session *, TF_Status *))                                                        \
  F(TF_SessionRun, void,                                                                                        \
    (TF_Session *, const TF_Buffer *, const TF_Output *, TF_Tensor *const *, int, const TF_Output *,            \
     TF_Tensor **, int, const TF_Operation *const *, int, TF_Buffer *, TF_Status *))

#define XKD_DECLARE(name, result, parameters) result name parameters;
XKD_TENSORFLOW_FUNCTIONS(XKD_DECLARE)
#undef XKD_DECLARE

#endif
