"""What is learned from, and scenes that nobody has learned from."""

from __future__ import annotations

import random

import numpy as np
import pytest

from pipeline.packs.record import load_record
from pipeline.prior import TrainSettings
from pipeline.theatre.world import Look, load_world
from tests.benchmarks.priors.disentangles import common_kind
from tests.benchmarks.priors.learns import look_scene, motion_scene
from tests.benchmarks.priors.lessons import (
    CLIPS,
    LOOKS,
    look_lesson,
    motion_lesson,
    motion_specs,
)
from tests.benchmarks.priors.scenes import (
    PLAYED,
    Role,
    look_stand_in,
    make_scene,
    motion_stand_in,
)

RECORD = load_record("theatre")
SETTINGS = TrainSettings(steps=3)


def test_a_motions_windows_have_the_texts_of_their_clips() -> None:
    specs = motion_specs("bows")[:3]
    lesson = motion_lesson("bows", RECORD, SETTINGS, specs)
    assert [lesson.sources.count(spec.path) for spec in specs] == [3, 3, 3]
    assert {window.frames.shape for window in lesson.windows} == {(24, 96, 144, 3)}
    assert all(lesson.trigger in text.split() for text in lesson.texts)
    assert lesson.trigger in RECORD.motion_triggers
    shared = motion_lesson(
        "bows", RECORD, TrainSettings(steps=3, prompts="shared", num_frames=12), specs
    )
    assert set(shared.texts) == {lesson.trigger}
    assert shared.windows[0].frames.shape == (12, 96, 144, 3)
    assert len({lesson.key, shared.key, motion_lesson("bows", RECORD, SETTINGS).key}) == 3
    assert lesson.key == motion_lesson("bows", RECORD, SETTINGS, specs).key


def test_pictures_that_are_held_back_are_others() -> None:
    lesson = look_lesson("luna", RECORD, TrainSettings(steps=3, prompts="none"))
    held = look_lesson("luna", RECORD, SETTINGS, held_back=True)
    assert set(lesson.texts) == {""}
    assert all(lesson.trigger in text for text in held.texts)
    pictures = {window.frames[0].tobytes() for window in (*lesson.windows, *held.windows)}
    assert len(pictures) == len(lesson.windows) + len(held.windows) == 14
    assert np.array_equal(*lesson.windows[0].frames[[0, -1]])
    latent = look_lesson("luna", RECORD, TrainSettings(steps=3, pictures="latent"))
    assert latent.windows[0].frames.shape == (1, 96, 144, 3)


@pytest.mark.parametrize("motion", ["dances", "spins", "bows"])
def test_scenes_show_nobody_whom_the_clips_show_there(motion: str) -> None:
    clips = motion_specs(motion)[:CLIPS]
    taken = {(s.figures[0].kind, s.figures[0].colour, s.backdrop) for s in clips}
    assert RECORD.troupe is not None
    kinds = [kind for kind in RECORD.troupe.kinds if kind != common_kind(motion, RECORD)]
    for number in range(30):
        script = motion_scene(RECORD, motion, number).script
        (actor,) = script.actors
        assert (actor.kind, actor.colour, script.backdrop) not in taken
        assert actor.colour in RECORD.troupe.colours
        assert motion_scene(RECORD, motion, number, kinds).script.actors[0].kind in kinds


def test_boxes_hold_their_figures_all_along_and_keep_to_their_halves() -> None:
    for number in range(12):
        scene, at = look_scene(RECORD, "pip", number)
        assert scene.script.actors[at].hat == "scarf"
        assert scene.script.actors[1 - at].hat is None
        left, right = scene.boxes
        assert left[2] <= 0.5 <= right[0]
        masks = scene.draw(RECORD, frames_per_pose=2).masks
        for mask, (x0, y0, x1, y1) in zip(masks, scene.boxes * [144, 96, 144, 96], strict=True):
            inside = mask[:, int(y0) : int(y1) + 1, int(x0) : int(x1) + 1].sum()
            assert inside >= 0.97 * mask.sum()


def test_prompts_say_triggers_where_something_is_learned() -> None:
    fox = Role(Look(kind="fox", colour="blue"), "waves")
    luna = Role(LOOKS["luna"], "bows", "look3", "motion7")
    scene = make_scene(4, [luna, fox], "castle", rng=random.Random(4))
    prompt = scene.prompt([luna, fox], RECORD)
    facing = [actor.facing for actor in scene.script.actors]
    assert [region.text for region in prompt.regions] == [
        f"look3 motion7 facing {facing[0]}",
        f"a blue fox waves facing {facing[1]}",
    ]
    assert all(len(set(region.boxes)) == 1 for region in prompt.regions)
    assert "look3 motion7" in prompt.caption
    assert "castle" in prompt.caption


def test_the_pack_plays_every_stand_in() -> None:
    assert RECORD.troupe is not None
    for motion in load_world().held_out.motions:
        assert motion_stand_in(motion, RECORD) in RECORD.troupe.motions
    for look in LOOKS.values():
        stand_in = look_stand_in(look, RECORD)
        assert (stand_in.kind, stand_in.hat) == (look.kind, None)
        assert stand_in.colour in RECORD.troupe.colours
    assert {*PLAYED} < {*RECORD.troupe.motions}
