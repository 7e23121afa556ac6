"""The sheet of takes: whose pixels lie where."""

from __future__ import annotations

import numpy as np

from pipeline.artifacts import KeyframeReport, RegionPrompt, RegionReport, TakeReport
from pipeline.assemble.sheet import Row, draw_sheet, region_colour
from pipeline.story import Box

STILL_PX, STILL_HIGH, GAP_PX, BAND_PX = 300, 200, 8, 30
ASKED = Box(x0=0.1, y0=0.25, x1=0.5, y1=0.75)
SEEN = Box(x0=0.6, y0=0.3, x1=0.8, y1=0.6)
GREY = 90


def sheet(*rows: Row, boxes: tuple[Box | None, ...] = (ASKED,) * 6) -> np.ndarray:
    regions = [RegionPrompt(region_id="fox", text="a fox", boxes=boxes)]
    return np.asarray(draw_sheet(regions, rows))


def row(report: TakeReport | None) -> Row:
    """A take of 12 frames; only the middle ones of the keyframes are grey."""
    frames = np.zeros((12, 60, 90, 3), np.uint8)
    frames[1::2] = GREY
    return Row("with boxes", frames, report)


def told(*keyframes: int, seen: Box | None = SEEN) -> TakeReport:
    reports = tuple(
        KeyframeReport(keyframe=k, asked=ASKED, seen=seen, iou=0, mark="missed") for k in keyframes
    )
    fox = RegionReport(region_id="fox", words="a fox", keyframes=reports)
    return TakeReport(detector="eyes", regions=(fox,))


def stills(picture: np.ndarray, number: int = 0) -> list[np.ndarray]:
    """The six keyframes of a row."""
    top = BAND_PX + number * (STILL_HIGH + 2 * BAND_PX)
    lefts = [keyframe * (STILL_PX + GAP_PX) for keyframe in range(6)]
    return [picture[top : top + STILL_HIGH, left : left + STILL_PX] for left in lefts]


def share_along(still: np.ndarray, box: Box) -> float:
    """The share of a box's upper edge that has the region's colour."""
    edge = still[
        round(box.y0 * STILL_HIGH) + 1, round(box.x0 * STILL_PX) : round(box.x1 * STILL_PX)
    ]
    return float((edge == region_colour(0)).all(-1).mean())


def test_asked_boxes_are_solid_and_seen_ones_dashed() -> None:
    picture = sheet(row(told(0, 3)))
    assert picture.shape == (STILL_HIGH + 3 * BAND_PX, 6 * STILL_PX + 5 * GAP_PX, 3)
    for keyframe, still in enumerate(stills(picture)):
        assert (still[5, 5] == GREY).all()
        assert share_along(still, ASKED) == 1
        share = share_along(still, SEEN)
        assert 0.3 < share < 0.75 if keyframe in (0, 3) else share == 0


def test_who_is_absent_or_not_seen_has_no_box() -> None:
    picture = sheet(row(told(2, seen=None)), row(None), boxes=(None, *(ASKED,) * 5))
    assert picture.shape[0] == 2 * (STILL_HIGH + 2 * BAND_PX) + BAND_PX
    for number in (0, 1):
        first, second, third, *_ = stills(picture, number)
        assert (share_along(first, ASKED), share_along(second, ASKED)) == (0, 1)
        assert share_along(third, SEEN) == 0


def test_what_is_written_below_says_how_well_it_overlaps() -> None:
    top = BAND_PX + STILL_HIGH
    seen, missed, none = (sheet(row(one)) for one in (told(0), told(0, seen=None), None))
    below = [one[top : top + BAND_PX, :STILL_PX] for one in (seen, missed, none)]
    inked = [int((one == region_colour(0)).all(-1).sum()) for one in below]
    assert inked[0] > 20
    assert inked[1] > 20
    assert inked[2] == 0
    assert not np.array_equal(below[0], below[1])
