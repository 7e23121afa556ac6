"""When each take plays, and how long its last frame is held for the narration to be read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from pipeline.artifacts import Cut, Take, Timeline
from pipeline.errors import InputError
from pipeline.story import Scene, Story

READING_SPEED = 15
"""Characters of narration read in one second."""


def timeline(story: Story, takes: Mapping[str, Take]) -> Timeline:
    """Give the film's cuts in the story's order, at the first take's frame rate.

    `takes` maps scene ids to the take chosen for each. A cut lasts as long as its narration
    needs to be read, and never shorter than its take.

    Raises:
        InputError: scenes have no take; the message names them.
    """
    missing = [scene.id for scene in story.scenes if scene.id not in takes]
    if missing:
        raise InputError(
            f"no take yet of {', '.join(missing)}", hint="Render these scenes, then make the film"
        )
    fps = takes[story.scenes[0].id].fps
    cuts = tuple(_cut(scene, takes[scene.id], fps) for scene in story.scenes)
    return Timeline(title=story.title, fps=fps, cuts=cuts)


def cut_frames(cut: Cut) -> int:
    """Frames the cut lasts: its own and those held."""
    return cut.num_frames + cut.hold_frames


def duration_frames(timeline: Timeline) -> int:
    """Frames the film lasts."""
    return sum(cut_frames(cut) for cut in timeline.cuts)


def duration_seconds(timeline: Timeline) -> float:
    """Seconds the film lasts."""
    return duration_frames(timeline) / timeline.fps


def placed_cuts(timeline: Timeline) -> Iterator[tuple[int, Cut]]:
    """Each cut with the frame of the film at which it starts, first to last."""
    start_frame = 0
    for cut in timeline.cuts:
        yield start_frame, cut
        start_frame += cut_frames(cut)


def readable(narration: str) -> str:
    """Narration as it is shown: one line, no control characters, no subtitle markup."""
    printable = "".join(c if c.isprintable() or c in _JOINERS else " " for c in narration)
    return " ".join(printable.translate(_PLAIN).split())


_JOINERS = "\u200c\u200d"
_PLAIN = str.maketrans({"{": "(", "}": ")", "\\": "/", "<": "\u2039", ">": "\u203a"})


def reading_frames(narration: str, fps: int) -> int:
    """Frames it takes to read a narration."""
    return math.ceil(len(readable(narration)) * fps / READING_SPEED)


def _cut(scene: Scene, take: Take, fps: int) -> Cut:
    num_frames = max(1, round(take.num_frames * fps / take.fps))
    needed_frames = reading_frames(scene.narration, fps)
    return Cut(
        scene_id=scene.id,
        take_id=take.id,
        num_frames=num_frames,
        hold_frames=max(0, needed_frames - num_frames),
        narration=scene.narration,
    )
