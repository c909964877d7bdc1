/*
 * Sessions of native TensorFlow graphs, which tfjs-node's addon does not give: several functions in one session that
 * share variables, settings of the session, runs that leave Node's event loop free, and profiles.
 *
 * Nothing here is linked to TensorFlow: open() looks the functions up in the library that tfjs-node has loaded.
 *
 *   open(addonPath)                      the addon that is linked to TensorFlow; gives the names of the ops of kernels.c,
 *                                        none where it can't take them
 *   createSession(config)                ConfigProto bytes; gives a session
 *   addOp(session, op)                   op: { type, name, inputs: [place or list of places], controls: [name],
 *                                        attributes: [{ name, value: AttrValue bytes }] }; gives the outputs' types
 *                                        and shapes, [{ dtype, shape }], a size that is not known beforehand as -1
 *   run(session, request)                request: { feeds: [{ name, dtype, shape, values }], fetches: [name],
 *   runAsync(session, request)             targets: [name], profile: boolean }; names as in "MatMul_3:0"; gives
 *                                        { outputs: [{ dtype, shape, values: ArrayBuffer }], profile? }
 *   close(session)
 *   connect(functions)                   those of mpi.c, for the ops that exchange tensors with other processes
 *
 * A failure is an Error with TensorFlow's name of it as code, such as RESOURCE_EXHAUSTED.
 */
#include "kernels.h"
#include "tensorflow.h"

#include <dlfcn.h>
#include <node_api.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Values up to this size are copied, larger ones handed over as they are. */
enum { COPIED_BYTES = 4096, NAME_BYTES = 512, MOST_DIMS = 16 };

static struct {
#define XKD_POINTER(name, result, parameters) result(*name) parameters;
  XKD_TENSORFLOW_FUNCTIONS(XKD_POINTER)
#undef XKD_POINTER
} api;

static bool is_open = false;

typedef struct {
  TF_Graph *graph;
  TF_Session *session;
  int running;
  bool closed;
} Session;

/* One run, from its request to its outputs. */
typedef struct {
  Session *session;
  TF_Status *status;
  TF_Output *feeds;
  TF_Tensor **feed_values;
  uint32_t feed_count;
  TF_Output *fetches;
  TF_Tensor **fetch_values;
  uint32_t fetch_count;
  const TF_Operation **targets;
  uint32_t target_count;
  TF_Buffer *options;
  TF_Buffer *profile;
  napi_ref session_reference;
  napi_deferred deferred;
  napi_async_work work;
} Run;

static const char *code_name(TF_Code code) {
  static const char *const names[] = {
      "OK",        "CANCELLED",           "UNKNOWN",           "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
      "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE",
      "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"};
  size_t count = sizeof(names) / sizeof(names[0]);
  return (size_t)code < count ? names[code] : "UNKNOWN";
}

/* Leaves a JavaScript error pending. */
static void fail(napi_env env, const char *code, const char *message) {
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (!pending) napi_throw_error(env, code, message);
}

/* Whether the status is OK; if not, its error is pending. */
static bool is_well(napi_env env, TF_Status *status) {
  TF_Code code = api.TF_GetCode(status);
  if (code == TF_OK) return true;
  fail(env, code_name(code), api.TF_Message(status));
  return false;
}

static bool get_arguments(napi_env env, napi_callback_info info, size_t wanted, napi_value *arguments) {
  size_t count = wanted;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  if (count == wanted) return true;
  fail(env, "INVALID_ARGUMENT", "An argument is missing.");
  return false;
}

static bool get_property(napi_env env, napi_value object, const char *name, napi_value *value) {
  if (napi_get_named_property(env, object, name, value) == napi_ok) return true;
  fail(env, "INVALID_ARGUMENT", name);
  return false;
}

