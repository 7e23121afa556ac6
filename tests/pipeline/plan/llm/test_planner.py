from __future__ import annotations

import json

import pytest

from pipeline.errors import InputError, PlanningError
from pipeline.packs.record import TroupeNames
from pipeline.plan.llm import plan_story
from pipeline.plan.llm.prompting import prompts_version
from pipeline.progress import finish
from tests.pipeline.plan.llm import told
from tests.pipeline.plan.llm.asking import chat_server, failed, good, in_turn, options_of, planned
from tests.pipeline.plan.llm.chat_server import Asked, Fails, Reply, Says


@pytest.mark.parametrize("streams", [True, False], ids=["streamed", "whole"])
def test_an_idea_becomes_a_story_whether_streamed_or_not(streams: bool) -> None:
    def script(asked: Asked) -> Reply:
        return Says(told.story() if asked.what == "story" else told.plan(), streams=streams)

    with chat_server(script) as server:
        result = planned(server)
    story, record = result.story, result.record
    assert (story.id, story.language, len(story.scenes)) == ("der-verlorene-drachen", "de", 5)
    assert story.scene("scene-3").shot_size == "medium"
    region = story.scene("scene-2").regions[0]
    assert (region.id, region.character_id, region.motion_id) == ("mia-walks", "mia", "walks")
    boxes = [box.as_list() for box in region.boxes() if box]
    assert boxes[0] == pytest.approx([0.03, 0.31, 0.32, 0.87])
    assert boxes[3] == pytest.approx([0.18, 0.31, 0.47, 0.87])
    assert record.planner == "openai"
    assert (record.model, record.seed, record.idea) == ("tiny", 7, told.IDEA)
    assert record.endpoint == f"127.0.0.1:{server.server_port}"
    assert record.prompts == prompts_version()
    assert [attempt.scene_id for attempt in record.attempts] == [
        *[None, "scene-1", "scene-2", "scene-3", "scene-4", "scene-5"]
    ]
    assert record.repairs == ()


def test_the_levels_are_asked_apart_with_schema_seed_and_key() -> None:
    with chat_server(good) as server:
        planned(server)
    asked = server.asked[0]
    assert asked.key == f"Bearer {told.KEY}"
    assert (asked.body["model"], asked.body["seed"], asked.body["stream"]) == ("tiny", 7, True)
    assert asked.body["response_format"]["json_schema"]["strict"] is True
    assert told.IDEA in asked.prompt
    assert sorted(one.what for one in server.asked[1:]) == [f"scene-{n}" for n in range(1, 6)]
    medium = next(one.prompt for one in server.asked if one.what == "scene-3")
    assert "a medium shot" in medium
    assert "60 percent" in medium


def test_progress_counts_scene_by_scene() -> None:
    with chat_server(good) as server:
        work = plan_story(told.IDEA, options=options_of(server), troupe=None)
        records = list(work)
    assert (records[0].step, records[0].total) == (0, 1)
    assert (records[-1].step, records[-1].total) == (6, 6)
    assert [r.step for r in records] == sorted(r.step for r in records)
    assert {r.scene_id for r in records} == {None, *(f"scene-{n}" for n in range(1, 6))}
    assert all(r.stage == "plan" and r.note for r in records)


@pytest.mark.parametrize("refused", [("json_schema",), ("json_schema", "json_object")])
def test_formats_that_are_refused_are_tried_once(refused: tuple[str, ...]) -> None:
    def script(asked: Asked) -> Reply:
        if asked.format in refused:
            return Fails(400, f"response_format {asked.format} is not supported")
        return good(asked)

    with chat_server(script) as server:
        first = planned(server)
        planned(server)
    left = "json_object" if len(refused) == 1 else "plan_text"
    assert server.formats() == [*refused, *[left] * 12]
    assert {attempt.mode for attempt in first.record.attempts} == {left}
    assert first.story.scene("scene-4").regions[1].motion_id == "waves"
    story_level = next(one for one in server.asked if one.format == left and one.what == "story")
    assert '"additionalProperties":false' in story_level.prompt


