from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.errors import InputError, PlanningError
from pipeline.plan.lint import lint
from pipeline.plan.llm import Planned, replan_scene
from pipeline.plan.llm.wire import WireReplan
from pipeline.progress import finish
from pipeline.story import Box, Character, Key, Motion, Overlap, PriorUse, Region, Scene, Story
from tests.pipeline.plan.llm import told
from tests.pipeline.plan.llm.asking import chat_server, options_of
from tests.pipeline.plan.llm.chat_server import Asked, ChatServer, Fails, Hangs, Reply, Says

NOTE = "make it night, and add a bear"


def still(*edges: float) -> tuple[Key | None, ...]:
    key = Key(box=Box.of(edges))
    return (key, None, None, None, None, key)


MIA = Region(
    id="girl-left",
    character_id="mia",
    motion_id="walks",
    description="a girl in a red coat walks",
    layer=4,
    keys=still(0.03, 0.31, 0.32, 0.87),
    priors=(PriorUse(character_id="mia", scale=0.7),),
)
BOLT = Region(
    id="robot-right",
    character_id="bolt",
    motion_id="waves",
    description="a small blue robot waves",
    layer=2,
    keys=still(0.41, 0.37, 0.63, 0.86),
)
STORY = Story(
    id="kite",
    revision=8,
    title="The kite",
    characters=(
        Character(id="mia", name="Mia", kind="girl", look="a girl in a red coat", trigger="m1a"),
        Character(id="bolt", name="Bolt", kind="robot", look="a small blue robot"),
    ),
    motions=(
        Motion(id="walks", words="walks", locomotion=True),
        Motion(id="waves", words="waves"),
    ),
    scenes=(
        Scene(id="opening", title="The beach", background="a beach", narration="Once.", regions=()),
        Scene(
            id="storm",
            title="The storm",
            setting="a pier",
            background="a pier by day",
            narration="The wind rose.",
            shot_size="wide",
            regions=(MIA, BOLT),
            overlaps=(Overlap(region_ids=("girl-left", "robot-right"), description="both"),),
        ),
        Scene(
            id="end",
            narration="The end.",
            regions=(MIA.model_copy(update={"keys": still(0.0, 0.3, 0.05, 0.4)}),),
        ),
    ),
)


def answer(**plan_changes: object) -> dict[str, Any]:
    plan = json.loads(told.plan(mia={"id": "mia-new"}, bolt={"id": "robot-right"}))
    bear = {
        "id": "bear-waves",
        "character_id": "bear",
        "motion_id": "waves",
        "description": "a brown bear waves",
        "keyframes": told.keys(34, top=41, width=25, bottom=89),
    }
    plan["regions"][0]["keyframes"] = told.keys(3)
    plan["regions"].append(bear)
    return {
        "scene": {
            "title": "The storm",
            "setting": "a pier at night",
            "background": "a pier under stars",
            "narration": "The wind rose.",
            "shot_size": "full",
            "camera": "still",
        },
        "new_characters": [
            {"id": "bear", "name": "Bruno", "kind": "bear", "look": "a brown bear"},
            {"id": "mia", "name": "Mia", "kind": "girl", "look": "somebody else"},
        ],
        "new_motions": [],
        "plan": {**plan, **plan_changes},
    }


def replanned(server: ChatServer, story: Story = STORY) -> Planned:
    return finish(replan_scene(story, "storm", NOTE, options=options_of(server), seed=3))


def test_one_scene_changes_and_all_else_stays() -> None:
    with chat_server(lambda _: Says(json.dumps(answer()))) as server:
        result = replanned(server)
    story = result.story
    assert (story.id, story.revision) == ("kite", 9)
    for scene_id in ("opening", "end"):
        before, after = STORY.scene(scene_id), story.scene(scene_id)
        assert after.model_dump_json() == before.model_dump_json()
    assert [c.id for c in story.characters] == ["mia", "bolt", "bear"]
    assert story.characters[:2] == STORY.characters
    assert story.motions == STORY.motions
    scene = story.scene("storm")
    assert (scene.background, scene.shot_size) == ("a pier under stars", "full")
    assert [r.id for r in scene.regions] == ["girl-left", "robot-right", "bear-waves"]
    assert [r.layer for r in scene.regions] == [4, 2, 2]
    assert scene.regions[0].priors == MIA.priors
    assert [f for f in lint(story) if f.place.scene_id == "storm" and f.severity != "hint"] == []
    record = result.record
    assert (record.idea, record.seed, record.repairs) == (NOTE, 3, ())
    assert [(a.level, a.scene_id) for a in record.attempts] == [("scene", "storm")]


def test_the_model_is_told_the_scene_the_cast_and_the_note() -> None:
    locked = STORY.scene("storm").model_copy(
        update={"regions": (MIA, BOLT.model_copy(update={"locked": True}))}
    )
    with chat_server(lambda _: Says(json.dumps(answer()))) as server:
        replanned(server, STORY.replace_scene(locked))
    prompt = server.asked[0].prompt
    assert prompt.endswith(f"The note:\n{NOTE}")
    for part in ('"girl-left"', '"left": 41', "a pier by day", "a wide shot", "Mia"):
        assert part in prompt
    assert "back with the same id and the same boxes:\nrobot-right" in prompt