/* The memory of a typed array. */
static bool get_bytes(napi_env env, napi_value array, const void **data, size_t *bytes) {
  static const size_t element_bytes[] = {1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8};
  bool is_array = false;
  napi_typedarray_type type;
  size_t length = 0;
  void *start = NULL;
  napi_is_typedarray(env, array, &is_array);
  if (!is_array || napi_get_typedarray_info(env, array, &type, &length, &start, NULL, NULL) != napi_ok ||
      (size_t)type >= sizeof(element_bytes) / sizeof(element_bytes[0])) {
    fail(env, "INVALID_ARGUMENT", "Values are to be given as a typed array.");
    return false;
  }
  *data = start;
  *bytes = length * element_bytes[type];
  return true;
}

static Session *get_session(napi_env env, napi_value value) {
  Session *session = NULL;
  if (napi_get_value_external(env, value, (void **)&session) != napi_ok || session == NULL) {
    fail(env, "INVALID_ARGUMENT", "This is no session.");
    return NULL;
  }
  if (session->closed) {
    fail(env, "FAILED_PRECONDITION", "The session is closed.");
    return NULL;
  }
  return session;
}

static void release_native(Session *session) {
  if (session->session == NULL) return;
  TF_Status *status = api.TF_NewStatus();
  api.TF_CloseSession(session->session, status);
  api.TF_DeleteSession(session->session, status);
  api.TF_DeleteGraph(session->graph);
  api.TF_DeleteStatus(status);
  session->session = NULL;
}

static void finalize_session(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  release_native(data);
  free(data);
}