@pytest.mark.parametrize(
    ("message", "field"),
    [("streaming is not supported", "stream"), ("Unknown field: seed", "seed")],
)
def test_fields_that_are_refused_are_left_out(message: str, field: str) -> None:
    def script(asked: Asked) -> Reply:
        return Fails(422, message) if field in asked.body else good(asked)

    with chat_server(script) as server:
        result = planned(server)
    assert sum(field in asked.body for asked in server.asked) == 1
    assert {attempt.mode for attempt in result.record.attempts} == {"json_schema"}


def test_a_question_that_is_refused_in_every_form_is_an_error() -> None:
    with chat_server(lambda _: Fails(400, f"bad request of {told.KEY}")) as server:
        error = failed(server)
    assert server.formats() == ["json_schema", "json_object", "plan_text"]
    assert isinstance(error, PlanningError)
    assert "bad request of ***" in error.message
    assert "OPENAI_BASE_URL" in error.hint


def test_problems_go_back_numbered_and_the_mended_answer_is_taken() -> None:
    unknown = told.plan(mia={"character_id": "mya"}, bolt={"keyframes": told.keys(60)[:1]})
    with chat_server(in_turn("scene-2", Says(unknown))) as server:
        result = planned(server)
    again = next(a for a in server.asked if a.what == "scene-2" and a.turns == 2)
    sent, complaint = again.body["messages"][1:]
    assert sent == {"role": "assistant", "content": unknown}
    assert "1. " in complaint["content"]
    assert "“mya”" in complaint["content"]
    assert "2. " in complaint["content"]
    attempts = [a for a in result.record.attempts if a.scene_id == "scene-2"]
    assert [(a.number, bool(a.problems)) for a in attempts] == [(1, True), (2, False)]
    assert attempts[0].answer == unknown
    assert result.record.repairs == ()


BROKEN = {
    "outside": told.plan(mia={"keyframes": told.keys(230)}),
    "inverted": told.plan(mia={"keyframes": told.keys(43, width=-29)}),
    "upside-down": told.plan(mia={"keyframes": told.keys(3, top=88, bottom=22)}),
    "empty": told.plan(mia={"keyframes": told.keys(13, width=0)}),
    "unknown-character": told.plan(mia={"character_id": "nobody-we-know"}),
    "unknown-motion": told.plan(bolt={"motion_id": "somersaults"}),
    "missing-keyframes": told.plan(mia={"keyframes": [told.keys(3)[k] for k in (0, 2, 5)]}),
    "one-keyframe": told.plan(bolt={"keyframes": told.keys(66)[3:4]}),
    "keyframe-twice": told.plan(bolt={"keyframes": [*told.keys(66), told.keys(31)[2]]}),
    "overlap-of-nobody": told.plan(overlaps=[{"region_ids": ["x", "y"], "description": "z"}]),
    "same-place": told.plan(bolt={"keyframes": told.keys(5)}),
    "same-id": told.plan(bolt={"id": "mia-walks"}),
    "bad-id": told.plan(bolt={"id": "Bolt WAVES!"}),
    "no-id": told.plan(bolt={"id": ""}),
    "tiny": told.plan(bolt={"keyframes": told.keys(66, width=4, top=81)}),
    "motion-unsaid": told.plan(bolt={"description": "a small blue robot"}),
    "too-fast": told.plan(bolt={"keyframes": told.keys(-20, step=26)}),
    "crowd": told.plan(regions=[json.loads(told.plan())["regions"][0] for _ in range(9)]),
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN.keys())
def test_what_is_still_broken_after_the_last_try_is_mended_and_told(answer: str) -> None:
    with chat_server(in_turn("scene-4", *[Says(answer)] * 3)) as server:
        result = planned(server)
    attempts = [a for a in result.record.attempts if a.scene_id == "scene-4"]
    mended = [words for words in result.record.repairs if words.startswith("Scene 4, ")]
    assert len(mended) == len(result.record.repairs)
    assert mended or [a.problems for a in attempts] == [()] or all(a.problems for a in attempts)
    for region in result.story.scene("scene-4").regions:
        assert any(region.boxes())


