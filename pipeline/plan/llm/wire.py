"""What the language model is asked to answer: records of its own, boxes in whole percent.

The schema keeps to what OpenAI's strict mode, vLLM, llama.cpp and Ollama all take: every field
required, nullable instead of optional, named integers instead of tuples, no references. The
records themselves are read more gladly: an unknown field is passed over, a box edge may be any
number. `checks` and `lint` say what is wrong with one that can be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema

from pipeline.plan.measures import FEWEST_SCENES, MOST_REGIONS, MOST_SCENES
from pipeline.story import MAX_REGIONS, MAX_SCENES, NUM_KEYFRAMES, ShotSize

_UNSHOWN = ("title", "description", "default", "maxLength", "minLength")
"""Keywords that not every server takes, or that only repeat the names."""

Percent = Annotated[
    float,
    Field(allow_inf_nan=False),
    WithJsonSchema({"type": "integer", "minimum": -50, "maximum": 150}),
]
"""A box edge in percent of the frame, 0-100; outside while entering or leaving."""
Told = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)]
"""Any text: how long it may be, and whether it may be empty, are matters of `lint`."""


class Wire(BaseModel):
    """Base of all that a model answers."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class WireWords(Wire):
    """Other words for something."""

    words: list[Told]


class WireCharacter(Wire):
    """Someone or something of the story."""

    id: Told
    name: Told
    kind: Told
    look: Told


class WireMotion(Wire):
    """A way of moving."""

    id: Told
    words: Told
    locomotion: bool


class WireAct(Wire):
    """Who does what in a scene."""

    character_id: Told
    motion_id: Told


class WireSetting(Wire):
    """The words of a scene."""

    title: Told
    setting: Told
    background: Told
    narration: Told
    shot_size: ShotSize
    camera: Told


class WireScene(WireSetting):
    """A scene of the story level."""

    acts: tuple[WireAct, ...]


class WireStory(Wire):
    """The answer of the story level."""

    title: Told
    language: Told
    cast: tuple[WireCharacter, ...]
    motions: tuple[WireMotion, ...]
    scenes: tuple[WireScene, ...] = Field(
        min_length=1,
        max_length=MAX_SCENES,
        json_schema_extra={"minItems": FEWEST_SCENES, "maxItems": MOST_SCENES},
    )


class WireKey(Wire):
    """A box at a keyframe, counted from 1."""

    keyframe: int = Field(ge=1, le=NUM_KEYFRAMES)
    left: Percent
    top: Percent
    right: Percent
    bottom: Percent


class WireRegion(Wire):
    """One entity with one motion over the keyframes in which it is seen."""

    id: Told
    character_id: Told | None
    motion_id: Told | None
    description: Told
    keyframes: tuple[WireKey, ...] = Field(
        min_length=1, json_schema_extra={"maxItems": NUM_KEYFRAMES}
    )


class WireOverlap(Wire):
    """Words for the place where regions overlap."""

    region_ids: tuple[Told, ...] = Field(json_schema_extra={"minItems": 2, "maxItems": 4})
    description: Told


class WirePlan(Wire):
    """The answer of the scene level."""

    thoughts: Told
    regions: tuple[WireRegion, ...] = Field(
        min_length=1, max_length=MAX_REGIONS, json_schema_extra={"maxItems": MOST_REGIONS}
    )
    overlaps: tuple[WireOverlap, ...]


class WireReplan(Wire):
    """The answer to a note on one scene."""

    scene: WireSetting
    new_characters: tuple[WireCharacter, ...]
    new_motions: tuple[WireMotion, ...]
    plan: WirePlan


def wire_schema(kind: type[Wire]) -> dict[str, Any]:
    """Give the JSON Schema of an answer, references inlined, within what all servers take."""
    schema = kind.model_json_schema()
    return _plain(schema, schema.pop("$defs", {}))


def _plain(node: Any, definitions: Mapping[str, Any]) -> Any:  # noqa: ANN401 (any JSON)
    if isinstance(node, list):
        return [_plain(one, definitions) for one in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _plain(definitions[node["$ref"].rpartition("/")[2]], definitions)
    plain = {
        key: _fields(value, definitions) if key == "properties" else _plain(value, definitions)
        for key, value in node.items()
        if key not in _UNSHOWN
    }
    if "properties" in plain:
        plain |= {"required": list(plain["properties"]), "additionalProperties": False}
    return plain


def _fields(fields: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value, definitions) for name, value in fields.items()}
