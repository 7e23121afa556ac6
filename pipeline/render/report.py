"""The take report: where the boxes asked for whom, and where they are seen in the take.

It looks at the frames that the benchmark of the theatre pack looks at, with the same networks, and
where that names a figure in its box rightly both give the same IoU. It differs in three things:
it looks for whom the words name, so that somebody else in the box is no find (the benchmark takes
whoever stands there and counts kind and colour apart); it keeps overlaps below the benchmark's
0.3; and it does not know who is hidden behind another, whom the benchmark leaves out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

import numpy as np

from pipeline.artifacts import KeyframeReport, Mark, RegionReport, TakeReport
from pipeline.diffusion.model import middle_frames
from pipeline.story import Box
from pipeline.vision.colour import box_overlap
from pipeline.vision.finding import Found, is_solid

if TYPE_CHECKING:
    from pipeline.artifacts import RegionPrompt, ScenePrompt
    from pipeline.vision.finding import BoxFinder

ON_MARK_IOU, NEAR_IOU = 0.5, 0.2
NEAR_DISTANCE = 0.15
"""Between the boxes' centres, in frame diagonals."""
LEAST_INSIDE = 1 / 3
"""A box is measured where this share of it, or more, lies in the frame."""
SAME_FIGURE = 0.7
"""What is found for two texts and overlaps (IoU) by more is one figure."""
MARKS: tuple[Mark, ...] = get_args(Mark)
_DIGITS = 4

Finds = Sequence[Sequence[Found]]
"""What was found in one frame for each region's words."""


def report_take(frames: np.ndarray, prompt: ScenePrompt, finder: BoxFinder) -> TakeReport:
    """Compare the boxes of a scene with what is seen in the middle frame of each keyframe.

    `frames` uint8 RGB (F, H, W, 3). The regions of a frame are matched one to one with the figures
    found in it, so that two of a kind are never both seen in one figure. A region is not measured
    where the finder cannot look for its words, where most of its box is out of the frame, and, by
    a finder that reads any words, where these are found nowhere in the take.
    """
    if not prompt.regions:
        return unmeasured("the scene asks for nobody", detector=finder.id)
    shown = frames[middle_frames(len(frames))]
    found = finder.find(shown, [region.text for region in prompt.regions])
    seen = [match(asked_boxes(prompt, k), finds) for k, finds in enumerate(found)]
    return TakeReport(
        detector=finder.id,
        regions=tuple(
            _report_region(
                region,
                [matched.get(number) for matched in seen],
                frame_px=(shown.shape[2], shown.shape[1]),
                reason=_why_unknown(region.text, [finds[number] for finds in found], finder),
            )
            for number, region in enumerate(prompt.regions)
        ),
    )


def unmeasured(reason: str, *, detector: str = "") -> TakeReport:
    """Give the report of a take that nobody could look at, and why."""
    return TakeReport(detector=detector, regions=(), not_measured=reason)


def asked_boxes(prompt: ScenePrompt, keyframe: int) -> dict[int, np.ndarray]:
    """Give the boxes float (4,) at a keyframe by the region's number, clipped to the frame.

    A region without a part of its box in the frame is left out.
    """
    boxes = {number: region.boxes[keyframe] for number, region in enumerate(prompt.regions)}
    edges = {number: np.array(box.as_list()).clip(0, 1) for number, box in boxes.items() if box}
    return {number: box for number, box in edges.items() if is_solid(box)}


def match(asked: Mapping[int, np.ndarray], found: Finds) -> dict[int, np.ndarray]:
    """Give the box in which each region is seen, no figure twice, as well as all fit together.

    `asked` holds boxes by the region's number. What fits is found surely and near its box: the sum
    of score and generalised IoU (Rezatofighi et al., 2019), which tells far from near where boxes
    do not overlap. Regions that are not seen are left out.
    """
    import lap

    numbers, figures = list(asked), _figures([found[number] for number in asked])
    if not figures:
        return {}
    worths = np.zeros((len(numbers), len(figures)))
    for column, figure in enumerate(figures):
        for row, one in figure.items():
            worths[row, column] = 1 + box_nearness(asked[numbers[row]], one.box) + one.score
    _, columns, _ = lap.lapjv(-worths, extend_cost=True)
    pairs = [(row, column) for row, column in enumerate(columns.tolist()) if column >= 0]
    return {
        numbers[row]: figures[column][row].box for row, column in pairs if row in figures[column]
    }


def box_nearness(one: np.ndarray, other: np.ndarray) -> float:
    """Give the generalised IoU of two boxes `[x0, y0, x1, y1]`: 1 = the same, to -1 = far away."""
    hull = np.maximum(one[2:], other[2:]) - np.minimum(one[:2], other[:2])
    sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    shared = float(np.clip(sides, 0, None).prod())
    union = float((one[2:] - one[:2]).prod() + (other[2:] - other[:2]).prod()) - shared
    return box_overlap(one, other) - 1 + union / float(hull.prod())


