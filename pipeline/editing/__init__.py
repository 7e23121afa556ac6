"""Edits of a story by hand: each takes a story and gives its next revision."""

from pipeline.editing.cast import add_character, change_character, enter
from pipeline.editing.halves import merge_scenes, split_scene
from pipeline.editing.patch import LayoutPatch, apply_patch, read_patch
from pipeline.editing.scenes import (
    add_scene,
    duplicate_scene,
    insert_scene,
    remove_scene,
    reorder,
)
from pipeline.editing.thinning import reduce_keys, reduce_scene, reduce_story

__all__ = [
    "LayoutPatch",
    "add_character",
    "add_scene",
    "apply_patch",
    "change_character",
    "duplicate_scene",
    "enter",
    "insert_scene",
    "merge_scenes",
    "read_patch",
    "reduce_keys",
    "reduce_scene",
    "reduce_story",
    "remove_scene",
    "reorder",
    "split_scene",
]
