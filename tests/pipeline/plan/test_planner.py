from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.artifacts import Casting
from pipeline.errors import InputError
from pipeline.plan import Troupe, plan_story, scene_prompt
from pipeline.plan.languages import gloss, language_of
from pipeline.story import Box, Story
from tests.pipeline.plan.played import EVERYONE, PLAYED
from tests.pipeline.plan.test_ideas import check, does

DANCE = "A shy fox finds a lantern in the forest and learns to dance with a robot"
TALE = (
    "Once upon a time there was a little girl called Nell. She lived in a cottage by the sea. "
    "One night a storm stole her boat. A kind whale brought it back. “Thank you,” said Nell! "
    "Nell and the whale sang until the sun rose. Then Mr. Fox came by. He slept all day."
)


HEAP = ["a", "the", "fox", "Mara", "witch", "dragon", "and", "who", "but", "flies", ",", ".", "to"]


def plan(idea: str, seed: int = 0) -> tuple[Story, Casting]:
    return plan_story(idea, troupe=PLAYED, seed=seed)


def overlap(a: Box, b: Box) -> float:
    wide = max(0.0, min(a.x1, b.x1) - max(a.x0, b.x0))
    tall = max(0.0, min(a.y1, b.y1) - max(a.y0, b.y0))
    smaller = min((x.x1 - x.x0) * (x.y1 - x.y0) for x in (a, b))
    return wide * tall / smaller


def test_a_plan_has_its_own_words_of_the_idea_and_calls_characters_by_what_is_known() -> None:
    story, _ = plan(DANCE, seed=1)
    told = " ".join(scene.narration for scene in story.scenes)
    assert story.title == "The Shy Fox and the Robot"
    assert "One day the fox finds a lantern in the forest." in told
    assert "The fox learns to dance with a robot." in told
    assert told.lower().count("a shy fox") == 1


def test_the_same_seed_plans_the_same_and_seeds_differ() -> None:
    idea = "A shy fox wants a friend"
    assert plan(idea, 3) == plan(idea, 3)
    assert len({plan(idea, seed)[0].model_dump_json() for seed in range(8)}) > 4


def test_a_narration_is_kept_word_for_word_and_divided_over_the_scenes() -> None:
    story, casting = plan(TALE)
    check(story, casting)
    told = " ".join(scene.narration for scene in story.scenes)
    assert told.split() == TALE.split()
    assert [character.name for character in story.characters] == ["Nell", "Whale", "Fox"]
    assert story.scenes[0].setting == "the cottage"


def test_a_narration_as_long_as_can_be_is_kept() -> None:
    text = ("A fox walked on and on, " * 900)[:19_990]
    story, casting = plan(text)
    check(story, casting)
    told = " ".join(scene.narration for scene in story.scenes)
    assert told.split() == text.split()


