"""Findings meet the boxes they stand in, and strangers and wrong figures are told apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.vision.judges import Seen
from tests.benchmarks.theatre_pack.judging import has_stranger, judge, match
from tests.benchmarks.theatre_pack.scenes import Asked, ask, keyframes
from tests.pipeline.packs.fixtures import tiny_record

LEFT, RIGHT = np.array([0.1, 0.3, 0.4, 0.9]), np.array([0.6, 0.2, 0.8, 0.7])


def make_seen(box: np.ndarray, *, kind: str = "fox", score: float = 0.9) -> Seen:
    return Seen(box=box, kind=kind, colour="blue", score=score)


class Eyewitness:
    """Says what the script says, box by box; `shift` moves all it sees to the right."""

    revision = "eyewitness"

    def __init__(self, asked: Asked, *, shift: float = 0.0, also: tuple[Seen, ...] = ()) -> None:
        self.asked, self.shift, self.also = asked, shift, also

    def find(self, frames: np.ndarray) -> list[list[Seen]]:
        actors = self.asked.script.actors
        move = np.array([self.shift, 0, self.shift, 0])
        return [
            [
                *(
                    Seen((box + move).clip(0, 1), a.kind, a.colour, 0.8)
                    for a, box in zip(actors, self.asked.clip.boxes[:, frame], strict=True)
                ),
                *self.also,
            ]
            for frame in range(len(frames))
        ]

    def name_motion(self, frames: np.ndarray, boxes: np.ndarray) -> str:
        middles = (self.asked.clip.boxes[..., 0] + self.asked.clip.boxes[..., 2]).mean(1)
        place = np.nanmean(boxes[:, 0] + boxes[:, 2])
        return self.asked.script.actors[int(np.abs(middles - place).argmin())].motion

    def name_backdrop(self, frames: np.ndarray) -> str:
        assert frames.dtype == np.uint8
        return self.asked.script.backdrop


def test_each_box_holds_the_finding_that_fits_it_best() -> None:
    seen = [make_seen(RIGHT + 0.02), make_seen(LEFT + 0.05), make_seen(LEFT + 0.01)]
    assert match(seen, np.stack([LEFT, RIGHT])) == {0: 2, 1: 0}


def test_what_lies_apart_or_off_the_stage_is_not_matched() -> None:
    absent = np.full(4, np.nan)
    assert match([make_seen(LEFT)], np.stack([absent, RIGHT])) == {}


def test_stranger_is_certain_and_no_second_look() -> None:
    own, again, other = make_seen(LEFT), make_seen(LEFT + 0.02), make_seen(RIGHT)
    assert has_stranger([own, other], [0])
    assert not has_stranger([own, again], [0])
    assert not has_stranger([own, make_seen(RIGHT, score=0.4)], [0])
    assert has_stranger([own], [])


@pytest.mark.parametrize("number", [0, 2, 4])
def test_drawn_truth_scores_full_marks(number: int) -> None:
    asked = ask(tiny_record(), number)
    judged = judge(asked.clip.frames, asked, Eyewitness(asked))
    assert judged.named_backdrop == judged.backdrop == asked.script.backdrop
    assert not judged.extra
    assert len(judged.figures) == asked.judged.any(1).sum()
    for figure in judged.figures:
        assert figure.named_motion == figure.motion
        assert {(mark.kind, mark.colour) for mark in figure.marks} == {(figure.kind, figure.colour)}
        assert np.mean([mark.iou for mark in figure.marks]) > 0.75


def test_figures_beside_their_boxes_count_as_missed_and_as_strangers() -> None:
    asked = ask(tiny_record(), 0)
    judged = judge(asked.clip.frames, asked, Eyewitness(asked, shift=-0.4))
    assert judged.extra
    (figure,) = judged.figures
    assert {(mark.kind, mark.iou) for mark in figure.marks} == {("", 0)}
    assert figure.named_motion == ""


def test_stranger_in_fewer_than_half_of_the_frames_is_forgiven() -> None:
    asked = ask(tiny_record(), 0)
    stranger = make_seen(np.array([0.9, 0.02, 0.98, 0.2]))
    witness = Eyewitness(asked, also=(stranger,))
    found = witness.find(asked.clip.frames)
    assert judge(asked.clip.frames, asked, witness).extra

    class Glimpse(Eyewitness):
        def find(self, frames: np.ndarray) -> list[list[Seen]]:
            return found[:11] + [seen[:-1] for seen in found[11:]]

    assert not judge(asked.clip.frames, asked, Glimpse(asked)).extra


def test_scenes_are_told_by_the_packs_own_names_and_never_change() -> None:
    record = tiny_record()
    troupe = record.troupe
    assert troupe is not None
    for number in range(6):
        asked, again = ask(record, number), ask(record, number)
        assert asked.script == again.script
        assert np.array_equal(asked.boxes, again.boxes, equal_nan=True)
        assert len(asked.script.actors) == 1 + number % 3
        assert asked.script.backdrop in troupe.backdrops
        assert {actor.kind for actor in asked.script.actors} <= set(troupe.kinds)
        assert {actor.motion for actor in asked.script.actors} <= set(troupe.motions)
        assert asked.boxes.shape == (1 + number % 3, 6, 4)


def test_only_every_second_scene_is_jittered() -> None:
    record = tiny_record()
    for number, exact in ((4, True), (5, False)):
        asked = ask(record, number)
        low = [asked.clip.boxes[:, span, :2].min(1) for span in keyframes(record.num_frames)]
        assert np.allclose(asked.boxes[..., :2], np.stack(low, 1), equal_nan=True) == exact


def test_pack_without_a_cast_is_refused(tmp_path: Path) -> None:
    from pipeline.errors import InputError

    with pytest.raises(InputError, match="names no cast"):
        ask(tiny_record().model_copy(update={"troupe": None}), 0)
