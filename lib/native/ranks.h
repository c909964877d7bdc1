/*
 * The processes (ranks) of a run and what they exchange: tensors whose shapes all know beforehand. One thread of its own
 * talks to MPI. Work is taken in the order in which it is begun, which must be the same on all ranks; in two lanes, one
 * for the ops of a graph and one for everything else, each with a communicator of its own.
 */
#ifndef XKD_RANKS_H
#define XKD_RANKS_H

#include <stdbool.h>
#include <stddef.h>

enum { SENTENCE_BYTES = 480 };

typedef enum { LANE_GRAPH, LANE_CONTROL, LANES } Lane;

typedef enum {
  /* Mean over the ranks of as many numbers on each, summed in the order of the ranks: the same bits on all. */
  REDUCE,
  /* The same, with numbers rounded to bf16 on the way. */
  REDUCE_BF16,
  /* The values of all ranks, in their order. */
  GATHER,
  /* Those of rank 0. */
  BROADCAST
} JobKind;

typedef struct Job Job;

/* Called by the thread when the input of a job is no longer read. */
typedef void (*Release)(void *owner);

typedef struct {
  int rank, size;
  /* Begins a job on `bytes` bytes of input; NULL where there is no memory for it. */
  Job *(*begin)(Lane lane, JobKind kind, const void *input, size_t bytes, Release release, void *owner);
  /* Waits for a job and frees it. Its result is copied to `output`; false with a sentence if it failed. */
  bool (*finish)(Job *job, void *output, char *sentence);
} Ranks;

/* Starts the thread and MPI; false with a sentence if it can't. To be called once. */
bool start_ranks(const char *library, double silence_seconds, char *sentence);

const Ranks *ranks_here(void);

/* Name and version of the library. */
const char *mpi_version(void);

/* Tells all ranks that this one has failed, and why. The first failure counts. */
void fail_ranks(const char *sentence);

/* The rank that failed, with its sentence; -1 while all is well. */
int failed_rank(char *sentence);

/* Seconds in which ops have waited for other ranks. */
double waited_seconds(void);

/* Ends MPI and the thread, after a success on all ranks. */
void end_ranks(void);

#endif
