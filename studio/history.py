"""The versions of a story that can be brought back: when each was saved, and what it changed."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

from pipeline.errors import PipelineError
from pipeline.story import Scene, Story
from pipeline.workspace import Project

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
    """Give the versions of a story for `static/page/history.js`, newest first."""
    history = project.history()
    stories = [_readable(project, version.revision) for version in history]
    pairs = itertools.zip_longest(stories, stories[1:])
    return [
        {"revision": one.revision, "when": one.saved, "words": _words(story, before)}
        for one, (story, before) in zip(history, pairs, strict=True)
        if story is not None
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


def _readable(project: Project, revision: int) -> Story | None:
    try:
        return project.version(revision)
    except PipelineError:  # damaged, or removed meanwhile: there is nothing to bring back
        return None


def _words(story: Story | None, before: Story | None) -> str:
    if story is None or before is None:
        return "The story as it was made" if story and not story.revision else "An earlier version"
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