def _figures(found: Finds) -> list[dict[int, Found]]:
    """The figures of a frame: for each what was found there, by the number of the text."""
    figures: list[dict[int, Found]] = []
    pairs = [(text, one) for text, finds in enumerate(found) for one in finds]
    for text, one in sorted(pairs, key=lambda pair: -pair[1].score):
        same = (figure for figure in figures if text not in figure and _is_one(figure, one))
        figure = next(same, None)
        if figure is None:
            figures.append({text: one})
        else:
            figure[text] = one
    return figures


def _is_one(figure: Mapping[int, Found], found: Found) -> bool:
    surest = next(iter(figure.values()))
    return box_overlap(surest.box, found.box) > SAME_FIGURE


def _why_unknown(text: str, finds: Finds, finder: BoxFinder) -> str:
    """Why nothing can be said of these words, found or not; empty where something can."""
    if (why := finder.knows(text)) or not finder.reads_any_words or any(finds):
        return why
    return "it is found nowhere in the take: it is missing, or the detector does not know it"


def _report_region(
    region: RegionPrompt,
    seen: Sequence[np.ndarray | None],
    *,
    frame_px: tuple[int, int],
    reason: str,
) -> RegionReport:
    keyframes = tuple(
        _report_keyframe(keyframe, box, found, frame_px)
        for keyframe, (box, found) in enumerate(zip(region.boxes, seen, strict=True))
        if box is not None and _share_inside(box) >= LEAST_INSIDE and not reason
    )
    if not keyframes and not reason:
        reason = "most of its box is out of the frame all along"
    return RegionReport(
        region_id=region.region_id, words=region.text, keyframes=keyframes, not_measured=reason
    )


def _share_inside(box: Box) -> float:
    edges = np.array(box.as_list())
    inside = edges.clip(0, 1)
    return float((inside[2:] - inside[:2]).prod() / (edges[2:] - edges[:2]).prod())


def _report_keyframe(
    keyframe: int, box: Box, seen: np.ndarray | None, frame_px: tuple[int, int]
) -> KeyframeReport:
    asked = np.array(box.as_list()).clip(0, 1)
    if seen is None:
        return KeyframeReport(
            keyframe=keyframe, asked=_boxed(asked), seen=None, iou=0.0, mark="missed"
        )
    iou = box_overlap(asked, seen)
    apart = (asked[:2] + asked[2:] - seen[:2] - seen[2:]) / 2 * frame_px
    distance = float(np.hypot(*apart) / np.hypot(*frame_px))
    return KeyframeReport(
        keyframe=keyframe,
        asked=_boxed(asked),
        seen=_boxed(seen),
        iou=round(iou, _DIGITS),
        centre_distance=round(distance, _DIGITS),
        mark=mark_of(iou, distance),
    )


def mark_of(iou: float, distance: float) -> Mark:
    """Give the mark of a figure that is seen, by its IoU and the distance of the centres."""
    if iou >= ON_MARK_IOU:
        return "on its mark"
    return "near" if iou >= NEAR_IOU or distance <= NEAR_DISTANCE else "missed"


def _boxed(edges: np.ndarray) -> Box:
    return Box.of(round(float(edge), _DIGITS) for edge in edges)


@dataclass(frozen=True)
class Summary:
    """A take report in numbers.

    Attributes:
        measured: over how many boxes: keyframes of regions that could be measured.
        mean_iou: 0 to 1, over those; None where nothing was measured.
        shares: of each mark among them, 0 to 1; empty where nothing was measured.
        sentences: one for each region, or why the take was not looked at.
    """

    measured: int
    mean_iou: float | None
    shares: Mapping[Mark, float]
    sentences: tuple[str, ...]


def summarise(report: TakeReport) -> Summary:
    """Give a take report in numbers and sentences; what was not measured counts nowhere."""
    keyframes = [one for region in report.regions for one in region.keyframes]
    marks = Counter(one.mark for one in keyframes)
    sentences = tuple(describe_region(region) for region in report.regions)
    return Summary(
        measured=len(keyframes),
        mean_iou=sum(one.iou for one in keyframes) / len(keyframes) if keyframes else None,
        shares={mark: marks[mark] / len(keyframes) for mark in MARKS if keyframes},
        sentences=sentences or (f"not measured: {report.not_measured}",),
    )


def describe_region(region: RegionReport) -> str:
    """Say in a sentence how a region was obeyed: 'a blue fox: on its mark 5 of 6 times, ...'."""
    if region.not_measured:
        return f"{region.words}: not measured, {region.not_measured}"
    marks = Counter(one.mark for one in region.keyframes)
    unseen = sum(one.seen is None for one in region.keyframes)
    told = [f"{mark} {marks[mark]}" for mark in MARKS if marks[mark]]
    told[0] += f" of {len(region.keyframes)} times"
    return f"{region.words}: {', '.join(told)}{f' (not seen at all {unseen})' if unseen else ''}"
