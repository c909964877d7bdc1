"""Makes the files of torch.save beside this script, with PyTorch 2.13.0 and numpy: python makeFixtures.py

Tests read them without Python. `expected.json` says what PyTorch itself reads from `values.pth`.
"""
import argparse
import collections
import json
import os
import zipfile

import numpy
import torch

os.chdir(os.path.dirname(os.path.abspath(__file__)))
torch.manual_seed(0)

base = torch.arange(24, dtype=torch.float32).reshape(4, 6) / 8 - 1
values = collections.OrderedDict(
    float32=base.clone(),
    float64=torch.tensor([0.1, -2.5], dtype=torch.float64),
    float16=torch.tensor([1.5, -0.25, 65504.0, 6e-8], dtype=torch.float16),
    bfloat16=torch.tensor([1.5, -0.15625, 3e38], dtype=torch.bfloat16),
    int64=torch.tensor([-5, 2**31 - 1]),
    int32=torch.tensor([[1], [-2]], dtype=torch.int32),
    int16=torch.tensor([-300, 300], dtype=torch.int16),
    int8=torch.tensor([-128, 127], dtype=torch.int8),
    uint8=torch.tensor([0, 255], dtype=torch.uint8),
    bool=torch.tensor([True, False, True]),
    scalar=torch.tensor(7.25),
    empty=torch.zeros(0, 3),
    transposed=base.t(),
    everyOther=base[1:, ::2],
    lastRow=base[3],
    expanded=torch.tensor([2.0, 3.0]).expand(3, 2),
    parameter=torch.nn.Parameter(torch.ones(2, 1)),
)
torch.save(values, "values.pth")
torch.save(values, "legacy.pth", _use_new_zipfile_serialization=False)
for protocol in (3, 4):
    torch.save(values, f"legacy{protocol}.pth", pickle_protocol=protocol, _use_new_zipfile_serialization=False)
torch.save(values, "protocol4.pth", pickle_protocol=4)
torch.save(values, "protocol5.pth", pickle_protocol=5)
with open("expected.json", "w") as file:
    read = torch.load("values.pth", weights_only=True)
    rows = {
        name: {"shape": list(tensor.shape), "values": tensor.double().flatten().tolist()}
        for name, tensor in read.items()
    }
    json.dump(rows, file, indent=1)
    file.write("\n")

# A checkpoint of a training script: the model in DataParallel, the optimiser, and what stands beside them.
model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
optimiser = torch.optim.AdamW(model.parameters())
model(torch.ones(4, 3)).sum().backward()
optimiser.step()
checkpoint = {
    "epoch": 3,
    "best": numpy.float64(0.5),
    "architecture": "vit",
    "finished": True,
    "large": 2**70,
    "size": torch.Size([2, 3]),
    "type": torch.float16,
    "device": torch.device("cpu"),
    "optimizer": optimiser.state_dict(),
    "state_dict": torch.nn.DataParallel(model).state_dict(),
}
torch.save(checkpoint, "checkpoint.pth.tar")

# Weights beside the arguments of the script, an object of a class.
torch.save({"args": argparse.Namespace(lr=0.1), "model": {"w": torch.ones(2)}}, "namespace.pth")
torch.save({"student": {"w": torch.ones(2)}, "teacher": {"w": torch.zeros(2)}}, "two.pth")
torch.save([torch.ones(2)], "list.pth")
torch.jit.save(torch.jit.script(torch.nn.Linear(2, 1)), "script.pt")


def rezip(target, change=lambda name, content: content, **options):
    with zipfile.ZipFile("values.pth") as source, zipfile.ZipFile(target, "w", **options) as out:
        for name in source.namelist():
            info = zipfile.ZipInfo(name)
            info.compress_type = options.get("compression", zipfile.ZIP_STORED)
            with out.open(info, "w", force_zip64="zip64" in target) as record:
                record.write(change(name, source.read(name)))


rezip("deflated.pth", compression=zipfile.ZIP_DEFLATED)
rezip("zip64.pth")


def swapped(name, content):
    """The file as a big-endian machine writes it."""
    if name.endswith("/byteorder"):
        return b"big"
    key = name.rsplit("/data/", 1)[-1]
    if not key.isdigit():
        return content
    # torch.save numbers storages in the order in which it meets them.
    widths = {tensor.untyped_storage()._cdata: tensor.element_size() for tensor in values.values()}
    width = list(widths.values())[int(key)]
    return b"".join(content[i : i + width][::-1] for i in range(0, len(content), width))


rezip("bigEndian.pth", swapped)
