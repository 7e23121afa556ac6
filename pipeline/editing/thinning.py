"""Paths reduced to the keys they need."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from pipeline.story import Box, Key, Region, Scene, Story

Keys = tuple[Key | None, ...]


def reduce_keys(keys: Keys, tolerance: tuple[float, float]) -> Keys:
    """Give the keys without those the path does not need.

    At every keyframe the path stays as it was: seen or not, and no edge moves farther than the
    tolerance. The first and the last set key stay; kept keys stay as they are. What was reduced
    once is not reduced further.

    Args:
        keys: six, None = inherited.
        tolerance: half a token's width and height, as fractions of the frame.
    """
    # Of two reductions, one on the other, the second would lie within the tolerance of the first
    # only. So a path is reduced to one that is not reduced itself, or not at all.
    for fewer in _fewer(keys, tolerance):
        if reduce_keys(fewer, tolerance) == fewer:
            return fewer
    return keys


def reduce_scene(scene: Scene, grid: tuple[int, int]) -> Scene:
    """Give the scene with the keys of its regions reduced (see `reduce_story`)."""
    rows, columns = grid
    half_a_token = (0.5 / columns, 0.5 / rows)
    regions = tuple(
        region
        if region.locked
        else region.model_copy(update={"keys": reduce_keys(region.keys, half_a_token)})
        for region in scene.regions
    )
    return scene.model_copy(update={"regions": regions})


def reduce_story(story: Story, grid: tuple[int, int]) -> Story:
    """Give the story with the keys of all its regions reduced but the locked ones.

    Args:
        story: the story; its revision stays.
        grid: rows and columns of the pack's token grid; an edge moves by half a token at most.
    """
    scenes = tuple(reduce_scene(scene, grid) for scene in story.scenes)
    return story.model_copy(update={"scenes": scenes})


def _fewer(keys: Keys, tolerance: tuple[float, float]) -> Iterator[Keys]:
    """All ways to leave keys out that the path allows: most left out first, then the closest."""
    inner = [k for k, key in enumerate(keys) if key][1:-1]
    boxes = _boxes(keys)
    for number in range(len(inner), 0, -1):
        ways = [_without(keys, gone) for gone in itertools.combinations(inner, number)]
        far = [(_far(boxes, _boxes(way), tolerance), way) for way in ways]
        fit = [one for one in far if one[0] <= 1]
        yield from (way for _, way in sorted(fit, key=lambda one: one[0]))


def _without(keys: Keys, gone: tuple[int, ...]) -> Keys:
    return tuple(None if k in gone else key for k, key in enumerate(keys))


def _boxes(keys: Keys) -> tuple[Box | None, ...]:
    return Region.model_construct(keys=keys).boxes()


def _far(
    boxes: tuple[Box | None, ...], others: tuple[Box | None, ...], tolerance: tuple[float, float]
) -> float:
    """The farthest that an edge lies from the other, in tolerances; infinite if one is not seen."""
    farthest = 0.0
    for box, other in zip(boxes, others, strict=True):
        if (box is None) != (other is None):
            return float("inf")
        if box and other:
            pairs = zip(box.as_list(), other.as_list(), tolerance * 2, strict=True)
            farthest = max(farthest, *(abs(a - b) / limit for a, b, limit in pairs))
    return farthest
