"""Pictures to look at: scenes as asked, drawn and rendered; nearest clips; takes to be named."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np

from pipeline.story import NUM_KEYFRAMES
from pipeline.theatre.world import load_world
from tests.benchmarks.theatre_pack.checks import Neighbour
from tests.benchmarks.theatre_pack.scenes import Asked
from tests.benchmarks.theatre_pack.words import caption_of

_BAND_PX, _GAP_PX = 18, 6
_SHOWN_KEYFRAMES = (0, 2, 5)
_THREE = tuple((keyframe + 0.5) / NUM_KEYFRAMES for keyframe in _SHOWN_KEYFRAMES)
_FOUR = (0.125, 0.375, 0.625, 0.875)
_LONG_CAPTION = 99


def write_sheet(path: Path, asked: Sequence[Asked], takes: Sequence[np.ndarray]) -> None:
    """One row per scene: the boxes asked for, the scene as drawn, the take; three keyframes each.

    Takes are uint8 (F, H, W, 3).
    """
    rows = []
    for one, frames in zip(asked, takes, strict=True):
        pictures = [_boxes(one), _strip(one.clip.frames), _strip(frames)]
        caption = f"{one.number}: {caption_of(one.script, max_words=_LONG_CAPTION)}"
        rows.append(_titled(_beside(pictures), caption))
    _write(path, np.vstack(rows))


def write_nearest(
    path: Path, takes: Sequence[np.ndarray], nearest: Sequence[Neighbour], notes: Sequence[str]
) -> None:
    """One row per take: the take, and the nearest training clip."""
    rows = [
        _titled(_beside([_strip(frames, _FOUR), _strip(other.frames, _FOUR)]), note)
        for frames, other, note in zip(takes, nearest, notes, strict=True)
    ]
    _write(path, np.vstack(rows))


def write_blind(
    folder: Path, asked: Sequence[Asked], takes: Sequence[np.ndarray], *, limit: int, seed: str
) -> None:
    """`blind.png`: takes drawn at random, numbered, without words; the answers lie beside it."""
    chosen = random.Random(seed).sample(range(len(takes)), min(limit, len(takes)))
    strips = [
        _titled(_strip(takes[n], _FOUR), str(place)) for place, n in enumerate(chosen, start=1)
    ]
    strips += [np.full_like(strips[0], 255)] * (len(strips) % 2)
    _write(folder / "blind.png", np.vstack([_beside(pair) for pair in _pairs(strips)]))
    answers = {str(place): _answer(asked[n]) for place, n in enumerate(chosen, start=1)}
    (folder / "blind-key.json").write_text(json.dumps(answers, indent=1) + "\n", encoding="utf-8")


def _pairs(strips: Sequence[np.ndarray]) -> Iterable[tuple[np.ndarray, np.ndarray]]:
    return zip(strips[::2], strips[1::2], strict=True)


def _answer(asked: Asked) -> dict[str, object]:
    figures = [
        {"colour": actor.colour, "kind": actor.kind, "motion": actor.motion, "left": float(left)}
        for actor, left in zip(
            asked.script.actors, np.nanmean(asked.boxes[..., 0], axis=1).round(2), strict=True
        )
    ]
    figures.sort(key=lambda figure: figure["left"])
    return {"scene": asked.number, "backdrop": asked.script.backdrop, "figures": figures}


def _boxes(asked: Asked) -> np.ndarray:
    """The boxes asked for at the shown keyframes, in their figures' colours."""
    _, height, width, _ = asked.clip.frames.shape
    pictures = []
    for keyframe in _SHOWN_KEYFRAMES:
        picture = np.full((height, width, 3), 225, np.uint8)
        for actor, box in zip(asked.script.actors, asked.boxes[:, keyframe], strict=True):
            if not np.isnan(box).any():
                x0, y0, x1, y1 = (box * (width, height, width, height)).round().astype(int).tolist()
                colour = load_world().colours[actor.colour]
                cv2.rectangle(picture, (x0, y0), (x1 - 1, y1 - 1), colour, 2)
        pictures.append(picture)
    return _beside(pictures, gap_px=1)


def _strip(frames: np.ndarray, moments: Sequence[float] = _THREE) -> np.ndarray:
    """The frames at these moments, 0 to 1, side by side."""
    return _beside([frames[int(moment * len(frames))] for moment in moments], gap_px=1)


def _beside(pictures: Sequence[np.ndarray], *, gap_px: int = _GAP_PX) -> np.ndarray:
    gap = ((0, 0), (0, gap_px), (0, 0))
    return np.hstack([np.pad(picture, gap, constant_values=255) for picture in pictures])


def _titled(picture: np.ndarray, text: str) -> np.ndarray:
    band = np.full((_BAND_PX, picture.shape[1], 3), 255, np.uint8)
    font = cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(band, text, (4, 13), font, 0.42, (40, 40, 40), 1, cv2.LINE_AA)
    return np.vstack([band, picture])


def _write(path: Path, picture: np.ndarray) -> None:
    cv2.imwrite(str(path), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
