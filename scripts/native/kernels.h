#ifndef XKD_KERNELS_H
#define XKD_KERNELS_H

#include <stdbool.h>

/* Registers the ops of kernels.c with the TensorFlow in a library; false where it can't take any. */
bool register_kernels(void *library);

#endif
