#include "jobs.h"

#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint16_t to_bf16(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof(bits));
  if ((bits & 0x7fffffff) > 0x7f800000) return (uint16_t)(bits >> 16 | 0x40); /* NaN stays one */
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static float from_bf16(uint16_t value) {
  const uint32_t bits = (uint32_t)value << 16;
  float wide;
  memcpy(&wide, &bits, sizeof(wide));
  return wide;
}

static bool reduces(const Job *job) { return job->kind == REDUCE || job->kind == REDUCE_BF16; }

/* Bytes of a number on the way. */
static size_t number_bytes(const Job *job) { return job->kind == REDUCE_BF16 ? sizeof(uint16_t) : sizeof(float); }

static void release_input(Job *job) {
  if (job->release != NULL) job->release(job->owner);
  job->release = NULL;
}

/*
 * Memory of reductions is kept for those of the same size, which come again in every step: the system need not clear new
 * memory for each.
 */
enum { MOST_KEPT = 256 };
static pthread_mutex_t memory_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct {
  void *memory;
  size_t bytes;
} kept[MOST_KEPT];

static bool make_room(void **memory, size_t bytes) {
  *memory = NULL;
  pthread_mutex_lock(&memory_mutex);
  for (int i = 0; i < MOST_KEPT && *memory == NULL; i++)
    if (kept[i].memory != NULL && kept[i].bytes == bytes) {
      *memory = kept[i].memory;
      kept[i].memory = NULL;
    }
  pthread_mutex_unlock(&memory_mutex);
  if (*memory == NULL) *memory = malloc(bytes + 1);
  return *memory != NULL;
}

static void drop(void **memory, size_t bytes) {
  if (*memory == NULL) return;
  pthread_mutex_lock(&memory_mutex);
  for (int i = 0; i < MOST_KEPT && *memory != NULL; i++)
    if (kept[i].memory == NULL) {
      kept[i].memory = *memory;
      kept[i].bytes = bytes;
      *memory = NULL;
    }
  pthread_mutex_unlock(&memory_mutex);
  free(*memory);
  *memory = NULL;
}

/* Copies the input, rounded if asked, with zeros after it. */
static void pack(Job *job, int size) {
  const size_t count = job->bytes / sizeof(float), all = job->share * (size_t)size;
  const float *values = job->input;
  if (job->kind == REDUCE) {
    memcpy(job->sent, values, job->bytes);
    memset((float *)job->sent + count, 0, (all - count) * sizeof(float));
  } else {
    uint16_t *to = job->sent;
    for (size_t i = 0; i < all; i++) to[i] = i < count ? to_bf16(values[i]) : 0;
  }
  release_input(job);
}

Job *make_job(JobKind kind, const void *input, size_t bytes, int size, Release release, void *owner) {
  Job *job = calloc(1, sizeof(Job));
  if (job == NULL) return NULL;
  *job = (Job){.kind = kind, .input = input, .bytes = bytes, .release = release, .owner = owner};
  job->request = MPI_REQUEST_NULL;
  const size_t count = bytes / sizeof(float);
  if (reduces(job)) job->share = (count + (size_t)size - 1) / (size_t)size;
  job->all_bytes = reduces(job) ? job->share * (size_t)size * number_bytes(job) : bytes * (kind == GATHER ? (size_t)size : 1);
  const bool well = reduces(job) ? make_room(&job->sent, job->all_bytes)
                                 : (job->result = malloc(job->all_bytes + 1)) != NULL;
  if (!well) {
    free(job);
    return NULL;
  }
  /* By the thread that asks, which has its own time for it. */
  if (reduces(job)) pack(job, size);
  return job;
}

/* Means of this rank's share, in the order of the ranks. */
static void average(Job *job, int size) {
  for (size_t i = 0; i < job->share; i++) {
    double sum = 0;
    for (int rank = 0; rank < size; rank++) {
      const size_t at = (size_t)rank * job->share + i;
      sum += job->kind == REDUCE ? ((float *)job->received)[at] : from_bf16(((uint16_t *)job->received)[at]);
    }
    const float mean = (float)(sum / size);
    if (job->kind == REDUCE) ((float *)job->mine)[i] = mean;
    else ((uint16_t *)job->mine)[i] = to_bf16(mean);
  }
}

