/* The functions of one level in one place. */
#include "loops.h"

const Loops OF_LEVEL(loops) = {
    .attention_scratch = OF_LEVEL(attention_scratch),
    .attention_gradient_scratch = OF_LEVEL(attention_gradient_scratch),
    .attention = OF_LEVEL(attention),
    .attention_gradient = OF_LEVEL(attention_gradient),
    .layer_norm = OF_LEVEL(layer_norm),
    .layer_norm_gradient = OF_LEVEL(layer_norm_gradient),
    .gelu = OF_LEVEL(gelu),
    .gelu_gradient = OF_LEVEL(gelu_gradient),
    .adamw = OF_LEVEL(adamw),
    .blend = OF_LEVEL(blend),
};
