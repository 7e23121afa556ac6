"""Boxes asked for against boxes seen, with a finder that looks for painted blocks."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.artifacts import KeyframeReport, RegionPrompt, RegionReport, ScenePrompt, TakeReport
from pipeline.packs.record import load_record
from pipeline.render.report import (
    asked_boxes,
    box_nearness,
    describe_region,
    mark_of,
    match,
    middle_frames,
    report_take,
    summarise,
    unmeasured,
)
from pipeline.story import Box
from pipeline.vision.finding import Found, JudgeFinder
from pipeline.vision.judges import Judges
from tests.benchmarks.theatre_pack.judging import judge
from tests.benchmarks.theatre_pack.scenes import ask
from tests.benchmarks.theatre_pack.words import usual_prompt

PAINTS = {"red": (220, 20, 30), "blue": (10, 40, 230), "green": (20, 190, 60)}
HEIGHT, WIDTH, NUM_FRAMES = 60, 90, 25
MIDDLES = [2, 6, 10, 14, 18, 22]
LEFT, RIGHT = Box(x0=0.1, y0=0.2, x1=0.3, y1=0.8), Box(x0=0.6, y0=0.3, x1=0.9, y1=0.7)


class BlockFinder:
    """Finds blocks of the one paint that a text names; 'block' names those of every paint."""

    id = "blocks"

    def __init__(self, *, reads_any_words: bool = False) -> None:
        self.reads_any_words = reads_any_words

    def knows(self, text: str) -> str:
        known = self.reads_any_words or text in PAINTS or text == "block"
        return "" if known else "only paints are known"

    def find(self, frames: np.ndarray, texts: Sequence[str]) -> list[list[tuple[Found, ...]]]:
        return [[self._blocks(frame, text) for text in texts] for frame in frames]

    def _blocks(self, frame: np.ndarray, text: str) -> tuple[Found, ...]:
        size = np.tile([frame.shape[1], frame.shape[0]], 2)
        found = []
        for paint in PAINTS if text == "block" else [text] if text in PAINTS else []:
            mask = (frame == PAINTS[paint]).all(-1).astype(np.uint8)
            _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
            for x, y, wide, high, _ in stats[1:]:
                found.append(Found(np.array([x, y, x + wide, y + high]) / size, 0.7))
        return tuple(found)


def paint(*blocks: tuple[str, Box | Sequence[Box | None]]) -> np.ndarray:
    """Frames with blocks in the middle of the keyframes; the frames between are of one paint."""
    frames = np.full((NUM_FRAMES, HEIGHT, WIDTH, 3), PAINTS["green"], np.uint8)
    frames[MIDDLES] = 240
    for name, boxes in blocks:
        for frame, box in zip(
            MIDDLES, (boxes,) * 6 if isinstance(boxes, Box) else boxes, strict=True
        ):
            if box is not None:
                x0, x1 = round(box.x0 * WIDTH), round(box.x1 * WIDTH)
                frames[frame, round(box.y0 * HEIGHT) : round(box.y1 * HEIGHT), x0:x1] = PAINTS[name]
    return frames


def ask_for(*regions: tuple[str, Box | Sequence[Box | None]]) -> ScenePrompt:
    return ScenePrompt(
        scene_id="pier",
        regions=tuple(
            RegionPrompt(
                region_id=f"r{number}",
                text=text,
                boxes=(boxes,) * 6 if isinstance(boxes, Box) else tuple(boxes),
            )
            for number, (text, boxes) in enumerate(regions)
        ),
        background="a pier",
    )


def report(frames: np.ndarray, prompt: ScenePrompt, *, any_words: bool = False) -> TakeReport:
    return report_take(frames, prompt, BlockFinder(reads_any_words=any_words))


def seen_x(region: RegionReport) -> list[float | None]:
    return [one.seen and one.seen.x0 for one in region.keyframes]


def test_who_stands_in_the_box_is_on_its_mark() -> None:
    told = report(paint(("red", LEFT), ("blue", RIGHT)), ask_for(("red", LEFT), ("blue", RIGHT)))
    assert (told.detector, told.not_measured) == ("blocks", "")
    for region, box in zip(told.regions, (LEFT, RIGHT), strict=True):
        assert [one.keyframe for one in region.keyframes] == [0, 1, 2, 3, 4, 5]
        for one in region.keyframes:
            assert (one.asked, one.seen, one.mark) == (box, box, "on its mark")
            assert (one.iou, one.centre_distance) == pytest.approx((1.0, 0.0))


def test_only_the_middle_frame_of_each_keyframe_is_looked_at() -> None:
    told = report(paint(("red", LEFT)), ask_for(("green", LEFT)))
    assert seen_x(told.regions[0]) == [None] * 6
    assert middle_frames(NUM_FRAMES) == MIDDLES
    assert middle_frames(49) == [4, 12, 20, 28, 36, 44]
    assert middle_frames(1) == [0] * 6


def test_who_is_not_there_is_missed_and_who_is_beside_is_near() -> None:
    beside = Box(x0=0.2, y0=0.2, x1=0.4, y1=0.8)
    told = report(paint(("red", (LEFT, beside, None, RIGHT, LEFT, LEFT))), ask_for(("red", LEFT)))
    one, near, gone, far, *_ = told.regions[0].keyframes
    assert (one.mark, near.mark, gone.mark, far.mark) == ("on its mark", "near", "missed", "missed")
    assert near.iou == pytest.approx(1 / 3, abs=1e-3)
    assert (gone.seen, gone.iou, gone.centre_distance) == (None, 0, None)
    assert (far.seen, far.iou) == (RIGHT, 0)
    across, diagonal = 0.55 * WIDTH, (WIDTH**2 + HEIGHT**2) ** 0.5
    assert far.centre_distance == pytest.approx(across / diagonal, abs=1e-3)


def test_two_of_a_kind_are_never_seen_in_one_figure() -> None:
    prompt = ask_for(("red", LEFT), ("red", RIGHT))
    both = report(paint(("red", RIGHT), ("red", LEFT)), prompt)
    assert [seen_x(region)[0] for region in both.regions] == [0.1, 0.6]
    one = report(paint(("red", RIGHT)), prompt)
    assert [seen_x(region) for region in one.regions] == [[None] * 6, [0.6] * 6]


def test_figures_beside_their_boxes_go_to_the_nearest() -> None:
    asked = [Box(x0=x, y0=0.1, x1=x + 0.1, y1=0.3) for x in (0.0, 0.8)]
    shown = [Box(x0=x, y0=0.6, x1=x + 0.1, y1=0.8) for x in (0.2, 0.6)]
    told = report(
        paint(("red", shown[1]), ("red", shown[0])), ask_for(("red", asked[0]), ("red", asked[1]))
    )
    assert [seen_x(region)[3] for region in told.regions] == [0.2, 0.6]


def test_a_figure_that_two_texts_name_is_seen_once() -> None:
    told = report(paint(("red", LEFT)), ask_for(("block", RIGHT), ("red", LEFT)))
    assert [seen_x(region)[0] for region in told.regions] == [None, 0.1]


def test_what_a_finder_does_not_know_is_not_measured() -> None:
    told = report(paint(("red", LEFT)), ask_for(("a teapot", RIGHT), ("red", LEFT)))
    teapot, red = told.regions
    assert (teapot.words, teapot.keyframes) == ("a teapot", ())
    assert teapot.not_measured == "only paints are known"
    assert (red.not_measured, len(red.keyframes)) == ("", 6)


def test_what_an_open_finder_never_finds_is_not_measured() -> None:
    prompt = ask_for(("blue", RIGHT), ("red", LEFT))
    frames = paint(("red", (None, None, LEFT, None, None, None)))
    blue, red = report(frames, prompt, any_words=True).regions
    assert blue.keyframes == ()
    assert "does not know it" in blue.not_measured
    assert [one.mark for one in red.keyframes].count("missed") == 5
    blue, _ = report(frames, prompt).regions
    assert [one.mark for one in blue.keyframes] == ["missed"] * 6


def test_boxes_out_of_the_frame_are_clipped_or_not_measured() -> None:
    half = Box(x0=-0.2, y0=0.2, x1=0.2, y1=0.8)
    little, out = Box(x0=-0.3, y0=0.2, x1=0.1, y1=0.8), Box(x0=-0.4, y0=0.2, x1=-0.1, y1=0.8)
    shown = Box(x0=0, y0=0.2, x1=0.2, y1=0.8)
    path = (out, little, half, None, half, little)
    (region,) = report(paint(("red", shown)), ask_for(("red", path))).regions
    assert [one.keyframe for one in region.keyframes] == [2, 4]
    assert {(one.asked, one.mark) for one in region.keyframes} == {(shown, "on its mark")}
    (region,) = report(paint(("red", shown)), ask_for(("red", (little,) * 6))).regions
    assert (region.keyframes, region.not_measured != "") == ((), True)


def test_a_figure_half_out_of_the_frame_is_not_given_to_another() -> None:
    little = Box(x0=-0.3, y0=0.2, x1=0.1, y1=0.8)
    shown = Box(x0=0, y0=0.2, x1=0.1, y1=0.8)
    told = report(paint(("red", shown)), ask_for(("red", little), ("red", RIGHT)))
    assert seen_x(told.regions[1]) == [None] * 6


def test_a_scene_for_nobody_says_so() -> None:
    told = report(paint(), ask_for())
    assert told == unmeasured("the scene asks for nobody", detector="blocks")
    assert summarise(told).sentences == ("not measured: the scene asks for nobody",)


@pytest.mark.parametrize(
    ("iou", "distance", "mark"),
    [
        (0.5, 0.4, "on its mark"),
        (0.49, 0.4, "near"),
        (0.2, 0.4, "near"),
        (0.19, 0.15, "near"),
        (0.19, 0.16, "missed"),
    ],
)
def test_marks(iou: float, distance: float, mark: str) -> None:
    assert mark_of(iou, distance) == mark


def test_a_summary_counts_only_what_was_measured() -> None:
    def keyframe(number: int, iou: float, mark: str, *, seen: bool = True) -> KeyframeReport:
        fields = {"keyframe": number, "asked": LEFT, "seen": LEFT if seen else None, "iou": iou}
        return KeyframeReport.model_validate({**fields, "mark": mark})

    fox = RegionReport(
        region_id="fox",
        words="a fox",
        keyframes=(
            keyframe(0, 0.7, "on its mark"),
            keyframe(1, 0.3, "near"),
            keyframe(2, 0.6, "on its mark"),
            keyframe(4, 0.0, "missed", seen=False),
        ),
    )
    teapot = RegionReport(region_id="teapot", words="a teapot", not_measured="nobody knows it")
    found = summarise(TakeReport(detector="eyes", regions=(fox, teapot)))
    assert (found.measured, found.mean_iou) == (4, pytest.approx(0.4))
    assert found.shares == {"on its mark": 0.5, "near": 0.25, "missed": 0.25}
    assert found.sentences == (
        "a fox: on its mark 2 of 4 times, near 1, missed 1 (not seen at all 1)",
        "a teapot: not measured, nobody knows it",
    )
    assert describe_region(teapot) == found.sentences[1]
    assert summarise(TakeReport(detector="eyes", regions=(teapot,))).mean_iou is None


edges = st.tuples(st.floats(0, 0.7), st.floats(0, 0.7), st.floats(0.05, 0.3), st.floats(0.05, 0.3))
boxes = edges.map(lambda e: np.array([e[0], e[1], e[0] + e[2], e[1] + e[3]]))


@given(boxes, boxes)
def test_nearness_is_one_only_for_the_same_box(one: np.ndarray, other: np.ndarray) -> None:
    assert box_nearness(one, one) == pytest.approx(1)
    assert -1 <= box_nearness(one, other) <= 1 + 1e-9
    assert box_nearness(one, other) == pytest.approx(box_nearness(other, one))


@settings(deadline=None)
@given(st.lists(boxes, min_size=1, max_size=3), st.lists(boxes, max_size=3))
def test_no_other_matching_fits_better(asked: list[np.ndarray], shown: list[np.ndarray]) -> None:
    """All regions have the same words, so that any figure may be any of them."""
    finds = [Found(box, 0.4) for box in shown]
    matched = match(dict(enumerate(asked)), [finds] * len(asked))
    assert len(matched) == min(len(asked), len(shown))
    taken = [next(n for n, box in enumerate(shown) if box is seen) for seen in matched.values()]
    assert len(set(taken)) == len(taken)
    worth = sum(1.4 + box_nearness(asked[number], seen) for number, seen in matched.items())
    slots = [*range(len(shown)), *[None] * len(asked)]
    best = max(
        sum(
            1.4 + box_nearness(asked[n], shown[slot])
            for n, slot in enumerate(way)
            if slot is not None
        )
        for way in itertools.permutations(slots, len(asked))
    )
    assert worth == pytest.approx(best)


def test_asked_boxes_outside_are_left_out() -> None:
    outside = Box(x0=1.1, y0=0.2, x1=1.4, y1=0.5)
    entering = Box(x0=0.8, y0=0.2, x1=1.4, y1=0.5)
    asked = asked_boxes(ask_for(("red", outside), ("blue", entering)), 3)
    assert {number: box.tolist() for number, box in asked.items()} == {1: [0.8, 0.2, 1.0, 0.5]}


@pytest.mark.parametrize("number", [4, 5, 11])
def test_the_theatre_is_reported_as_its_benchmark_judges(number: int) -> None:
    """Drawn clips: where the benchmark names a figure rightly, both see it with the same IoU."""
    judges, record = Judges.load(), load_record("theatre")
    asked = ask(record, number)
    told = report_take(asked.clip.frames, usual_prompt(asked, record), JudgeFinder(judges))
    judged = judge(asked.clip.frames, asked, judges)
    at_all = [(r, at) for r, at in zip(told.regions, asked.judged, strict=True) if at.any()]
    compared = 0
    for figure, (region, at) in zip(judged.figures, at_all, strict=True):
        by_keyframe = {one.keyframe: one for one in region.keyframes}
        for keyframe, mark in zip(np.flatnonzero(at).tolist(), figure.marks, strict=True):
            if (mark.kind, mark.colour) == (figure.kind, figure.colour) and keyframe in by_keyframe:
                assert by_keyframe[keyframe].iou == pytest.approx(mark.iou, abs=1e-3)
                compared += 1
    assert compared >= 8
