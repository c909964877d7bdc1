"""Makes checkpoints as other projects' training scripts write them, with PyTorch 2.13.0, numpy and safetensors:
python makeCheckpoints.py

Tests read them without Python. Each holds a small backbone of the names that the authors' files have, or one tensor.
"""
import argparse
import collections
import datetime
import enum
import functools
import os
import pathlib
import types
import unittest.mock

import numpy
import safetensors.torch
import torch

os.chdir(os.path.dirname(os.path.abspath(__file__)))


class Split(enum.Enum):
    TRAIN = "train"


class Meter:
    """An object of a class of the script's own."""

    def __init__(self):
        self.values = collections.deque([1.0, 2.0], maxlen=20)
        self.best = {"top1": numpy.float32(0.5)}


class Settings(dict):
    """A dict with attributes, as yacs and EasyDict have them."""


class Path(list):
    """A list of a class of its own."""


def weights(start):
    return collections.OrderedDict(
        [("cls_token", torch.full((1, 1, 2), float(start))), ("patch_embed.proj.weight", torch.arange(4.0).reshape(2, 2))]
    )


def prefixed(prefix, tensors):
    return collections.OrderedDict((prefix + name, tensor) for name, tensor in tensors.items())


arguments = argparse.Namespace(
    lr=0.1,
    device=torch.device("cpu"),
    output_dir=pathlib.PosixPath("out"),
    betas=(0.9, 0.95),
    split=Split.TRAIN,
    started=datetime.datetime(2024, 2, 20),
    seeds={1, 2},
    frozen=frozenset(["a"]),
    model=functools.partial(torch.nn.LayerNorm, eps=1e-6),
    nested=types.SimpleNamespace(scale=numpy.float64(2.5), kind=numpy.dtype("float16"), text=numpy.str_("x")),
    table=numpy.arange(3),
    raw=bytearray(b"abc"),
    keys={(1, 2): complex(1, 2), Split.TRAIN: slice(0, 3)},
)
layer = torch.nn.Linear(2, 2)
optimiser = torch.optim.AdamW(layer.parameters())
layer(torch.ones(1, 2)).sum().backward()
optimiser.step()

# MAE: model, optimizer, epoch, scaler, args.
torch.save(
    {
        "model": weights(1),
        "optimizer": optimiser.state_dict(),
        "epoch": 799,
        "scaler": torch.amp.GradScaler("cpu", enabled=False).state_dict(),
        "args": arguments,
    },
    "mae.pth",
)
# VideoMAE: the same with an averaged model, and the best figure as numpy gives it.
torch.save(
    {
        "model": prefixed("module.", weights(1)),
        "model_ema": weights(2),
        "epoch": numpy.int64(5),
        "max_accuracy": numpy.float64(81.5),
        "args": arguments,
    },
    "videomae.pth",
)
# DINO: student in DistributedDataParallel, teacher, the loss with its centre, the arguments.
dino = {
    "student": prefixed("module.backbone.", weights(1)),
    "teacher": prefixed("backbone.", weights(2)),
    "optimizer": optimiser.state_dict(),
    "epoch": 100,
    "args": arguments,
    "dino_loss": {"center": torch.zeros(1, 4)},
}
torch.save(dino, "dino.pth")
# This format also keeps where the source of a module's class lies, and the source: neither belongs into the file.
with unittest.mock.patch("torch.serialization.get_source_lines_and_file", side_effect=OSError):
    torch.save(dino, "dinoLegacy.pth", _use_new_zipfile_serialization=False)
torch.save(dino, "dino4.pth", pickle_protocol=4)
# I-JEPA and V-JEPA: encoder, predictor, target_encoder, opt, scaler, loss and sizes.
torch.save(
    {
        "encoder": prefixed("module.backbone.", weights(1)),
        "predictor": prefixed("module.backbone.", {"mask_token": torch.zeros(1, 1, 2)}),
        "target_encoder": prefixed("module.backbone.", weights(2)),
        "opt": optimiser.state_dict(),
        "scaler": None,
        "epoch": 300,
        "loss": numpy.float32(0.25),
        "batch_size": 24,
        "meters": [Meter(), Meter()],
        "settings": Settings(a=1, b=Settings(c=torch.ones(1))),
        "path": Path(["a", "b"]),
    },
    "jepa.pth",
)
# Wrappers in any nesting.
torch.save(prefixed("_orig_mod.module.", weights(1)), "compiled.pth")
torch.save(prefixed("module._orig_mod.backbone._orig_mod.", weights(1)), "compiledInside.pth")
averaged = torch.optim.swa_utils.AveragedModel(layer)
torch.save(averaged.state_dict(), "averaged.pth")
safetensors.torch.save_file(prefixed("_orig_mod.", weights(1)), "compiled.safetensors")
# Student and teacher in one state dict.
both = {**prefixed("student.backbone.", weights(1)), **prefixed("teacher.backbone.", weights(2))}
torch.save({"model": both}, "oneDict.pth")
# A module as a whole, which is no state dict.
torch.save(layer, "wholeModule.pth")
# A parameter with attributes of its own.
parameter = torch.nn.Parameter(torch.ones(2))
parameter.weightDecay = 0.5
torch.save({"w": parameter}, "attributes.pth")

# Types of 8 bits and fewer: every value of the two that are read.
every = torch.arange(256, dtype=torch.uint8)
eight = {"e4m3": every.view(torch.float8_e4m3fn), "e5m2": every.clone().view(torch.float8_e5m2)}
torch.save(eight, "float8.pth")
safetensors.torch.save_file(eight, "float8.safetensors")
expected = {name: tensor.to(torch.float32) for name, tensor in eight.items()}
safetensors.torch.save_file(expected, "float8As32.safetensors")
for name, dtype in {"float8e8m0": torch.float8_e8m0fnu, "float4": torch.float4_e2m1fn_x2}.items():
    scale = {"w": torch.ones(2), "blocks": torch.zeros(4, dtype=torch.uint8).view(dtype)}
    torch.save(scale, f"{name}.pth")
    try:
        safetensors.torch.save_file(scale, f"{name}.safetensors")
    except Exception as error:
        print(name, error)
torch.save({"w": torch.eye(2).to_sparse()}, "sparse.pth")

# What rounding to 16 bits gives, for comparison.
numbers = torch.cat([torch.randn(200, generator=torch.Generator().manual_seed(1)) * 10.0**e for e in range(-9, 6)])
special = torch.tensor([0.0, -0.0, 65504.0, 65519.0, 65520.0, 2**-24, 2**-25, 3 * 2**-26, 1 + 2**-11, 1 + 2**-8, torch.inf, -torch.inf, torch.nan])
numbers = torch.cat([numbers, special])
safetensors.torch.save_file(
    {"f32": numbers, "f16": numbers.half(), "bf16": numbers.bfloat16()}, "rounded.safetensors"
)
