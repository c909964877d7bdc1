/* Threads that share the work of an op. */
#ifndef XKD_WORKERS_H
#define XKD_WORKERS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Runs task(data, 0) to task(data, count - 1), each once, in any order and on any thread; returns when all are done.
 *
 * cost: about how many nanoseconds all of them take together; a little is done by the caller alone
 */
void share_work(size_t count, double cost, void (*task)(void *data, size_t index), void *data);

/* Memory for the calling thread's own use, aligned to 64 bytes, which it keeps for the next time; NULL if there is none. */
float *thread_scratch(size_t numbers);

#endif
