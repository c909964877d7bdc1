/*
 * What the ranks of a run exchange within a step. Each exchange is begun by one op and ended by another, so that
 * computing goes on in between:
 *   XkdReduceBegin(x, wire) -> ticket    wire: 1 to round to bf16 on the way, else 0
 *   XkdReduceEnd(ticket, x) -> mean      mean of x over the ranks
 *   XkdGatherBegin(x) -> ticket          x: [n, D]
 *   XkdGatherEnd(ticket, x) -> all       [ranks n, D], in the order of the ranks
 * The graph has to begin them in the same order on all ranks.
 */
#include "kernels.h"
#include "ranks.h"

#include <pthread.h>
#include <string.h>

enum { MOST_OPEN = 4096 };

static const Ranks *ranks = NULL;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
/* Exchanges begun and not yet ended, by ticket. */
static Job *open_jobs[MOST_OPEN];

void connect_ranks(const void *functions) { ranks = functions; }

/* A free place in the table, taken by a job; -1 where there is none. */
static int open_job(Job *job) {
  int ticket = -1;
  pthread_mutex_lock(&mutex);
  for (int i = 0; i < MOST_OPEN && ticket < 0; i++)
    if (open_jobs[i] == NULL) {
      open_jobs[i] = job;
      ticket = i;
    }
  pthread_mutex_unlock(&mutex);
  return ticket;
}

static Job *close_job(float ticket) {
  pthread_mutex_lock(&mutex);
  const int at = (int)ticket;
  Job *job = at >= 0 && at < MOST_OPEN ? open_jobs[at] : NULL;
  if (job != NULL) open_jobs[at] = NULL;
  pthread_mutex_unlock(&mutex);
  return job;
}

static void begin(TF_OpKernelContext *context, int inputs, JobKind kind) {
  Call call;
  if (begin_call(&call, context, inputs)) {
    if (kind == REDUCE && *call.in[1].values == 1) kind = REDUCE_BF16;
    if (ranks == NULL) {
      refuse(&call, "There are no ranks to exchange with.");
    } else if (make_output(&call, 0, 0, NULL)) {
      Operand *in = &call.in[0];
      Job *job = ranks->begin(LANE_GRAPH, kind, in->values, in->count * sizeof(float), release_tensor, in->tensor);
      if (job == NULL) {
        run_out_of_memory(&call);
      } else {
        in->tensor = NULL; /* The job releases it. */
        const int ticket = open_job(job);
        *call.out[0].values = (float)ticket;
        if (ticket < 0) refuse(&call, "Too many exchanges of the ranks are open.");
      }
    }
  }
  end_call(&call);
}

static void begin_reduce(void *kernel, TF_OpKernelContext *context) {
  (void)kernel;
  begin(context, 2, REDUCE);
}

static void begin_gather(void *kernel, TF_OpKernelContext *context) {
  (void)kernel;
  begin(context, 1, GATHER);
}

static void end_exchange(TF_OpKernelContext *context, bool gathers) {
  Call call;
  if (begin_call(&call, context, 2)) {
    Job *job = close_job(*call.in[0].values);
    Operand *like = &call.in[1];
    int64_t shape[MOST_AXES];
    memcpy(shape, like->shape, sizeof(shape));
    char sentence[SENTENCE_BYTES];
    if (job == NULL) {
      refuse(&call, "There is no such exchange of the ranks.");
    } else {
      if (gathers) shape[0] *= ranks->size;
      const bool made = make_output(&call, 0, like->rank, shape);
      float *values = made ? call.out[0].values : NULL;
      if (made && !ranks->finish(job, values, sentence)) fail_exchange(&call, sentence);
    }
  }
  end_call(&call);
}

static void end_reduce(void *kernel, TF_OpKernelContext *context) {
  (void)kernel;
  end_exchange(context, false);
}

static void end_gather(void *kernel, TF_OpKernelContext *context) {
  (void)kernel;
  end_exchange(context, true);
}

static void infer_ticket(TF_ShapeInferenceContext *context, TF_Status *status) {
  const int rank = inferred_rank(context, 0, status);
  if (rank >= 0) infer_shape(context, status, 0, 0, rank, 0, NULL);
}

static void infer_mean(TF_ShapeInferenceContext *context, TF_Status *status) {
  infer_shape(context, status, 0, 1, 0, 0, NULL);
}

static void infer_all(TF_ShapeInferenceContext *context, TF_Status *status) {
  if (ranks == NULL || inferred_rank(context, 1, status) != 2) return;
  const int64_t sizes[] = {ranks->size * inferred_size(context, 1, 0, status), inferred_size(context, 1, 1, status)};
  infer_shape(context, status, 0, 1, 2, 2, sizes);
}

const OpDefinition collective_ops[] = {
    {"XkdReduceBegin", {"x: float", "wire: float"}, {"ticket: float"}, infer_ticket, begin_reduce, true},
    {"XkdReduceEnd", {"ticket: float", "x: float"}, {"mean: float"}, infer_mean, end_reduce, true},
    {"XkdGatherBegin", {"x: float"}, {"ticket: float"}, infer_ticket, begin_gather, true},
    {"XkdGatherEnd", {"ticket: float", "x: float"}, {"all: float"}, infer_all, end_gather, true},
    {.name = NULL},
};
