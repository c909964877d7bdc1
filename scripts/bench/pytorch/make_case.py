"""Writes a case of any size in the form of the authors' golden figures, computed in float64.

make_case.py PREFIX [--variant XKD_MATS] [--video-views 2x16,4x8] ...; check_case.py shows that this implementation
agrees with the authors' own cases.
"""

import argparse
import json
import math
import struct

import torch
from torch import Tensor

from golden import case_config, schedule_of, tree
from network import MODALITIES, Inputs, Xkd
from training import Trainer


def main() -> None:
    args = arguments()
    torch.manual_seed(args.seed)
    file = description(args)
    config = tree(case_config(file))
    network = Xkd(config).double()
    fill(network)
    tensors = {f"state.{name}": tensor.clone() for name, tensor in network.state_dict().items()}
    inputs = [draw(file, network) for _ in range(args.steps)]
    for step, each in enumerate(inputs):
        tensors |= {f"step{step}.frames.{i}": view for i, view in enumerate(each.views["video"])}
        tensors |= {f"step{step}.specs.{i}": view for i, view in enumerate(each.views["audio"])}
        tensors |= {f"step{step}.noise.{m}": each.noise[m] for m in MODALITIES}

    trainer = Trainer(network)
    for step, each in enumerate(inputs):
        learning_rate = args.learning_rate * step
        ema = 1 - 0.05 * (1 + math.cos(math.pi * step / 10))
        schedule = schedule_of(file, learning_rate, ema)
        if step == 0:
            centres = {name: buffer.clone() for name, buffer in network.named_buffers()}
            trainer.differentiate(each, schedule.temperatures)
            tensors |= {f"grad.{n}": p.grad.clone() for n, p in network.named_parameters() if p.grad is not None}
            network.load_state_dict(centres, strict=False)
        losses = trainer.step(each, schedule)
        file["losses"].append({**losses, "lr": learning_rate, "ema": ema})
    tensors |= {f"final.{name}": tensor for name, tensor in network.state_dict().items()}
    tensors |= features(network, inputs[0])

    save(tensors, f"{args.prefix}.safetensors")
    with open(f"{args.prefix}.json", "w", encoding="utf8") as out:
        json.dump(file, out, indent=1)
        out.write("\n")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    sizes = lambda text: [int(part) for part in text.split(",")]
    parser.add_argument("prefix")
    parser.add_argument("--variant", choices=["XKD", "XKD_MAS", "XKD_MATS"], default="XKD")
    parser.add_argument("--mode", choices=["mean", "softmax"], default="mean")
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--video", type=sizes, default=[4, 24], help="frames,side of the global view")
    parser.add_argument("--video-patch", type=sizes, default=[2, 8], help="frames,side")
    parser.add_argument("--audio", type=sizes, default=[8, 32], help="mel bands,columns of the global view")
    parser.add_argument("--audio-patch", type=sizes, default=[4, 8], help="mel bands,columns")
    parser.add_argument("--video-views", type=lambda t: [sizes(v.replace("x", ",")) for v in t.split(",")])
    parser.add_argument("--audio-views", type=sizes, default=[16], help="columns of each local view")
    parser.add_argument("--encoder", type=sizes, default=[16, 2, 2], help="width,depth,heads")
    parser.add_argument("--decoder", type=sizes, default=[12, 1, 2], help="width,depth,heads")
    parser.add_argument("--projector", type=sizes, default=[3, 14, 6, 24], help="layers,hidden,bottleneck,outputs")
    parser.add_argument("--temperatures", type=float, nargs=3, default=[0.1, 0.07, 0.1], metavar="T")
    parser.add_argument("--learning-rate", type=float, default=5e-4, help="added at every step, from 0")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    args.video_views = args.video_views or [[2, 16]]
    return args


def description(args: argparse.Namespace) -> dict:
    shape = lambda part: dict(zip(("embed_dim", "depth", "num_heads"), part))
    layers, hidden, bottleneck, outputs = args.projector
    video_teacher, audio_teacher, student = args.temperatures
    projector = {
        "out_dim": outputs,
        "act": "gelu",
        "nlayers": layers,
        "hidden_dim": hidden,
        "norm": "ln",
        "last_norm": "ln",
        "bottleneck_dim": bottleneck,
        "norm_last_layer": True,
    }
    return {
        "name": args.variant,
        "config": {
            "frame_size": [3, args.video[1], args.video[1]],
            "num_frames": args.video[0],
            "vid_patch_spatial": [args.video_patch[1]] * 2,
            "vid_patch_temporal": args.video_patch[0],
            "spec_size": args.audio,
            "spec_patch_spatial": args.audio_patch,
            "teacher_cfg": "encoder",
            "student_cfg": "encoder",
            "decoder_cfg": "decoder",
            "projector_cfg": "projector",
        },
        "nano": {
            "encoder": {"encoder": shape(args.encoder)},
            "decoder": {"decoder": shape(args.decoder)},
            "projector": {"projector": projector},
        },
        "views": {"video": args.video_views, "audio": args.audio_views},
        "batch": args.batch,
        "steps": args.steps,
        "temps": [[video_teacher, student], [audio_teacher, student]],
        "mode": args.mode,
        "clip": 0.3,
        "weight_decay": 0.3,
        "losses": [],
    }


@torch.no_grad()
def fill(network: Xkd) -> None:
    """Weights that leave no term at 0 or 1, teachers unlike students, all of them exact in float32."""
    for name, tensor in [*network.named_parameters(), *network.named_buffers()]:
        noise = torch.randn_like(tensor)
        if name.endswith("weight_g"):
            continue
        if tensor.ndim == 1:
            tensor.copy_(0.1 * noise + (1 if name.endswith("weight") and "norm" in name or ".mlp.1.weight" in name else 0))
        elif tensor.ndim == 2 and tensor.shape[0] > 1:
            tensor.copy_(noise / tensor.shape[1] ** 0.5)
        else:
            tensor.copy_(0.1 * noise)
        tensor.copy_(tensor.float())


def draw(file: dict, network: Xkd) -> Inputs:
    batch, config = file["batch"], file["config"]
    normal = lambda *shape: torch.randn(batch, *shape).double()
    views = [[config["num_frames"], config["frame_size"][1]], *file["views"]["video"]]
    bands, columns = config["spec_size"]
    noise = {
        m: torch.rand(batch, network.tower(m, "student").backbone.enc_pos_embed.shape[1] - 1).double()
        for m in MODALITIES
    }
    return Inputs(
        {
            "video": [normal(3, frames, side, side) for frames, side in views],
            "audio": [normal(1, bands, width) for width in [columns, *file["views"]["audio"]]],
        },
        noise,
    )


@torch.no_grad()
def features(network: Xkd, inputs: Inputs) -> dict[str, Tensor]:
    return {
        f"feat.{role}.{m}{suffix}": network.features(inputs.views[m][index], m, role)
        for role in ("student", "teacher")
        for m in MODALITIES
        for index, suffix in enumerate(("", "_local"))
    }


def save(tensors: dict[str, Tensor], path: str) -> None:
    """Writes safetensors in float32; the package's own function needs numpy, which nothing else here does."""
    values = {name: tensor.float().contiguous() for name, tensor in tensors.items()}
    header, end = {}, 0
    for name, tensor in values.items():
        start, end = end, end + 4 * tensor.numel()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for tensor in values.values():
            out.write(struct.pack(f"<{tensor.numel()}f", *tensor.flatten().tolist()))


if __name__ == "__main__":
    main()
