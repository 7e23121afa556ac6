"""Rules about a region's boxes over the keyframes: seen at all, slow enough, there long enough."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from pipeline.plan.draft import DraftKey, DraftRegion, DraftStory
from pipeline.plan.lint.findings import Place
from pipeline.plan.lint.geometry import (
    CLOSE,
    Limits,
    clipped,
    draft_box,
    edges_of,
    grown,
    mended,
    seen_part,
    step_of,
    with_boxes,
)
from pipeline.plan.lint.sheet import Fault, Rule, Sheet, Staged, StagedScene, change_region
from pipeline.plan.lint.verbs import moves_about
from pipeline.story import NUM_KEYFRAMES

MOST_SPEED = 0.35
"""Fraction of the frame per second that the middle of a box goes when its motion stays put."""
_STAGE_WIDTH, _STAGE_TOP, _STAGE_FLOOR = 0.3, 0.3, 0.9


def _missing(sheet: Sheet) -> Iterator[Fault]:
    for scene, staged in sheet.regions():
        if not any(staged.region.keys):
            fix = "put a box on the stage"
            yield Fault(scene.place(staged.region), "there is no box at any keyframe", fix, True)


def _unseen(sheet: Sheet) -> Iterator[Fault]:
    for scene, staged in sheet.regions():
        if _is_unseen(staged):
            hidden = not any(staged.boxes)
            what = "is hidden at every keyframe" if hidden else "is never inside the picture"
            fix = "show it in the picture" if hidden else "move it into the picture"
            yield Fault(scene.place(staged.region), f"the box {what}", fix)


def _fast(sheet: Sheet) -> Iterator[Fault]:
    for scene, staged in sheet.regions():
        steps = [step_of(a, b) if a and b else 0 for a, b in itertools.pairwise(staged.boxes)]
        too_fast = max(steps) > _longest_step(sheet.limits) + CLOSE
        if too_fast and not _goes_places(sheet, staged.region):
            place = scene.place(staged.region, at=steps.index(max(steps)) + 1)
            message = "the box moves too fast for a motion that stays in its place"
            yield Fault(place, message, "let it move more slowly")


def _brief(sheet: Sheet) -> Iterator[Fault]:
    for scene, staged in sheet.regions():
        if (at := _only_keyframe(scene, staged)) is not None:
            fix = "hold the box for another keyframe" if _free_beside(scene, staged, at) else ""
            place = scene.place(staged.region, at=at)
            yield Fault(place, "the motion lasts for one keyframe only", fix, safe=bool(fix))


def _is_unseen(staged: Staged) -> bool:
    seen = any(box and seen_part(box) for box in staged.boxes)
    return any(staged.region.keys) and not seen


def _longest_step(limits: Limits) -> float:
    return MOST_SPEED * limits.seconds / (NUM_KEYFRAMES - 1)


def _goes_places(sheet: Sheet, region: DraftRegion) -> bool:
    """Whether a region's motion carries it across the stage, by its mark or by its verb."""
    motion = sheet.motion_of(region)
    return motion is not None and (motion.locomotion or moves_about(motion.words))


def _only_keyframe(scene: StagedScene, staged: Staged) -> int | None:
    """The one keyframe of a region whose motion its character is in at no other; else None."""
    who, what = staged.region.character_id, staged.region.motion_id
    asked = (who, what)
    same = [s for s in scene.staged if (s.region.character_id, s.region.motion_id) == asked]
    shown = {k for s in (same if who else [staged]) for k, box in enumerate(s.boxes) if box}
    return min(shown) if what and len(shown) == 1 and any(staged.boxes) else None


def _free_beside(scene: StagedScene, staged: Staged, at: int) -> list[int]:
    """The keyframes beside one at which no other region shows the character."""
    who = staged.region.character_id
    others = [s for s in scene.staged if who and s.region.character_id == who and s is not staged]
    beside = [k for k in (at + 1, at - 1) if 0 <= k < NUM_KEYFRAMES]
    return [k for k in beside if not any(other.boxes[k] for other in others)]


def _place_box(sheet: Sheet, place: Place) -> DraftStory:
    """A box that stands still, in the lane of the region's place in the scene."""

    def changed(scene: StagedScene, staged: Staged) -> DraftRegion:
        if any(staged.region.keys):
            return staged.region
        middle = (scene.staged.index(staged) + 1) / (len(scene.staged) + 1)
        x0, x1 = middle - _STAGE_WIDTH / 2, middle + _STAGE_WIDTH / 2
        box = grown(draft_box((x0, _STAGE_TOP, x1, _STAGE_FLOOR)), sheet.limits)
        keys = (DraftKey(box=box), *[None] * (NUM_KEYFRAMES - 2), DraftKey(box=box))
        return staged.region.model_copy(update={"keys": keys})

    return change_region(sheet, place, changed)


def _bring_in(sheet: Sheet, place: Place) -> DraftStory:
    """Every box shown, and the path moved as a whole so that its first box is in the picture."""

    def changed(_: StagedScene, staged: Staged) -> DraftRegion:
        if not _is_unseen(staged):
            return staged.region
        first = next(mended(key.box, sheet.limits) for key in staged.region.keys if key)
        way = _way_in(first.x0, first.x1), _way_in(first.y0, first.y1)
        keys = (key and _moved(key, way, sheet.limits) for key in staged.region.keys)
        return staged.region.model_copy(update={"keys": tuple(keys)})

    return change_region(sheet, place, changed)


def _way_in(low: float, high: float) -> float:
    """How far a side goes to lie in the picture, from its nearer edge; 0 where it does."""
    if low >= 0 and high <= 1:
        return 0.0
    return -low if low < 0 else max(1 - high, -low)


def _moved(key: DraftKey, way: tuple[float, float], limits: Limits) -> DraftKey:
    """The key shown, its box moved by `way` (right, down)."""
    edges = edges_of(mended(key.box, limits))
    box = clipped(draft_box(edge + step for edge, step in zip(edges, way * 2, strict=True)))
    return key.model_copy(update={"visible": True, "box": box})


def _slow_down(sheet: Sheet, place: Place) -> DraftStory:
    """Each box follows the one before it by the longest step at most."""
    most = _longest_step(sheet.limits)

    def changed(_: StagedScene, staged: Staged) -> DraftRegion:
        boxes = list(staged.boxes)
        for k in range(1, NUM_KEYFRAMES):
            before, box = boxes[k - 1], boxes[k]
            if before and box and (step := step_of(before, box)) > most:
                boxes[k] = before.lerp(box, most / step)
        return with_boxes(staged.region, tuple(boxes))

    return change_region(sheet, place, changed)


def _hold(sheet: Sheet, place: Place) -> DraftStory:
    """The only box of a motion, shown at a neighbouring keyframe too."""

    def changed(scene: StagedScene, staged: Staged) -> DraftRegion:
        at = _only_keyframe(scene, staged)
        if at is None:
            return staged.region
        both = (at, *_free_beside(scene, staged, at)[:1])
        boxes = tuple(staged.boxes[at] if k in both else None for k in range(NUM_KEYFRAMES))
        return with_boxes(staged.region, boxes)

    return change_region(sheet, place, changed)


RULES = (
    Rule("box-missing", "error", _missing, _place_box),
    Rule("box-unseen", "warning", _unseen, _bring_in),
    Rule("box-fast", "warning", _fast, _slow_down),
    Rule("motion-brief", "warning", _brief, _hold),
)
