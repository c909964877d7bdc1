/*
 * The arithmetic of a clip's views: pictures cut, resized and coloured, and spectrograms of sound. The formulas are those
 * of lib/data/augment and lib/data/spectrogram; only sums may be taken in another order. Compiled once for each level of
 * processors (levels.h), without fusing products with sums, so that a view has the same bits on every processor.
 */
#ifndef XKD_VIEWS_H
#define XKD_VIEWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  size_t top, left, height, width;
} Box;

/* Decoded frames, rows of bytes in the order red, green, blue: [T, H, W, 3]. */
typedef struct {
  const uint8_t *bytes;
  size_t height, width;
} Frames;

enum { BRIGHTNESS, CONTRAST, SATURATION, HUE, JITTER_STEPS };

/* Draws of a view of pictures, those of VideoDraw in lib/data/augment/video.ts. T frames, S side. */
typedef struct {
  size_t first_frame, frames, side;
  Box box;
  bool flip, jitter, grey;
  int order[JITTER_STEPS];
  double strength[JITTER_STEPS];
  double blur; /* standard deviation [px]; 0: none */
} PictureDraw;

/* What all spectrograms of a data set have in common. */
typedef struct {
  size_t size, hop, bands; /* of a transform: a power of two of at least 4; samples between columns; mel bands */
  double mean, deviation;
  double *window;             /* [size] */
  double *cosines, *sines;    /* of -2 pi k / size: [size] */
  int32_t *first, *offset;    /* the bins of band m have the weights from offset[m] to offset[m + 1], from bin first[m] on */
  double *weights;
} Spectra;

/* Part of a waveform, and how many columns are wanted of it. */
typedef struct {
  const float *samples;
  size_t count, columns;
  double gain;
} Sound;

typedef struct {
  /* Writes a view, normalised, [3, T, S, S]. False where there is no memory for it. */
  bool (*pictures)(const Frames *frames, const PictureDraw *draw, const double *mean, const double *deviation,
                   float *out);
  /* Writes a normalised log-mel spectrogram, [bands, columns]. False where there is no memory for it. */
  bool (*log_mel)(const Spectra *spectra, const Sound *sound, float *out);
  /* Cuts a box from the canvas around a spectrogram, [bands, columns], and resizes it to the spectrogram's size. */
  bool (*crop_spectrogram)(const float *spectrogram, size_t bands, size_t columns, size_t margin, const Box *box,
                           float *out);
} ViewLoops;

#endif
