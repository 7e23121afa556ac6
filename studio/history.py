"""The versions of a story that can be brought back: when each was saved, and what it changed."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline.errors import PipelineError
from pipeline.story import Scene, Story
from pipeline.story_file import read_story
from pipeline.workspace import Project

_State = tuple[Path, int, int]
"""A file as it was last changed: when, in ns, and its bytes."""
_KEPT_WORDS = 4000
_SHOWN_CHANGES = 3
_FIELDS = {
    "title": "title",
    "setting": "setting",
    "background": "background",
    "narration": "narration",
    "shot_size": "shot",
    "camera": "camera",
    "regions": "boxes",
    "overlaps": "words for overlaps",
}


def version_views(project: Project) -> list[dict[str, Any]]:
    """Give the versions of a story for `static/page/history.js`, newest first.

    One that is damaged is left out: there is nothing to bring back.
    """
    history = project.history()
    states = [_state_of(project, version.revision) for version in history]
    told = (_told(*pair) for pair in itertools.zip_longest(states, states[1:]))
    return [
        {"revision": one.revision, "when": one.saved, "words": words}
        for one, words in zip(history, told, strict=True)
        if words
    ]


def changes_between(before: Story, after: Story) -> list[str]:
    """Say what an edit changed, one short phrase each: 'title', '“Dawn”: boxes'."""
    words = ["title"] if before.title != after.title else []
    if before.characters != after.characters:
        words.append("the cast")
    old = {scene.id: scene for scene in before.scenes}
    new = {scene.id: scene for scene in after.scenes}
    words += [f"{_called(old[name])} taken out" for name in old if name not in new]
    words += [f"{_called(new[name])} added" for name in new if name not in old]
    if [name for name in old if name in new] != [name for name in new if name in old]:
        words.append("the order of the scenes")
    both = (name for name in new if name in old and new[name] != old[name])
    words += [f"{_called(new[name])}: {_fields(old[name], new[name])}" for name in both]
    return words


def _state_of(project: Project, revision: int) -> _State | None:
    """The file of a version; None where it was removed meanwhile."""
    saved = revision == project.story.revision
    file = project.path / ("story.json" if saved else f"versions/{revision}.json")
    try:
        there = file.stat()
    except OSError:
        return None
    return file, there.st_mtime_ns, there.st_size


@lru_cache(maxsize=_KEPT_WORDS)
def _told(state: _State | None, before: _State | None) -> str:
    """What a version changed, "" where it cannot be read; files are read once, versions stay."""
    story = _readable(state)
    return _words(story, _readable(before)) if story else ""


@lru_cache(maxsize=2)
def _readable(state: _State | None) -> Story | None:
    try:
        return state and read_story(state[0])
    except PipelineError:
        return None


def _words(story: Story, before: Story | None) -> str:
    if before is None:
        return "An earlier version" if story.revision else "The story as it was made"
    changes = changes_between(before, story)
    if not changes:
        return "Casting, takes or pictures"
    more = len(changes) - _SHOWN_CHANGES
    told = ", ".join([*changes[:_SHOWN_CHANGES], *([f"and {more} more"] if more > 0 else [])])
    return told[:1].upper() + told[1:]


def _called(scene: Scene) -> str:
    return f"“{scene.title or scene.id}”"


def _fields(before: Scene, after: Scene) -> str:
    changed: Iterable[str] = (
        words for name, words in _FIELDS.items() if getattr(before, name) != getattr(after, name)
    )
    return ", ".join(changed)
