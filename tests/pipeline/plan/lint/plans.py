"""The plan that every rule is content with, and plans broken in one place each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from pipeline.plan.draft import DraftStory

_HERE = Path(__file__).parent
BASE: dict[str, Any] = json.loads((_HERE / "base.json").read_text(encoding="utf-8"))
CORPUS: list[dict[str, Any]] = json.loads((_HERE / "corpus.json").read_text(encoding="utf-8"))


def base() -> DraftStory:
    """The whole plan."""
    return DraftStory.model_validate(BASE)


def broken(edits: dict[str, JsonValue], copies: dict[str, int] | None = None) -> DraftStory:
    """The plan with other values at dotted paths, and items repeated under new ids.

    `+` as an index appends; null at an index takes an item away, but for keys, where it is a value.
    """
    fields = json.loads(json.dumps(BASE))
    for path, value in edits.items():
        _set(fields, path.split("."), _unfolded(value))
    for path, times in (copies or {}).items():
        *way, at = path.split(".")
        items = _at(fields, way)
        assert isinstance(items, list)
        items += [_again(items[int(at)], number) for number in range(2, times + 2)]
    return DraftStory.model_validate(fields)


def _unfolded(value: JsonValue) -> JsonValue:
    if isinstance(value, dict) and "repeat" in value:
        return str(value["repeat"]) * int(str(value["times"]))
    return value


def _again(item: JsonValue, number: int) -> JsonValue:
    assert isinstance(item, dict)
    return {**item, "id": f"{item['id']}-{number}"}


def _set(fields: JsonValue, path: list[str], value: JsonValue) -> None:
    holder, last = _at(fields, path[:-1]), path[-1]
    if isinstance(holder, dict):
        holder[last] = value
        return
    assert isinstance(holder, list)
    if last == "+":
        holder.append(value)
    elif value is None and path[-2] != "keys":
        del holder[int(last)]
    else:
        holder[int(last)] = value


def _at(fields: JsonValue, path: list[str]) -> JsonValue:
    for part in path:
        assert isinstance(fields, dict | list)
        fields = fields[part] if isinstance(fields, dict) else fields[int(part)]
    return fields
