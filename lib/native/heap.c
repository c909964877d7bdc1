/*
 * Gives memory that has been freed back to the system: release().
 *
 * TensorFlow's threads each allocate from a heap of their own. The C library keeps what is freed there unless it lies at
 * the end, so that graphs which come and go leave the process larger each time (in a notebook, by 100 MB a run).
 */
#include <node_api.h>
#if defined(__GLIBC__)
#include <malloc.h>
#elif defined(__APPLE__)
#include <malloc/malloc.h>
#endif

static napi_value release(napi_env env, napi_callback_info info) {
  (void)env;
  (void)info;
#if defined(__GLIBC__)
  malloc_trim(0);
#elif defined(__APPLE__)
  malloc_zone_pressure_relief(NULL, 0);
#endif
  return NULL;
}

NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "release", NAPI_AUTO_LENGTH, release, NULL, &function);
  napi_set_named_property(env, exports, "release", function);
  return exports;
}
