"""The edits that the storyboard sends, by their names; every value is checked where it is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from pipeline.errors import InputError
from pipeline.settings import Settings
from pipeline.workspace import Project
from studio import edits

Operation = dict[str, Any]
Edit = Callable[[Project, Operation, Settings], None]


def carry_out(project: Project, operation: Operation, settings: Settings) -> None:
    """Do one edit of the storyboard and save it.

    Raises:
        InputError: the operation is unknown, or holds what cannot be kept.
        WorkspaceError: what it is about is not there (any more).
    """
    name = operation.get("op")
    edit = EDITS.get(name) if isinstance(name, str) else None
    if edit is None:
        raise InputError("The page sent something unknown", hint="Reload the page.")
    edit(project, operation, settings)


def _title(project: Project, told: Operation, _: Settings) -> None:
    edits.edit_title(project, told.get("value"))


def _words(project: Project, told: Operation, _: Settings) -> None:
    edits.edit_scene(project, told.get("scene"), told.get("field"), told.get("value"))


def _shot(project: Project, told: Operation, settings: Settings) -> None:
    edits.choose_shot(project, told.get("scene"), told.get("value"), settings)


def _actor(project: Project, told: Operation, _: Settings) -> None:
    edits.describe_region(project, told.get("scene"), told.get("region"), told.get("value"))


def _overlap(project: Project, told: Operation, _: Settings) -> None:
    edits.describe_overlap(project, told.get("scene"), told.get("regions"), told.get("value"))


def _recast(project: Project, told: Operation, settings: Settings) -> None:
    edits.recast(project, told.get("character"), told.get("kind"), told.get("colour"), settings)


def _fix(project: Project, told: Operation, settings: Settings) -> None:
    edits.fix_finding(project, told.get("finding"), settings)


def _remove(project: Project, told: Operation, _: Settings) -> None:
    edits.remove_scene(project, told.get("scene"))


def _choose(project: Project, told: Operation, _: Settings) -> None:
    edits.choose_take(project, told.get("scene"), told.get("take"))


EDITS: Mapping[str, Edit] = MappingProxyType(
    {
        "title": _title,
        "edit": _words,
        "shot": _shot,
        "describe": _actor,
        "overlap": _overlap,
        "recast": _recast,
        "fix": _fix,
        "remove": _remove,
        "choose": _choose,
    }
)
"""What `static/page` may send as `op`."""
