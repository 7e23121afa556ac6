"""What the theatre's CLIP and video-text model learn from: drawn clips as a search sees them.

A clip is kept as 8 small frames beside its actor and its backdrop. Its words are made anew each
time it is looked at, so that the words can change without drawing again.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from pipeline.theatre.draw import draw_clip
from pipeline.theatre.library.phrases import KIND_NAMES
from pipeline.theatre.script import Actor, Mark, sample_script
from pipeline.theatre.world import load_world

NUM_FRAMES, FRAME_PX = 8, 64
"""What both models see: 8 frames, squashed to 64x64."""
_DRAWN_FRAMES, _DRAWN_PX = 24, (192, 128)
_ASPECT = 1.5
_CAST = (("witch", "fox", "robot", "rabbit"), 0.7)
"""The kinds that most clips show, and how often; else any kind of the world."""
_WHOLE_CHANCE, _PAIR_CHANCE, _SHORT_CHANCE, _HAT_CHANCE = 0.15, 0.25, 0.3, 0.1
_CYCLES = (12, 12, 12, 17, 24)
"""In how many of the 24 frames a motion is done once: a clip of the library shows it twice."""
_SMOOTH, _GROWTH, _INSIDE_SHARE = 4, 1.08, 0.95


@dataclass(frozen=True)
class Pairs:
    """Drawn clips: `frames` uint8 RGB (N, 8, 64, 64, 3), what each one's actor is, and where."""

    frames: np.ndarray
    actors: tuple[Actor, ...]
    backdrops: tuple[str, ...]

    def __len__(self) -> int:
        """The number of clips."""
        return len(self.actors)


def draw_pairs(folder: Path, count: int, *, seed: int) -> Pairs:
    """Draw clips into `folder`, or read those that are there already."""
    notes = folder / "actors.jsonl"
    if not notes.exists():
        folder.mkdir(parents=True, exist_ok=True)
        shape = (count, NUM_FRAMES, FRAME_PX, FRAME_PX, 3)
        file = folder / "frames.npy"
        frames = np.lib.format.open_memmap(file, mode="w+", dtype=np.uint8, shape=shape)
        rng, lines = random.Random(seed), []
        for index in range(count):
            frames[index], actor, backdrop = sample_pair(rng)
            lines.append(json.dumps({"actor": asdict(actor), "backdrop": backdrop}))
        frames.flush()
        notes.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load_pairs(folder)


def load_pairs(folder: Path) -> Pairs:
    """Read what `draw_pairs` kept; the frames stay on the disk until they are looked at."""
    frames = np.load(folder / "frames.npy", mmap_mode="r")
    lines = (folder / "actors.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    return Pairs(
        frames,
        tuple(_read_actor(record["actor"]) for record in records),
        tuple(record["backdrop"] for record in records),
    )


def _read_actor(record: dict[str, object]) -> Actor:
    marks = record.pop("marks")
    assert isinstance(marks, list)
    return Actor(**record, marks=tuple(Mark(**mark) for mark in marks))  # type: ignore[arg-type]


def sample_pair(rng: random.Random) -> tuple[np.ndarray, Actor, str]:
    """Draw one clip: its frames uint8 (8, 64, 64, 3), one of its actors, and its backdrop."""
    world = load_world()
    whole = rng.random() < _WHOLE_CHANCE
    script = sample_script(
        rng,
        num_actors=2 if not whole and rng.random() < _PAIR_CHANCE else 1,
        kinds=_CAST[0] if rng.random() < _CAST[1] else world.kinds,
        colours=list(world.colours),
        motions=list(world.motions),
        backdrops=list(world.backdrops),
    )
    script = replace(script, actors=tuple(_with_hat(rng, actor) for actor in script.actors))
    width_px, height_px = _DRAWN_PX
    clip = draw_clip(
        script,
        width_px=width_px,
        height_px=height_px,
        num_frames=_DRAWN_FRAMES,
        cycle_frames=rng.choice(_CYCLES),
    )
    chosen, seen = rng.randrange(len(script.actors)), _sample_frames(rng)
    frames = clip.frames[seen]
    if not whole:
        frames = follow(frames, seen, clip.boxes[chosen], rng)
    return squash(frames), script.actors[chosen], script.backdrop


def _with_hat(rng: random.Random, actor: Actor) -> Actor:
    if rng.random() >= _HAT_CHANCE:
        return actor
    return replace(actor, hat=rng.choice(load_world().hats))


def _sample_frames(rng: random.Random) -> np.ndarray:
    """Eight frames spread evenly over the clip, or over most of it."""
    share = rng.uniform(0.75, 1.0) if rng.random() < _SHORT_CHANCE else 1.0
    start = rng.uniform(0, 1 - share)
    at = start + share * (np.arange(NUM_FRAMES) + 0.5) / NUM_FRAMES
    return (at * _DRAWN_FRAMES).astype(int).clip(0, _DRAWN_FRAMES - 1)


