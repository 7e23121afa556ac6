"""Rules about each box: its edges and its size."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pipeline.plan.draft import DraftBox, DraftKey, DraftRegion, DraftStory
from pipeline.plan.lint.findings import Place
from pipeline.plan.lint.geometry import (
    CLOSE,
    LEAST_EDGE,
    MOST_EDGE,
    Limits,
    clipped,
    draft_box,
    edges_of,
    grown,
    in_order,
    is_empty,
    mended,
)
from pipeline.plan.lint.sheet import (
    Fault,
    Mend,
    Rule,
    Sheet,
    Staged,
    StagedScene,
    change_region,
)
from pipeline.story import Box


def _inverted(sheet: Sheet) -> Iterator[Fault]:
    for place, box in _set_boxes(sheet):
        if box.x1 < box.x0 or box.y1 < box.y0:
            yield Fault(place, "the box is inside out", "swap its edges", safe=True)


def _outside(sheet: Sheet) -> Iterator[Fault]:
    for place, box in _set_boxes(sheet):
        if not all(LEAST_EDGE <= edge <= MOST_EDGE for edge in edges_of(box)):
            message = "the box lies too far outside the picture"
            yield Fault(place, message, "cut it to half a picture around it", safe=True)


def _empty(sheet: Sheet) -> Iterator[Fault]:
    for place, box in _set_boxes(sheet):
        if is_empty(box):
            yield Fault(place, "the box has no size", "make it as large as a box can be seen", True)


def _tiny(sheet: Sheet) -> Iterator[Fault]:
    for scene, staged in sheet.regions():
        at = _first(staged, lambda box: _is_tiny(box, sheet.limits))
        if at is not None:
            fix = "enlarge it about its middle, feet kept"
            place = scene.place(staged.region, at=at)
            yield Fault(place, "the box gets too small to be drawn", fix, safe=True)


def _small(sheet: Sheet) -> Iterator[Fault]:
    for scene, staged in sheet.regions():
        at = _first(staged, lambda box: _is_small(box, sheet.limits))
        if at is not None and _first(staged, lambda box: _is_tiny(box, sheet.limits)) is None:
            message = f"the box is narrower or lower than {sheet.limits.side:.0%} of the picture"
            fix = "enlarge it about its middle, feet kept"
            yield Fault(scene.place(staged.region, at=at), message, fix, safe=True)


def _set_boxes(sheet: Sheet) -> Iterator[tuple[Place, DraftBox]]:
    for scene, staged in sheet.regions():
        for k, key in enumerate(staged.region.keys):
            if key is not None:
                yield scene.place(staged.region, at=k), key.box


def _first(staged: Staged, is_bad: Callable[[Box], bool]) -> int | None:
    found = (k for k, box in enumerate(staged.boxes) if box and is_bad(box))
    return next(found, None)


def _is_small(box: Box, limits: Limits) -> bool:
    wide, tall = box.x1 - box.x0 + CLOSE, box.y1 - box.y0 + CLOSE
    return wide < limits.least_width or tall < limits.least_height


def _is_tiny(box: Box, limits: Limits) -> bool:
    wide, tall = box.x1 - box.x0 + CLOSE, box.y1 - box.y0 + CLOSE
    return wide < 1 / limits.columns or tall < 1 / limits.rows


def _on_key(change: Callable[[DraftBox, Limits], DraftBox]) -> Mend:
    """A mend of the box at a place's keyframe."""

    def mend(sheet: Sheet, place: Place) -> DraftStory:
        def changed(_: StagedScene, staged: Staged) -> DraftRegion:
            keys = list(staged.region.keys)
            key = keys[place.keyframe] if place.keyframe is not None else None
            if key is not None and place.keyframe is not None:
                box = change(key.box, sheet.limits)
                keys[place.keyframe] = key.model_copy(update={"box": box})
            return staged.region.model_copy(update={"keys": tuple(keys)})

        return change_region(sheet, place, changed)

    return mend


def _filled(box: DraftBox, limits: Limits) -> DraftBox:
    return grown(in_order(box), limits) if is_empty(box) else box


def _enlarge(sheet: Sheet, place: Place) -> DraftStory:
    """Every box of the region, where it is shown, with the least sides."""

    def enlarged(key: DraftKey | None) -> DraftKey | None:
        if key is None or not key.visible:
            return key
        box = grown(draft_box(edges_of(mended(key.box, sheet.limits))), sheet.limits)
        return key.model_copy(update={"box": box})

    def changed(_: StagedScene, staged: Staged) -> DraftRegion:
        return staged.region.model_copy(update={"keys": tuple(map(enlarged, staged.region.keys))})

    return change_region(sheet, place, changed)


RULES = (
    Rule("box-inverted", "error", _inverted, _on_key(lambda box, _: in_order(box))),
    Rule("box-outside", "error", _outside, _on_key(lambda box, _: clipped(box))),
    Rule("box-empty", "error", _empty, _on_key(_filled)),
    Rule("box-tiny", "warning", _tiny, _enlarge),
    Rule("box-small", "warning", _small, _enlarge),
)
