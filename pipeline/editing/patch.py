"""Patches of one scene's layout: boxes, texts and overlaps, as the editor sends them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import BeforeValidator, Field, field_validator

from pipeline.editing.changes import changed, checked, find_scene, with_scene
from pipeline.errors import InputError
from pipeline.story import (
    MAX_OVERLAPS,
    MAX_REGIONS,
    NUM_KEYFRAMES,
    ClipId,
    Id,
    Key,
    Overlap,
    Record,
    Region,
    Scene,
    ShortText,
    ShotSize,
    Story,
    Text,
)

_EDGES = ("x0", "y0", "x1", "y1")


class RegionPatch(Record):
    """What changes of one region; a field that is not given stays.

    `keys` is always all six; the editor writes their boxes as `[x0, y0, x1, y1]`.
    """

    keys: tuple[Key | None, ...] = Field(
        default=(), min_length=NUM_KEYFRAMES, max_length=NUM_KEYFRAMES
    )
    layer: int = Field(default=0, ge=0, le=99)
    locked: bool = False
    character_id: Id | None = None
    motion_id: Id | None = None
    description: Text = ""
    clip: ClipId | None = None

    @field_validator("keys", mode="before")
    @classmethod
    def _named_edges(cls, keys: object) -> object:
        return [_with_box(key) for key in keys] if isinstance(keys, list | tuple) else keys


class FieldsPatch(Record):
    """What changes of the scene's own words and shot; a field that is not given stays."""

    title: ShortText = ""
    setting: ShortText = ""
    narration: Text = ""
    background: Text = ""
    camera: ShortText = ""
    shot_size: ShotSize = "full"


def _not_too_many(regions: object) -> object:
    """All regions of a scene may give way to as many others; more are not looked at."""
    if isinstance(regions, dict) and len(regions) > 2 * MAX_REGIONS:
        raise ValueError(f"a scene holds at most {MAX_REGIONS} boxes")
    return regions


class LayoutPatch(Record):
    """One edit of a scene: regions by id (None removes one), fields, all overlaps anew."""

    regions: Annotated[dict[Id, RegionPatch | None], BeforeValidator(_not_too_many)] = Field(
        default_factory=dict
    )
    fields: FieldsPatch = FieldsPatch()
    overlaps: tuple[Overlap, ...] = Field(default=(), max_length=MAX_OVERLAPS)


def read_patch(value: object) -> LayoutPatch:
    """Give the patch that a decoded JSON value holds.

    Raises:
        InvalidStoryError: it is none; `problems` names each place in words.
    """
    return checked(LayoutPatch, value)


def apply_patch(story: Story, scene_id: str, patch: LayoutPatch) -> Story:
    """Give the story with one scene patched, revision + 1.

    A region that the scene has not yet is made, at the end; it needs its keys. With a removed
    region go the overlaps that name it.

    Raises:
        InputError: there is no such scene; the patch is empty, removes a region that is not there,
            makes one without keys or too many, or names what the story does not have.
    """
    scene = find_scene(story, scene_id)
    given = patch.model_fields_set
    fields = {name: getattr(patch.fields, name) for name in patch.fields.model_fields_set}
    if not (patch.regions or fields or "overlaps" in given):
        raise InputError("this edit changes nothing", hint="Reload the page.")
    regions = _patched(scene, patch)
    overlaps = patch.overlaps if "overlaps" in given else kept_overlaps(scene.overlaps, regions)
    return with_scene(story, changed(scene, **fields, regions=regions, overlaps=overlaps))


def kept_overlaps(overlaps: Iterable[Overlap], regions: Iterable[Region]) -> tuple[Overlap, ...]:
    """Give the overlaps between regions that are all still there."""
    left = {region.id for region in regions}
    return tuple(one for one in overlaps if left.issuperset(one.region_ids))


def _patched(scene: Scene, patch: LayoutPatch) -> tuple[Region, ...]:
    regions = {region.id: region for region in scene.regions}
    for region_id, change in patch.regions.items():
        known = regions.get(region_id)
        if change is None:
            if known is None:
                raise InputError("This box is no longer in the scene", hint="Reload the page.")
            del regions[region_id]
        else:
            fields = {name: getattr(change, name) for name in change.model_fields_set}
            regions[region_id] = (
                _made(region_id, fields) if known is None else changed(known, **fields)
            )
    if len(regions) > MAX_REGIONS:
        raise too_many_regions()
    return tuple(regions.values())


def too_many_regions() -> InputError:
    """Give the error of a scene with more boxes than are kept."""
    return InputError(
        f"a scene holds at most {MAX_REGIONS} boxes", hint="Remove a box of this scene first."
    )


def _made(region_id: str, fields: dict[str, object]) -> Region:
    if "keys" not in fields:
        raise InputError("This box is no longer in the scene", hint="Reload the page.")
    return checked(Region, {"id": region_id, **fields})


def _with_box(key: object) -> object:
    """The key with its box as `Box` has it; what is no key is left for the checks."""
    edges = key.get("box") if isinstance(key, dict) else None
    if isinstance(key, dict) and isinstance(edges, list) and len(edges) == len(_EDGES):
        return {**key, "box": dict(zip(_EDGES, edges, strict=True))}
    return key
