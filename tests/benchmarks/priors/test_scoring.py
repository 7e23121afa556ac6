"""Shares, the score of a look, changes inside and outside of regions, what the judges see."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.packs.record import load_record
from pipeline.theatre.world import Look
from pipeline.vision.judges import Judges
from tests.benchmarks.priors.lessons import LOOKS
from tests.benchmarks.priors.scenes import PLAYED, Role, Scene, make_scene
from tests.benchmarks.priors.scoring import LookScale, change, look_scale, share
from tests.benchmarks.priors.watching import Watched, watch

RECORD = load_record("theatre")
ON_TWOS = 2


def make_pair(number: int = 3, name: str = "luna") -> Scene:
    """A learned look on the left, a blue fox on the right."""
    roles = [Role(LOOKS[name], PLAYED[0]), Role(Look(kind="fox", colour="blue"), PLAYED[1])]
    return make_scene(number, roles, "room", rng=random.Random(number))


def drawn(scene: Scene, **changes: object) -> np.ndarray:
    """The scene's frames with its first actor changed."""
    first, second = scene.script.actors
    actors = (replace(first, **changes), second)  # pyright: ignore[reportArgumentType]
    changed = replace(scene, script=replace(scene.script, actors=actors))
    return changed.draw(RECORD, frames_per_pose=ON_TWOS).frames


def seen_as(kind: str, colour: str) -> Watched:
    return Watched(np.zeros((24, 4)), (kind,) * 24, (colour,) * 24, "stands")


def test_wilson_interval_of_known_shares() -> None:
    value = share([True] * 8 + [False] * 2)
    assert (value.mean, value.low, value.high, value.count) == (0.8, 0.4902, 0.9433, 10)
    assert share([True] * 5).low == pytest.approx(0.5655, abs=1e-4)
    assert np.isnan(share([]).mean)


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_interval_holds_its_share(rights: list[bool]) -> None:
    value = share(rights)
    assert -1e-4 <= value.low <= value.mean <= value.high <= 1 + 1e-4


@pytest.mark.parametrize("name", sorted(LOOKS))
def test_the_drawn_look_scores_one_and_its_stand_in_little(name: str) -> None:
    scene, look = make_pair(name=name), LOOKS[name]
    scale = look_scale(scene, 0, RECORD, frames_per_pose=ON_TWOS)
    whole = scale.score(drawn(scene), seen_as(look.kind, look.colour))
    assert whole == {"kind": 1, "colour": 1, "paint": 1, "hat": 1, "score": 1}
    bare = scale.score(drawn(scene, hat=None), seen_as(look.kind, look.colour))
    assert (bare["hat"], bare["paint"]) == (0, pytest.approx(1, abs=0.25))
    other = scale.score(drawn(scene, hat=None, colour="red"), seen_as(look.kind, "red"))
    assert other["score"] < 0.4


def test_stray_paint_is_told_from_ones_own() -> None:
    roles = [Role(LOOKS["luna"], PLAYED[0]), Role(LOOKS["ember"], PLAYED[0])]
    scene = make_scene(2, roles, "castle", rng=random.Random(2))
    scales = [look_scale(scene, n, RECORD, frames_per_pose=ON_TWOS) for n in (0, 1)]
    own = scene.draw(RECORD, frames_per_pose=ON_TWOS).frames
    assert scales[0].stray(own, scales[1]) < 0.1
    assert scales[0].stray(drawn(scene, colour="orange"), scales[1]) > 0.5


def test_scale_of_a_look_without_a_hat_has_no_such_part() -> None:
    roles = [Role(Look(kind="robot", colour="teal"), "stands")]
    scene = make_scene(5, roles, "forest", rng=random.Random(5))
    scale = look_scale(scene, 0, RECORD, frames_per_pose=ON_TWOS)
    assert isinstance(scale, LookScale)
    assert scale.hat_box is None
    frames = scene.draw(RECORD, frames_per_pose=ON_TWOS).frames
    assert set(scale.score(frames, seen_as("robot", "teal"))) == {
        "kind", "colour", "paint", "score",
    }  # fmt: skip


def test_change_is_measured_in_the_regions_cells_and_beside_them() -> None:
    before = np.full((24, 96, 144, 3), 100, np.uint8)
    after = before.copy()
    after[:, 16:48, 16:64] += 30  # the cells of the box, whose edges round to them
    after[:, :, 128:] += 4
    box = np.array([[0.10, 0.15, 0.45, 0.52]])
    inside, outside = change(before, after, box, RECORD)
    assert inside == 30
    assert outside == pytest.approx(4 * 96 * 16 / (96 * 144 - 32 * 48))
    assert change(before, before, box, RECORD) == (0, 0)


def test_judges_name_a_drawn_motion_by_the_boxes_they_find() -> None:
    """Looked at through the boxes of a bow, one who waves must not seem to bow."""
    judges = Judges.load()
    roles = [Role(Look(kind="robot", colour="green"), "bows")]
    scene = make_scene(1, roles, "room", rng=random.Random(1))
    bows = scene.draw(RECORD, frames_per_pose=ON_TWOS).frames
    (actor,) = scene.script.actors
    waving = replace(scene, script=replace(scene.script, actors=(replace(actor, motion="waves"),)))
    waves = waving.draw(RECORD, frames_per_pose=ON_TWOS).frames
    assert watch(bows, scene.boxes, judges).figures[0].motion == "bows"
    view = watch(waves, scene.boxes, judges)
    assert view.figures[0].motion == "waves"
    assert view.figures[0].share_of("robot", "green") == (1, 1, 1)
    assert (view.share_of("robot", "green"), view.share_of("fox", "red")) == (1, 0)
    assert (view.extra, view.backdrop) == (False, "room")
    nobody = np.array([[0.0, 0.0, 0.02, 0.02]])
    assert watch(waves, nobody, judges).figures[0].motion == ""
