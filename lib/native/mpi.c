/*
 * The processes of a run, for JavaScript; ranks.c says how they exchange tensors.
 *
 *   open(library, silenceSeconds)   starts MPI; gives { rank, size, version, functions }, the last for graph.c
 *   exchange(bytes)                 Promise of the bytes of all ranks, in their order
 *   broadcast(bytes)                Promise of those of rank 0
 *   fail(sentence)                  tells all ranks that this one has failed
 *   failure()                       { rank, sentence } of the rank that failed, or null
 *   waitedSeconds()                 time in which ops waited for other ranks
 *   end()                           ends MPI, once all ranks are done
 *
 * A failure of any rank is an Error with the code RANK_FAILED and its sentence.
 */
#include "ranks.h"

#include <node_api.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  Job *job;
  void *input, *output;
  size_t output_bytes;
  bool well;
  char sentence[SENTENCE_BYTES];
  napi_deferred deferred;
  napi_async_work work;
} Exchange;

static napi_value fail(napi_env env, const char *sentence) {
  napi_throw_error(env, "RANK_FAILED", sentence);
  return NULL;
}

static bool get_arguments(napi_env env, napi_callback_info info, size_t wanted, napi_value *arguments) {
  size_t count = wanted;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  if (count < wanted) fail(env, "An argument is missing.");
  return count >= wanted;
}

static void set_number(napi_env env, napi_value object, const char *name, double number) {
  napi_value value;
  napi_create_double(env, number, &value);
  napi_set_named_property(env, object, name, value);
}

static void set_text(napi_env env, napi_value object, const char *name, const char *text) {
  napi_value value;
  napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
  napi_set_named_property(env, object, name, value);
}

static napi_value open_mpi(napi_env env, napi_callback_info info) {
  napi_value arguments[2], opened, functions;
  if (!get_arguments(env, info, 2, arguments)) return NULL;
  char library[4096] = "", sentence[SENTENCE_BYTES] = "";
  double silence_seconds = 0;
  napi_get_value_string_utf8(env, arguments[0], library, sizeof(library), NULL);
  napi_get_value_double(env, arguments[1], &silence_seconds);
  if (ranks_here() != NULL) return fail(env, "MPI is open already.");
  if (!start_ranks(library, silence_seconds, sentence)) return fail(env, sentence);
  napi_create_object(env, &opened);
  set_number(env, opened, "rank", ranks_here()->rank);
  set_number(env, opened, "size", ranks_here()->size);
  set_text(env, opened, "version", mpi_version());
  napi_create_external(env, (void *)ranks_here(), NULL, NULL, &functions);
  napi_set_named_property(env, opened, "functions", functions);
  return opened;
}

static void wait_for(napi_env env, void *data) {
  (void)env;
  Exchange *exchange = data;
  exchange->well = ranks_here()->finish(exchange->job, exchange->output, exchange->sentence);
}

static void settle(napi_env env, napi_status status, void *data) {
  (void)status;
  Exchange *exchange = data;
  napi_value result, code, text;
  if (exchange->well) {
    void *memory = NULL;
    napi_create_arraybuffer(env, exchange->output_bytes, &memory, &result);
    memcpy(memory, exchange->output, exchange->output_bytes);
    napi_resolve_deferred(env, exchange->deferred, result);
  } else {
    napi_create_string_utf8(env, "RANK_FAILED", NAPI_AUTO_LENGTH, &code);
    napi_create_string_utf8(env, exchange->sentence, NAPI_AUTO_LENGTH, &text);
    napi_create_error(env, code, text, &result);
    napi_reject_deferred(env, exchange->deferred, result);
  }
  napi_delete_async_work(env, exchange->work);
  free(exchange->output);
  free(exchange);
}

/* Begins a job on a copy of a typed array's bytes. */
static napi_value begin(napi_env env, napi_callback_info info, JobKind kind) {
  napi_value array, buffer, name, promise = NULL;
  size_t bytes = 0, offset = 0;
  napi_typedarray_type type;
  void *data = NULL;
  if (!get_arguments(env, info, 1, &array)) return NULL;
  if (ranks_here() == NULL) return fail(env, "MPI is not open.");
  if (napi_get_typedarray_info(env, array, &type, &bytes, &data, &buffer, &offset) != napi_ok || type != napi_uint8_array)
    return fail(env, "Bytes are to be given as a Uint8Array.");
  Exchange *exchange = calloc(1, sizeof(Exchange));
  void *input = malloc(bytes + 1);
  if (exchange != NULL && input != NULL) {
    memcpy(input, data, bytes);
    exchange->output_bytes = bytes * (kind == GATHER ? (size_t)ranks_here()->size : 1);
    exchange->output = malloc(exchange->output_bytes + 1);
    if (exchange->output != NULL) exchange->job = ranks_here()->begin(LANE_CONTROL, kind, input, bytes, free, input);
  }
  if (exchange == NULL || exchange->job == NULL) {
    free(input);
    if (exchange != NULL) free(exchange->output);
    free(exchange);
    return fail(env, "There is no memory for an exchange of the ranks.");
  }
  napi_create_promise(env, &exchange->deferred, &promise);
  napi_create_string_utf8(env, "xkd ranks", NAPI_AUTO_LENGTH, &name);
  napi_create_async_work(env, NULL, name, wait_for, settle, exchange, &exchange->work);
  napi_queue_async_work(env, exchange->work);
  return promise;
}

static napi_value exchange_bytes(napi_env env, napi_callback_info info) { return begin(env, info, GATHER); }

static napi_value broadcast_bytes(napi_env env, napi_callback_info info) { return begin(env, info, BROADCAST); }

static napi_value fail_all(napi_env env, napi_callback_info info) {
  napi_value argument;
  char sentence[SENTENCE_BYTES] = "";
  if (!get_arguments(env, info, 1, &argument)) return NULL;
  napi_get_value_string_utf8(env, argument, sentence, sizeof(sentence), NULL);
  fail_ranks(sentence);
  return NULL;
}

static napi_value failure(napi_env env, napi_callback_info info) {
  (void)info;
  char sentence[SENTENCE_BYTES] = "";
  const int rank = failed_rank(sentence);
  napi_value result;
  if (rank < 0) {
    napi_get_null(env, &result);
    return result;
  }
  napi_create_object(env, &result);
  set_number(env, result, "rank", rank);
  set_text(env, result, "sentence", sentence);
  return result;
}

static napi_value waited(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value seconds;
  napi_create_double(env, waited_seconds(), &seconds);
  return seconds;
}

static napi_value end(napi_env env, napi_callback_info info) {
  (void)env, (void)info;
  end_ranks();
  return NULL;
}

NAPI_MODULE_INIT() {
  const struct {
    const char *name;
    napi_callback function;
  } functions[] = {{"open", open_mpi},        {"exchange", exchange_bytes}, {"broadcast", broadcast_bytes},
                   {"fail", fail_all},        {"failure", failure},         {"waitedSeconds", waited},
                   {"end", end}};
  for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
    napi_value function;
    napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].function, NULL, &function);
    napi_set_named_property(env, exports, functions[i].name, function);
  }
  return exports;
}
