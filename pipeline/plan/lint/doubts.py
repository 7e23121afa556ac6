"""Warnings about a story whose boxes a model could hardly obey."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.story import NUM_KEYFRAMES, Box, Region, Scene, Story

MOST_AT_ONCE = 3


@dataclass(frozen=True)
class Doubt:
    """What a model could hardly obey: words about one region, or about the whole scene (None)."""

    words: str
    region_id: str | None = None


def lint(story: Story, *, columns: int = 9, rows: int = 6) -> list[str]:
    """Give a sentence for each box that is never seen or smaller than a token, and each crowd.

    `columns` and `rows` are the pack's token grid. The story stays as it is.
    """
    return [
        f"scene {scene.id!r}, region {doubt.region_id!r}: {doubt.words}"
        if doubt.region_id
        else f"scene {scene.id!r}: {doubt.words}"
        for scene in story.scenes
        for doubt in lint_scene(scene, columns=columns, rows=rows)
    ]


def lint_scene(scene: Scene, *, columns: int = 9, rows: int = 6) -> Iterator[Doubt]:
    """Give what a model could hardly obey in one scene: region by region, then as a whole."""
    for region in scene.regions:
        if not any(map(_is_seen, region.boxes())):
            yield Doubt("is never inside the picture", region.id)
        elif any(box and _is_tiny(box, columns, rows) for box in region.boxes()):
            yield Doubt("gets too small to be drawn well", region.id)
    most = max(_count_at(scene.regions, k) for k in range(NUM_KEYFRAMES))
    if most > MOST_AT_ONCE:
        yield Doubt(f"{most} figures at once; more than {MOST_AT_ONCE} blur")


def _is_seen(box: Box | None) -> bool:
    return box is not None and box.x1 > 0 and box.x0 < 1 and box.y1 > 0 and box.y0 < 1


def _is_tiny(box: Box, columns: int, rows: int) -> bool:
    return box.x1 - box.x0 < 1 / columns or box.y1 - box.y0 < 1 / rows


def _count_at(regions: tuple[Region, ...], keyframe: int) -> int:
    return sum(region.box_at(keyframe) is not None for region in regions)
