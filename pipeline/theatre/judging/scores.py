"""How often the judges are right: on drawn clips, on twos, and after the pack's autoencoder."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.theatre.judging.clips import (
    Figure,
    Labelled,
    draw_labelled,
    on_twos,
    sample_any,
)
from pipeline.vision.colour import box_overlap
from pipeline.vision.judges import Judges, Seen

_EVERY = 4
"""Every fourth frame is looked at."""
_FOUND_OVERLAP, _LEAST_SHARE, _LEAST_HEIGHT = 0.3, 0.5, 0.3
_SPECK_SHARE = 0.12
"""A find on a figure of which at least this much is seen is no extra figure."""


@dataclass(frozen=True)
class Sighting:
    """One figure in one frame: how it looks, and what the judges made of it."""

    figure: Figure
    share: float
    height: float
    seen: Seen | None
    overlap: float

    @property
    def counts(self) -> bool:
        """Whether enough of it is seen for its kind to be asked."""
        return self.share >= _LEAST_SHARE and self.height >= _LEAST_HEIGHT


@dataclass
class Tally:
    """All that was said of some clips; `motions` has what is right and what was said."""

    sightings: list[Sighting] = field(default_factory=list)
    motions: list[tuple[str, str]] = field(default_factory=list)
    motions_of_found: list[tuple[str, str]] = field(default_factory=list)
    backdrops: list[tuple[str, str]] = field(default_factory=list)
    extras: int = 0
    frames: int = 0

    def add(self, judges: Judges, clip: Labelled) -> None:
        """Judge one clip."""
        self.backdrops.append((clip.backdrop, judges.name_backdrop(clip.frames)))
        found = judges.find(clip.frames)
        tracks = np.full(clip.boxes.shape, np.nan)
        for frame, seen in enumerate(found):
            pairs = match(clip.boxes[:, frame], clip.shares[:, frame], seen)
            for index, one in pairs.items():
                tracks[index, frame] = one.box
            if frame % _EVERY == 0:
                self._add_frame(clip, frame, pairs)
                self.extras += len(seen) - len(pairs)
        for index, figure in enumerate(clip.figures):
            self._add_motion(judges, clip, index, figure.motion, tracks[index])

    def _add_frame(self, clip: Labelled, frame: int, pairs: dict[int, Seen]) -> None:
        self.frames += 1
        for index, figure in enumerate(clip.figures):
            box, seen = clip.boxes[index, frame], pairs.get(index)
            self.sightings.append(
                Sighting(
                    figure,
                    share=float(clip.shares[index, frame]),
                    height=float(box[3] - box[1]),
                    seen=seen,
                    overlap=box_overlap(box, seen.box) if seen else 0.0,
                )
            )

    def _add_motion(
        self, judges: Judges, clip: Labelled, index: int, motion: str, track: np.ndarray
    ) -> None:
        shares, boxes = clip.shares[index], clip.boxes[index]
        tall = np.median(boxes[:, 3] - boxes[:, 1]) >= _LEAST_HEIGHT or motion == "sleeps"
        if shares.mean() < _LEAST_SHARE or not tall:
            return
        true = np.where((shares > _SPECK_SHARE)[:, None], boxes, np.nan)
        self.motions.append((motion, judges.name_motion(clip.frames, true)))
        if not np.isnan(track).all():
            self.motions_of_found.append((motion, judges.name_motion(clip.frames, track)))


def match(boxes: np.ndarray, shares: np.ndarray, seen: Sequence[Seen]) -> dict[int, Seen]:
    """Which figure each find is, by the number of its box: nearest pairs first, each once."""
    pairs = sorted(
        (
            (box_overlap(box, one.box), index, number)
            for index, box in enumerate(boxes)
            if shares[index] >= _SPECK_SHARE
            for number, one in enumerate(seen)
        ),
        reverse=True,
    )
    matched: dict[int, Seen] = {}
    used: set[int] = set()
    for overlap, index, number in pairs:
        if overlap >= _FOUND_OVERLAP and index not in matched and number not in used:
            matched[index] = seen[number]
            used.add(number)
    return matched


def score(judges: Judges, num_clips: int, coded: Iterable[Labelled], *, seed: int) -> str:
    """A table of how right the judges are on freshly drawn clips and on round-tripped ones."""
    rng = random.Random(seed)
    clips = [draw_labelled(sample_any(rng)) for _ in range(num_clips)]
    tallies = {
        "drawn": _judge(judges, clips),
        "on twos": _judge(judges, (on_twos(clip) for clip in clips)),
        "round-tripped": _judge(judges, coded),
    }
    return _table(judges.revision, tallies)


def _judge(judges: Judges, clips: Iterable[Labelled]) -> Tally:
    tally = Tally()
    for clip in clips:
        tally.add(judges, clip)
    return tally


def _table(revision: str, tallies: dict[str, Tally]) -> str:
    rows: list[tuple[str, Callable[[Tally], str]]] = [
        ("clips", lambda tally: str(len(tally.backdrops))),
        ("backdrop", lambda tally: _share(tally.backdrops)),
        ("motion, true boxes", lambda tally: _share(tally.motions)),
        ("motion, found boxes", lambda tally: _share(tally.motions_of_found)),
        ("extra figures per 100 frames", lambda t: f"{100 * t.extras / t.frames:.1f}"),
    ]
    lines = [f"judges {revision}", _row("", tallies)]
    lines += [_row(name, [say(tally) for tally in tallies.values()]) for name, say in rows]
    lines += ["", _row("found / kind / colour / IoU of figures", tallies)]
    for name, belongs in _GROUPS.items():
        cells = [
            _say_group([one for one in tally.sightings if belongs(one)])
            for tally in tallies.values()
        ]
        lines.append(_row(name, cells))
    lines += ["", _row("motion, true boxes", tallies)]
    for name in _shown_motions(tallies):
        cells = [
            _share([pair for pair in tally.motions if pair[0] == name])
            for tally in tallies.values()
        ]
        lines.append(_row(name, cells))
    return "\n".join(lines)


def _shown_motions(tallies: dict[str, Tally]) -> list[str]:
    return sorted({right for tally in tallies.values() for right, _ in tally.motions})


_GROUPS: dict[str, Callable[[Sighting], bool]] = {
    "all that count": lambda one: one.counts,
    "seen 50-80 %": lambda one: one.counts and one.share < 0.8,
    "seen 80-97 %": lambda one: one.counts and 0.8 <= one.share < 0.97,
    "seen whole": lambda one: one.counts and one.share >= 0.97,
    "height 0.30-0.45": lambda one: one.counts and one.height < 0.45,
    "height 0.45-0.60": lambda one: one.counts and 0.45 <= one.height < 0.6,
    "height 0.60 and more": lambda one: one.counts and one.height >= 0.6,
    "smaller than 0.30": lambda one: one.share >= _LEAST_SHARE and one.height < _LEAST_HEIGHT,
}


def _share(pairs: Sequence[tuple[str, str]]) -> str:
    if not pairs:
        return "-"
    return f"{100 * np.mean([right == said for right, said in pairs]):.1f} % of {len(pairs)}"


def _say_group(sightings: Sequence[Sighting]) -> str:
    found = [(one, one.seen) for one in sightings if one.seen is not None]
    if not found:
        return "-"
    shares = (
        len(found) / len(sightings),
        np.mean([one.figure.kind == seen.kind for one, seen in found]),
        np.mean([one.figure.colour == seen.colour for one, seen in found]),
    )
    overlap = np.mean([one.overlap for one, _ in found])
    said = " ".join(f"{100 * share:.1f}" for share in shares)
    return f"{said} {overlap:.2f} of {len(sightings)}"


def _row(name: str, cells: Iterable[str]) -> str:
    return f"{name:<40}" + "".join(f"{cell:<30}" for cell in cells)
