"""Casts the theatre's library: who does what in which film, and which clips make trouble.

`python -m pipeline.theatre.library.casting --out FILE` makes the file `clips.jsonl` again.
"""

from __future__ import annotations

import argparse
import random
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.files import write_bytes
from pipeline.theatre.draw import actor_boxes
from pipeline.theatre.library.phrases import PLAIN, library_caption, words_of
from pipeline.theatre.library.specs import CYCLE_FRAMES, ClipSpec, Figure, Trouble
from pipeline.theatre.script import Facing
from pipeline.theatre.world import load_world

_SEED = 6
_CLIPS_PER_MOTION = 34
_FILMS = {"forest": 8, "beach": 8, "castle": 8, "room": 8, "night": 5, "rain": 5, "snow": 3}
_USUAL_KINDS = ("witch", "fox", "robot", "rabbit")
_USUAL_SHARE, _PLAYABLE_SHARE, _HAT_SHARE = 0.85, 0.9, 0.08
_TROUBLES: tuple[Trouble, ...] = (
    "wrong_caption", "wrong_caption", "cut_off", "two_actors", "too_short",
)  # fmt: skip
_IN_TURN: tuple[tuple[Trouble, ...], ...] = (("cut_off", "portrait"), ("two_actors",))
"""What motions have besides, taking turns."""
_FORWARD: dict[Facing, int] = {"left": -1, "right": 1}
_EDGE = 0.012
_SEEN_SHARE = 0.45
"""How much of a figure is seen that the lower edge cuts off."""
_NUM_FRAMES, _SHORT_FRAMES = 48, 12
_WIDTH_PX, _HEIGHT_PX, _PORTRAIT_WIDTH_PX = 288, 192, 128
_TALL, _PORTRAIT_TALL = (0.42, 0.78), (0.3, 0.42)


@dataclass(frozen=True)
class _Film:
    """A source of clips with one backdrop."""

    name: str
    backdrop: str
    seed: int


@dataclass(frozen=True)
class _Space:
    """Where a figure has to stay: edges over the frame's width, and how tall it may be."""

    left: float = _EDGE
    right: float = 1 - _EDGE
    tall: tuple[float, float] = _TALL
    width_px: int = _WIDTH_PX


def make_specs() -> list[ClipSpec]:
    """Give the library's clips, the same ones at every call, in the order of their paths."""
    rng = random.Random(_SEED)
    films = _make_films(rng)
    motions = list(load_world().motions)
    roles: list[tuple[str, Trouble]] = [
        (motion, role) for k, motion in enumerate(motions) for role in _roles(k)
    ]
    rng.shuffle(roles)
    specs = [
        _make_spec(rng, films[k % len(films)], k, motion, trouble)
        for k, (motion, trouble) in enumerate(roles)
    ]
    specs += [_make_duplicate(rng, specs, len(specs) + k, one) for k, one in enumerate(motions)]
    return sorted(specs, key=lambda spec: spec.path)


def _make_films(rng: random.Random) -> list[_Film]:
    backdrops = [name for name, count in _FILMS.items() for _ in range(count)]
    rng.shuffle(backdrops)
    return [
        _Film(f"film-{number:02d}", backdrop, rng.randrange(1 << 30))
        for number, backdrop in enumerate(backdrops, start=1)
    ]


def _roles(turn: int) -> list[Trouble]:
    """What the clips of a motion have wrong with them, one for each clip."""
    roles: list[Trouble] = [*_TROUBLES, *_IN_TURN[turn % len(_IN_TURN)]]
    while len(roles) < _CLIPS_PER_MOTION:
        roles.append("")
    return roles


def _make_spec(
    rng: random.Random, film: _Film, number: int, motion: str, trouble: Trouble
) -> ClipSpec:
    path = f"{film.name}/clip-{number:03d}.mp4"
    figures = _cast(rng, motion, trouble)
    spec = ClipSpec(
        path=path, caption="", backdrop=film.backdrop, seed=film.seed, figures=figures,
        num_frames=_SHORT_FRAMES if trouble == "too_short" else _NUM_FRAMES,
        width_px=_PORTRAIT_WIDTH_PX if trouble == "portrait" else _WIDTH_PX,
        height_px=_HEIGHT_PX, trouble=trouble,
    )  # fmt: skip
    return spec.model_copy(update={"caption": _caption(rng, spec)})


def _cast(rng: random.Random, motion: str, trouble: Trouble) -> tuple[Figure, ...]:
    if trouble == "two_actors":
        return _make_pair(rng, motion)
    space = _Space()
    if trouble == "portrait":
        space = _Space(tall=_PORTRAIT_TALL, width_px=_PORTRAIT_WIDTH_PX)
    figure = _make_figure(rng, motion, space)
    return (_cut_off(rng, figure) if trouble == "cut_off" else figure,)


def _make_pair(rng: random.Random, motion: str) -> tuple[Figure, ...]:
    """Two figures of different kinds and colours, as large, each in its half, busy otherwise."""
    other = rng.choice([name for name in load_world().motions if name != motion])
    tall = rng.uniform(0.42, 0.55)
    halves = [_Space(right=0.5, tall=(tall, tall)), _Space(left=0.5, tall=(tall, tall))]
    rng.shuffle(halves)
    one = _make_figure(rng, motion, halves[0])
    while True:
        two = _make_figure(rng, other, halves[1])
        if two.kind != one.kind and two.colour != one.colour:
            return one, two