@pytest.mark.parametrize(
    ("idea", "says"),
    [
        ("", "empty"),
        (" \n\t", "empty"),
        ("fox " * 5001, "20,004"),
        ("12, 3! ✨", "no letters"),
        ("a fox \udc80 walks", "not a text"),
    ],
)
def test_what_cannot_be_planned_is_refused_in_one_line(idea: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        plan(idea)
    assert "\n" not in str(caught.value)
    assert caught.value.hint


def test_a_pronoun_may_mean_nobody() -> None:
    story, casting = plan("Il marche dans la forêt.")
    check(story, casting)
    assert story.language == "fr"


@given(st.text(min_size=1, max_size=300), st.integers(0, 9))
@settings(max_examples=60, deadline=None)
def test_any_text_is_planned_or_refused(text: str, seed: int) -> None:
    try:
        story, casting = plan(text, seed)
    except InputError:
        assert not any(c.isalpha() for c in text)
        return
    check(story, casting)


@given(
    st.lists(
        st.sampled_from(HEAP),
        min_size=1,
        max_size=40,
    )
)
@settings(max_examples=60, deadline=None)
def test_any_heap_of_known_words_is_planned(words: list[str]) -> None:
    if any(word.isalpha() for word in words):
        check(*plan(" ".join(words)))


@pytest.mark.parametrize("seed", range(6))
def test_boxes_stand_on_the_ground_travel_and_keep_apart(seed: int) -> None:
    story, casting = plan("A fox walks with a robot on the beach and the robot flies away", seed)
    motions = {part.motion_id: part.motion for part in casting.motions}
    for scene in story.scenes:
        tracks = []
        for region in scene.regions:
            boxes = [box for box in region.boxes() if box]
            tracks.append(boxes)
            motion = motions[region.motion_id or ""]
            way = (boxes[-1].x0 + boxes[-1].x1 - boxes[0].x0 - boxes[0].x1) / 2
            if motion in {"walks", "flies"}:
                assert 0.3 <= abs(way) <= 0.45
            else:
                assert abs(way) < 0.01
            if motion in {"stands", "waves", "walks"}:
                assert all(0.85 <= box.y1 <= 0.95 for box in boxes)
            if motion == "jumps":
                assert boxes[0].y1 - min(box.y1 for box in boxes) > 0.06
            if motion == "flies":
                assert all(box.y1 < 0.85 for box in boxes)
            if motion == "sleeps":
                assert boxes[0].x1 - boxes[0].x0 > 0.25
        for first, second in zip(*tracks, strict=True) if len(tracks) == 2 else ():
            assert overlap(first, second) < 0.4


def test_two_who_stand_face_each_other() -> None:
    story, casting = plan("A fox and a robot", 2)
    scene = next(s for s in story.scenes if s.title in {"Two friends", "Side by side"})
    regions = scene_prompt(story, scene.id, casting, troupe=PLAYED).regions
    left, right = sorted(regions, key=lambda region: region.boxes[0].x0 if region.boxes[0] else 0)
    assert left.text.endswith("right")
    assert right.text.endswith("left")


def test_hugs_bring_boxes_together_and_say_so_once() -> None:
    story, casting = plan("The fox hugs the robot in the forest", 3)
    scene = next(s for s in story.scenes if "hugs" in s.narration)
    (words,) = scene.overlaps
    assert words.description == "the fox hugs the robot"
    assert set(words.region_ids) == {region.id for region in scene.regions}
    assert scene.shot_size in {"close", "medium"}
    assert [m.state for m in casting.motions if m.motion == "hugs"] == ["to_learn"]


def test_one_figure_does_one_thing_and_then_another() -> None:
    story, casting = plan(
        "A fox lived here. The fox walked to the sea and slept. A robot came. The fox danced with "
        "the robot. They were happy."
    )
    scene = next(s for s in story.scenes if "walked" in s.narration)
    first, second = (r for r in scene.regions if r.character_id == "fox")
    assert [r.description for r in (first, second)] == ["the fox walks", "the fox sleeps"]
    assert [box is not None for box in first.boxes()] == [True] * 3 + [False] * 3
    assert [box is not None for box in second.boxes()] == [False] * 3 + [True] * 3
    assert does(story, casting)["Robot"] >= {"dances"}


def test_the_one_who_chases_runs_behind() -> None:
    for seed in range(4):
        story, _ = plan("A fox meets a robot, and the robot chases the fox", seed)
        scene = next(s for s in story.scenes if "chases" in s.narration)
        paths = {r.character_id: [b.x0 + b.x1 for b in r.boxes() if b] for r in scene.regions}
        way = paths["fox"][-1] - paths["fox"][0]
        assert (paths["fox"][0] - paths["robot"][0]) * way > 0


@pytest.mark.parametrize(
    ("troupe", "backdrop"), [(PLAYED, "forest"), (EVERYONE, "night")], ids=["small", "whole"]
)
def test_night_falls_where_the_troupe_has_one(troupe: Troupe, backdrop: str) -> None:
    story, casting = plan_story("At midnight a fox dances in the forest", troupe=troupe, seed=1)
    scene = next(s for s in story.scenes if "midnight" in s.narration)
    assert (scene.setting, scene.background) == ("the forest at night", "the forest at night")
    assert next(p.backdrop for p in casting.places if p.scene_id == scene.id) == backdrop


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("A fox and a robot", "en"),
        ("the die is cast", "en"),
        ("Der Fuchs und die Hexe", "de"),
        ("Il était une fois un lapin", "fr"),
        ("Había una vez un rey", "es"),
        ("C'era una volta una strega", "it"),
        ("Era uma vez uma raposa que não dormia", "pt"),
        ("Er was eens een vos die niet wilde slapen", "nl"),
        ("キツネが森で踊る", "ja"),
        ("여우가 춤을 춘다", "ko"),
        ("Лиса танцует", "ru"),
    ],
)
def test_the_language_of_a_text_is_told(text: str, language: str) -> None:
    assert language_of(text) == language


def test_what_is_known_of_a_foreign_sentence_is_read_in_english() -> None:
    assert gloss("Ein roter Fuchs tanzt im Wald.", "de") == "a red fox dances in the forest."
    assert gloss("Le renard rouge et Mara dorment", "fr") == "the red fox and Mara sleeps"
    assert gloss("狐狸在森林里跳舞", "zh") == "fox in forest dances"


def test_a_narration_in_another_language_keeps_its_words() -> None:
    text = (
        "Es war einmal ein König. Der König hatte einen Drachen. Der Drache flog über das Schloss. "
        "Am Abend schlief der Drache. Da lachte der König. Alle tanzten."
    )
    story, _ = plan_story(text, troupe=EVERYONE)
    assert story.language == "de"
    assert " ".join(scene.narration for scene in story.scenes).split() == text.split()
    assert [c.name for c in story.characters] == ["König", "Drache"]


def test_nobody_is_painted_into_the_background() -> None:
    story, casting = plan("The fox lives in the king's castle and the king sleeps in Mia's house")
    check(story, casting)
    scene = next(s for s in story.scenes if s.setting == "the king's castle")
    assert scene.background.startswith("the castle ")
