"""Patches, positions, attention and the encoder of one tower.

B batch, L tokens of a view, K kept tokens, D width, H heads, P values of a patch.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def patchify_video(video: Tensor, frames: int, size: int) -> Tensor:
    """[B, 3, T, S, S] to [B, L, P]: tokens in the order (t, h, w), values in the order (t, h, w, channel)."""
    batch, channels, time, height, width = video.shape
    cut = video.reshape(batch, channels, time // frames, frames, height // size, size, width // size, size)
    return cut.permute(0, 2, 4, 6, 3, 5, 7, 1).reshape(batch, -1, frames * size * size * channels)


def patchify_audio(spectrogram: Tensor, bands: int, columns: int) -> Tensor:
    """[B, 1, M, F] to [B, L, P]: tokens and values in the order (mel, time)."""
    batch, _, mel, time = spectrogram.shape
    cut = spectrogram.reshape(batch, mel // bands, bands, time // columns, columns)
    return cut.transpose(2, 3).reshape(batch, -1, bands * columns)


class Attention(nn.Module):
    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.proj = nn.Linear(width, width)

    def forward(self, x: Tensor, with_class_row: bool = False) -> tuple[Tensor, Tensor | None]:
        """Also the class token's attention over the patches, [B, H, L], where it is asked for."""
        batch, tokens, width = x.shape
        qkv = self.qkv(x).view(batch, tokens, 3, self.heads, width // self.heads)
        query, key, value = qkv.permute(2, 0, 3, 1, 4).unbind(0)  # each [B, H, 1 + L, D / H]
        mixed = F.scaled_dot_product_attention(query, key, value)
        class_row = None
        if with_class_row:
            # One row of the matrix is all that refinement needs; the fused attention gives no weights.
            scores = query[:, :, :1] @ key.transpose(-2, -1) * (width // self.heads) ** -0.5
            class_row = scores.float().softmax(-1) if scores.dtype == torch.bfloat16 else scores.softmax(-1)
            class_row = class_row[:, :, 0, 1:]
        return self.proj(mixed.transpose(1, 2).reshape(batch, tokens, width)), class_row


class Mlp(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(F.gelu(self.fc1(x)))


class Block(nn.Module):
    def __init__(self, width: int, heads: int):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attn = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = Mlp(width)

    def forward(self, x: Tensor, with_class_row: bool = False) -> tuple[Tensor, Tensor | None]:
        mixed, class_row = self.attn(self.norm1(x), with_class_row)
        x = x + mixed
        return x + self.mlp(self.norm2(x)), class_row


class Transformer(nn.Module):
    """Pre-norm blocks without a norm at the end."""

    def __init__(self, shape):
        super().__init__()
        self.blocks = nn.ModuleList(Block(shape.width, shape.heads) for _ in range(shape.depth))

    def forward(self, x: Tensor, with_class_row: bool = False) -> tuple[Tensor, Tensor | None]:
        class_row = None
        for i, block in enumerate(self.blocks):
            x, class_row = block(x, with_class_row and i == len(self.blocks) - 1)
        return x, class_row


class Embedding(nn.Module):
    def __init__(self, values: int, width: int):
        super().__init__()
        self.proj = nn.Linear(values, width)


class Backbone(nn.Module):
    """The encoder of one tower; its parameters have the names of the release."""

    def __init__(self, config, modality: str, encoder: Transformer):
        super().__init__()
        self.modality, self.patch = modality, config.patch
        self.grid = full_grid(config, modality)
        width = config.encoder.width
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.enc_pos_embed = nn.Parameter(torch.zeros(1, 1 + token_count(self.grid), width))
        embedding = Embedding(patch_values(config, modality), width)
        if modality == "video":
            self.cuboid_embed = embedding
        else:
            self.patch_embed = embedding
        self.encoder = encoder
        self.encoder_norm = nn.LayerNorm(width)

    def patchify(self, view: Tensor) -> Tensor:
        if self.modality == "video":
            return patchify_video(view, self.patch.frames, self.patch.size)
        return patchify_audio(view, self.patch.melBands, self.patch.columns)

    def forward(
        self, view: Tensor, kept: Tensor | None = None, with_class_row: bool = False
    ) -> tuple[Tensor, Tensor | None]:
        """Tokens [B, 1 + L, D] after the final norm, class token first; only the `kept` ones [B, K] if given."""
        patches = self.patchify(view)
        positions = self.positions(view)  # [1, 1 + L, D]
        place = positions[:, 1:]
        if kept is not None:
            patches = take(patches, kept)
            place = take(place.expand(len(view), -1, -1), kept)
        embedding = self.cuboid_embed if self.modality == "video" else self.patch_embed
        tokens = embedding.proj(patches) + place
        first = (self.cls_token + positions[:, :1]).expand(len(view), -1, -1).to(tokens.dtype)
        encoded, class_row = self.encoder(torch.cat([first, tokens], 1), with_class_row)
        return self.encoder_norm(encoded), class_row

    def positions(self, view: Tensor) -> Tensor:
        """Positions of a view: those of the global one, resampled where it has fewer tokens."""
        grid = view_grid(self.patch, self.modality, view.shape)
        if grid == self.grid:
            return self.enc_pos_embed
        width = self.enc_pos_embed.shape[-1]
        # The release adds 0.1 to the wanted number of tokens and so shifts the places that are sampled.
        scale = [(count + 0.1) / full for count, full in zip(grid, self.grid)]
        if self.modality == "audio" and grid[0] == self.grid[0]:
            scale[0] = 1.0
        full = self.enc_pos_embed[:, 1:].reshape(1, *self.grid, width).movedim(-1, 1)
        mode = "trilinear" if self.modality == "video" else "bicubic"
        local = F.interpolate(full, scale_factor=tuple(scale), mode=mode, align_corners=False)
        return torch.cat([self.enc_pos_embed[:, :1], local.flatten(2).transpose(1, 2)], 1)


def take(tokens: Tensor, index: Tensor) -> Tensor:
    """Tokens [B, L, D] at the places [B, K]."""
    return tokens.gather(1, index[:, :, None].expand(-1, -1, tokens.shape[-1]))


def patch_mean(tokens: Tensor) -> Tensor:
    """Mean of the patch tokens, class token left out: [B, 1 + L, D] to [B, D]."""
    return tokens[:, 1:].mean(1)


def view_grid(patch, modality: str, shape) -> tuple[int, ...]:
    if modality == "video":
        time, height, width = shape[-3:]
        return time // patch.frames, height // patch.size, width // patch.size
    mel, time = shape[-2:]
    return mel // patch.melBands, time // patch.columns


def full_grid(config, modality: str) -> tuple[int, ...]:
    if modality == "video":
        frames = round(config.clip.seconds * config.clip.framesPerSecond)
        return view_grid(config.patch, modality, (frames, config.clip.frameSize, config.clip.frameSize))
    return view_grid(config.patch, modality, (config.spectrogram.melBands, config.spectrogram.columns))


def patch_values(config, modality: str) -> int:
    patch = config.patch
    return patch.frames * patch.size**2 * 3 if modality == "video" else patch.melBands * patch.columns


def token_count(grid: tuple[int, ...]) -> int:
    count = 1
    for size in grid:
        count *= size
    return count