def test_missing_keyframes_are_interpolated() -> None:
    with chat_server(in_turn("scene-4", *[Says(BROKEN["missing-keyframes"])] * 3)) as server:
        result = planned(server)
    region = result.story.scene("scene-4").regions[0]
    assert all(region.boxes())
    attempts = [a for a in result.record.attempts if a.scene_id == "scene-4"]
    assert attempts[0].problems == (
        "region 'mia-walks': there is no box at keyframe 2, 4, 5, between others",
    )


def test_more_fields_than_asked_for_and_words_around_are_no_problem() -> None:
    plan = json.loads(told.plan(mood="windy")) | {"notes": [1, 2]}
    plan["regions"][0]["keyframes"][0]["confidence"] = 0.4
    text = f"<think>{{not this}}</think>Here it is:\n```json\n{json.dumps(plan)}\n```\nEnjoy!"
    with chat_server(in_turn("scene-1", Says(text))) as server:
        result = planned(server)
    assert [a.problems for a in result.record.attempts] == [()] * 6


def test_boxes_told_as_fractions_are_read_as_such() -> None:
    plan = json.loads(told.plan())
    for region in plan["regions"]:
        for key in region["keyframes"]:
            key |= {edge: key[edge] / 100 for edge in ("left", "top", "right", "bottom")}
    with chat_server(in_turn("scene-1", Says(json.dumps(plan)))) as server:
        result = planned(server)
    first, second = result.story.scene("scene-1"), result.story.scene("scene-2")
    assert first.regions == second.regions
    assert [a.problems for a in result.record.attempts] == [()] * 6


@pytest.mark.parametrize("answer", ["I cannot draw.", "", "[1, 2]", '{"regions": [', "[" * 9999])
def test_a_scene_without_a_usable_answer_gets_boxes_side_by_side(answer: str) -> None:
    with chat_server(in_turn("scene-3", *[Says(answer)] * 3)) as server:
        result = planned(server)
    regions = result.story.scene("scene-3").regions
    assert [region.character_id for region in regions] == ["bolt", "mia"]
    assert regions[1].description == "a girl in a red coat walks"
    assert any("no answer says where anyone is" in words for words in result.record.repairs)
    attempts = [a for a in result.record.attempts if a.scene_id == "scene-3"]
    assert [bool(a.problems) for a in attempts] == [True] * 3


def test_the_answer_with_the_fewest_problems_is_kept() -> None:
    worse = told.plan(mia={"keyframes": told.keys(230)}, bolt={"motion_id": "somersaults"})
    better = told.plan(bolt={"keyframes": told.keys(66, top=79)})
    with chat_server(in_turn("scene-5", Says(worse), Says(better), Says(worse))) as server:
        result = planned(server)
    assert result.story.scene("scene-5").regions[0].motion_id == "walks"
    assert [motion.id for motion in result.story.motions] == ["walks", "waves"]
    assert all("Bolt" in words for words in result.record.repairs)


def test_story_level_problems_go_back_too() -> None:
    scenes = json.loads(told.story())["scenes"]
    scenes[0]["background"] = "a beach with Mia on it"
    scenes[1]["acts"].append({"character_id": "dog", "motion_id": "walks"})
    bad = told.story(scenes=scenes[:4], language="German")
    with chat_server(in_turn("story", Says(bad))) as server:
        result = planned(server)
    problems = " | ".join(result.record.attempts[0].problems)
    for part in ("4 scenes", "German", "names Mia", "Scene 2: acts name an unknown character"):
        assert part in problems
    assert len(result.story.scenes) == 5