static int begin_stage(Job *job, const MpiFunctions *mpi, MPI_Comm comm, int size) {
  const MPI_Datatype number = job->kind == REDUCE_BF16 ? MPI_UINT16_T : MPI_FLOAT;
  const int share = (int)job->share, bytes = (int)job->bytes;
  switch (job->kind) {
    case REDUCE:
    case REDUCE_BF16:
      if (job->stage == 0) {
        if (!make_room(&job->received, job->all_bytes)) return NO_MEMORY;
        return mpi->MPI_Ialltoall(job->sent, share, number, job->received, share, number, comm, &job->request);
      }
      drop(&job->sent, job->all_bytes);
      if (!make_room(&job->mine, job->share * number_bytes(job)) || !make_room(&job->result, job->all_bytes))
        return NO_MEMORY;
      average(job, size);
      drop(&job->received, job->all_bytes);
      return mpi->MPI_Iallgather(job->mine, share, number, job->result, share, number, comm, &job->request);
    case GATHER:
      return mpi->MPI_Iallgather(job->input, bytes, MPI_BYTE, job->result, bytes, MPI_BYTE, comm, &job->request);
    case BROADCAST:
      memcpy(job->result, job->input, job->bytes);
      return mpi->MPI_Ibcast(job->result, bytes, MPI_BYTE, 0, comm, &job->request);
  }
  return MPI_SUCCESS;
}

bool progress_job(Job *job, const MpiFunctions *mpi, MPI_Comm comm, int size, int *code) {
  const int last = reduces(job) ? 2 : 1;
  if (job->request == MPI_REQUEST_NULL) {
    *code = begin_stage(job, mpi, comm, size);
    if (*code != MPI_SUCCESS) return false;
  }
  int done = 0;
  *code = mpi->MPI_Test(&job->request, &done, MPI_STATUS_IGNORE);
  if (*code != MPI_SUCCESS || !done) return false;
  job->request = MPI_REQUEST_NULL;
  return ++job->stage == last;
}

void complete_job(Job *job, const char *trouble) {
  /* After a failure MPI may still read or write the memory of what was under way, so that it is kept. */
  if (trouble != NULL) {
    memcpy(job->trouble, trouble, SENTENCE_BYTES);
    if (job->request != MPI_REQUEST_NULL) {
      job->sent = job->received = job->mine = job->result = NULL;
      job->release = NULL;
    }
  }
  release_input(job);
  job->completed = true;
}

bool take_result(Job *job, void *output, char *sentence) {
  if (job->trouble[0] != 0) {
    memcpy(sentence, job->trouble, SENTENCE_BYTES);
    return false;
  }
  if (job->kind == REDUCE_BF16) {
    const size_t count = job->bytes / sizeof(float);
    for (size_t i = 0; i < count; i++) ((float *)output)[i] = from_bf16(((uint16_t *)job->result)[i]);
  } else {
    memcpy(output, job->result, reduces(job) ? job->bytes : job->all_bytes);
  }
  return true;
}

void free_job(Job *job) {
  release_input(job);
  drop(&job->sent, job->all_bytes);
  drop(&job->received, job->all_bytes);
  drop(&job->mine, job->share * number_bytes(job));
  if (reduces(job)) drop(&job->result, job->all_bytes);
  else free(job->result);
  free(job);
}

void pace_polling(Pace *pace, bool active) {
  if (!active) {
    pace->since = 0;
    return;
  }
  const double now = seconds_now();
  if (pace->since == 0) pace->since = now;
  if (now - pace->since < 1e-3) {
    sched_yield();
  } else {
    const struct timespec shortly = {0, 50 * 1000};
    nanosleep(&shortly, NULL);
  }
}
