"""The bin of a scene's takes: what was taken out can come back until the bin is emptied.

A take in the bin is its record under another name (`take-03.binned`) beside its video, so that
nothing is moved and no later take gets its id. An emptied one is that record alone.
"""

from __future__ import annotations

import logging
from pathlib import Path

from pipeline.artifacts import Take
from pipeline.errors import InputError, InvalidStoryError, WorkspaceError
from pipeline.files import checked_id, read_record, replace_file, short, workspace_errors
from pipeline.project import Project

logger = logging.getLogger(__name__)

BINNED = ".binned"


def throw_take(project: Project, scene_id: str, take_id: str) -> None:
    """Put a take of a scene into the bin.

    What was decided about it stays, so that it is chosen again once it comes back.

    Raises:
        InputError: the scene has no such take.
        WorkspaceError: its file cannot be renamed.
    """
    _rename(_file(project, scene_id, take_id, ".json"), BINNED)


def recover_take(project: Project, scene_id: str, take_id: str) -> None:
    """Take a take out of the bin.

    Raises:
        InputError: it is not in the bin, or the bin was emptied.
        WorkspaceError: its file cannot be renamed.
    """
    file = _file(project, scene_id, take_id, BINNED)
    if not file.with_suffix(".mp4").is_file():
        raise InputError(
            f"take {take_id!r} is no longer in the bin", hint="Render it again by its seed."
        )
    _rename(file, ".json")


def binned_takes(project: Project, scene_id: str) -> list[Take]:
    """Give the takes of a scene that were taken out, in the order of their ids.

    Those whose videos are gone are among them (see `is_recoverable`); a broken one is left out.
    """
    folder = project.path / "takes" / checked_id(scene_id)
    read = (_read(file) for file in sorted(folder.glob(f"take-*{BINNED}")))
    return sorted((take for take in read if take), key=lambda take: (len(take.id), take.id))


def is_recoverable(project: Project, take: Take) -> bool:
    """Whether a take in the bin still has its video."""
    return project.take_video(take).is_file()


def empty_take_bin(project: Project, *, dry: bool = False) -> int:
    """Delete the videos of all takes in the bin; gives how many bytes that frees.

    Args:
        project: Whose takes.
        dry: Count only.

    Raises:
        WorkspaceError: one cannot be deleted.
    """
    freed = 0
    with workspace_errors(f"empty the bin of {short(project.path)}"):
        for binned in (project.path / "takes").glob(f"*/take-*{BINNED}"):
            for file in (binned.with_suffix(".mp4"), binned.with_suffix(".jpg")):
                if file.is_file():
                    freed += file.stat().st_size
                    if not dry:
                        file.unlink()
    return freed


def _file(project: Project, scene_id: str, take_id: str, suffix: str) -> Path:
    """The record of a take, in the bin or out of it."""
    folder = project.path / "takes" / checked_id(scene_id)
    file = folder / f"{checked_id(take_id)}{suffix}"
    if not take_id.startswith("take-") or not file.is_file():
        where = "in the bin" if suffix == BINNED else "of this scene"
        raise InputError(f"there is no take {take_id!r} {where}", hint="Reload the page.")
    return file


def _rename(file: Path, suffix: str) -> None:
    with workspace_errors(f"rename {short(file)}"):
        replace_file(file, file.with_suffix(suffix))


def _read(file: Path) -> Take | None:
    try:
        return read_record(file, Take)
    except (InvalidStoryError, WorkspaceError) as error:
        logger.warning("a take in the bin is left out: %s", error)
        return None
