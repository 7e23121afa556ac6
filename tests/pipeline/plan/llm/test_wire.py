from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from pipeline.plan.llm.wire import Wire, WirePlan, WireReplan, WireStory, wire_schema
from tests.pipeline.plan.llm import told

KINDS = [WireStory, WirePlan, WireReplan]
TYPES = {"object", "array", "string", "integer", "boolean", "null"}
BY_TYPE = {
    "object": {"type", "properties", "required", "additionalProperties"},
    "array": {"type", "items", "minItems", "maxItems"},
    "string": {"type", "enum"},
    "integer": {"type", "minimum", "maximum"},
    "boolean": {"type"},
    "null": {"type"},
}
MOST_LEVELS, MOST_FIELDS, MOST_ITEMS = 5, 100, 40


def nodes(schema: dict[str, Any], level: int = 1) -> Iterator[tuple[dict[str, Any], int]]:
    """Every schema within a schema, and how many objects it lies in."""
    yield schema, level
    below = level + (schema.get("type") == "object")
    for child in schema.get("properties", {}).values():
        yield from nodes(child, below)
    for child in [schema["items"]] if "items" in schema else schema.get("anyOf", []):
        yield from nodes(child, below)


@pytest.mark.parametrize("kind", KINDS)
def test_schemas_keep_to_what_every_server_takes(kind: type[Wire]) -> None:
    schema = wire_schema(kind)
    assert schema["type"] == "object"
    for node, level in nodes(schema):
        assert level <= MOST_LEVELS
        if set(node) == {"anyOf"}:  # nullable: one type or null
            assert [one["type"] for one in node["anyOf"]] == ["string", "null"]
            continue
        assert node["type"] in TYPES
        assert set(node) <= BY_TYPE[node["type"]]
        if node["type"] == "object":
            assert node["required"] == list(node["properties"])
            assert node["additionalProperties"] is False
        if node["type"] == "array":
            assert 0 <= node.get("minItems", 0) <= node.get("maxItems", MOST_ITEMS) <= MOST_ITEMS
    fields = sum(len(node.get("properties", {})) for node, _ in nodes(schema))
    assert fields <= MOST_FIELDS


@pytest.mark.parametrize("kind", KINDS)
def test_schemas_name_the_fields_of_the_records(kind: type[Wire]) -> None:
    assert set(wire_schema(kind)["properties"]) == set(kind.model_fields)
    text = json.dumps(wire_schema(kind))
    assert "$" not in text


def test_boxes_are_whole_percent_by_name() -> None:
    region = wire_schema(WirePlan)["properties"]["regions"]["items"]["properties"]
    box = region["keyframes"]["items"]["properties"]
    edge = {"type": "integer", "minimum": -50, "maximum": 150}
    assert box == {
        "keyframe": {"type": "integer", "minimum": 1, "maximum": 6},
        **dict.fromkeys(("left", "top", "right", "bottom"), edge),
    }
    scenes = wire_schema(WireStory)["properties"]["scenes"]
    assert (scenes["minItems"], scenes["maxItems"]) == (5, 8)
    assert scenes["items"]["properties"]["shot_size"]["enum"] == ["wide", "full", "medium", "close"]
    assert "title" in scenes["items"]["properties"]


def test_what_fits_the_schema_is_read_back() -> None:
    story = WireStory.model_validate_json(told.story())
    assert story.model_dump(mode="json") == told.STORY
    assert WirePlan.model_validate_json(told.plan()).regions[1].keyframes[5].right == 93
