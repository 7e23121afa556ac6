"""What a pack hands to the stages: the shape of its clips, and its parts in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, model_validator

from pipeline.errors import InputError
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

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        latents = sorted(f for frames in self.keyframe_to_latent for f in frames)
        if len(self.keyframe_to_latent) != NUM_KEYFRAMES:
            raise ValueError(f"keyframe_to_latent needs {NUM_KEYFRAMES} entries")
        if latents != list(range(self.latent_frames)):
            raise ValueError("keyframe_to_latent must name each latent frame exactly once")
        if self.latent_height % self.patch_size or self.latent_width % self.patch_size:
            raise ValueError("patch_size must divide latent_height and latent_width")
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
        """Frames that share one latent frame, but for a first one that has its own."""
        return len(self.frames_of(self.latent_frames - 1))

    def frames_of(self, latent: int) -> range:
        """The frames that a latent frame stands for (see `frames_of`)."""
        return frames_of(latent, self.latent_frames, self.num_frames)

    def sized(
        self,
        num_frames: int | None = None,
        height_px: int | None = None,
        width_px: int | None = None,
    ) -> ClipFormat:
        """The format of other clips of the same model; None stands for its own size.

        Raises:
            InputError: the model makes no clips of that size; the hint says of which.
        """
        frames, height, width = (
            own if asked is None else asked
            for asked, own in (
                (num_frames, self.num_frames),
                (height_px, self.height_px),
                (width_px, self.width_px),
            )
        )
        latent_frames, keyframes = self.latent_frames, self.keyframe_to_latent
        if frames != self.num_frames:
            latent_frames = self._count_latents(frames)
            keyframes = spread_keyframes(latent_frames, frames)
        changed: dict[str, object] = {
            "num_frames": frames,
            "height_px": height,
            "width_px": width,
            "latent_frames": latent_frames,
            "latent_height": self._latent_side(height, "height"),
            "latent_width": self._latent_side(width, "width"),
            "keyframe_to_latent": keyframes,
        }
        kept = {name: getattr(self, name) for name in ClipFormat.model_fields}
        return ClipFormat.model_validate(kept | changed)

    def _count_latents(self, num_frames: int) -> int:
        """The latent frames that decode to so many frames: pairs, or one frame and pairs."""
        each = self.frames_per_latent
        if num_frames < 1 or num_frames % (2 * each) > 1:
            raise InputError(
                f"no clip of this model has {num_frames} frames",
                hint=f"Take a multiple of {2 * each}, or one more, such as {self.num_frames}.",
            )
        return (num_frames - 1) // each + 1

    def _latent_side(self, pixels: int, name: str) -> int:
        scale = self.height_px // self.latent_height
        multiple = scale * self.patch_size
        if pixels < multiple or pixels % multiple:
            raise InputError(
                f"no clip of this model has a {name} of {pixels} pixels",
                hint=f"Take a multiple of {multiple}.",
            )
        return pixels // scale


def spread_keyframes(latent_frames: int, num_frames: int) -> tuple[tuple[int, ...], ...]:
    """For each keyframe the latent frames whose middle lies in its sixth of the clip, in order.

    Together they are all latent frames; with few of them, some keyframes have none.
    """
    places = []
    for latent in range(latent_frames):
        frames = frames_of(latent, latent_frames, num_frames)
        places.append((frames.start + frames.stop) * NUM_KEYFRAMES // (2 * num_frames))
    return tuple(
        tuple(f for f, keyframe in enumerate(places) if keyframe == k) for k in range(NUM_KEYFRAMES)
    )


def frames_of(latent: int, latent_frames: int, num_frames: int) -> range:
    """The frames that a latent frame stands for in a clip.

    An even number of frames is shared out from the start; an odd one gives the first frame a latent
    of its own (49 frames: 1 + 12 * 4), as a CogVideoX autoencoder has it.
    """
    if num_frames % 2 == 0 or latent_frames == 1:
        each = num_frames // latent_frames
        return range(latent * each, (latent + 1) * each)
    each = (num_frames - 1) // (latent_frames - 1)
    return range(1 + (latent - 1) * each, 1 + latent * each) if latent else range(1)


def middle_frames(num_frames: int) -> list[int]:
    """The number of the frame in the middle of each keyframe's part of a clip."""
    return [(2 * k + 1) * num_frames // (2 * NUM_KEYFRAMES) for k in range(NUM_KEYFRAMES)]


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
