/* The functions for views of one level in one place. */
#include "views.h"

#include "../levels.h"

bool OF_LEVEL(pictures)(const Frames *, const PictureDraw *, const double *, const double *, float *);
bool OF_LEVEL(log_mel)(const Spectra *, const Sound *, float *);
bool OF_LEVEL(crop_spectrogram)(const float *, size_t, size_t, size_t, const Box *, float *);

const ViewLoops OF_LEVEL(view_loops) = {
    .pictures = OF_LEVEL(pictures),
    .log_mel = OF_LEVEL(log_mel),
    .crop_spectrogram = OF_LEVEL(crop_spectrogram),
};
