from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pipeline.plan.llm import prompting
from pipeline.plan.llm.answers import read_json, read_plan
from pipeline.plan.llm.checks import scene_problems
from pipeline.plan.llm.drafting import draft_scene, draft_story, tidy_ids
from pipeline.plan.llm.manner import Mode
from pipeline.plan.llm.placing import Placed, placed_of_plan, placed_of_text
from pipeline.plan.llm.prompting import again_prompt, prompts_version, scene_prompt, story_prompt
from pipeline.plan.llm.wire import WireCharacter, WireMotion, WirePlan, WireReplan, WireStory
from pipeline.plan.staging import HEIGHTS
from tests.pipeline.plan.llm import told

FOLDER = Path(prompting.__file__).with_name("prompts")
TEDDY = [
    WireCharacter(id="teddy", name="Teddy", kind="teddy bear", look="a small brown teddy bear"),
    WireCharacter(id="snowman", name="Frost", kind="snowman", look="a snowman with a red hat"),
]
MOTIONS = [
    WireMotion(id="walks", words="walks", locomotion=True),
    WireMotion(id="waves", words="waves", locomotion=False),
    WireMotion(id="stands", words="stands", locomotion=False),
    WireMotion(id="sleeps", words="sleeps", locomotion=False),
]


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda path: path.name)
def test_every_prompt_has_a_version_and_is_text_to_read(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.match(r"version: \d+\n\n\S", text)
    assert path.suffix == ".md"


def test_the_version_says_which_words_were_used() -> None:
    assert re.fullmatch(
        r"story \d+, scene \d+, replan \d+, words \d+ \([0-9a-f]{8}\)", prompts_version()
    )


@pytest.mark.parametrize("mode", ["json_schema", "json_object", "plan_text"])
def test_prompts_are_filled(mode: Mode) -> None:
    story = tidy_ids(WireStory.model_validate(told.STORY))
    for prompt in (story_prompt("an $idea", mode, None), scene_prompt(story, 5, mode)):
        left = re.findall(r"\$\w+", prompt)
        assert left in ([], ["$idea"])
        assert "version:" not in prompt
        assert "\n\n\n" not in prompt
    scene = scene_prompt(story, 5, mode)
    assert ("Frame_6" in scene) == (mode == "plan_text")
    assert ("JSON Schema" in scene) == (mode == "json_object")
    assert "a close shot" in scene
    assert f"about {HEIGHTS['close']:.0%}".replace("%", " percent") in scene


def test_problems_are_numbered() -> None:
    assert "1. too small\n2. too fast" in again_prompt(("too small", "too fast"))


def _example(name: str) -> str:
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    return text[text.index(":\n{") + 2 :] if ":\n{" in text else text


def test_the_worked_examples_keep_the_rules() -> None:
    ids = {
        "characters": {"teddy": "teddy", "snowman": "snowman"},
        "motions": {motion.id: motion.id for motion in MOTIONS},
    }
    replan = WireReplan.model_validate_json(_example("replan_example"))
    placed = [
        placed_of_plan(read_json(_example("scene_example"), WirePlan), **ids),
        placed_of_text(read_plan(_example("scene_example_text")), **ids),
        placed_of_plan(replan.plan, **ids),
    ]
    story = WireStory.model_validate({**told.STORY, "cast": TEDDY, "motions": MOTIONS})
    empty = draft_story(story, [Placed(())] * 5)
    for one in placed:
        scene = draft_scene(replan.scene, one, scene_id="scene-1")
        assert scene_problems(empty, scene, with_words=True) == ()
        assert one.problems == ()


def test_the_example_of_the_story_level_has_its_form() -> None:
    text = (FOLDER / "story.md").read_text(encoding="utf-8")
    start = text.index('{"title"')
    story = json.loads(text[start : text.index("\n\nThe idea:")])
    assert WireStory.model_validate(story).scenes[0].acts[1].motion_id == "waves"
