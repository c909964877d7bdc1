/*
 * Ops of this project, on the CPU. They are pure: values in, new values out, in one pass where TensorFlow's own take a
 * dozen. Here they are registered; what they do is said where they are defined.
 */
#include "kernels.h"

#include <stddef.h>

static const OpDefinition *op_at(size_t index) {
  static const OpDefinition *const groups[] = {optimiser_ops, attention_ops, layer_norm_ops, gelu_ops,
                                                collective_ops};
  for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
    for (const OpDefinition *op = groups[i]; op->name != NULL; op++)
      if (index-- == 0) return op;
  return NULL;
}

bool register_kernels(void *library) {
  if (!find_op_functions(library)) return false;
  for (size_t i = 0; op_at(i) != NULL; i++)
    if (!register_op(op_at(i))) return false;
  return true;
}

const char *kernel_name(size_t index) {
  const OpDefinition *op = op_at(index);
  return op == NULL ? NULL : op->name;
}
