/*
 * Levels of processors. The loops are compiled once for each (LEVEL names it, set-up gives the instructions), and the best
 * that the processor has is taken.
 */
#ifndef XKD_LEVELS_H
#define XKD_LEVELS_H

typedef enum { LEVEL_PLAIN, LEVEL_AVX2, LEVEL_AVX512 } Level;

/* The level of this processor. */
Level level_here(void);

/* Declares the tables of all levels, and an array of them, table_levels, to be indexed by level_here(). */
#if defined(__x86_64__)
#define LEVEL_TABLE(type, table)                               \
  extern const type table##_plain, table##_avx2, table##_avx512; \
  static const type *const table##_levels[] = {&table##_plain, &table##_avx2, &table##_avx512}
#else
#define LEVEL_TABLE(type, table)     \
  extern const type table##_plain; \
  static const type *const table##_levels[] = {&table##_plain}
#endif

#ifdef LEVEL
#define JOIN_NAMES(a, b) a##_##b
#define JOIN(a, b) JOIN_NAMES(a, b)
/* A function of this level. */
#define OF_LEVEL(name) JOIN(name, LEVEL)
#endif

#endif
