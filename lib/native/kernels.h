#ifndef XKD_KERNELS_H
#define XKD_KERNELS_H

#include <stdbool.h>

#include "opCall.h"

/* Registers the ops with the TensorFlow in a library; false where it can't take them. */
bool register_kernels(void *library);

/* The name of an op, NULL after the last. */
const char *kernel_name(size_t index);

/* A list of ops that ends with one without a name. */
extern const OpDefinition optimiser_ops[], attention_ops[], layer_norm_ops[], gelu_ops[], collective_ops[];

/* Connects the ops that exchange tensors to the functions of ranks.h. */
void connect_ranks(const void *functions);

#endif
