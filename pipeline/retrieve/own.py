"""The clips that a person filmed or brought: a library of their own, made with the first one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path, PurePosixPath
from uuid import uuid4

from pipeline.clips import Clip
from pipeline.errors import InputError
from pipeline.files import workspace_errors
from pipeline.progress import finish
from pipeline.retrieve.libraries import OWN_LIBRARY, OpenLibrary, create_library, open_library
from pipeline.retrieve.sources.captions import readable_name
from pipeline.retrieve.sources.folder import scan_folder
from pipeline.retrieve.sources.walking import VIDEO_SUFFIXES, is_video
from pipeline.settings import Settings
from pipeline.story import slug
from pipeline.vision.frames import probe_video

OWN_LICENCE = "own recording"


def own_library(settings: Settings) -> OpenLibrary:
    """Open the user's library of own clips; it is made when it is first asked for."""
    try:
        return open_library(settings, OWN_LIBRARY)
    except InputError:
        return create_library(
            settings, "My clips", "own", licence=OWN_LICENCE, library_id=OWN_LIBRARY
        )


def keep_own(settings: Settings, data: Path, name: str) -> list[Clip]:
    """Move a video that a person brought into their own library.

    Args:
        settings: Whose.
        data: The uploaded file; it is moved.
        name: What the person calls it, such as `me jumping.mov`; its words are the caption, its
            ending says what it is.

    Returns:
        Its clips, one for each shot, all of them `own`.

    Raises:
        UnreadableVideoError: it is damaged or no video; then it stays where it is.
        InputError: the name has another ending than videos have.
        WorkspaceError: the library cannot be written.
    """
    if not is_video(name):
        raise InputError(
            f"{name[-80:]!r} is no name of a video", hint=f"Bring {', '.join(VIDEO_SUFFIXES)}."
        )
    probe_video(data)
    library = own_library(settings)
    plain = PurePosixPath(name.replace("\\", "/"))
    source = f"{slug(plain.stem, fallback='clip')}-{uuid4().hex[:8]}{plain.suffix.lower()}"
    line = {"path": source, "caption": readable_name(name), "licence": OWN_LICENCE}
    with workspace_errors("keep the clip", hint="Check that the home folder can be written."):
        shutil.move(data, library.root / source)
        with (library.root / "clips.jsonl").open("a", encoding="utf-8") as listed:
            listed.write(json.dumps(line) + "\n")
    finish(scan_folder(library))
    return library.catalogue.clips_of(source)
