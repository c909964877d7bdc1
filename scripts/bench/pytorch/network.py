"""XKD: four towers, two decoders, refinement and all losses of a step. Weights have the release's names.

B batch, L tokens, K kept and R removed tokens, D and E widths of encoder and decoder, V views, O outputs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import losses
from backbone import Backbone, Transformer, full_grid, patch_mean, patch_values, take, token_count

MODALITIES = ("video", "audio")
SHORT = {"video": "vid", "audio": "aud"}


@dataclass
class Inputs:
    """Views of a batch by modality, index 0 the global one, and the masking noise [B, L]."""

    views: dict[str, Sequence[Tensor]]
    noise: dict[str, Tensor]

    def to(self, device: torch.device) -> "Inputs":
        views = {m: [view.to(device) for view in self.views[m]] for m in MODALITIES}
        return Inputs(views, {m: self.noise[m].to(device) for m in MODALITIES})


@dataclass
class Temperatures:
    student: float
    video_teacher: float
    audio_teacher: float


class LastLayer(nn.Module):
    """Weight-normalised Linear without bias, its gain fixed."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.weight_g = nn.Parameter(torch.ones(outputs, 1), requires_grad=False)
        self.weight_v = nn.Parameter(torch.randn(outputs, inputs))

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, F.normalize(self.weight_v, dim=-1) * self.weight_g)


class Head(nn.Module):
    def __init__(self, width: int, shape):
        super().__init__()
        widths = [width, *[shape.hidden] * (shape.layers - 1), shape.bottleneck]
        norm, gelu = nn.LayerNorm(shape.hidden), nn.GELU()  # one norm for all hidden layers, as released
        layers: list[nn.Module] = [nn.Linear(widths[0], widths[1])]
        for before, after in zip(widths[1:], widths[2:]):
            layers += [norm, gelu, nn.Linear(before, after)]
        self.mlp = nn.Sequential(*layers)
        self.last_layer = LastLayer(shape.bottleneck, shape.outputs)

    def forward(self, features: Tensor) -> Tensor:
        outputs = self.last_layer(F.normalize(self.mlp(features), dim=-1))
        # Losses are computed in the weights' precision, also where products are in bfloat16.
        outputs = outputs.to(self.last_layer.weight_v.dtype)
        return F.layer_norm(outputs, outputs.shape[-1:])


class Tower(nn.Module):
    def __init__(self, config, modality: str, encoder: Transformer):
        super().__init__()
        self.backbone = Backbone(config, modality, encoder)
        self.head = Head(config.encoder.width, config.projector)


