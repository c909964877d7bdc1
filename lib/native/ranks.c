#include "ranks.h"
#include "jobs.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct {
  MpiFunctions mpi;
  pthread_t thread;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  /* Jobs that wait, and the one under way, by lane. */
  Job *first[LANES], *last[LANES], *active[LANES];
  MPI_Comm lanes[LANES];
  Beats beats;
  Ranks ranks;
  char version[MPI_MAX_LIBRARY_VERSION_STRING];
  char trouble[SENTENCE_BYTES];
  double silence_seconds, waited;
  bool started, ready, ending, ended;
} world = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static bool explain(int code, const char *doing, char *sentence) {
  if (code == MPI_SUCCESS) return true;
  if (code == NO_MEMORY) {
    snprintf(sentence, SENTENCE_BYTES, "there is not enough memory while %s: choose a smaller training.batch", doing);
    return false;
  }
  char text[MPI_MAX_ERROR_STRING] = "";
  int length = 0;
  world.mpi.MPI_Error_string(code, text, &length);
  text[strcspn(text, "\n")] = 0;
  snprintf(sentence, SENTENCE_BYTES, "MPI failed while %s (%.400s)", doing, text);
  return false;
}

/* Opens MPI, on the thread that alone calls it from then on. */
static bool open_mpi(char *sentence) {
  const MpiFunctions *mpi = &world.mpi;
  int provided = 0;
  if (!explain(mpi->MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &provided), "starting", sentence)) return false;
  mpi->MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  mpi->MPI_Comm_rank(MPI_COMM_WORLD, &world.ranks.rank);
  mpi->MPI_Comm_size(MPI_COMM_WORLD, &world.ranks.size);
  for (int lane = 0; lane < LANES; lane++)
    if (!explain(mpi->MPI_Comm_dup(MPI_COMM_WORLD, &world.lanes[lane]), "starting", sentence)) return false;
  int length = 0;
  mpi->MPI_Get_library_version(world.version, &length);
  world.version[strcspn(world.version, "\n")] = 0;
  return begin_beats(&world.beats, mpi, &world.ranks, world.silence_seconds, sentence);
}

static void complete(Lane lane, const char *trouble) {
  Job *job = world.active[lane];
  world.active[lane] = NULL;
  complete_job(job, trouble);
  pthread_cond_broadcast(&world.changed);
}

/* Takes the next jobs of the lanes; with the mutex held. */
static void take_jobs(void) {
  for (int lane = 0; lane < LANES; lane++) {
    Job *job = world.first[lane];
    if (world.active[lane] != NULL || job == NULL) continue;
    world.first[lane] = job->next;
    if (world.first[lane] == NULL) world.last[lane] = NULL;
    world.active[lane] = job;
  }
}

static bool has_active(void) {
  for (int lane = 0; lane < LANES; lane++)
    if (world.active[lane] != NULL) return true;
  return false;
}

/* Waits a little for work; with the mutex held. */
static void rest(void) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_nsec += 20 * 1000 * 1000;
  if (until.tv_nsec >= 1000 * 1000 * 1000) {
    until.tv_nsec -= 1000 * 1000 * 1000;
    until.tv_sec++;
  }
  pthread_cond_timedwait(&world.changed, &world.mutex, &until);
}

/* Takes the jobs under way further. */
static void progress_jobs(void) {
  for (int lane = 0; lane < LANES; lane++) {
    Job *job = world.active[lane];
    if (job == NULL) continue;
    int code = MPI_SUCCESS;
    const bool done = progress_job(job, &world.mpi, world.lanes[lane], world.ranks.size, &code);
    char trouble[SENTENCE_BYTES];
    if (!explain(code, "exchanging tensors", trouble)) fail_beats(&world.beats, trouble);
    else if (done) {
      pthread_mutex_lock(&world.mutex);
      complete(lane, NULL);
      pthread_mutex_unlock(&world.mutex);
    }
  }
}

/* After a failure nothing is exchanged any more. */
static void refuse_jobs(void) {
  pthread_mutex_lock(&world.mutex);
  take_jobs();
  for (int lane = 0; lane < LANES; lane++)
    if (world.active[lane] != NULL) complete(lane, world.beats.failure.sentence);
  pthread_mutex_unlock(&world.mutex);
}

static bool is_ending(void) {
  pthread_mutex_lock(&world.mutex);
  take_jobs();
  if (!has_active() && !world.ending) rest();
  take_jobs();
  const bool ending = world.ending && !has_active();
  pthread_mutex_unlock(&world.mutex);
  return ending;
}

