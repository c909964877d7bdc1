/* What the thread of ranks.c works with: jobs (jobs.c), and the ranks' signs of life (beats.c). */
#ifndef XKD_JOBS_H
#define XKD_JOBS_H

#include "mpi.h"
#include "ranks.h"

/* Beside MPI's error codes: there is no memory. */
enum { NO_MEMORY = -1 };

struct Job {
  JobKind kind;
  const void *input;
  size_t bytes;
  Release release;
  void *owner;
  /* Values of a rank's share of a reduction, of one rank's size. */
  size_t share;
  /* Bytes of the result, and of what is sent. */
  size_t all_bytes;
  void *sent, *received, *mine, *result;
  MPI_Request request;
  int stage;
  bool completed;
  char trouble[SENTENCE_BYTES];
  Job *next;
};

Job *make_job(JobKind kind, const void *input, size_t bytes, int size, Release release, void *owner);

/* Takes a job further without waiting; true when it is done. */
bool progress_job(Job *job, const MpiFunctions *mpi, MPI_Comm comm, int size, int *code);

/* Marks it as completed, with a sentence if it failed. */
void complete_job(Job *job, const char *trouble);

/* Copies the result, or the sentence of what failed. */
bool take_result(Job *job, void *output, char *sentence);

void free_job(Job *job);

/* A failure: of which rank, -1 for none, and why. */
typedef struct {
  volatile int rank;
  char sentence[SENTENCE_BYTES];
} Failure;

/* What ranks tell each other beside the jobs. */
typedef struct {
  int kind, rank;
  char sentence[SENTENCE_BYTES];
} Beat;

enum { MOST_RANKS = 1024 };

typedef struct {
  const MpiFunctions *mpi;
  const Ranks *ranks;
  MPI_Comm comm;
  double silence_seconds, last_beat, last_look;
  double heard[MOST_RANKS];
  Beat incoming, outgoing[MOST_RANKS];
  MPI_Request receiving, sending[MOST_RANKS];
  bool told[MOST_RANKS];
  Failure failure;
} Beats;

/* To be called before MPI ends. */
void end_beats(Beats *beats);

bool begin_beats(Beats *beats, const MpiFunctions *mpi, const Ranks *ranks, double silence_seconds, char *sentence);

void progress_beats(Beats *beats);

/* This rank has failed; from any thread. */
void fail_beats(Beats *beats, const char *sentence);

/* How long the thread has been polling without a rest. */
typedef struct {
  double since;
} Pace;

/* Polls eagerly at first, then with rests, so that more ranks than cores get on. */
void pace_polling(Pace *pace, bool active);

double seconds_now(void);

#endif
