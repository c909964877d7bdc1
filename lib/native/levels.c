/* Chooses the loops for the processor; compiled for any processor itself. */
#include "loops/loops.h"

extern const Loops loops_plain;
#if defined(__x86_64__)
extern const Loops loops_avx2, loops_avx512;
#endif

const Loops *loops_here(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    return &loops_avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &loops_avx2;
#endif
  return &loops_plain;
}
