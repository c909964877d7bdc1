/*
 * Views of clips, for the loader's threads: the formulas of lib/data/augment and lib/data/spectrogram in native loops. It
 * needs nothing of TensorFlow.
 *
 *   pictures(frames, height, width, draw, normalisation, out)
 *     frames         Uint8Array [T, H, W, 3]
 *     draw           Float64Array of the numbers below
 *     normalisation  Float64Array: three means, then three standard deviations
 *     out            Float32Array [3, T, S, S]
 *   spectra(fftSize, hopLength, mean, std, window, first, offset, weights)   what logMel needs, to be kept
 *     window         Float64Array; first, offset: Int32Array; weights: Float64Array
 *   logMel(spectra, waveform, columns, gain, out)   out: Float32Array [M, C]
 *   cropSpectrogram(spectrogram, bands, columns, margin, box, out)
 *     box            Float64Array: top, left, height, width
 *
 * Sizes are checked, so that nothing is read or written outside the arrays: a RangeError says that the caller is wrong.
 */
#include "levels.h"
#include "loops/views.h"

#include <math.h>
#include <node_api.h>
#include <stdlib.h>
#include <string.h>

/* Places in the array of a draw. */
enum {
  FIRST_FRAME,
  FRAMES,
  SIDE,
  TOP,
  LEFT,
  HEIGHT,
  WIDTH,
  FLIP,
  JITTER,
  ORDER,
  STRENGTH = ORDER + JITTER_STEPS,
  GREY = STRENGTH + JITTER_STEPS,
  BLUR,
  DRAW_NUMBERS
};

LEVEL_TABLE(ViewLoops, view_loops);

static const ViewLoops *loops(void) { return view_loops_levels[level_here()]; }

enum { MOST_ARGUMENTS = 8 };

typedef struct {
  napi_env env;
  napi_value values[MOST_ARGUMENTS];
  bool fits; /* false once an argument was wrong */
} Call;

typedef struct {
  void *values;
  size_t count;
} Array;

static Call open_call(napi_env env, napi_callback_info info) {
  Call call = {.env = env, .fits = true};
  size_t count = MOST_ARGUMENTS;
  napi_get_cb_info(env, info, &count, call.values, NULL, NULL);
  return call;
}

static Array array_at(Call *call, size_t index, napi_typedarray_type wanted) {
  Array array = {NULL, 0};
  napi_typedarray_type type;
  const napi_status status =
      napi_get_typedarray_info(call->env, call->values[index], &type, &array.count, &array.values, NULL, NULL);
  call->fits = call->fits && status == napi_ok && type == wanted;
  return array;
}

static double number_at(Call *call, size_t index) {
  double value = 0;
  call->fits = call->fits && napi_get_value_double(call->env, call->values[index], &value) == napi_ok;
  return value;
}

/* A whole number from 0 on, so small that products of three and the sizes of what they count fit into 64 bits. */
static size_t whole(Call *call, double value) {
  const bool is_whole = value >= 0 && value <= 0x1p20 && value == floor(value);
  call->fits = call->fits && is_whole;
  return is_whole ? (size_t)value : 0;
}

static size_t whole_at(Call *call, size_t index) { return whole(call, number_at(call, index)); }

static void require(Call *call, bool condition) { call->fits = call->fits && condition; }

static Box box_of(Call *call, const double *numbers) {
  const Box box = {whole(call, numbers[0]), whole(call, numbers[1]), whole(call, numbers[2]), whole(call, numbers[3])};
  require(call, box.height > 0 && box.width > 0);
  return box;
}

static napi_value refuse(const Call *call) {
  napi_throw_range_error(call->env, NULL, "An array or a number does not fit what it is for.");
  return NULL;
}

static napi_value finish(const Call *call, bool done) {
  if (!done) napi_throw_error(call->env, "ENOMEM", "There is not enough memory for a view.");
  return NULL;
}

static PictureDraw draw_of(Call *call, const double *numbers) {
  PictureDraw draw = {
      .first_frame = whole(call, numbers[FIRST_FRAME]),
      .frames = whole(call, numbers[FRAMES]),
      .side = whole(call, numbers[SIDE]),
      .box = box_of(call, numbers + TOP),
      .flip = numbers[FLIP] != 0,
      .jitter = numbers[JITTER] != 0,
      .grey = numbers[GREY] != 0,
      .blur = numbers[BLUR],
  };
  for (size_t step = 0; step < JITTER_STEPS; step++) {
    const size_t name = whole(call, numbers[ORDER + step]);
    require(call, name < JITTER_STEPS);
    draw.order[step] = (int)name;
    draw.strength[step] = numbers[STRENGTH + step];
  }
  return draw;
}

