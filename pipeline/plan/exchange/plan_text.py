"""The paper's plan text, in and out (`plan_grammar` says how it looks).

A file holds one plan or several; each begins with its `Background:`. Each plan is one scene.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from pipeline.errors import InvalidStoryError
from pipeline.plan.exchange.arrivals import Imported, Refused, refused, unexpected
from pipeline.plan.exchange.plan_grammar import PlanEntry, PlanText, parse_plan
from pipeline.plan.exchange.plan_joining import NOBODY, draft_of_plan, is_nobody
from pipeline.story import NUM_KEYFRAMES, Overlap, Region, Scene, Story

__all__ = ["PlanEntry", "PlanText", "draft_of_plan", "parse_plan", "write_plan", "write_plan_text"]

MAX_PLANS = 1000
"""Plans of one file."""
_START = re.compile(r"^[ \t]*(?:\"[ \t]*)?Background[ \t]*:", re.IGNORECASE | re.MULTILINE)
_LEFT = "titles, narration, looks, shot sizes and cameras are not part of plan text"


def is_plan_text(text: str) -> bool:
    """Whether a text begins as a plan does."""
    return _START.match(text.lstrip()) is not None


def read_plan_text(text: str, name: str) -> tuple[Imported | Refused, ...]:
    """Give every plan of a file, or why it cannot be read.

    Raises:
        InvalidStoryError: there is none, or more than `MAX_PLANS`.
    """
    starts = [found.start() for found in _START.finditer(text)]
    if not starts or text[: starts[0]].strip():
        raise unexpected("line 1", '"Background: ..."', text.strip()[:80])
    if len(starts) > MAX_PLANS:
        raise unexpected(name, f"at most {MAX_PLANS:,} plans in a file", f"{len(starts):,}")
    several = len(starts) > 1
    ends = [*starts[1:], len(text)]
    return tuple(
        _read(text[start:end], f"{name}-{n}" if several else name, line)
        for n, (start, end, line) in enumerate(
            zip(starts, ends, _line_numbers(text, starts), strict=True), start=1
        )
    )


def _line_numbers(text: str, places: list[int]) -> Iterator[int]:
    line, last = 1, 0
    for place in places:
        line, last = line + text.count("\n", last, place), place
        yield line


def _read(text: str, name: str, line: int) -> Imported | Refused:
    try:
        return Imported(draft=draft_of_plan(parse_plan(text, line=line), name), name=name)
    except InvalidStoryError as error:
        return refused(name, error)


def write_plan_text(story: Story) -> str:
    """Give one plan per scene, a blank line between them."""
    return "\n".join(write_plan(story, scene.id) for scene in story.scenes)


def write_plan(story: Story, scene_id: str) -> str:
    """Give the plan of a scene; KeyError if there is no such scene.

    Boxes have all their decimals, so that the very same numbers are read again. A frame without
    figures is written `[]`. What is lost, `losses` says.
    """
    scene = story.scene(scene_id)
    lines = [f"Background: {_one_line(_background(scene))}"]
    for k in range(NUM_KEYFRAMES):
        told = (_entry(story, region, k) for region in scene.regions)
        lines.append(f"Frame_{k + 1}: {', '.join(filter(None, told)) or '[]'}")
    return "\n".join(lines) + "\n"


def losses(story: Story) -> tuple[str, ...]:
    """Say what plan text cannot hold of a story, one sentence each."""
    notes = [_LEFT]
    for number, scene in enumerate(story.scenes, start=1):
        notes += [f"scene {number}: {words}" for words in _scene_losses(story, scene)]
    return tuple(notes)


def _scene_losses(story: Story, scene: Scene) -> Iterator[str]:
    if _one_line(_background(scene)) != _background(scene):
        yield "the background's line breaks become spaces"
    empty = [f"Frame_{k + 1}" for k in range(NUM_KEYFRAMES) if not _at(scene, k)]
    if empty:
        yield f"{', '.join(empty)} without figures; the paper's own reader skips such frames"
    edges = [edge for k in range(NUM_KEYFRAMES) for box in _at(scene, k) for edge in box]
    if any(not 0 <= edge <= 1 for edge in edges):
        yield "boxes reach beyond the picture; the paper's own reader loses those below zero"
    if any(region.priors for region in scene.regions):
        yield "learned looks and motions are left behind"
    for overlap in scene.overlaps:
        yield f"the words for an overlap are left behind: {_shown(overlap)}"
    names = {_name(story, region) for region in scene.regions if region.character_id}
    if any(is_nobody(name) for name in names):
        yield f"a character called {NOBODY!r} is nobody in plan text"


def _shown(overlap: Overlap) -> str:
    words = overlap.description
    return f"“{words[:60]}...”" if len(words) > 60 else f"“{words}”"


def _at(scene: Scene, keyframe: int) -> list[list[float]]:
    boxes = (region.box_at(keyframe) for region in scene.regions)
    return [box.as_list() for box in boxes if box]


def _background(scene: Scene) -> str:
    return scene.background or scene.setting


def _one_line(text: str) -> str:
    return " ".join(filter(None, re.split(r"[\r\n]+", text)))


def _entry(story: Story, region: Region, keyframe: int) -> str:
    box = region.box_at(keyframe)
    if box is None:
        return ""
    motion = story.motion(region.motion_id).words if region.motion_id else NOBODY
    texts = (_name(story, region), motion, region.description)
    quoted = ", ".join(json.dumps(text, ensure_ascii=False) for text in texts)
    edges = ", ".join(map(repr, box.as_list()))
    return f"[[{quoted}], [{edges}]]"


def _name(story: Story, region: Region) -> str:
    return story.character(region.character_id).name if region.character_id else NOBODY
