"""Writes randaugment.json: what Pillow makes of two small pictures, for the operations of RandAugment.

Made with Pillow 13.0.0 and numpy 2.4.6 under Python 3.11:

    python test/golden/randaugment.py > test/golden/randaugment.json

Each case is named as in lib/data/augment/randAugment and applied by the function of Pillow that RandAugment is
usually built from; pictures are bytes [3, H, W] in base64.
"""

import base64
import json

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

FILL = (124, 116, 104)
HEIGHT, WIDTH = 18, 22


def pictures():
    random = np.random.default_rng(7)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    smooth = np.stack([40 + 7 * x, 30 + 9 * y, 200 - 4 * x - 3 * y], -1)
    noisy = smooth + random.integers(-25, 26, smooth.shape)
    # One channel of the second picture has a single value, one has two.
    flat = np.stack([np.full((HEIGHT, WIDTH), 90), np.where(x < 5, 10, 250), 20 + 10 * (x // 4) + y], -1)
    return [Image.fromarray(np.clip(p, 0, 255).astype(np.uint8)) for p in (noisy, flat)]


def affine(matrix):
    return lambda p: p.transform(p.size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR, fillcolor=FILL)


def add_below(amount):
    table = [min(255, i + amount) if i < 128 else i for i in range(256)]
    return lambda p: p.point(table * 3)


def cases():
    yield {"kind": "autoContrast"}, ImageOps.autocontrast
    yield {"kind": "equalise"}, ImageOps.equalize
    yield {"kind": "invert"}, ImageOps.invert
    for bits in (1, 2, 4, 8):
        yield {"kind": "posterise", "bits": bits}, lambda p, bits=bits: ImageOps.posterize(p, bits)
    for threshold in (0, 77, 128, 256):
        yield {"kind": "solarise", "threshold": threshold}, lambda p, t=threshold: ImageOps.solarize(p, t)
    for amount in (0, 33, 77, 110):
        yield {"kind": "solariseAdd", "amount": amount}, add_below(amount)
    enhancers = {
        "colour": ImageEnhance.Color,
        "contrast": ImageEnhance.Contrast,
        "brightness": ImageEnhance.Brightness,
        "sharpness": ImageEnhance.Sharpness,
    }
    for kind, enhancer in enhancers.items():
        for factor in (0.1, 0.37, 0.73, 1.0, 1.29, 1.9):
            yield {"kind": kind, "factor": factor}, lambda p, e=enhancer, f=factor: e(p).enhance(f)
    for degrees in (-30, -11.3, 0, 7.7, 21):
        yield {"kind": "rotate", "degrees": degrees}, lambda p, d=degrees: p.rotate(
            d, Image.Resampling.BILINEAR, fillcolor=FILL
        )
    for factor in (-0.3, -0.07, 0.21):
        yield {"kind": "shearX", "factor": factor}, affine((1, factor, 0, 0, 1, 0))
        yield {"kind": "shearY", "factor": factor}, affine((1, 0, 0, factor, 1, 0))
    for share in (-0.45, -0.11, 0.3):
        yield {"kind": "translateX", "share": share}, affine((1, 0, share * WIDTH, 0, 1, 0))
        yield {"kind": "translateY", "share": share}, affine((1, 0, 0, 0, 1, share * HEIGHT))


def encoded(picture):
    return base64.b64encode(np.asarray(picture).transpose(2, 0, 1).tobytes()).decode()


sources = pictures()
print(
    json.dumps(
        {
            "height": HEIGHT,
            "width": WIDTH,
            "pictures": [encoded(p) for p in sources],
            "cases": [{"op": op, "results": [encoded(apply(p)) for p in sources]} for op, apply in cases()],
        },
        indent=1,
    )
)