class Autoencoder(nn.Module):
    """Masked reconstruction of one modality. Its encoder is the student's backbone."""

    def __init__(self, config, modality: str, encoder: Backbone):
        super().__init__()
        self.encoder = encoder
        self.ratio = getattr(config.mask, modality)
        wide, narrow = config.encoder.width, config.decoder.width
        values = patch_values(config, modality)
        self.mask_token = nn.Parameter(torch.zeros(1, 1, narrow))
        tokens = token_count(full_grid(config, modality))
        self.dec_pos_embed = nn.Parameter(torch.zeros(1, 1 + tokens, narrow))
        self.mid_proj = nn.Identity() if wide == narrow else nn.Linear(wide, narrow)
        self.decoder = Transformer(config.decoder)
        self.out_proj = nn.Identity() if narrow == values else nn.Linear(narrow, values)

    def forward(self, view: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """The loss, and the encoder's tokens [B, 1 + K, D]."""
        tokens = noise.shape[1]
        order = noise.argsort(dim=1, stable=True)
        kept, removed = order.split([count := round(tokens * (1 - self.ratio)), tokens - count], 1)
        latent, _ = self.encoder(view, kept)
        narrowed = self.mid_proj(latent)  # [B, 1 + K, E]
        masked = self.mask_token.to(narrowed.dtype).expand(len(view), removed.shape[1], -1)
        shuffled = torch.cat([narrowed[:, 1:], masked], 1)
        whole = torch.cat([narrowed[:, :1], take(shuffled, order.argsort(dim=1))], 1)  # [B, 1 + L, E]
        decoded, _ = self.decoder(whole + self.dec_pos_embed)
        predicted = self.out_proj(take(decoded[:, 1:], removed))  # [B, R, P]
        target = take(self.encoder.patchify(view), removed)
        return losses.reconstruction(predicted.to(target.dtype), target), latent


class Centre(nn.Module):
    def __init__(self, outputs: int):
        super().__init__()
        self.register_buffer("center", torch.zeros(1, outputs))


class Xkd(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        shared = {"none": (), "students": ("student",), "teachersAndStudents": ("student", "teacher")}
        for role in ("student", "teacher"):
            encoder = None
            for modality in MODALITIES:
                if encoder is None or role not in shared[config.sharing]:
                    encoder = Transformer(config.encoder)
                self.add_module(f"{SHORT[modality]}_{role}", Tower(config, modality, encoder))
        for modality in MODALITIES:
            student = self.tower(modality, "student").backbone
            self.add_module(f"{SHORT[modality]}_ae", Autoencoder(config, modality, student))
        self.vt2as_ce_loss = Centre(config.projector.outputs)
        self.at2vs_ce_loss = Centre(config.projector.outputs)
        for modality in MODALITIES:
            self.tower(modality, "teacher").requires_grad_(False)

    def tower(self, modality: str, role: str) -> Tower:
        return self.get_submodule(f"{SHORT[modality]}_{role}")

    def forward(self, inputs: Inputs, temperatures: Temperatures) -> dict[str, Tensor]:
        """All losses by the release's names. Moves the centres."""
        rebuilt = {
            m: self.get_submodule(f"{SHORT[m]}_ae")(inputs.views[m][0], inputs.noise[m]) for m in MODALITIES
        }
        with torch.no_grad():
            teachers = self.teacher_outputs(inputs)
            teachers_apart = losses.mmd(teachers["video"], teachers["audio"])
            video_teacher = self.distribution(teachers["video"], self.vt2as_ce_loss, temperatures.video_teacher)
            audio_teacher = self.distribution(teachers["audio"], self.at2vs_ce_loss, temperatures.audio_teacher)
        students = {m: self.student_outputs(inputs.views[m], rebuilt[m][1], m) for m in MODALITIES}
        terms = {
            "vid_recon_loss": rebuilt["video"][0],
            "aud_recon_loss": rebuilt["audio"][0],
            "as2vs_align_loss": losses.mmd(students["video"], students["audio"]),
            "vt2at_align_loss": teachers_apart,
            "vt2as_kd_loss": losses.distillation(video_teacher, students["audio"], temperatures.student),
            "at2vs_kd_loss": losses.distillation(audio_teacher, students["video"], temperatures.student),
        }
        terms["recon_loss"] = (terms["vid_recon_loss"] + terms["aud_recon_loss"]) / 2
        terms["cmkd_loss"] = (terms["vt2as_kd_loss"] + terms["at2vs_kd_loss"]) / 2
        terms["alignment_loss"] = (terms["as2vs_align_loss"] + terms["vt2at_align_loss"]) / 2
        weights = self.config.loss
        total = weights.alignment + weights.distillation + weights.reconstruction
        terms["loss"] = (
            weights.alignment * terms["alignment_loss"]
            + weights.distillation * terms["cmkd_loss"]
            + weights.reconstruction * terms["recon_loss"]
        ) / total
        return terms

    def teacher_outputs(self, inputs: Inputs) -> dict[str, Tensor]:
        """Head outputs of both teachers after refinement."""
        index = 0 if self.config.teacherView == "global" else 1
        refined = self.config.refinement != "none"
        features, rows = {}, {}
        for m in MODALITIES:
            tokens, rows[m] = self.tower(m, "teacher").backbone(inputs.views[m][index], with_class_row=refined)
            features[m] = tokens[:, 1:]
        if refined:
            weights = cross_modal_weights(rows["video"], rows["audio"], self.config.refinement)
            features = {m: refine(features[m], weights[m]) for m in MODALITIES}
        return {m: self.tower(m, "teacher").head(features[m].mean(1)) for m in MODALITIES}

    def student_outputs(self, views: Sequence[Tensor], latent: Tensor, modality: str) -> Tensor:
        """Masked global view first, then the local ones, those of one size in one pass: [V B, O]."""
        tower = self.tower(modality, "student")
        by_size: dict[torch.Size, list[Tensor]] = {}
        for view in views[1:]:
            by_size.setdefault(view.shape, []).append(view)
        means = [patch_mean(tower.backbone(torch.cat(group))[0]) for group in by_size.values()]
        return tower.head(torch.cat([patch_mean(latent), *means]))

    def distribution(self, outputs: Tensor, centre: Centre, temperature: float) -> Tensor:
        distribution = ((outputs - centre.center) / temperature).softmax(-1)
        centre.center.lerp_(outputs.mean(0, keepdim=True), 1 - self.config.centreMomentum)
        return distribution

    def features(self, view: Tensor, modality: str, role: str) -> Tensor:
        """Patch-mean features of a backbone: [B, D]."""
        return patch_mean(self.tower(modality, role).backbone(view)[0])


def cross_modal_weights(video: Tensor, audio: Tensor, mode: str) -> dict[str, Tensor]:
    """Weights [B, H, N] of both modalities' patches; the outer product of both rows is never built."""
    video_mean, audio_mean = video.mean(-1, keepdim=True), audio.mean(-1, keepdim=True)
    over_audio, over_video = video * audio_mean, audio * video_mean
    if mode == "softmax":
        return {"video": over_audio.softmax(-1), "audio": over_video.softmax(-1)}
    return {"video": over_audio / video_mean, "audio": over_video / audio_mean}


def refine(features: Tensor, weights: Tensor) -> Tensor:
    """Weights the patches [B, N, D] and keeps the energy of their mean."""
    weighted = features * weights.mean(1)[..., None]
    scale = (energy(features) / energy(weighted)).sqrt()
    return weighted * scale


def energy(features: Tensor) -> Tensor:
    return features.mean(1, keepdim=True).square().sum(-1, keepdim=True)
