"""The moving pictures of clips: the addresses that a page gets of them, and the files behind.

A clip is looked up in the searches and decisions of the story that its address names, so a page
sees the clips of its own stories and no others. What shows a whole clip is made when it is asked
for; crops are made by the search.
"""

from __future__ import annotations

import threading
from pathlib import Path

from pipeline.clips import Candidate, Clip
from pipeline.retrieve.libraries import open_library
from pipeline.retrieve.previews import (
    clip_cache,
    crop_file,
    poster,
    poster_file,
    whole_file,
    whole_preview,
)
from pipeline.settings import Settings
from pipeline.workspace import Project
from studio.cards import View
from studio.clips import find_candidate
from studio.refusals import NotThereError
from studio.signing import Links

FILES = {"crop.mp4": "video/mp4", "whole.mp4": "video/mp4", "poster.jpg": "image/jpeg"}
"""What there is of a clip, and of which kind."""
_making = threading.BoundedSemaphore(2)
"""How many previews are made at once: each is a process that uses every core."""


def clip_addresses(
    project: Project, settings: Settings, links: Links, motion_id: str, candidate: Candidate
) -> View:
    """Give where the page finds the crop, the whole and a still of a clip; None without one."""
    below = f"{project.path.name}/clips/{motion_id}/{candidate.clip.id}"
    crop = _crop(settings, candidate)
    readable = candidate.clip.state == "ok"
    version = crop.stem if crop else clip_cache(settings, candidate.clip).name

    def address(name: str) -> str:
        return f"{links.link(settings, f'{below}/{name}')}&v={version}"

    return {
        "crop": address("crop.mp4") if crop else None,
        "whole": address("whole.mp4") if readable else None,
        "poster": address("poster.jpg") if crop or readable else None,
    }


def find_preview(
    project: Project, settings: Settings, motion_id: str, clip_id: str, name: str
) -> Path:
    """Give one of `FILES` of a clip, made where it is not there yet.

    Raises:
        NotThereError: there is no such clip, or nobody was followed through it.
        UnreadableVideoError: its file is gone or cannot be read.
    """
    candidate = find_candidate(project, motion_id, clip_id)
    crop = _crop(settings, candidate)
    if name == "crop.mp4":
        if crop is None:
            raise NotThereError("There are no pictures of this clip", hint="Search again.")
        return crop
    there = whole_file(settings, candidate.clip)
    if name == "poster.jpg":
        there = poster_file(crop or there)
    return there if there.is_file() else _made(settings, candidate.clip, crop, name)


def _made(settings: Settings, clip: Clip, crop: Path | None, name: str) -> Path:
    """Make a preview, when it is its turn."""
    with _making:
        if name == "poster.jpg" and crop is not None:
            return poster(crop)
        whole = whole_preview(settings, open_library(settings, clip.library), clip)
        return poster(whole) if name == "poster.jpg" else whole


def _crop(settings: Settings, candidate: Candidate) -> Path | None:
    """The video of a clip's crop; None where there is none."""
    if candidate.crop is None:
        return None
    path = crop_file(settings, candidate.clip, candidate.crop)
    return path if path.is_file() else None