def test_locked_regions_stay_as_they_are() -> None:
    locked = BOLT.model_copy(update={"locked": True, "keys": still(0.71, 0.37, 0.97, 0.86)})
    scene = STORY.scene("storm").model_copy(update={"regions": (MIA, locked)})
    mia, bolt, _ = answer()["plan"]["regions"]
    for regions in ([mia, {**bolt, "keyframes": told.keys(5)}], [mia]):
        with chat_server(lambda _, r=regions: Says(json.dumps(answer(regions=r)))) as server:
            result = replanned(server, STORY.replace_scene(scene))
        kept = {r.id: r for r in result.story.scene("storm").regions}
        assert kept["robot-right"] == locked
        assert [attempt.problems for attempt in result.record.attempts] == [()]


def test_what_is_broken_is_sent_back_then_mended_in_this_scene_only() -> None:
    broken = answer()
    broken["plan"]["regions"][1]["keyframes"] = told.keys(66, width=4)
    broken["plan"]["regions"][2]["character_id"] = "the wolf"
    with chat_server(lambda _: Says(json.dumps(broken))) as server:
        result = replanned(server)
    assert [len(a.problems) > 0 for a in result.record.attempts] == [True] * 3
    assert all(words.startswith("Scene 2, ") for words in result.record.repairs)
    assert result.story.scene("end") == STORY.scene("end")
    assert "the-wolf" in [c.id for c in result.story.characters]


def test_a_background_that_names_somebody_is_sent_back() -> None:
    named = answer()
    named["scene"]["background"] = "a pier where Mia stands"
    said = [Says(json.dumps(named)), Says(json.dumps(answer()))]
    with chat_server(lambda asked: said[asked.turns - 1]) as server:
        result = replanned(server)
    assert "background names Mia" in server.asked[1].body["messages"][2]["content"]
    assert result.story.scene("storm").background == "a pier under stars"


def test_plan_text_changes_the_background_and_the_places() -> None:
    def script(asked: Asked) -> Reply:
        if asked.format != "plan_text":
            return Fails(400, "no response_format here")
        return Says(told.plan_text())

    with chat_server(script) as server:
        result = replanned(server)
    scene = result.story.scene("storm")
    assert scene.background == "a windy beach under grey clouds"
    assert (scene.narration, scene.shot_size) == ("The wind rose.", "wide")
    assert [r.id for r in scene.regions] == ["girl-left", "robot-right"]
    assert scene.overlaps == STORY.scene("storm").overlaps
    assert scene.regions[1].box_at(3) == Box(x0=0.66, y0=0.37, x1=0.93, y1=0.86)


def test_somebody_new_may_have_an_id_in_any_script() -> None:
    told_again = json.dumps(answer(), ensure_ascii=False).replace('"bear"', '"熊"')
    fields = json.loads(told_again)
    fields["new_characters"].append({"id": "狐狸", "name": "Fuchs", "kind": "fox", "look": "red"})
    fields["new_motions"].append({"id": "прыгает", "words": "jumps", "locomotion": False})
    with chat_server(lambda _: Says(json.dumps(fields))) as server:
        result = replanned(server)
    assert [attempt.problems for attempt in result.record.attempts] == [()]
    assert [(c.id, c.name) for c in result.story.characters[2:]] == [("character", "Bruno")]
    assert result.story.scene("storm").regions[2].character_id == "character"
    assert result.story.motions == STORY.motions


def test_boxes_that_overlap_get_words_for_both() -> None:
    close = answer()
    close["plan"]["regions"][2]["keyframes"] = told.keys(72, top=41, width=25, bottom=89)
    with chat_server(lambda _: Says(json.dumps(close))) as server:
        result = replanned(server)
    overlap = next(o for o in result.story.scene("storm").overlaps if "bear-waves" in o.region_ids)
    assert overlap.description == "a small blue robot waves and a brown bear waves"
    assert any("say in one text" in words for words in result.record.repairs)


@pytest.mark.parametrize(
    ("scene_id", "note", "told_of"),
    [("nowhere", "x", "no scene 'nowhere'"), ("storm", " ", "note is empty")],
)
def test_what_cannot_be_replanned_is_refused(scene_id: str, note: str, told_of: str) -> None:
    with chat_server(lambda _: Hangs()) as server:
        with pytest.raises(InputError, match=told_of) as caught:
            finish(replan_scene(STORY, scene_id, note, options=options_of(server)))
        assert caught.value.hint
        assert server.asked == []


def test_no_usable_answer_is_an_error_and_leaves_the_story() -> None:
    refused = pytest.raises(PlanningError, match="begins with 'Background:'")
    with chat_server(lambda _: Says("I would rather not.")) as server, refused as caught:
        replanned(server)
    assert "answer 1: the answer holds no whole JSON object" in caught.value.hint


def test_a_replanning_can_be_closed() -> None:
    with chat_server(lambda _: Hangs()) as server:
        work = replan_scene(STORY, "storm", NOTE, options=options_of(server))
        assert next(work).scene_id == "storm"
        next(work)
        work.close()


def test_the_answer_has_its_own_form() -> None:
    assert WireReplan.model_validate(answer()).plan.regions[2].id == "bear-waves"
