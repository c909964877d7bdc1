/* The loops of the ops for this processor. */
#include "loops/loops.h"

LEVEL_TABLE(Loops, loops);

const Loops *loops_here(void) { return loops_levels[level_here()]; }
