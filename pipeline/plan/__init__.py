"""The plan stage: an idea becomes a story with boxes, and the story is cast for a troupe."""

from pipeline.plan.casting import cast_story
from pipeline.plan.lint import lint
from pipeline.plan.planner import plan_story
from pipeline.plan.prompts import free_prompt, scene_prompt
from pipeline.plan.troupe import Players, Troupe, troupe_of

__all__ = [
    "Players",
    "Troupe",
    "cast_story",
    "free_prompt",
    "lint",
    "plan_story",
    "scene_prompt",
    "troupe_of",
]
