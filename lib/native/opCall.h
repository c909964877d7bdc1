/*
 * Ops of our own in TensorFlow: what registers them, and what a call of one reads and makes. All tensors are of single
 * precision.
 */
#ifndef XKD_OP_CALL_H
#define XKD_OP_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tensorflow.h"

typedef struct TF_OpKernelContext TF_OpKernelContext;
typedef struct TF_ShapeInferenceContext TF_ShapeInferenceContext;

enum { MOST_INPUTS = 6, MOST_OUTPUTS = 3, MOST_AXES = 8 };

typedef struct {
  TF_Tensor *tensor;
  float *values;
  int rank;
  int64_t shape[MOST_AXES];
  size_t count;
} Operand;

typedef struct {
  TF_OpKernelContext *context;
  TF_Status *status;
  Operand in[MOST_INPUTS];
  Operand out[MOST_OUTPUTS];
  int inputs;
} Call;

/* Reads the inputs; false where the call has failed. */
bool begin_call(Call *call, TF_OpKernelContext *context, int inputs);

/* Makes an output; false where there is no memory for it. */
bool make_output(Call *call, int index, int rank, const int64_t *shape);

/* An output with the shape of an input. */
bool make_output_like(Call *call, int index, int input);

/*
 * An output with the shape of an input, in its memory where nobody else needs that: then both have the same values. To be
 * called before any work is done, once for an input.
 */
bool make_output_of(Call *call, int index, int input);

/* Fails the call with a sentence; returns false. */
bool refuse(Call *call, const char *sentence);

/* Fails the call for want of memory. */
bool run_out_of_memory(Call *call);

/* Fails the call because a rank has failed. */
bool fail_exchange(Call *call, const char *sentence);

/* Frees a tensor that was taken out of a call. */
void release_tensor(void *tensor);

/* Whether two operands have one shape. */
bool same_shape(const Operand *a, const Operand *b);

/* Ends a call, also a failed one. */
void end_call(Call *call);

/* Sizes of an input, which need not be known: then its rank or the size is -1. */
int inferred_rank(TF_ShapeInferenceContext *context, int input, TF_Status *status);
int64_t inferred_size(TF_ShapeInferenceContext *context, int input, int axis, TF_Status *status);

/* Says that an output has the shape of an input, without its last `dropped` axes and with `added` sizes after. */
void infer_shape(TF_ShapeInferenceContext *context, TF_Status *status, int output, int input, int dropped, int added,
                 const int64_t *sizes);

typedef struct {
  const char *name;
  const char *inputs[MOST_INPUTS];
  const char *outputs[MOST_OUTPUTS];
  void (*infer)(TF_ShapeInferenceContext *, TF_Status *);
  void (*compute)(void *, TF_OpKernelContext *);
  /* It does more than its outputs tell, so that a graph runs each of its nodes. */
  bool stateful;
} OpDefinition;

/* Looks up TensorFlow's functions in a library; false where one is missing. */
bool find_op_functions(void *library);

bool register_op(const OpDefinition *op);

#endif
