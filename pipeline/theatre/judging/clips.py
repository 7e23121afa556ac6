"""What the judges learn from: drawn clips, what rendering does to them, and ruined figures."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipeline.theatre.draw import draw_clip
from pipeline.theatre.script import Actor, Script, sample_script
from pipeline.theatre.world import load_world

if TYPE_CHECKING:
    from diffusers.models.autoencoders.autoencoder_kl_cogvideox import AutoencoderKLCogVideoX

NUM_FRAMES = 24
_NUM_ACTORS = ((0, 1, 2, 3), (6, 34, 46, 14))
_LOOK, _HAT = 0.08, 0.12
"""How often a figure wears a held-out look, or some hat."""


@dataclass(frozen=True)
class Figure:
    """What one figure is and does."""

    kind: str
    colour: str
    motion: str


@dataclass(frozen=True)
class Labelled:
    """A clip of F frames and what its A figures are.

    `frames` uint8 RGB (F, H, W, 3); `boxes` float32 (A, F, 4), whole figures, in frame fractions,
    clipped to the frame; `shares` float32 (A, F), the part of a figure that is seen, 0 to 1.
    """

    frames: np.ndarray
    boxes: np.ndarray
    shares: np.ndarray
    figures: tuple[Figure, ...]
    backdrop: str


def sample_any(rng: random.Random, *, motions: Sequence[str] | None = None) -> Script:
    """A script of all that the world knows, or of some motions; what is held out included."""
    world = load_world()
    script = sample_script(
        rng,
        num_actors=rng.choices(*_NUM_ACTORS)[0],
        kinds=world.kinds,
        colours=list(world.colours),
        motions=motions or list(world.motions),
        backdrops=list(world.backdrops),
    )
    return replace(script, actors=_dress(rng, script.actors))


def _dress(rng: random.Random, actors: Sequence[Actor]) -> tuple[Actor, ...]:
    """The same actors, some in a held-out look whose colour is free, some with a hat."""
    world, dressed = load_world(), list(actors)
    for index, actor in enumerate(dressed):
        look = rng.choice(list(world.held_out.looks.values()))
        others = {other.colour for other in dressed} - {actor.colour}
        chance = rng.random()
        if chance < _LOOK and look.colour not in others:
            dressed[index] = replace(actor, kind=look.kind, colour=look.colour, hat=look.hat)
        elif _LOOK <= chance < _LOOK + _HAT:
            dressed[index] = replace(actor, hat=rng.choice(world.hats))
    return tuple(dressed)


def draw_labelled(script: Script, *, num_frames: int = NUM_FRAMES) -> Labelled:
    """The drawn clip; each figure is drawn alone too, to know how much of it the others hide."""
    clip = draw_clip(script, num_frames=num_frames)
    whole = [clip.masks[0]] if len(script.actors) == 1 else [
        draw_clip(replace(script, actors=(actor,)), num_frames=num_frames).masks[0]
        for actor in script.actors
    ]  # fmt: skip
    boxes = clip.boxes.clip(0, 1)
    shares = _area(boxes) / _area(clip.boxes)
    for index, mask in enumerate(whole):
        seen = clip.masks[index].sum((1, 2)) / np.maximum(mask.sum((1, 2)), 1)
        shares[index] *= seen
    figures = tuple(Figure(actor.kind, actor.colour, actor.motion) for actor in script.actors)
    return Labelled(clip.frames, boxes, shares, figures, script.backdrop)


def _area(boxes: np.ndarray) -> np.ndarray:
    return (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])


def take(clip: Labelled, frames: slice | np.ndarray) -> Labelled:
    """The clip with these frames only, in this order."""
    return replace(
        clip,
        frames=clip.frames[frames],
        boxes=clip.boxes[:, frames],
        shares=clip.shares[:, frames],
    )


def on_twos(clip: Labelled) -> Labelled:
    """The clip with every second frame shown twice."""
    return take(clip, np.arange(len(clip.frames)) // 2 * 2)


def round_trip(clip: Labelled, vae: AutoencoderKLCogVideoX) -> Labelled:
    """The clip after a pack's autoencoder."""
    from pipeline.diffusion.latents import decode, encode

    return replace(clip, frames=decode(vae, encode(vae, clip.frames)))


def load_vae() -> AutoencoderKLCogVideoX:
    """The autoencoder of the theatre pack, on one CPU thread."""
    import torch

    from pipeline.devices import choose
    from pipeline.packs.load import load_pack

    vae = load_pack("theatre", choose("cpu", bfloat16_on_cpu=False)).vae
    torch.set_num_threads(1)
    return vae


def code_clips(count: int, *, seed: int) -> Iterator[Labelled]:
    """Clips after a round trip through the pack's autoencoder, half of them on twos."""
    rng, vae = random.Random(seed), load_vae()
    for _ in range(count):
        clip = draw_labelled(sample_any(rng))
        yield round_trip(on_twos(clip) if rng.random() < 0.5 else clip, vae)


def save_clips(clips: Sequence[Labelled], path: Path) -> None:
    """Keep clips in a file that `load_clips` reads."""
    import torch

    torch.save(
        [
            {
                "frames": torch.from_numpy(clip.frames),
                "boxes": torch.from_numpy(clip.boxes),
                "shares": torch.from_numpy(clip.shares),
                "figures": [asdict(figure) for figure in clip.figures],
                "backdrop": clip.backdrop,
            }
            for clip in clips
        ],
        path,
    )


def load_clips(path: Path) -> list[Labelled]:
    """The clips that `save_clips` kept."""
    import torch

    return [
        Labelled(
            record["frames"].numpy(),
            record["boxes"].numpy(),
            record["shares"].numpy(),
            tuple(Figure(**figure) for figure in record["figures"]),
            record["backdrop"],
        )
        for record in torch.load(path, weights_only=True)
    ]