static napi_value pictures(napi_env env, napi_callback_info info) {
  Call call = open_call(env, info);
  const Array bytes = array_at(&call, 0, napi_uint8_array);
  const Frames frames = {bytes.values, whole_at(&call, 1), whole_at(&call, 2)};
  const Array numbers = array_at(&call, 3, napi_float64_array), normalisation = array_at(&call, 4, napi_float64_array);
  const Array out = array_at(&call, 5, napi_float32_array);
  require(&call, numbers.count == DRAW_NUMBERS && normalisation.count == 6);
  if (!call.fits) return refuse(&call);
  const PictureDraw draw = draw_of(&call, numbers.values);
  const Box box = draw.box;
  require(&call, box.top + box.height <= frames.height && box.left + box.width <= frames.width);
  require(&call, (draw.first_frame + draw.frames) * frames.height * frames.width * 3 <= bytes.count);
  require(&call, draw.side > 0 && out.count == 3 * draw.frames * draw.side * draw.side);
  if (!call.fits) return refuse(&call);
  const double *mean = normalisation.values;
  return finish(&call, loops()->pictures(&frames, &draw, mean, mean + 3, out.values));
}

static void free_spectra(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  free(data);
}

static bool bins_fit(const int32_t *first, const int32_t *offset, size_t bands, size_t weights, size_t bins) {
  for (size_t m = 0; m < bands; m++) {
    const int64_t count = (int64_t)offset[m + 1] - offset[m];
    if (offset[m] < 0 || count < 0 || (size_t)offset[m + 1] > weights) return false;
    if (count > 0 && (first[m] < 0 || (size_t)(first[m] + count) > bins)) return false;
  }
  return true;
}

static napi_value spectra(napi_env env, napi_callback_info info) {
  Call call = open_call(env, info);
  const size_t size = whole_at(&call, 0), hop = whole_at(&call, 1);
  const double mean = number_at(&call, 2), deviation = number_at(&call, 3);
  const Array window = array_at(&call, 4, napi_float64_array), first = array_at(&call, 5, napi_int32_array);
  const Array offset = array_at(&call, 6, napi_int32_array), weights = array_at(&call, 7, napi_float64_array);
  require(&call, size >= 4 && (size & (size - 1)) == 0 && window.count == size && offset.count == first.count + 1);
  if (!call.fits || !bins_fit(first.values, offset.values, first.count, weights.count, size / 2 + 1))
    return refuse(&call);
  const size_t numbers = 3 * size + weights.count, places = first.count + offset.count;
  Spectra *made = malloc(sizeof(Spectra) + numbers * sizeof(double) + places * sizeof(int32_t));
  if (made == NULL) return finish(&call, false);
  double *rest = (double *)(made + 1);
  int32_t *whole_rest = (int32_t *)(rest + numbers);
  *made = (Spectra){size,     hop,  first.count,     mean,       deviation,
                    rest,     rest + size, rest + 2 * size, whole_rest, whole_rest + first.count,
                    rest + 3 * size};
  memcpy(made->window, window.values, size * sizeof(double));
  memcpy(made->weights, weights.values, weights.count * sizeof(double));
  memcpy(made->first, first.values, first.count * sizeof(int32_t));
  memcpy(made->offset, offset.values, offset.count * sizeof(int32_t));
  for (size_t k = 0; k < size; k++) {
    made->cosines[k] = cos(-2 * M_PI * (double)k / (double)size);
    made->sines[k] = sin(-2 * M_PI * (double)k / (double)size);
  }
  napi_value result;
  if (napi_create_external(env, made, free_spectra, NULL, &result) == napi_ok) return result;
  free(made);
  return finish(&call, false);
}

static napi_value log_mel(napi_env env, napi_callback_info info) {
  Call call = open_call(env, info);
  void *known = NULL;
  require(&call, napi_get_value_external(env, call.values[0], &known) == napi_ok);
  const Array samples = array_at(&call, 1, napi_float32_array), out = array_at(&call, 4, napi_float32_array);
  const Sound sound = {samples.values, samples.count, whole_at(&call, 2), number_at(&call, 3)};
  if (call.fits) require(&call, out.count == ((Spectra *)known)->bands * sound.columns);
  if (!call.fits) return refuse(&call);
  return finish(&call, loops()->log_mel(known, &sound, out.values));
}

static napi_value crop_spectrogram(napi_env env, napi_callback_info info) {
  Call call = open_call(env, info);
  const Array from = array_at(&call, 0, napi_float32_array), out = array_at(&call, 5, napi_float32_array);
  const size_t bands = whole_at(&call, 1), columns = whole_at(&call, 2), margin = whole_at(&call, 3);
  const Array numbers = array_at(&call, 4, napi_float64_array);
  require(&call, numbers.count == 4 && from.count == bands * columns && out.count == from.count && from.count > 0);
  if (!call.fits) return refuse(&call);
  const Box box = box_of(&call, numbers.values);
  require(&call, box.top + box.height <= bands);
  if (!call.fits) return refuse(&call);
  return finish(&call, loops()->crop_spectrogram(from.values, bands, columns, margin, &box, out.values));
}

NAPI_MODULE_INIT() {
  const napi_property_descriptor functions[] = {
      {"pictures", NULL, pictures, NULL, NULL, NULL, napi_enumerable, NULL},
      {"spectra", NULL, spectra, NULL, NULL, NULL, napi_enumerable, NULL},
      {"logMel", NULL, log_mel, NULL, NULL, NULL, napi_enumerable, NULL},
      {"cropSpectrogram", NULL, crop_spectrogram, NULL, NULL, NULL, napi_enumerable, NULL},
  };
  napi_define_properties(env, exports, sizeof(functions) / sizeof(functions[0]), functions);
  return exports;
}
