"""METHOD.md names only what is there, and every row says what it has to."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from pipeline.artifacts import RenderSettings

TEXT = (Path(__file__).resolve().parents[2] / "pipeline" / "METHOD.md").read_text(encoding="utf-8")
NAMES = sorted(set(re.findall(r"`((?:pipeline|tests)\.[\w.]+)`", TEXT)))
ROWS = [row for row in re.findall(r"^\|(.+)\|$", TEXT, re.MULTILINE) if not row.startswith(" ---")]
COLUMNS = 5


@pytest.mark.parametrize("name", NAMES)
def test_everything_named_exists(name: str) -> None:
    assert _exists(name), name


def test_a_name_that_does_not_exist_is_noticed() -> None:
    assert not _exists("pipeline.artifacts.RenderSettings.box_timings")
    assert not _exists("pipeline.diffusion.regions.no_such")


def test_every_row_has_all_columns_and_a_function_or_says_that_there_is_none() -> None:
    assert len(ROWS) > 30
    for row in ROWS:
        cells = [cell.strip() for cell in row.split("|")]
        assert len(cells) == COLUMNS, row
        named = any(name in cells[1] for name in NAMES)
        assert named or cells[1] == "Here" or "not built yet" in cells[1], row


def test_settings_of_a_render_are_told() -> None:
    told = set(re.findall(r"`(?:[\w.]+\.)?(\w+)`", TEXT))
    sizes = {"height_px", "width_px"}
    assert set(RenderSettings.model_fields) - sizes <= told


def _exists(name: str) -> bool:
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        return all((found := _member(found, part)) is not None for part in parts[cut:])
    return False


def _member(holder: object, name: str) -> object | None:
    if isinstance(holder, type) and issubclass(holder, BaseModel):
        return holder.model_fields.get(name) or getattr(holder, name, None)
    return getattr(holder, name, None)
