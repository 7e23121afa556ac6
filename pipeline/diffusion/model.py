"""What a pack hands to the stages: the shape of its clips, and its parts in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, model_validator

from pipeline.story import NUM_KEYFRAMES, Record

if TYPE_CHECKING:
    import torch

Part = Literal["text_encoder", "transformer", "vae"]


class ClipFormat(Record):
    """The clips a model makes, in pixels, latents and tokens; loads without torch."""

    num_frames: int = Field(gt=0)
    fps: int = Field(gt=0)
    height_px: int = Field(gt=0)
    width_px: int = Field(gt=0)
    latent_frames: int = Field(gt=0)
    latent_channels: int = Field(gt=0)
    latent_height: int = Field(gt=0)
    latent_width: int = Field(gt=0)
    patch_size: int = Field(gt=0)
    keyframe_to_latent: tuple[tuple[int, ...], ...]
    """For each keyframe the latent frames that take its boxes; together all of them, once."""
    max_sequence_length: int = Field(gt=0)
    """Tokens of one text."""
    preview_matrix: tuple[tuple[float, float, float], ...]
    """One row per latent channel: what it adds to red, green and blue in [-1, 1]."""
    preview_bias: tuple[float, float, float]

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        latents = sorted(f for frames in self.keyframe_to_latent for f in frames)
        if len(self.keyframe_to_latent) != NUM_KEYFRAMES:
            raise ValueError(f"keyframe_to_latent needs {NUM_KEYFRAMES} entries")
        if latents != list(range(self.latent_frames)):
            raise ValueError("keyframe_to_latent must name each latent frame exactly once")
        if self.latent_height % self.patch_size or self.latent_width % self.patch_size:
            raise ValueError("patch_size must divide latent_height and latent_width")
        if len(self.preview_matrix) != self.latent_channels:
            raise ValueError("preview_matrix needs one row per latent channel")
        return self

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns of the transformer's tokens in one latent frame."""
        return self.latent_height // self.patch_size, self.latent_width // self.patch_size

    @property
    def latent_shape(self) -> tuple[int, int, int, int, int]:
        """Shape (1, f, C, h, w) of one clip's latents."""
        channels, frames = self.latent_channels, self.latent_frames
        return 1, frames, channels, self.latent_height, self.latent_width

    @property
    def frames_per_latent(self) -> int:
        """Frames that share one latent frame, where the count divides evenly."""
        return max(1, self.num_frames // self.latent_frames)


@dataclass(frozen=True)
class VideoModel:
    """The diffusers and transformers parts of a pack, on their device, for inference only."""

    tokenizer: Any
    text_encoder: Any
    transformer: Any
    vae: Any
    scheduler: Any
    device: torch.device

    @contextmanager
    def using(self, part: Part) -> Iterator[Any]:
        """Give a part, on its device for as long as the block lasts.

        Here every part stays where it is; a pack that does not fit moves them (`packs.load`).
        """
        yield getattr(self, part)
