"""Whom a film names: the sources of the clips that its motions were taken from."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.clips import Clip
from pipeline.project import Project
from pipeline.story import Story

_UNKNOWN = "licence unknown"


def film_credits(project: Project, story: Story) -> str:
    """Give the credits of a film of that story: one for each clip its boxes move like, after ";".

    Empty where they move like none.
    """
    footage = project.decisions().footage
    used = (region.clip for scene in story.scenes for region in scene.regions)
    return "; ".join(dict.fromkeys(_lines(footage[one] for one in used if one in footage)))


def _lines(clips: Iterable[Clip]) -> Iterable[str]:
    for clip in clips:
        source = clip.credit or clip.source
        yield f"Movement after {source} ({clip.licence or _UNKNOWN})"
