"""The planner that asks a language model at any OpenAI-compatible endpoint."""

from pipeline.plan.llm.options import LlmOptions, language_model, options_from_env
from pipeline.plan.llm.planner import Planned, plan_story
from pipeline.plan.llm.replanner import replan_scene
from pipeline.plan.llm.words import more_words

__all__ = [
    "LlmOptions",
    "Planned",
    "language_model",
    "more_words",
    "options_from_env",
    "plan_story",
    "replan_scene",
]
