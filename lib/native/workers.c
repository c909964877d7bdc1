/*
 * Threads that share the work of an op with the thread that TensorFlow runs it on, which does tasks itself and never waits
 * for a thread to begin. TensorFlow runs several ops at a time; a worker joins in only while fewer threads than the
 * processors at hand do our work, and sleeps otherwise.
 */
#define _GNU_SOURCE
#include "workers.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#if defined(__linux__)
#include <sched.h>
#endif

/* Waking a thread takes a tenth of it; work that is shorter runs beside other ops. */
static const double least_cost = 500e3;

typedef struct Job {
  void (*task)(void *, size_t);
  void *data;
  size_t count;
  atomic_size_t next;
  /* Workers that are at it. */
  int helpers;
  pthread_cond_t helped;
  struct Job *following;
} Job;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t offered = PTHREAD_COND_INITIALIZER;
static Job *jobs = NULL;
/* Threads that do tasks now, and those that may. */
static atomic_int running = 0;
static int threads = 0;

/* As many as TensorFlow uses within an op. */
static int wanted_threads(void) {
  const char *set = getenv("TF_NUM_INTRAOP_THREADS");
  long count = set == NULL ? 0 : strtol(set, NULL, 10);
#if defined(__linux__)
  cpu_set_t allowed;
  if (count <= 0 && sched_getaffinity(0, sizeof(allowed), &allowed) == 0) count = CPU_COUNT(&allowed);
#endif
  if (count <= 0) count = sysconf(_SC_NPROCESSORS_ONLN);
  return count < 1 ? 1 : count > 256 ? 256 : (int)count;
}

static Job *open_job(void) {
  for (Job *job = jobs; job != NULL; job = job->following)
    if (atomic_load(&job->next) < job->count) return job;
  return NULL;
}

static bool do_task(Job *job) {
  size_t index = atomic_fetch_add(&job->next, 1);
  if (index < job->count) job->task(job->data, index);
  return index + 1 < job->count;
}

static void *work(void *unused) {
  pthread_mutex_lock(&lock);
  for (;;) {
    Job *job = atomic_load(&running) < threads ? open_job() : NULL;
    if (job == NULL) {
      pthread_cond_wait(&offered, &lock);
      continue;
    }
    job->helpers += 1;
    atomic_fetch_add(&running, 1);
    pthread_mutex_unlock(&lock);
    while (atomic_load(&running) <= threads && do_task(job)) continue;
    pthread_mutex_lock(&lock);
    atomic_fetch_sub(&running, 1);
    job->helpers -= 1;
    if (job->helpers == 0) pthread_cond_signal(&job->helped);
  }
  return unused;
}

static void start_workers(void) {
  threads = wanted_threads();
  for (int i = 1; i < threads; i++) {
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (pthread_create(&thread, &attributes, work, NULL) != 0) threads = i; /* fewer, then */
    pthread_attr_destroy(&attributes);
  }
}

void share_work(size_t count, double cost, void (*task)(void *data, size_t index), void *data) {
  if (count <= 1 || cost < least_cost) {
    for (size_t i = 0; i < count; i++) task(data, i);
    return;
  }
  Job job = {.task = task, .data = data, .count = count};
  atomic_init(&job.next, 0);
  pthread_cond_init(&job.helped, NULL);
  pthread_mutex_lock(&lock);
  if (threads == 0) start_workers();
  job.following = jobs;
  jobs = &job;
  if (atomic_fetch_add(&running, 1) + 1 < threads) pthread_cond_broadcast(&offered);
  pthread_mutex_unlock(&lock);
  while (do_task(&job)) continue;
  pthread_mutex_lock(&lock);
  for (Job **place = &jobs; *place != NULL; place = &(*place)->following) {
    if (*place != &job) continue;
    *place = job.following;
    break;
  }
  atomic_fetch_sub(&running, 1);
  if (open_job() != NULL) pthread_cond_broadcast(&offered);
  while (job.helpers > 0) pthread_cond_wait(&job.helped, &lock);
  pthread_mutex_unlock(&lock);
  pthread_cond_destroy(&job.helped);
}

float *thread_scratch(size_t numbers) {
  static __thread float *memory = NULL;
  static __thread size_t size = 0;
  if (numbers <= size) return memory;
  free(memory);
  size = (numbers + 1023) / 1024 * 1024;
  memory = aligned_alloc(64, size * sizeof(float));
  if (memory == NULL) size = 0;
  return memory;
}
