"""Replays recorded cases in float64 and prints the largest errors: check_case.py PREFIX..."""

import sys

import torch
from torch import Tensor

from golden import Case
from network import MODALITIES, Xkd
from training import Trainer

TOLERANCE = 1e-6


def check(prefix: str) -> dict[str, tuple[float, str]]:
    """The largest error of each group, with its name; figures are stored in float32."""
    case = Case(prefix)
    network = Xkd(case.config).to(case.dtype)
    network.load_state_dict(case.under("state."))
    trainer = Trainer(network)
    rows: dict[str, list[tuple[float, str]]] = {"losses": [], "gradients": [], "weights": [], "features": []}

    centres = {name: buffer.clone() for name, buffer in network.named_buffers()}
    trainer.differentiate(case.inputs(0), case.schedule(0).temperatures)
    gradients = {name: p.grad for name, p in network.named_parameters(remove_duplicate=False)}
    rows["gradients"] = [(error(gradients[name], grad), name) for name, grad in case.under("grad.").items()]
    network.load_state_dict(centres, strict=False)

    for step in range(case.steps):
        losses = trainer.step(case.inputs(step), case.schedule(step))
        for name, value in losses.items():
            expected = case.losses[step][name]
            rows["losses"].append((abs(value - expected) / max(abs(expected), 1e-30), f"step{step}.{name}"))
    final = network.state_dict()
    rows["weights"] = [(error(final[name], value), name) for name, value in case.under("final.").items()]
    views = case.inputs(0).views
    with torch.no_grad():
        for role in ("teacher", "student"):
            for modality in MODALITIES:
                for index, suffix in enumerate(("", "_local")):
                    name = f"feat.{role}.{modality}{suffix}"
                    if name in case.tensors:
                        features = network.features(views[modality][index], modality, role)
                        rows["features"].append((error(features, case.tensors[name]), name))
    return {group: max(errors) for group, errors in rows.items()}


def error(actual: Tensor | None, expected: Tensor) -> float:
    if actual is None:
        return float("inf")
    difference = (actual - expected).abs().max().item()
    return difference and difference / expected.abs().max().item()


if __name__ == "__main__":
    failed = False
    for prefix in sys.argv[1:]:
        print(prefix)
        for group, (value, name) in check(prefix).items():
            failed |= not value <= TOLERANCE
            print(f"  {group:10} {value:9.2e}  {'ok' if value <= TOLERANCE else 'TOO LARGE':10} {name}")
    sys.exit(failed)