static napi_value open_library(napi_env env, napi_callback_info info) {
  napi_value argument;
  char path[4096];
  size_t length;
  if (!get_arguments(env, info, 1, &argument)) return NULL;
  if (napi_get_value_string_utf8(env, argument, path, sizeof(path), &length) != napi_ok) {
    fail(env, "INVALID_ARGUMENT", "The path of the addon is to be a text.");
    return NULL;
  }
  /* A handle finds the functions of all libraries that the addon is linked to. */
  void *library = dlopen(path, RTLD_LAZY | RTLD_NOLOAD);
  if (library == NULL) {
    fail(env, "NOT_FOUND", "TensorFlow is not loaded from there.");
    return NULL;
  }
  const char *missing = NULL;
#define XKD_LOOK_UP(name, result, parameters)           \
  *(void **)&api.name = dlsym(library, #name);          \
  if (api.name == NULL) missing = #name;
  XKD_TENSORFLOW_FUNCTIONS(XKD_LOOK_UP)
#undef XKD_LOOK_UP
  if (missing != NULL) fail(env, "UNIMPLEMENTED", missing);
  /* A second instance of the addon in the process finds the ops registered. */
  static int has_kernels = -1;
  if (missing == NULL && has_kernels < 0) has_kernels = register_kernels(library);
  is_open = missing == NULL;
  napi_value names, name;
  napi_create_array(env, &names);
  for (uint32_t i = 0; has_kernels > 0 && kernel_name(i) != NULL; i++) {
    napi_create_string_utf8(env, kernel_name(i), NAPI_AUTO_LENGTH, &name);
    napi_set_element(env, names, i, name);
  }
  return names;
}

static napi_value create_session(napi_env env, napi_callback_info info) {
  napi_value argument, result = NULL;
  const void *config;
  size_t bytes;
  if (!get_arguments(env, info, 1, &argument) || !get_bytes(env, argument, &config, &bytes)) return NULL;
  if (!is_open) {
    fail(env, "FAILED_PRECONDITION", "The library is not open.");
    return NULL;
  }
  Session *session = calloc(1, sizeof(Session));
  if (session == NULL) {
    fail(env, "RESOURCE_EXHAUSTED", "No memory for a session.");
    return NULL;
  }
  TF_Status *status = api.TF_NewStatus();
  TF_SessionOptions *options = api.TF_NewSessionOptions();
  api.TF_SetConfig(options, config, bytes, status);
  bool well = is_well(env, status);
  if (well) {
    session->graph = api.TF_NewGraph();
    session->session = api.TF_NewSession(session->graph, options, status);
    well = is_well(env, status);
    if (!well) api.TF_DeleteGraph(session->graph);
  }
  api.TF_DeleteSessionOptions(options);
  api.TF_DeleteStatus(status);
  if (!well || napi_create_external(env, session, finalize_session, NULL, &result) != napi_ok) {
    if (well) release_native(session);
    free(session);
  }
  return result;
}

static napi_value close_session(napi_env env, napi_callback_info info) {
  napi_value argument;
  if (!get_arguments(env, info, 1, &argument)) return NULL;
  Session *session = NULL;
  if (napi_get_value_external(env, argument, (void **)&session) != napi_ok || session == NULL) return NULL;
  session->closed = true;
  /* A run under way ends first and frees the rest then. */
  if (session->running == 0) release_native(session);
  return NULL;
}

/* "MatMul_3:1" -> output 1 of the op; a name without a number means output 0. */
static bool get_place(napi_env env, Session *session, napi_value value, TF_Output *place) {
  char name[NAME_BYTES];
  size_t length;
  if (napi_get_value_string_utf8(env, value, name, sizeof(name), &length) != napi_ok) {
    fail(env, "INVALID_ARGUMENT", "Places in a graph are to be texts.");
    return false;
  }
  char *colon = strrchr(name, ':');
  place->index = 0;
  if (colon != NULL) {
    *colon = '\0';
    place->index = atoi(colon + 1);
  }
  place->oper = api.TF_GraphOperationByName(session->graph, name);
  if (place->oper == NULL) {
    fail(env, "NOT_FOUND", name);
    return false;
  }
  if (place->index < 0 || (colon != NULL && place->index >= api.TF_OperationNumOutputs(place->oper))) {
    fail(env, "OUT_OF_RANGE", name);
    return false;
  }
  return true;
}

/* What describes an op, read before the op is begun: one that was begun must be ended. */
typedef struct {
  char type[NAME_BYTES];
  char name[NAME_BYTES];
  TF_Output *places;
  /* Places of each input; -1: a single one that is no list. */
  int *input_lengths;
  uint32_t input_count;
  TF_Operation **controls;
  uint32_t control_count;
  napi_value attributes;
  uint32_t attribute_count;
} OpRequest;

static bool get_text(napi_env env, napi_value object, const char *property, char *text) {
  napi_value value;
  size_t length;
  if (!get_property(env, object, property, &value)) return false;
  if (napi_get_value_string_utf8(env, value, text, NAME_BYTES, &length) == napi_ok) return true;
  fail(env, "INVALID_ARGUMENT", property);
  return false;
}

static bool get_inputs(napi_env env, Session *session, napi_value inputs, OpRequest *request) {
  uint32_t total = 0, length;
  napi_value input, item;
  bool is_list;
  napi_get_array_length(env, inputs, &request->input_count);
  for (uint32_t i = 0; i < request->input_count; i++) {
    napi_get_element(env, inputs, i, &input);
    napi_is_array(env, input, &is_list);
    length = 1;
    if (is_list) napi_get_array_length(env, input, &length);
    total += length;
  }
  request->places = calloc(total + 1, sizeof(TF_Output));
  request->input_lengths = calloc(request->input_count + 1, sizeof(int));
  if (request->places == NULL || request->input_lengths == NULL) {
    fail(env, "RESOURCE_EXHAUSTED", "No memory for an op.");
    return false;
  }
  TF_Output *place = request->places;
  for (uint32_t i = 0; i < request->input_count; i++) {
    napi_get_element(env, inputs, i, &input);
    napi_is_array(env, input, &is_list);
    request->input_lengths[i] = -1;
    if (!is_list) {
      if (!get_place(env, session, input, place++)) return false;
      continue;
    }
    napi_get_array_length(env, input, &length);
    request->input_lengths[i] = (int)length;
    for (uint32_t j = 0; j < length; j++) {
      napi_get_element(env, input, j, &item);
      if (!get_place(env, session, item, place++)) return false;
    }
  }
  return true;
}

static bool get_op_request(napi_env env, Session *session, napi_value op, OpRequest *request) {
  napi_value inputs, controls, value;
  if (!get_text(env, op, "type", request->type) || !get_text(env, op, "name", request->name) ||
      !get_property(env, op, "inputs", &inputs) || !get_property(env, op, "controls", &controls) ||
      !get_property(env, op, "attributes", &request->attributes) || !get_inputs(env, session, inputs, request))
    return false;
  napi_get_array_length(env, request->attributes, &request->attribute_count);
  napi_get_array_length(env, controls, &request->control_count);
  request->controls = calloc(request->control_count + 1, sizeof(TF_Operation *));
  if (request->controls == NULL) {
    fail(env, "RESOURCE_EXHAUSTED", "No memory for an op.");
    return false;
  }
  for (uint32_t i = 0; i < request->control_count; i++) {
    TF_Output place;
    napi_get_element(env, controls, i, &value);
    if (!get_place(env, session, value, &place)) return false;
    request->controls[i] = place.oper;
  }
  return true;
}

static TF_Operation *add_to_graph(napi_env env, TF_Graph *graph, const OpRequest *request, TF_Status *status) {
  TF_OperationDescription *description = api.TF_NewOperation(graph, request->type, request->name);
  const TF_Output *place = request->places;
  for (uint32_t i = 0; i < request->input_count; i++) {
    int length = request->input_lengths[i];
    if (length < 0)
      api.TF_AddInput(description, *place++);
    else
      api.TF_AddInputList(description, place, length), place += length;
  }
  for (uint32_t i = 0; i < request->control_count; i++) api.TF_AddControlInput(description, request->controls[i]);
  bool well = true;
  for (uint32_t i = 0; well && i < request->attribute_count; i++) {
    char name[NAME_BYTES];
    napi_value attribute, value;
    const void *bytes;
    size_t size;
    napi_get_element(env, request->attributes, i, &attribute);
    well = get_text(env, attribute, "name", name) && get_property(env, attribute, "value", &value) &&
           get_bytes(env, value, &bytes, &size);
    if (well) api.TF_SetAttrValueProto(description, name, bytes, size, status);
    well = well && is_well(env, status);
  }
  TF_Operation *operation = api.TF_FinishOperation(description, status);
  return well && is_well(env, status) ? operation : NULL;
}

/* { dtype, shape } */
static napi_value to_description(napi_env env, TF_DataType type, int rank, const int64_t *dims) {
  napi_value description, value, dim;
  napi_create_object(env, &description);
  napi_create_int32(env, (int32_t)type, &value);
  napi_set_named_property(env, description, "dtype", value);
  napi_create_array_with_length(env, (size_t)rank, &value);
  for (int axis = 0; axis < rank; axis++) {
    napi_create_int64(env, dims[axis], &dim);
    napi_set_element(env, value, (uint32_t)axis, dim);
  }
  napi_set_named_property(env, description, "shape", value);
  return description;
}

static napi_value to_descriptions(napi_env env, TF_Graph *graph, TF_Operation *operation, TF_Status *status) {
  napi_value result;
  int outputs = api.TF_OperationNumOutputs(operation);
  napi_create_array_with_length(env, (size_t)outputs, &result);
  for (int i = 0; i < outputs; i++) {
    TF_Output place = {operation, i};
    int64_t dims[MOST_DIMS] = {-1};
    int rank = api.TF_GraphGetTensorNumDims(graph, place, status);
    if (rank > 0 && rank <= MOST_DIMS)
      api.TF_GraphGetTensorShape(graph, place, dims, rank, status);
    else if (rank != 0)
      rank = 1; /* an unknown rank: one unknown size */
    if (!is_well(env, status)) return NULL;
    napi_set_element(env, result, (uint32_t)i,
                     to_description(env, api.TF_OperationOutputType(place), rank, dims));
  }
  return result;
}

static napi_value add_op(napi_env env, napi_callback_info info) {
  napi_value arguments[2], result = NULL;
  if (!get_arguments(env, info, 2, arguments)) return NULL;
  Session *session = get_session(env, arguments[0]);
  if (session == NULL) return NULL;
  OpRequest request = {.attribute_count = 0};
  if (get_op_request(env, session, arguments[1], &request)) {
    TF_Status *status = api.TF_NewStatus();
    TF_Operation *operation = add_to_graph(env, session->graph, &request, status);
    if (operation != NULL) result = to_descriptions(env, session->graph, operation, status);
    api.TF_DeleteStatus(status);
  }
  free(request.places);
  free(request.input_lengths);
  free(request.controls);
  return result;
}

/* A tensor with a copy of an array's values. */
static TF_Tensor *get_tensor(napi_env env, napi_value feed) {
  napi_value value;
  int32_t type = 0;
  uint32_t rank = 0;
  int64_t dims[MOST_DIMS];
  int64_t elements = 1;
  const void *data;
  size_t bytes;
  if (!get_property(env, feed, "dtype", &value)) return NULL;
  napi_get_value_int32(env, value, &type);
  if (!get_property(env, feed, "shape", &value)) return NULL;
  napi_get_array_length(env, value, &rank);
  if (rank > MOST_DIMS) {
    fail(env, "INVALID_ARGUMENT", "A tensor has too many axes.");
    return NULL;
  }
  for (uint32_t i = 0; i < rank; i++) {
    napi_value dim;
    napi_get_element(env, value, i, &dim);
    if (napi_get_value_int64(env, dim, &dims[i]) != napi_ok || dims[i] < 0) {
      fail(env, "INVALID_ARGUMENT", "A shape is to be a list of whole numbers.");
      return NULL;
    }
    elements *= dims[i];
  }
  if (!get_property(env, feed, "values", &value) || !get_bytes(env, value, &data, &bytes)) return NULL;
  size_t element_bytes = type == TF_BOOL ? 1 : 4;
  bool fits = (type == TF_FLOAT || type == TF_INT32 || type == TF_BOOL) && (size_t)elements * element_bytes == bytes;
  if (!fits) {
    fail(env, "INVALID_ARGUMENT", "The values of a feed do not fit its type and shape.");
    return NULL;
  }
  TF_Tensor *tensor = api.TF_AllocateTensor((TF_DataType)type, dims, (int)rank, bytes);
  if (tensor == NULL) {
    fail(env, "RESOURCE_EXHAUSTED", "No memory for the values of a feed.");
    return NULL;
  }
  if (bytes > 0) memcpy(api.TF_TensorData(tensor), data, bytes);
  return tensor;
}

static void dispose_run(napi_env env, Run *run) {
  for (uint32_t i = 0; run->feed_values != NULL && i < run->feed_count; i++)
    if (run->feed_values[i] != NULL) api.TF_DeleteTensor(run->feed_values[i]);
  for (uint32_t i = 0; run->fetch_values != NULL && i < run->fetch_count; i++)
    if (run->fetch_values[i] != NULL) api.TF_DeleteTensor(run->fetch_values[i]);
  free(run->feeds);
  free(run->feed_values);
  free(run->fetches);
  free(run->fetch_values);
  free(run->targets);
  if (run->options != NULL) api.TF_DeleteBuffer(run->options);
  if (run->profile != NULL) api.TF_DeleteBuffer(run->profile);
  if (run->status != NULL) api.TF_DeleteStatus(run->status);
  if (run->session_reference != NULL) napi_delete_reference(env, run->session_reference);
  if (run->work != NULL) napi_delete_async_work(env, run->work);
  free(run);
}

static Run *get_run(napi_env env, Session *session, napi_value request) {
  Run *run = calloc(1, sizeof(Run));
  napi_value feeds, fetches, targets, profile, value;
  bool well = run != NULL && get_property(env, request, "feeds", &feeds) &&
              get_property(env, request, "fetches", &fetches) && get_property(env, request, "targets", &targets) &&
              get_property(env, request, "profile", &profile);
  if (!well) {
    free(run);
    return NULL;
  }
  run->session = session;
  run->status = api.TF_NewStatus();
  napi_get_array_length(env, feeds, &run->feed_count);
  napi_get_array_length(env, fetches, &run->fetch_count);
  napi_get_array_length(env, targets, &run->target_count);
  run->feeds = calloc(run->feed_count + 1, sizeof(TF_Output));
  run->feed_values = calloc(run->feed_count + 1, sizeof(TF_Tensor *));
  run->fetches = calloc(run->fetch_count + 1, sizeof(TF_Output));
  run->fetch_values = calloc(run->fetch_count + 1, sizeof(TF_Tensor *));
  run->targets = calloc(run->target_count + 1, sizeof(TF_Operation *));
  well = run->feeds && run->feed_values && run->fetches && run->fetch_values && run->targets;
  if (!well) fail(env, "RESOURCE_EXHAUSTED", "No memory for a run.");
  for (uint32_t i = 0; well && i < run->feed_count; i++) {
    napi_value feed;
    napi_get_element(env, feeds, i, &feed);
    well = get_property(env, feed, "name", &value) && get_place(env, session, value, &run->feeds[i]);
    if (well) well = (run->feed_values[i] = get_tensor(env, feed)) != NULL;
  }
  for (uint32_t i = 0; well && i < run->fetch_count; i++) {
    napi_get_element(env, fetches, i, &value);
    well = get_place(env, session, value, &run->fetches[i]);
  }
  for (uint32_t i = 0; well && i < run->target_count; i++) {
    TF_Output place;
    napi_get_element(env, targets, i, &value);
    well = get_place(env, session, value, &place);
    run->targets[i] = well ? place.oper : NULL;
  }
  bool wants_profile = false;
  napi_get_value_bool(env, profile, &wants_profile);
  if (well && wants_profile) {
    static const unsigned char full_trace[] = {0x08, 0x03}; /* RunOptions { trace_level: FULL_TRACE } */
    run->options = api.TF_NewBufferFromString(full_trace, sizeof(full_trace));
    run->profile = api.TF_NewBuffer();
  }
  if (well) return run;
  dispose_run(env, run);
  return NULL;
}

/* On any thread. */
static void execute(Run *run) {
  api.TF_SessionRun(run->session->session, run->options, run->feeds, run->feed_values, (int)run->feed_count,
                    run->fetches, run->fetch_values, (int)run->fetch_count, run->targets, (int)run->target_count,
                    run->profile, run->status);
}

static void finalize_tensor(napi_env env, void *data, void *hint) {
  (void)data;
  int64_t adjusted;
  napi_adjust_external_memory(env, -(int64_t)api.TF_TensorByteSize(hint), &adjusted);
  api.TF_DeleteTensor(hint);
}

/* The values of a tensor as an ArrayBuffer; takes the tensor. */
static napi_value to_array_buffer(napi_env env, TF_Tensor *tensor) {
  napi_value buffer = NULL;
  size_t bytes = api.TF_TensorByteSize(tensor);
  int64_t adjusted;
  if (bytes > COPIED_BYTES && napi_create_external_arraybuffer(env, api.TF_TensorData(tensor), bytes, finalize_tensor,
                                                               tensor, &buffer) == napi_ok) {
    napi_adjust_external_memory(env, (int64_t)bytes, &adjusted);
    return buffer;
  }
  void *copy = NULL;
  if (napi_create_arraybuffer(env, bytes, &copy, &buffer) != napi_ok) {
    fail(env, "RESOURCE_EXHAUSTED", "No memory for the values of a tensor.");
    buffer = NULL;
  } else if (bytes > 0) {
    memcpy(copy, api.TF_TensorData(tensor), bytes);
  }
  api.TF_DeleteTensor(tensor);
  return buffer;
}

static napi_value to_result(napi_env env, Run *run) {
  napi_value result, outputs;
  napi_create_object(env, &result);
  napi_create_array_with_length(env, run->fetch_count, &outputs);
  for (uint32_t i = 0; i < run->fetch_count; i++) {
    TF_Tensor *tensor = run->fetch_values[i];
    napi_value output, value;
    int64_t dims[MOST_DIMS];
    int rank = api.TF_NumDims(tensor) < MOST_DIMS ? api.TF_NumDims(tensor) : MOST_DIMS;
    for (int axis = 0; axis < rank; axis++) dims[axis] = api.TF_Dim(tensor, axis);
    output = to_description(env, api.TF_TensorType(tensor), rank, dims);
    run->fetch_values[i] = NULL;
    value = to_array_buffer(env, tensor);
    if (value == NULL) return NULL;
    napi_set_named_property(env, output, "values", value);
    napi_set_element(env, outputs, i, output);
  }
  napi_set_named_property(env, result, "outputs", outputs);
  if (run->profile != NULL) {
    napi_value profile;
    napi_create_buffer_copy(env, run->profile->length, run->profile->data, NULL, &profile);
    napi_set_named_property(env, result, "profile", profile);
  }
  return result;
}

static napi_value run_now(napi_env env, napi_callback_info info) {
  napi_value arguments[2], result = NULL;
  if (!get_arguments(env, info, 2, arguments)) return NULL;
  Session *session = get_session(env, arguments[0]);
  Run *run = session == NULL ? NULL : get_run(env, session, arguments[1]);
  if (run == NULL) return NULL;
  execute(run);
  if (is_well(env, run->status)) result = to_result(env, run);
  dispose_run(env, run);
  return result;
}

static void execute_work(napi_env env, void *data) {
  (void)env;
  execute(data);
}

static void complete_work(napi_env env, napi_status status, void *data) {
  Run *run = data;
  Session *session = run->session;
  napi_value result = NULL, error = NULL;
  session->running -= 1;
  if (status == napi_ok && is_well(env, run->status)) result = to_result(env, run);
  else if (status != napi_ok) fail(env, "CANCELLED", "The run was cancelled.");
  if (result != NULL) {
    napi_resolve_deferred(env, run->deferred, result);
  } else {
    napi_get_and_clear_last_exception(env, &error);
    napi_reject_deferred(env, run->deferred, error);
  }
  if (session->closed && session->running == 0) release_native(session);
  dispose_run(env, run);
}

static napi_value run_async(napi_env env, napi_callback_info info) {
  napi_value arguments[2], name, promise = NULL;
  if (!get_arguments(env, info, 2, arguments)) return NULL;
  Session *session = get_session(env, arguments[0]);
  Run *run = session == NULL ? NULL : get_run(env, session, arguments[1]);
  if (run == NULL) return NULL;
  napi_create_string_utf8(env, "TensorFlow run", NAPI_AUTO_LENGTH, &name);
  bool well = napi_create_reference(env, arguments[0], 1, &run->session_reference) == napi_ok &&
              napi_create_async_work(env, NULL, name, execute_work, complete_work, run, &run->work) == napi_ok &&
              napi_create_promise(env, &run->deferred, &promise) == napi_ok &&
              napi_queue_async_work(env, run->work) == napi_ok;
  if (!well) {
    fail(env, "INTERNAL", "The run could not be queued.");
    dispose_run(env, run);
    return NULL;
  }
  session->running += 1;
  return promise;
}

static napi_value connect(napi_env env, napi_callback_info info) {
  napi_value argument;
  void *functions = NULL;
  if (!get_arguments(env, info, 1, &argument)) return NULL;
  if (napi_get_value_external(env, argument, &functions) != napi_ok) fail(env, "INVALID_ARGUMENT", "These are no ranks.");
  else connect_ranks(functions);
  return NULL;
}

NAPI_MODULE_INIT() {
  const struct {
    const char *name;
    napi_callback function;
  } functions[] = {{"open", open_library}, {"createSession", create_session}, {"addOp", add_op},
                   {"run", run_now},       {"runAsync", run_async},           {"close", close_session},
                   {"connect", connect}};
  for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
    napi_value function;
    napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].function, NULL, &function);
    napi_set_named_property(env, exports, functions[i].name, function);
  }
  return exports;
}
