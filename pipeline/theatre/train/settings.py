"""`settings.json`: what a training folder was made with, and what its next call goes on from."""

from __future__ import annotations

import json
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.errors import PipelineError
from pipeline.theatre.train.plans import Plan

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FILE = "settings.json"
_PACKAGES = ("torch", "diffusers", "transformers", "safetensors", "numpy")


class Call(BaseModel):
    """One call of the trainer: when (UTC), its options with seed and device, and the versions."""

    model_config = ConfigDict(frozen=True)

    began: str
    options: dict[str, Any]
    versions: dict[str, str]


class Settings(BaseModel):
    """The record of a training folder.

    Attributes:
        plan: what is trained; it stands from the first call on.
        phase: which phase the transformer's latest weights come from; None = clips, if trained.
        seconds_before: per part, the training it already had when the folder was begun.
        calls: every call of the trainer on this folder.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    plan: Plan
    phase: Literal["images", "clips"] | None = None
    seconds_before: dict[str, float] = {}
    calls: tuple[Call, ...] = ()

    def write(self, folder: Path) -> None:
        """Write the record into `folder`, whole or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f"{FILE}.partial"
        partial.write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")
        partial.replace(folder / FILE)


def read_settings(folder: Path) -> Settings | None:
    """The record of a training folder; None where it has none.

    Raises:
        PipelineError: the file is broken.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        return Settings.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError as error:
        raise PipelineError(
            f"the settings {path} cannot be read: {error.errors()[0]['msg']}",
            hint="Mend the file, or begin a new folder.",
        ) from error


def note_phase(folder: Path, phase: Literal["images", "clips"]) -> None:
    """Say in the folder's record, if it has one, where the latest transformer lies."""
    if settings := read_settings(folder):
        settings.model_copy(update={"phase": phase}).write(folder)


def note_call(settings: Settings, folder: Path, options: dict[str, Any]) -> Settings:
    """Add a call to the record and write it."""
    versions = {name: version(name) for name in _PACKAGES}
    versions["python"] = platform.python_version()
    began = datetime.now(UTC).isoformat(timespec="seconds")
    call = Call(began=began, options=options, versions=versions)
    settings = settings.model_copy(update={"calls": (*settings.calls, call)})
    settings.write(folder)
    return settings


def change_plan(plan: Plan, changes: Iterable[str]) -> Plan:
    """The plan with changes such as `vae.batch=4` or `data.kinds=["fox"]`.

    Raises:
        PipelineError: a change names no setting of the plan, or gives it a wrong value.
    """
    values = plan.model_dump()
    for change in changes:
        key, _, text = change.partition("=")
        *groups, name = key.split(".")
        place = values
        for group in groups:
            place = place.get(group) if isinstance(place, dict) else None
        if not isinstance(place, dict) or name not in place or not text:
            raise PipelineError(
                f"the plan has no setting {change!r}", hint="Give GROUP.NAME=VALUE."
            )
        place[name] = _value(text)
    try:
        return Plan.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        raise PipelineError(
            f"the plan cannot be changed so: {'.'.join(map(str, first['loc']))}: {first['msg']}",
            hint="Values are numbers, true or false, names, or lists as in JSON.",
        ) from error


def _value(text: str) -> Any:  # noqa: ANN401 - whatever the setting takes; the plan checks it
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text
