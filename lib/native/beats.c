/*
 * Signs of life. Each rank sends one to rank 0 every second, and rank 0 to each; a rank of which nothing is heard for
 * long was killed, stopped or cut off. A failure goes the same way: to rank 0, and from there to all.
 */
#include "jobs.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { BEAT = 0, FAILED = 1, TAG = 7 };

static const double beat_seconds = 1.0, look_seconds = 0.01, pause_seconds = 4.0;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static bool is_other(const Beats *beats, int rank) {
  return rank != beats->ranks->rank && (beats->ranks->rank == 0 || rank == 0);
}

static void receive(Beats *beats) {
  const int from = beats->ranks->rank == 0 ? MPI_ANY_SOURCE : 0;
  beats->mpi->MPI_Irecv(&beats->incoming, sizeof(Beat), MPI_BYTE, from, TAG, beats->comm, &beats->receiving);
}

static void hear_all(Beats *beats) {
  for (int rank = 0; rank < beats->ranks->size; rank++) beats->heard[rank] = seconds_now();
}

bool begin_beats(Beats *beats, const MpiFunctions *mpi, const Ranks *ranks, double silence_seconds, char *sentence) {
  beats->mpi = mpi;
  beats->ranks = ranks;
  beats->silence_seconds = silence_seconds;
  beats->failure.rank = -1;
  if (ranks->size > MOST_RANKS) {
    snprintf(sentence, SENTENCE_BYTES, "There are %d processes, more than %d", ranks->size, MOST_RANKS);
    return false;
  }
  if (mpi->MPI_Comm_dup(MPI_COMM_WORLD, &beats->comm) != MPI_SUCCESS) {
    snprintf(sentence, SENTENCE_BYTES, "MPI failed while starting");
    return false;
  }
  for (int rank = 0; rank < ranks->size; rank++) beats->sending[rank] = MPI_REQUEST_NULL;
  beats->last_look = seconds_now();
  hear_all(beats);
  receive(beats);
  return true;
}

void end_beats(Beats *beats) {
  beats->mpi->MPI_Cancel(&beats->receiving);
  beats->mpi->MPI_Wait(&beats->receiving, MPI_STATUS_IGNORE);
}

static void set_failure(Beats *beats, int rank, const char *sentence) {
  pthread_mutex_lock(&mutex);
  if (beats->failure.rank < 0) {
    snprintf(beats->failure.sentence, SENTENCE_BYTES, "%s", sentence);
    beats->failure.rank = rank;
  }
  pthread_mutex_unlock(&mutex);
}

void fail_beats(Beats *beats, const char *sentence) { set_failure(beats, beats->ranks->rank, sentence); }

/* Sends to a rank, unless the last message has not left yet. */
static bool send(Beats *beats, int rank, int kind) {
  int sent = 1;
  if (beats->sending[rank] != MPI_REQUEST_NULL)
    beats->mpi->MPI_Test(&beats->sending[rank], &sent, MPI_STATUS_IGNORE);
  if (!sent) return false;
  Beat *beat = &beats->outgoing[rank];
  memset(beat, 0, sizeof(*beat));
  beat->kind = kind;
  beat->rank = beats->failure.rank;
  if (kind == FAILED) memcpy(beat->sentence, beats->failure.sentence, SENTENCE_BYTES);
  return beats->mpi->MPI_Isend(beat, sizeof(*beat), MPI_BYTE, rank, TAG, beats->comm, &beats->sending[rank]) ==
         MPI_SUCCESS;
}

static void hear(Beats *beats) {
  for (int done = 1; done;) {
    MPI_Status status;
    done = 0;
    if (beats->mpi->MPI_Test(&beats->receiving, &done, &status) != MPI_SUCCESS || !done) return;
    const int from = status.MPI_SOURCE;
    if (from >= 0 && from < beats->ranks->size) beats->heard[from] = seconds_now();
    beats->incoming.sentence[SENTENCE_BYTES - 1] = 0;
    if (beats->incoming.kind == FAILED) set_failure(beats, beats->incoming.rank, beats->incoming.sentence);
    receive(beats);
  }
}

static void find_silent(Beats *beats, double now) {
  for (int rank = 0; rank < beats->ranks->size; rank++) {
    if (!is_other(beats, rank) || now - beats->heard[rank] < beats->silence_seconds) continue;
    char sentence[SENTENCE_BYTES];
    snprintf(sentence, sizeof(sentence), "nothing was heard of it for %.0f s: it was stopped, killed or cut off",
             beats->silence_seconds);
    set_failure(beats, rank, sentence);
  }
}

void progress_beats(Beats *beats) {
  const double now = seconds_now();
  if (now - beats->last_look < look_seconds) return;
  /* This process itself was stopped for a while: the others are to get their time. */
  if (now - beats->last_look > pause_seconds) hear_all(beats);
  beats->last_look = now;
  hear(beats);
  const bool failed = beats->failure.rank >= 0;
  if (!failed) find_silent(beats, now);
  const bool due = now - beats->last_beat >= beat_seconds;
  if (due) beats->last_beat = now;
  for (int rank = 0; rank < beats->ranks->size; rank++) {
    if (!is_other(beats, rank)) continue;
    if (failed && !beats->told[rank]) beats->told[rank] = send(beats, rank, FAILED);
    else if (due && !failed) send(beats, rank, BEAT);
  }
}