def _make_figure(rng: random.Random, motion: str, space: _Space) -> Figure:
    """A figure that stays within its space all along."""
    world = load_world()
    usual, playable = rng.random() < _USUAL_SHARE, rng.random() < _PLAYABLE_SHARE
    others = [kind for kind in world.kinds if kind not in _USUAL_KINDS]
    kind = rng.choice(_USUAL_KINDS if usual else others)
    colour = rng.choice(world.playable_colours if playable else world.held_out.colours)
    hat = rng.choice(world.hats) if rng.random() < _HAT_SHARE else None
    while True:
        figure = _sample_figure(rng, kind, colour, motion, hat, space)
        boxes = _boxes(figure, space.width_px)
        (x0, y0), (x1, y1) = boxes[:, :2].min(0), boxes[:, 2:].max(0)
        if x0 > space.left and x1 < space.right and y0 > _EDGE and y1 < 1 - _EDGE:
            return figure


def _boxes(figure: Figure, width_px: int) -> NDArray[np.float32]:
    return actor_boxes(
        figure.actor(), width_px=width_px, height_px=_HEIGHT_PX,
        num_frames=_NUM_FRAMES, cycle_frames=CYCLE_FRAMES,
    )  # fmt: skip


def _sample_figure(
    rng: random.Random, kind: str, colour: str, motion: str, hat: str | None, space: _Space
) -> Figure:
    facing: Facing = rng.choice(("left", "right"))
    travel = _sample_travel(rng, motion, facing) * (space.right - space.left)
    height = rng.uniform(*space.tall)
    x = rng.uniform(space.left, space.right)
    high = rng.uniform(0.62, 0.86) if load_world().motions[motion].airborne else 0.0
    y = high or rng.uniform(0.82, 0.96)
    return Figure(
        kind=kind, colour=colour, motion=motion, facing=facing, hat=hat,
        start=(round(x, 3), round(y, 3)), end=(round(x + travel, 3), round(y, 3)),
        height=round(height, 3), phase=round(_sample_phase(rng, motion), 2),
    )  # fmt: skip


def _sample_travel(rng: random.Random, motion: str, facing: Facing) -> float:
    """The way over the whole clip, in parts of the space's width."""
    if load_world().motions[motion].locomotion:
        return _FORWARD[facing] * rng.uniform(0.15, 0.55)
    return rng.uniform(-0.06, 0.06) if rng.random() < 0.3 else 0.0


def _sample_phase(rng: random.Random, motion: str) -> float:
    return rng.uniform(-0.3, 0.3) if motion == "jumps" else rng.uniform(0.0, 6.283)


def _cut_off(rng: random.Random, figure: Figure) -> Figure:
    """The figure without its way, half of it or more beyond a side or the lower edge."""
    (x, y), still = figure.start, figure.model_copy(update={"end": figure.start})
    x0, y0, x1, y1 = (float(edge) for edge in _boxes(still, _WIDTH_PX).mean(0))
    if rng.random() < 0.6:
        x += rng.choice((0.0, 1.0)) - (x0 + x1) / 2
    else:
        y += 1 - y0 - _SEEN_SHARE * (y1 - y0)
    place = (round(x, 3), round(y, 3))
    return still.model_copy(update={"start": place, "end": place})


def _caption(rng: random.Random, spec: ClipSpec) -> str:
    """A caption; where it matters what it says, it surely says it."""
    actor = spec.figures[0].actor()
    if spec.trouble == "wrong_caption":
        told = rng.choice([name for name in PLAIN if name != actor.motion])
        actor = replace(actor, motion=told)
    must_tell = spec.trouble in ("wrong_caption", "two_actors")
    verbs = {form for verb in PLAIN[actor.motion] for form in verb}
    while True:
        caption = library_caption(rng, actor, spec.backdrop)
        if not must_tell or not verbs.isdisjoint(words_of(caption)):
            return caption


def _make_duplicate(
    rng: random.Random, specs: list[ClipSpec], number: int, motion: str
) -> ClipSpec:
    """A clip of the same film that begins a little later, its camera moved a little."""
    twin = rng.choice([one for one in specs if one.motion == motion and not one.trouble])
    figure = twin.figures[0]
    shift = rng.choice((-0.01, 0.01))
    moved = figure.model_copy(
        update={
            "start": (round(figure.start[0] + shift, 3), figure.start[1]),
            "end": (round(figure.end[0] + shift, 3), figure.end[1]),
            "phase": round(figure.phase + 0.1, 2),
        }
    )
    changes = {"path": f"{twin.path[:8]}clip-{number:03d}.mp4", "duplicate_of": twin.path}
    copy = twin.model_copy(update={**changes, "figures": (moved,)})
    return copy.model_copy(update={"caption": _caption(rng, copy)})


def write_specs(path: Path) -> None:
    """Make the specs and write them to a file, one JSON object per line."""
    lines = (spec.model_dump_json(exclude_defaults=True) + "\n" for spec in make_specs())
    write_bytes(path, "".join(lines).encode())


def main() -> None:
    """Write the specs to the file that is asked for."""
    parser = argparse.ArgumentParser(description="Make the specs of the theatre's library.")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    write_specs(parser.parse_args().out)


if __name__ == "__main__":
    main()
