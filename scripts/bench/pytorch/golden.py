"""Recorded cases: PREFIX.json and PREFIX.safetensors, in the form of the authors' golden figures."""

import json
from types import SimpleNamespace

import torch
from safetensors.torch import load_file
from torch import Tensor

from network import Inputs, Temperatures
from training import Schedule

SHARING = {"XKD": "none", "XKD_MAS": "students", "XKD_MATS": "teachersAndStudents"}


def tree(value):
    """JSON objects with attributes: `config.encoder.width`."""
    if isinstance(value, dict):
        return SimpleNamespace(**{key: tree(inner) for key, inner in value.items()})
    return [tree(inner) for inner in value] if isinstance(value, list) else value


class Case:
    def __init__(self, prefix: str, dtype: torch.dtype = torch.float64):
        with open(f"{prefix}.json", encoding="utf8") as file:
            self.file = json.load(file)
        self.tensors = load_file(f"{prefix}.safetensors")
        self.dtype = dtype
        self.config = tree(case_config(self.file))
        self.steps: int = self.file["steps"]
        self.losses: list[dict[str, float]] = self.file["losses"]

    def under(self, prefix: str) -> dict[str, Tensor]:
        return {
            name[len(prefix) :]: tensor.to(self.dtype)
            for name, tensor in self.tensors.items()
            if name.startswith(prefix)
        }

    def inputs(self, step: int) -> Inputs:
        def views(kind: str) -> list[Tensor]:
            found = self.under(f"step{step}.{kind}.")
            return [found[str(i)] for i in range(len(found))]

        noise = self.under(f"step{step}.noise.")
        return Inputs({"video": views("frames"), "audio": views("specs")}, noise)

    def schedule(self, step: int) -> Schedule:
        return schedule_of(self.file, self.losses[step]["lr"], self.losses[step]["ema"])


def schedule_of(file: dict, learning_rate: float, ema: float) -> Schedule:
    (video_teacher, _), (audio_teacher, student) = file["temps"]
    return Schedule(learning_rate, ema, Temperatures(student, video_teacher, audio_teacher))


def case_config(file: dict) -> dict:
    """The case's sizes under our own names; what the file leaves out is the same in all cases."""
    config, sizes = file["config"], file["nano"]
    encoder, decoder = sizes["encoder"][config["student_cfg"]], sizes["decoder"][config["decoder_cfg"]]
    projector = sizes["projector"][config["projector_cfg"]]
    shape = lambda part: {"width": part["embed_dim"], "depth": part["depth"], "heads": part["num_heads"]}
    return {
        "clip": {"seconds": config["num_frames"], "framesPerSecond": 1, "frameSize": config["frame_size"][1]},
        "spectrogram": {"melBands": config["spec_size"][0], "columns": config["spec_size"][1]},
        "patch": {
            "frames": config["vid_patch_temporal"],
            "size": config["vid_patch_spatial"][0],
            "melBands": config["spec_patch_spatial"][0],
            "columns": config["spec_patch_spatial"][1],
        },
        "encoder": shape(encoder),
        "decoder": shape(decoder),
        "projector": {
            "layers": projector["nlayers"],
            "hidden": projector["hidden_dim"],
            "bottleneck": projector["bottleneck_dim"],
            "outputs": projector["out_dim"],
        },
        "sharing": SHARING[file["name"]],
        "mask": {"video": 0.85, "audio": 0.8},
        "refinement": file["mode"],
        "teacherView": "firstLocal",
        "centreMomentum": 0.9,
        "loss": {"alignment": 1, "distillation": 1, "reconstruction": 5},
        "optimiser": {
            "beta1": 0.9,
            "beta2": 0.95,
            "epsilon": 1e-8,
            "weightDecay": file["weight_decay"],
            "clip": file["clip"],
        },
    }
