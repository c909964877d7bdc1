/*
 * Keeps what is written to stderr between begin() and end(), and returns it from end().
 *
 * TensorFlow's libraries write notices while they are being loaded, before anything can set their log level.
 * lib/tfjs-node loads them between these two calls, drops the notices and passes on everything else.
 */
#include <node_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int kept_stderr = -1;
static FILE *kept_text = NULL;

static napi_value begin(napi_env env, napi_callback_info info) {
  (void)env;
  (void)info;
  if (kept_stderr >= 0) return NULL;
  fflush(stderr);
  kept_text = tmpfile();
  if (kept_text == NULL) return NULL;
  kept_stderr = dup(STDERR_FILENO);
  if (kept_stderr < 0 || dup2(fileno(kept_text), STDERR_FILENO) < 0) {
    if (kept_stderr >= 0) close(kept_stderr);
    fclose(kept_text);
    kept_stderr = -1;
  }
  return NULL;
}

static napi_value end(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value result = NULL;
  char *text = NULL;
  size_t length = 0;
  if (kept_stderr >= 0) {
    fflush(stderr);
    dup2(kept_stderr, STDERR_FILENO);
    close(kept_stderr);
    kept_stderr = -1;
    long size = lseek(fileno(kept_text), 0, SEEK_END);
    text = size > 0 ? malloc((size_t)size) : NULL;
    if (text != NULL) {
      ssize_t got = pread(fileno(kept_text), text, (size_t)size, 0);
      length = got > 0 ? (size_t)got : 0;
    }
    fclose(kept_text);
  }
  napi_create_string_utf8(env, text == NULL ? "" : text, length, &result);
  free(text);
  return result;
}

NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "begin", NAPI_AUTO_LENGTH, begin, NULL, &function);
  napi_set_named_property(env, exports, "begin", function);
  napi_create_function(env, "end", NAPI_AUTO_LENGTH, end, NULL, &function);
  napi_set_named_property(env, exports, "end", function);
  return exports;
}
