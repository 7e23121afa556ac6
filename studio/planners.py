"""Who plans: the choice on the first page, how far a planning is, and how a story was planned."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from pipeline.artifacts import PlanAttempt, PlanRecord
from pipeline.errors import InputError
from pipeline.plan.llm import LlmOptions, language_model
from pipeline.planning import Planner
from pipeline.preferences import read_key
from pipeline.progress import Progress
from pipeline.settings import Settings, preferences_of
from pipeline.story import Story

MODEL_VARIABLES = ("OPENAI_API_KEY", "OPENAI_BASE_URL")
BUILTIN = "the studio itself, free, 1 s"
_SHOWN_ANSWERS = 40

View = dict[str, Any]


def planner_choices(settings: Settings) -> list[tuple[str, str]]:
    """Give who may plan, in words and by name; a model only where one is chosen or named."""
    options = model_options(settings)
    choices = [(BUILTIN, "builtin")]
    return [*choices, (f"a language model ({_told(options)})", "openai")] if options else choices


def model_options(settings: Settings) -> LlmOptions | None:
    """Give the language model that the studio may ask; None without a usable one."""
    try:
        return language_model(settings)
    except InputError:
        return None


def model_trouble(settings: Settings) -> str:
    """Say why a language model that is chosen or named cannot be asked; empty where it can."""
    if not is_model_named(settings):
        return ""
    try:
        language_model(settings)
    except InputError as error:
        return f"No language model can be asked: {error}"
    return ""


def is_model_named(settings: Settings) -> bool:
    """Say whether somebody has chosen or named a language model, be it usable or not."""
    if preferences_of(settings).endpoint or (not settings.visitors and read_key(settings.home)):
        return True
    return any(os.environ.get(name, "").strip() for name in MODEL_VARIABLES)


def checked_planner(value: object) -> Planner:
    """Give the planner of that name.

    Raises:
        InputError: there is none.
    """
    if value == "openai":
        return "openai"
    if value == "builtin":
        return "builtin"
    raise InputError("There is no such planner", hint="Reload the page.")


def planner_of(record: PlanRecord | None, settings: Settings) -> Planner:
    """Give who replans the scenes of a story: who planned it, where that is still there."""
    by_model = record is not None and record.planner == "openai" and model_options(settings)
    return "openai" if by_model else "builtin"


def model_words(planner: Planner, settings: Settings) -> str:
    """Say which language model plans, 'gpt-4o at api.example.com'; empty for the studio itself."""
    options = model_options(settings) if planner == "openai" else None
    return _told(options) if options else ""


def thinking_view(progress: Progress) -> View:
    """Give how far a planning is for `static/page/thinking.js`."""
    done, scenes = max(progress.step - 1, 0), progress.total - 1
    words = "Thinking of the story …"
    if progress.step == progress.total == 1:
        words = "All is laid out"
    elif progress.stage == "replan" or (progress.scene_id and scenes < 1):
        words = "Planning the scene anew …"
    elif scenes > 0:
        words = f"Scene {done} of {scenes} is laid out" if done else f"Laying out {scenes} scenes …"
    share = {"step": progress.step, "total": progress.total} if scenes > 0 else {}
    return {"active": True, "words": words, "detail": progress.note, **share}


def planning_view(record: PlanRecord | None, story: Story) -> View | None:
    """Give how a story was planned, for the board; None where nobody wrote it down."""
    if record is None:
        return None
    return {
        "facts": [[name, value] for name, value in _facts(record) if value],
        "answers": _answers(record.attempts, story),
        "repairs": list(record.repairs),
    }


def _told(options: LlmOptions) -> str:
    return f"{options.model} at {options.host}"


def _facts(record: PlanRecord) -> Iterable[tuple[str, str]]:
    planners = {"builtin": "the studio itself", "openai": "a language model", "import": "a file"}
    yield "Planned by", planners[record.planner]
    yield "Model", record.model
    yield "Asked at", record.endpoint
    yield "Prompts", record.prompts
    yield "Seed", str(record.seed) if record.planner != "import" else ""
    yield "The idea", record.idea


def _answers(attempts: tuple[PlanAttempt, ...], story: Story) -> list[View]:
    """The answers of a model in the order they came, with what was wrong with each."""
    numbers = {scene.id: number for number, scene in enumerate(story.scenes, 1)}
    shown = [_answer(attempt, numbers) for attempt in attempts[:_SHOWN_ANSWERS]]
    more = len(attempts) - len(shown)
    rest = {"words": f"and {more} more answers", "problems": []}
    return [*shown, rest] if more > 0 else shown


def _answer(attempt: PlanAttempt, numbers: dict[str, int]) -> View:
    what = "The story"
    if attempt.scene_id is not None:
        number = numbers.get(attempt.scene_id)
        what = f"Scene {number}" if number else f"Scene “{attempt.scene_id}”"
    verdict = "taken" if not attempt.problems else "not good enough"
    words = f"{what}, try {attempt.number}, {attempt.seconds:.0f} s, {attempt.mode}: {verdict}"
    return {"words": words, "problems": list(attempt.problems)}