def test_a_story_that_stays_imperfect_is_taken_as_it_is() -> None:
    scenes = json.loads(told.story())["scenes"]
    scenes[1]["acts"].append({"character_id": "dog", "motion_id": "walks"})
    bad = told.story(scenes=scenes[:4], language="German")
    with chat_server(in_turn("story", *[Says(bad)] * 3)) as server:
        result = planned(server)
    assert (len(result.story.scenes), result.story.language) == (4, "de")
    assert "Scene 2: left out 'dog'" in result.record.repairs[0]


def test_ids_of_any_form_hold_a_story_together() -> None:
    text = told.story().replace('"mia"', '"Мия!"').replace('"bolt"', '"Bolt The Robot"')
    with chat_server(in_turn("story", Says(text))) as server:
        result = planned(server)
    assert [c.id for c in result.story.characters] == ["character", "bolt-the-robot"]
    assert '"character_id": "bolt-the-robot"' in server.asked[-1].prompt


def test_no_story_at_all_is_an_error_that_says_what_was_wrong() -> None:
    with chat_server(lambda _: Says('{"title": "Kite"}')) as server:
        error = failed(server)
    assert isinstance(error, PlanningError)
    assert "language: Field required" in error.message
    assert "Before that, answer 1: language: Field required. Try again" in error.hint
    assert [asked.turns for asked in server.asked] == [1, 2, 3]


@pytest.mark.parametrize("kept", ["json_object", "plan_text"])
def test_a_form_that_is_taken_and_passed_over_is_given_up(kept: str) -> None:
    """A server that knows no forms and says nothing of it: the form is told in the prompt."""

    def script(asked: Asked) -> Reply:
        return good(asked) if asked.format in (kept, "plan_text") else Says("Once upon a time ...")

    with chat_server(script) as server:
        planned(server)
        planned(server)
    above = ["json_schema", "json_object"][: 1 if kept == "json_object" else 2]
    assert server.formats() == [*above, *[kept] * 12]


def test_a_form_that_was_kept_once_is_not_given_up_for_an_odd_answer() -> None:
    with chat_server(in_turn("scene-2", Says("I cannot draw."))) as server:
        planned(server)
    assert set(server.formats()) == {"json_schema"}


def test_a_refusal_that_is_not_about_the_form_lowers_it_for_one_question_only() -> None:
    loading = Fails(400, "the server is loading another model, try again")
    with chat_server(in_turn("story", loading)) as server:
        planned(server)
    assert server.formats() == ["json_schema", "json_object", *["json_schema"] * 5]


def test_the_troupe_is_told_as_advice() -> None:
    troupe = TroupeNames(
        kinds=("fox", "owl"),
        colours=("red",),
        motions=("walks",),
        backdrops=("forest",),
        learnable=("dances",),
    )
    with chat_server(good) as server:
        finish(plan_story(told.IDEA, options=options_of(server), troupe=troupe))
    assert "fox, owl" in server.asked[0].prompt
    assert "It can learn: dances." in server.asked[0].prompt
    assert "$" not in server.asked[0].prompt


def test_a_long_narration_and_odd_signs_reach_the_model_whole() -> None:
    idea = ("Das Mädchen zahlt 5 $idea ${x} 🐉 und geht. " * 500)[:20_000]
    with chat_server(good) as server:
        finish(plan_story(idea, options=options_of(server), troupe=None))
    assert idea.strip() in server.asked[0].prompt


@pytest.mark.parametrize("idea", ["", " \n ", "a" * 20_001, "half \ud83d"])
def test_ideas_that_cannot_be_sent_are_refused(idea: str) -> None:
    with chat_server(good) as server:
        with pytest.raises(InputError) as caught:
            finish(plan_story(idea, options=options_of(server), troupe=None))
        assert server.asked == []
    assert caught.value.hint
