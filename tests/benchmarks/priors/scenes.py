"""Scenes in boxes that give nothing away: each figure's box stays the same all along.

Boxes that follow a movement would tell it: drawn figures that stand, wave or jump, looked at
through the boxes of one that bows, are named as bowing in 85 of 100 clips.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pipeline.artifacts import PriorBinding, RegionPrompt, ScenePrompt
from pipeline.plan.casting import stand_in
from pipeline.story import NUM_KEYFRAMES, Box, Motion
from pipeline.theatre.captions import canonical_background_text, canonical_region_text
from pipeline.theatre.draw import DrawnClip, draw_clip
from pipeline.theatre.script import NUM_MARKS, Actor, Mark, Script
from pipeline.theatre.train.data import hold_poses
from pipeline.theatre.world import Look, load_world
from tests.benchmarks.theatre_pack.words import caption_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.packs.record import PackRecord, TroupeNames

PLAYED = ("stands", "waves", "jumps")
"""Motions of the pack that stay in one place and leave a figure whole."""
_ALONE, _SIDES = ((0.32, 0.68),), ((0.24, 0.28), (0.72, 0.76))
_HIGH, _HIGH_OF_TWO = (0.5, 0.72), (0.46, 0.58)
_ROOM = 0.01
Triple = tuple[str, str, str]


@dataclass(frozen=True)
class Role:
    """Somebody as drawn, and in which words the pack is asked for them."""

    look: Look
    motion: str
    figure_word: str = ""
    """A trigger in place of kind and colour."""
    motion_word: str = ""
    """A trigger in place of the motion."""

    def asked(self, actor: Actor) -> Actor:
        """The actor in those words."""
        look = self.look
        kind, colour = (self.figure_word, "") if self.figure_word else (look.kind, look.colour)
        return replace(actor, kind=kind, colour=colour, motion=self.motion_word or self.motion)


@dataclass(frozen=True)
class Scene:
    """Who is where: `script` as it is drawn, `boxes` (A, 4) for the whole scene."""

    number: int
    script: Script
    boxes: NDArray[np.float64]

    def prompt(
        self, roles: Sequence[Role], record: PackRecord, priors: Sequence[PriorBinding] = ()
    ) -> ScenePrompt:
        """The scene with these roles in its places, regions `r0`, `r1`, ... from left to right."""
        asked = [role.asked(actor) for role, actor in zip(roles, self.script.actors, strict=True)]
        texts = [canonical_region_text(a.kind, a.colour, a.motion, a.facing) for a in asked]
        script = replace(self.script, actors=tuple(asked))
        caption = caption_of(script, max_words=record.max_sequence_length - 1)
        regions = [
            RegionPrompt(
                region_id=f"r{number}",
                text=record.normalise(text)[0],
                boxes=(Box.of(map(float, box)),) * NUM_KEYFRAMES,
            )
            for number, (text, box) in enumerate(zip(texts, self.boxes, strict=True))
        ]
        background = canonical_background_text(self.script.backdrop)
        return ScenePrompt(
            scene_id=f"scene-{self.number}",
            regions=tuple(regions),
            background=record.normalise(background)[0],
            caption=record.normalise(caption)[0],
            priors=tuple(priors),
        )

    def draw(self, record: PackRecord, *, frames_per_pose: int) -> DrawnClip:
        """The scene as the theatre draws it, at the pack's size."""
        return hold_poses(
            draw_clip(
                self.script,
                width_px=record.width_px,
                height_px=record.height_px,
                num_frames=record.num_frames,
            ),
            frames_per_pose,
        )


def make_scene(number: int, roles: Sequence[Role], backdrop: str, *, rng: random.Random) -> Scene:
    """One or two roles in places of their own, from left to right."""
    places = _ALONE if len(roles) == 1 else _SIDES
    high = _HIGH if len(roles) == 1 else _HIGH_OF_TWO
    actors = tuple(
        _make_actor(role, rng.uniform(*place), rng.uniform(*high), rng)
        for role, place in zip(roles, places, strict=True)
    )
    script = Script(backdrop, actors, rng.randrange(1 << 30))
    boxes = steady_boxes(draw_clip(script).boxes)
    if len(roles) == 2:  # nobody reaches into the other's half
        boxes[0, 2], boxes[1, 0] = min(boxes[0, 2], 0.5), max(boxes[1, 0], 0.5)
    return Scene(number, script, boxes)


def steady_boxes(boxes: NDArray[np.float32]) -> NDArray[np.float64]:
    """The boxes (A, 4) that hold figures' boxes (A, F, 4) all along, and a little room."""
    low, high = boxes[..., :2].min(1) - _ROOM, boxes[..., 2:].max(1) + _ROOM
    return np.concatenate([low, high], axis=1).clip(0, 1).astype(float)


def _make_actor(role: Role, x: float, height: float, rng: random.Random) -> Actor:
    y = rng.uniform(max(0.84, height * 1.25), 0.95)
    marks = (Mark(x, y, height),) * NUM_MARKS
    look, facing, phase = role.look, rng.choice(("left", "right")), rng.uniform(0, 6.283)
    phase = rng.uniform(-0.3, 0.3) if role.motion == "jumps" else phase
    return Actor(look.kind, look.colour, role.motion, facing, look.hat, marks, phase)


def choose_figure(
    rng: random.Random,
    troupe: TroupeNames,
    *,
    taken: Collection[Triple] = (),
    kinds: Sequence[str] | None = None,
) -> tuple[Look, str]:
    """A look that the pack plays, and a backdrop, never together in one of the taken triples."""
    while True:
        look = Look(kind=rng.choice(kinds or troupe.kinds), colour=rng.choice(troupe.colours))
        backdrop = rng.choice(troupe.backdrops)
        if (look.kind, look.colour, backdrop) not in taken:
            return look, backdrop


def motion_stand_in(motion: str, record: PackRecord) -> str:
    """What the pack plays in place of a motion that it has not learned."""
    assert record.troupe is not None
    return stand_in(Motion(id=motion, words=motion), record.troupe)


def look_stand_in(look: Look, record: PackRecord) -> Look:
    """Who plays a look that the pack has not learned: its kind in the nearest colour."""
    assert record.troupe is not None
    colours = load_world().colours
    wanted = np.array(colours[look.colour])
    nearest = min(record.troupe.colours, key=lambda name: abs(wanted - colours[name]).sum())
    return Look(kind=look.kind, colour=nearest)
