"""One training step: forward, backward, clipping per tensor, AdamW, EMA."""

from contextlib import nullcontext
from dataclasses import dataclass

import torch
from torch import nn

from network import MODALITIES, Inputs, Temperatures, Xkd


@dataclass
class Schedule:
    learning_rate: float
    ema_momentum: float
    temperatures: Temperatures


class Trainer:
    """Losses of a step are those before its update. `precision` is that of matrix products: fp32 or bf16."""

    def __init__(self, network: Xkd, precision: str = "fp32"):
        optimiser = network.config.optimiser
        self.network = network
        self.precision = precision
        self.limit = optimiser.clip
        named = [(name, p) for name, p in network.named_parameters() if p.requires_grad]
        # The autoencoders' encoders are the students' backbones and are listed under these names first.
        self.clipped = [p for name, p in named if "_student." in name]
        decayed = [p for name, p in named if p.ndim > 1 and not name.endswith("bias")]
        others = [p for name, p in named if p.ndim <= 1 or name.endswith("bias")]
        groups = [
            {"params": decayed, "weight_decay": optimiser.weightDecay},
            {"params": others, "weight_decay": 0.0},
        ]
        betas = (optimiser.beta1, optimiser.beta2)
        self.optimiser = torch.optim.AdamW(groups, betas=betas, eps=optimiser.epsilon, fused=True)
        self.pairs = [
            (parameters(network.tower(m, "teacher")), parameters(network.tower(m, "student"))) for m in MODALITIES
        ]

    def differentiate(self, inputs: Inputs, temperatures: Temperatures) -> dict[str, float]:
        """Losses as numbers; gradients are left in the parameters."""
        self.optimiser.zero_grad(set_to_none=True)
        with self.autocast():
            losses = self.network(inputs, temperatures)
        losses["loss"].backward()
        return dict(zip(losses, torch.stack([loss.detach() for loss in losses.values()]).tolist()))

    def step(self, inputs: Inputs, schedule: Schedule) -> dict[str, float]:
        """Losses before the update, and the number of tensors whose gradient was clipped."""
        losses = self.differentiate(inputs, schedule.temperatures)
        losses["clipped"] = self.clip()
        for group in self.optimiser.param_groups:
            group["lr"] = schedule.learning_rate
        self.optimiser.step()
        self.follow(schedule.ema_momentum)
        return losses

    def autocast(self):
        device = next(self.network.parameters()).device.type
        return torch.autocast(device, torch.bfloat16) if self.precision == "bf16" else nullcontext()

    @torch.no_grad()
    def clip(self) -> int:
        """Clips the gradient of each tensor separately, students' backbones and heads only."""
        gradients = [p.grad for p in self.clipped if p.grad is not None]
        if self.limit == 0 or not gradients:
            return 0
        norms = torch.stack(torch._foreach_norm(gradients)).tolist()
        torch._foreach_mul_(gradients, [min(1.0, self.limit / (norm + 1e-6)) for norm in norms])
        return sum(norm > self.limit for norm in norms)

    @torch.no_grad()
    def follow(self, momentum: float) -> None:
        """Teachers follow their students; blocks that both teachers share do so twice."""
        for teacher, student in self.pairs:
            torch._foreach_lerp_(teacher, student, 1 - momentum)


def parameters(module: nn.Module) -> list[torch.Tensor]:
    return [p.detach() for p in module.parameters()]
