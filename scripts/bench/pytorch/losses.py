"""The loss terms (B batch, V views, O outputs of the heads)."""

import torch
import torch.nn.functional as F
from torch import Tensor

GAMMAS = (1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0, 1000.0)


def mmd(x: Tensor, y: Tensor) -> Tensor:
    """Maximum mean discrepancy between rows, with a sum of Gaussian kernels."""
    return mean_kernel(x, x) + mean_kernel(y, y) - 2 * mean_kernel(x, y)


def mean_kernel(x: Tensor, y: Tensor) -> Tensor:
    # From differences, so that a row is at distance 0 from itself: rounding would be multiplied by gamma = 1000.
    distances = (x[:, None] - y[None]).square().sum(-1)
    gammas = torch.tensor(GAMMAS, dtype=x.dtype, device=x.device)
    return (-gammas * distances[..., None]).exp().sum(-1).mean()


def distillation(teacher: Tensor, students: Tensor, temperature: float) -> Tensor:
    """Cross-entropy of a teacher's distribution [B, O] with students' outputs [V B, O], mean over views and batch."""
    log_probabilities = F.log_softmax(students / temperature, -1).unflatten(0, (-1, len(teacher)))  # [V, B, O]
    return -(teacher * log_probabilities).sum(-1).mean()


def reconstruction(predicted: Tensor, patches: Tensor) -> Tensor:
    """Squared error against patches [B, R, P] that are normalised one by one."""
    mean = patches.mean(-1, keepdim=True)
    variance = patches.var(-1, keepdim=True)  # unbiased
    return F.mse_loss(predicted, (patches - mean) / (variance + 1e-6).sqrt())