static void *live(void *nothing) {
  (void)nothing;
  char sentence[SENTENCE_BYTES] = "";
  const bool opened = open_mpi(sentence);
  pthread_mutex_lock(&world.mutex);
  memcpy(world.trouble, sentence, sizeof(sentence));
  world.ready = true;
  pthread_cond_broadcast(&world.changed);
  pthread_mutex_unlock(&world.mutex);
  Pace pace = {0};
  while (opened && !is_ending()) {
    progress_jobs();
    progress_beats(&world.beats);
    if (world.beats.failure.rank >= 0) refuse_jobs();
    pace_polling(&pace, has_active());
  }
  if (opened && world.beats.failure.rank < 0) {
    /* A finished rank sends no more signs of life; from here on MPI alone waits for the others. */
    end_beats(&world.beats);
    world.mpi.MPI_Finalize();
  }
  pthread_mutex_lock(&world.mutex);
  world.ended = true;
  pthread_cond_broadcast(&world.changed);
  pthread_mutex_unlock(&world.mutex);
  return NULL;
}

static Job *begin(Lane lane, JobKind kind, const void *input, size_t bytes, Release release, void *owner) {
  Job *job = make_job(kind, input, bytes, world.ranks.size, release, owner);
  if (job == NULL) return NULL;
  pthread_mutex_lock(&world.mutex);
  if (world.last[lane] != NULL) world.last[lane]->next = job;
  else world.first[lane] = job;
  world.last[lane] = job;
  pthread_cond_broadcast(&world.changed);
  pthread_mutex_unlock(&world.mutex);
  return job;
}

static bool finish(Job *job, void *output, char *sentence) {
  const double since = seconds_now();
  pthread_mutex_lock(&world.mutex);
  while (!job->completed) pthread_cond_wait(&world.changed, &world.mutex);
  world.waited += seconds_now() - since;
  pthread_mutex_unlock(&world.mutex);
  const bool well = take_result(job, output, sentence);
  free_job(job);
  return well;
}

/*
 * MPICH's transport would rewrite the system's functions for memory in place, which crashes a process that has other
 * threads already, as Node has; and it would take over the signals of crashes.
 */
static void tame_transport(void) {
  setenv("UCX_MEM_MMAP_HOOK_MODE", "none", 0);
  setenv("UCX_MEM_MALLOC_HOOKS", "no", 0);
  setenv("UCX_MEM_MALLOC_RELOC", "no", 0);
  setenv("UCX_MEM_CUDA_HOOK_MODE", "none", 0);
  setenv("UCX_MEM_EVENTS", "no", 0);
  setenv("UCX_ERROR_SIGNALS", "", 0);
}

bool start_ranks(const char *library, double silence_seconds, char *sentence) {
  tame_transport();
  void *handle = dlopen(library, RTLD_NOW | RTLD_GLOBAL);
  if (handle == NULL) {
    snprintf(sentence, SENTENCE_BYTES, "The MPI library can't be opened (%.400s)", dlerror());
    return false;
  }
#define XKD_LOOK_UP(name, parameters)                                                                          \
  *(void **)&world.mpi.name = dlsym(handle, #name);                                                            \
  if (world.mpi.name == NULL) {                                                                                \
    snprintf(sentence, SENTENCE_BYTES, "\"%.300s\" is no MPI library: it has no %s", library, #name);          \
    return false;                                                                                              \
  }
  XKD_MPI_FUNCTIONS(XKD_LOOK_UP)
#undef XKD_LOOK_UP
  world.silence_seconds = silence_seconds;
  world.ranks = (Ranks){.begin = begin, .finish = finish};
  if (pthread_create(&world.thread, NULL, live, NULL) != 0) {
    snprintf(sentence, SENTENCE_BYTES, "The system allows no further thread");
    return false;
  }
  pthread_mutex_lock(&world.mutex);
  while (!world.ready) pthread_cond_wait(&world.changed, &world.mutex);
  world.started = world.trouble[0] == 0;
  memcpy(sentence, world.trouble, SENTENCE_BYTES);
  pthread_mutex_unlock(&world.mutex);
  return world.started;
}

const Ranks *ranks_here(void) { return world.started ? &world.ranks : NULL; }

const char *mpi_version(void) { return world.version; }

void fail_ranks(const char *sentence) { fail_beats(&world.beats, sentence); }

int failed_rank(char *sentence) {
  const int rank = world.beats.failure.rank;
  if (rank >= 0) memcpy(sentence, world.beats.failure.sentence, SENTENCE_BYTES);
  return rank;
}

double waited_seconds(void) {
  pthread_mutex_lock(&world.mutex);
  const double seconds = world.waited;
  pthread_mutex_unlock(&world.mutex);
  return seconds;
}

void end_ranks(void) {
  pthread_mutex_lock(&world.mutex);
  world.ending = true;
  pthread_cond_broadcast(&world.changed);
  while (!world.ended) pthread_cond_wait(&world.changed, &world.mutex);
  pthread_mutex_unlock(&world.mutex);
  pthread_join(world.thread, NULL);
}