def follow(
    frames: np.ndarray, numbers: np.ndarray, boxes: np.ndarray, rng: random.Random
) -> np.ndarray:
    """Cut a window of one size that follows an actor, a little off as a tracker's are.

    It is planned as `pipeline.retrieve.crop` does: 3:2, with some margin, large enough to hold the
    actor all along, and within the frame.

    Args:
        frames: uint8 (F, H, W, 3).
        numbers: int (F,), which of the clip's frames they are.
        boxes: the actor's boxes (N, 4) in all frames of the clip, fractions of the frame.
        rng: what the window is off by.
    """
    size = np.array([frames.shape[2], frames.shape[1]], float)
    boxes = boxes.clip(0, 1) * np.tile(size, 2)
    sides = np.percentile(boxes[:, 2:] - boxes[:, :2], 95, axis=0) * rng.uniform(1.1, 1.4)
    largest = min(size[0], size[1] * _ASPECT)
    width = min(max(sides[0], sides[1] * _ASPECT, 24.0), largest)
    while True:
        window = np.array([width, width / _ASPECT])
        corners = _corners(boxes, size, window)
        if width >= largest or _holds(boxes, corners, window):
            break
        width = min(width * _GROWTH, largest)
    corners += [rng.gauss(0, 0.03) * window[0], rng.gauss(0, 0.03) * window[1]]
    corners = corners.clip(0, size - window)[numbers]
    return np.stack([_cut(*one, window) for one in zip(frames, corners, strict=True)])


def _corners(boxes: np.ndarray, size: np.ndarray, window: np.ndarray) -> np.ndarray:
    """The upper left corners (N, 2) of windows on a smooth way around boxes (N, 4), in px."""
    middles = ((boxes[:, :2] + boxes[:, 2:]) / 2).clip(window / 2, size - window / 2)
    padded = np.pad(middles, ((_SMOOTH, _SMOOTH), (0, 0)), mode="edge")
    weights = np.hanning(2 * _SMOOTH + 3)[1:-1]
    smooth = [np.convolve(way, weights / weights.sum(), "valid") for way in padded.T]
    return np.stack(smooth, axis=1) - window / 2


def _holds(boxes: np.ndarray, corners: np.ndarray, window: np.ndarray) -> bool:
    inside = (boxes[:, :2] >= corners - 0.5) & (boxes[:, 2:] <= corners + window + 0.5)
    return float(inside.all(1).mean()) >= _INSIDE_SHARE


def _cut(frame: np.ndarray, corner: np.ndarray, window: np.ndarray) -> np.ndarray:
    x, y = np.rint(corner).astype(int)
    width, height = np.rint(window).astype(int)
    return squash(frame[None, y : y + height, x : x + width])[0]


def squash(frames: np.ndarray) -> np.ndarray:
    """Frames uint8 (F, H, W, 3) at 64x64, whatever their shape."""
    size = (FRAME_PX, FRAME_PX)
    return np.stack([cv2.resize(one, size, interpolation=cv2.INTER_AREA) for one in frames])


def tell_meanings(texts: Sequence[str], pairs: Pairs, indices: Sequence[int]) -> np.ndarray:
    """Say which texts hold for which clips: bool (texts, clips), text k being told of clip k.

    A text holds for every clip with the same motion that shows whatever else the text names.
    """
    actors = [pairs.actors[index] for index in indices]
    holds = _same([actor.motion for actor in actors])
    for values, words in _namings(actors, [pairs.backdrops[index] for index in indices]):
        told = [
            any(_says(text, word) for word in words[value])
            for text, value in zip(texts, values, strict=True)
        ]
        holds &= ~np.array(told)[:, None] | _same(values)
    return holds


def _namings(
    actors: Sequence[Actor], backdrops: Sequence[str]
) -> Iterator[tuple[list[str], dict[str, Sequence[str]]]]:
    """For each thing that a text may name: what the clips show, and the words for it."""
    world = load_world()
    yield [one.kind for one in actors], {kind: (kind, *KIND_NAMES[kind]) for kind in world.kinds}
    yield [one.colour for one in actors], {colour: (colour,) for colour in world.colours}
    yield [one.facing for one in actors], {side: (side,) for side in ("left", "right")}
    yield list(backdrops), {name: one.words for name, one in world.backdrops.items()}


def _says(text: str, words: str) -> bool:
    return f" {words} " in f" {text} "


def _same(values: Sequence[str]) -> np.ndarray:
    array = np.array(values)
    return array[:, None] == array[None, :]
