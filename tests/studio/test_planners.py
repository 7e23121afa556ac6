"""Who plans, how far a planning is, and how a story was planned."""

from __future__ import annotations

import pytest

from pipeline.artifacts import PlanAttempt, PlanRecord
from pipeline.errors import InputError
from pipeline.progress import Progress
from pipeline.settings import Settings
from studio import planners
from tests.studio.fixtures import make_story

KEY = "sk-tests-0123456789abcdef"


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://api.example.com:8080/v1")
    monkeypatch.setenv("OPENAI_MODEL", "tiny")


def test_without_a_model_the_studio_plans(settings: Settings) -> None:
    assert planners.planner_choices(settings) == [(planners.BUILTIN, "builtin")]
    assert planners.planner_of(PlanRecord(planner="openai"), settings) == "builtin"
    assert planners.model_words("openai", settings) == ""


def test_a_model_that_cannot_be_asked_is_not_offered(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert planners.model_trouble(settings) == ""
    monkeypatch.setenv("OPENAI_BASE_URL", "no address")
    assert len(planners.planner_choices(settings)) == 1
    assert "no web address" in planners.model_trouble(settings)


@pytest.mark.usefixtures("model")
def test_a_model_is_offered_by_name_and_host_without_its_key(settings: Settings) -> None:
    words, name = planners.planner_choices(settings)[1]
    assert (words, name) == ("a language model (tiny at api.example.com:8080)", "openai")
    assert planners.model_trouble(settings) == ""


@pytest.mark.usefixtures("model")
def test_scenes_are_replanned_by_who_planned_the_story(settings: Settings) -> None:
    named = [
        planners.planner_of(PlanRecord(planner=one), settings) for one in ("openai", "builtin")
    ]
    assert named == ["openai", "builtin"]
    assert planners.planner_of(None, settings) == "builtin"


@pytest.mark.parametrize("value", [None, "", "import", {}])
def test_unknown_planners_are_refused(value: object) -> None:
    with pytest.raises(InputError):
        planners.checked_planner(value)


@pytest.mark.parametrize(
    ("step", "total", "scene", "words"),
    [
        (0, 1, None, "Thinking of the story …"),
        (1, 7, None, "Laying out 6 scenes …"),
        (4, 7, "scene-2", "Scene 3 of 6 is laid out"),
        (0, 1, "scene-2", "Planning the scene anew …"),
        (7, 7, "scene-6", "Scene 6 of 6 is laid out"),
        (1, 1, None, "All is laid out"),
    ],
)
def test_progress_is_said_in_words(step: int, total: int, scene: str | None, words: str) -> None:
    progress = Progress(stage="plan", step=step, total=total, note="asking", scene_id=scene)
    view = planners.thinking_view(progress)
    assert (view["words"], view["detail"]) == (words, "asking")
    assert view.get("step") == (step if total > 1 else None)


def test_how_a_story_was_planned_is_told_with_tries_and_repairs() -> None:
    tries = [
        PlanAttempt(level="story", number=1, mode="json_schema", seconds=3.2),
        PlanAttempt(
            level="scene",
            scene_id="dusk",
            number=2,
            mode="json_object",
            seconds=1.6,
            answer="secret",
            problems=("a box is inverted",),
        ),
    ]
    record = PlanRecord(
        planner="openai",
        idea="a fox",
        model="tiny",
        endpoint="api.example.com",
        prompts="story 3",
        attempts=tuple(tries),
        repairs=("a box was turned",),
    )
    view = planners.planning_view(record, make_story())
    assert view is not None
    assert dict(view["facts"])["Asked at"] == "api.example.com"
    assert [one["words"] for one in view["answers"]] == [
        "The story, try 1, 3 s, json_schema: taken",
        "Scene 2, try 2, 2 s, json_object: not good enough",
    ]
    assert view["answers"][1]["problems"] == ["a box is inverted"]
    assert view["repairs"] == ["a box was turned"]
    assert "secret" not in str(view)


def test_long_lists_of_tries_are_cut() -> None:
    one = PlanAttempt(level="story", number=1, mode="json_schema", seconds=1)
    view = planners.planning_view(PlanRecord(planner="openai", attempts=(one,) * 53), make_story())
    assert view is not None
    assert view["answers"][-1]["words"] == "and 13 more answers"


def test_a_story_of_unknown_origin_tells_nothing() -> None:
    assert planners.planning_view(None, make_story()) is None
