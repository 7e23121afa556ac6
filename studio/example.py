"""The finished story that a newcomer sees: one for all, until somebody changes something in it.

It lies in `static/stories/example.zip`, made by `python -m tests.browser.example`, and is unpacked
once into the home. Whoever edits or renders it gets a copy among their own stories first.
"""

from __future__ import annotations

import hashlib
import logging
import re
import threading
import zipfile
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from pipeline.artifacts import Take
from pipeline.bundle import read_bundle
from pipeline.errors import InputError
from pipeline.settings import Settings
from pipeline.workspace import EXAMPLE_OWNER as OWNER
from pipeline.workspace import Project, list_projects
from studio.projects import STORIES_DIR, check_room, open_by_id
from studio.refusals import NotThereError

_LOG = logging.getLogger(__name__)
BUNDLE = STORIES_DIR / "example.zip"
_UNPACKING = threading.Lock()
_DIGITS = 12
_TAKE = re.compile(r"takes/[^/]+/take-\d+\.json")


def example_settings(settings: Settings, bundle: Path = BUNDLE) -> Settings:
    """Give the settings under which the example is looked at; another bundle, another user."""
    there = bundle.stat()
    return replace(settings, user=_owner(bundle, there.st_mtime_ns, there.st_size))


def shared_example(settings: Settings, bundle: Path = BUNDLE) -> Project | None:
    """Give the example that all look at, unpacked the first time; None where there is none."""
    if not bundle.is_file():
        return None
    theirs = example_settings(settings, bundle)
    with _UNPACKING:
        found = list_projects(theirs)
        try:
            return open_by_id(theirs, found[0].path.name) if found else read_bundle(bundle, theirs)
        except InputError as error:
            _LOG.warning("the example cannot be shown: %s", error)
            return None


def copy_example(settings: Settings, bundle: Path = BUNDLE) -> Project:
    """Make the example one of the user's own stories, under a free name.

    Raises:
        InputError: the user has no room for one more story.
        NotThereError: this studio has no example.
    """
    if not bundle.is_file():
        raise NotThereError("This studio has no example", hint="Begin with an idea of your own.")
    check_room(settings)
    return read_bundle(bundle, settings)


def example_takes(bundle: Path = BUNDLE) -> list[Take]:
    """Give the records of the example's takes; none where there is no example."""
    if not bundle.is_file():
        return []
    there = bundle.stat()
    return _takes(bundle, there.st_mtime_ns, there.st_size)


@lru_cache(maxsize=4)
def _takes(bundle: Path, *_: int) -> list[Take]:
    with zipfile.ZipFile(bundle) as files:
        records = [one for one in files.namelist() if _TAKE.fullmatch(one)]
        return [Take.model_validate_json(files.read(one)) for one in records]


@lru_cache(maxsize=4)
def _owner(bundle: Path, *_: int) -> str:
    return OWNER + hashlib.sha256(bundle.read_bytes()).hexdigest()[:_DIGITS]
