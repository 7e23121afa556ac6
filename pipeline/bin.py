"""The bin of a project: the scenes last taken out of its story."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal
from uuid import uuid4

from pydantic import Field

from pipeline.errors import InputError, InvalidStoryError, WorkspaceError
from pipeline.files import read_record, write_record
from pipeline.story import Id, Record, Scene

logger = logging.getLogger(__name__)

MAX_BINNED = 50


class Binned(Record):
    """A scene in the bin."""

    id: Id
    scene: Scene
    index: Annotated[int, Field(ge=0)]
    """Where it stood in the story."""
    removed: str
    """Date and time, ISO 8601, UTC."""


class Bin(Record):
    """All scenes in the bin, the last removed at the end (`bin.json`)."""

    schema_version: Literal[1] = 1
    scenes: tuple[Binned, ...] = Field(default=(), max_length=MAX_BINNED)


def read_bin(file: Path) -> Bin:
    """Read the bin; one that is not there or broken is empty, the latter is logged."""
    try:
        return read_record(file, Bin) if file.is_file() else Bin()
    except (InvalidStoryError, WorkspaceError) as error:
        logger.warning("bin left out: %s", error)
        return Bin()


def put_in(file: Path, scene: Scene, index: int) -> Binned:
    """Put a scene into the bin; beyond `MAX_BINNED`, or what a file holds, the oldest ones go."""
    removed = datetime.now(UTC).isoformat(timespec="seconds")
    made = f"{scene.id[:48]}-{uuid4().hex[:12]}"
    binned = Binned(id=made, scene=scene, index=index, removed=removed)
    _keep(file, (*read_bin(file).scenes, binned)[-MAX_BINNED:])
    return binned


def _keep(file: Path, scenes: tuple[Binned, ...]) -> None:
    """Write the bin; where it is larger than a record may be, without its older half."""
    try:
        write_record(file, Bin(scenes=scenes))
    except InputError:
        if len(scenes) == 1:
            raise
        _keep(file, scenes[len(scenes) // 2 :])


def take_out(file: Path, bin_id: str) -> Binned:
    """Take a scene out of the bin and give it; InputError if it is not there."""
    bin_ = read_bin(file)
    found = find_binned(bin_, bin_id)
    write_record(file, Bin(scenes=tuple(one for one in bin_.scenes if one.id != bin_id)))
    return found


def find_binned(bin_: Bin, bin_id: str) -> Binned:
    """Give the scene of that id in the bin; InputError if it is not there."""
    found = next((one for one in bin_.scenes if one.id == bin_id), None)
    if found is None:
        raise InputError("This scene is no longer in the bin", hint="Look into the history.")
    return found
