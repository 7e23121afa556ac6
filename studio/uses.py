"""Who in a scene uses what was learned: a row for each box, a column for each look and motion."""

from __future__ import annotations

from typing import Any

from pipeline.artifacts import Learned, PriorBinding, ScenePrompt
from pipeline.blocking import region_name
from pipeline.story import NUM_KEYFRAMES, PriorUse, Region, Scene, Story
from studio.staging import Staging

View = dict[str, Any]
_LAST = NUM_KEYFRAMES - 1


def uses_view(scene: Scene, story: Story, staging: Staging) -> View | None:
    """Give what `static/page/takes/uses.js` shows of a scene; None where nothing can be used.

    A cell says what plays as the scene stands now. `set` tells whether the storyteller said so;
    else it follows from who is in the box and what they do.
    """
    columns = [one for one in staging.casting.learned if one.prior and one.trigger]
    if not columns or not scene.regions:
        return None
    prompt = staging.scenes[scene.id].prompt
    return {
        "columns": [_column(one, story) for one in columns],
        "rows": [
            {
                "region": region.id,
                "name": region_name(region, story),
                "cells": [_cell(region, one, prompt) for one in columns],
            }
            for region in scene.regions
        ],
    }


def _column(learned: Learned, story: Story) -> View:
    who, move = learned.character_id, learned.motion_id
    return {
        "character_id": who,
        "motion_id": move,
        "name": story.character(who).name if who else story.motion(move or "").words,
    }


def _cell(region: Region, learned: Learned, prompt: ScenePrompt) -> View:
    told = next((use for use in region.priors if _is_of(use, learned)), None)
    bound = next((one for one in prompt.priors if _binds(one, learned, region)), None)
    plays = bound if told or _is_its_own(region, learned) else None
    shown = told or plays
    return {
        "set": told is not None,
        "plays": plays is not None,
        "scale": shown.scale if shown else 0.0,
        "from_keyframe": shown.from_keyframe if shown else 0,
        "to_keyframe": shown.to_keyframe if shown else _LAST,
    }


def _is_of(use: PriorUse, learned: Learned) -> bool:
    return (use.character_id, use.motion_id) == (learned.character_id, learned.motion_id)


def _binds(binding: PriorBinding, learned: Learned, region: Region) -> bool:
    return binding.prior == learned.prior and region.id in binding.region_ids


def _is_its_own(region: Region, learned: Learned) -> bool:
    if learned.character_id:
        return learned.character_id == region.character_id
    return learned.motion_id == region.motion_id
