"""What an idea says reaches its story: who is named, every sentence, who is meant, who stays."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from pipeline.plan import plan_story
from pipeline.plan.lexicon import load_lexicon, words_of
from pipeline.plan.readable import unread_background
from pipeline.plan.reading import read_idea
from pipeline.plan.stage import Player, block
from pipeline.plan.telling import backdrop_place, lights
from pipeline.story import Story
from tests.pipeline.plan.played import EVERYONE, PLAYED

TABLE = Path(__file__).with_name("ideas.json")
IDEAS = [row["idea"] for row in json.loads(TABLE.read_text(encoding="utf-8"))]
NAMED = [
    ("Nora and his shy dog Rex run", [("Nora", ""), ("Rex", "dog")]),
    ("Nora and her old grey cat sing a song", [("Nora", ""), ("", "cat")]),
    ("Ole with a dragon paints the wall", [("Ole", ""), ("", "dragon")]),
    ("Nora, her brother Jon and the cat run", [("Nora", ""), ("Jon", "brother"), ("", "cat")]),
    ("My sons Jon and Per wake up", [("Jon", "son"), ("Per", "son")]),
    ("The twins, Ida and Una, sing", [("Ida", "twin"), ("Una", "twin")]),
    ("Two foxes named Fip and Fen dig", [("Fip", "fox"), ("Fen", "fox")]),
    ("Nora visits grandpa", [("Nora", ""), ("Grandpa", "grandpa")]),
    ("Luckily, her dog and the fox run", [("", "dog"), ("", "fox")]),
    ("Night and the fox sleep", [("", "fox")]),
]


def told(story: Story) -> str:
    return " ".join(scene.narration for scene in story.scenes)


@pytest.mark.parametrize(("idea", "figures"), NAMED, ids=[idea for idea, _ in NAMED])
def test_everybody_in_company_or_a_list_is_a_figure(
    idea: str, figures: list[tuple[str, str]]
) -> None:
    assert [(figure.name, figure.noun) for figure in read_idea(idea).figures] == figures


def test_kin_without_an_article_keeps_its_name_in_english_only() -> None:
    story, _ = plan_story("Ida and Per visit grandma in the castle.", troupe=PLAYED)
    assert "visit grandma" in told(story).lower()
    abroad = read_idea("Oma tanzt im Haus.").figures
    assert [(figure.name, figure.noun) for figure in abroad] == [("", "grandmother")]


@pytest.mark.parametrize("idea", IDEAS, ids=[idea[:30] for idea in IDEAS])
def test_every_word_of_an_idea_is_told_or_seen(idea: str) -> None:
    read = read_idea(idea)
    if read.language != "en":
        return
    story, _ = plan_story(idea, troupe=EVERYONE, seed=3)
    lexicon = load_lexicon()
    seen = {
        word for scene in story.scenes for word in words_of(f"{scene.narration} {scene.setting}")
    }
    seen |= {word for one in story.characters for word in words_of(f"{one.look} {one.name}")}
    wanted = {word for sentence in read.sentences for word in words_of(sentence)}
    lost = wanted - seen - lexicon.function_words
    assert {word for word in lost if lexicon.singular(word) not in seen} == set()


def test_a_sentence_whose_verb_is_unknown_is_told() -> None:
    idea = "Rust on the gate. A bear zorbles the old bell. The bear naps."
    text = told(plan_story(idea, troupe=PLAYED, seed=2)[0])
    assert "Rust on the gate." in text
    assert "bear zorbles the old bell." in text


def test_what_a_later_mention_adds_is_kept() -> None:
    text = told(plan_story("A fox sings. The clever fox bows.", troupe=PLAYED)[0])
    assert "The clever fox bows." in text
    twins = told(plan_story("The twins Ida and Una sing.", troupe=PLAYED)[0])
    assert "twins Ida and Una sing." in twins


@pytest.mark.parametrize("last", ["Then they all jump.", "Everybody jumps.", "All of them jump."])
def test_all_are_those_who_were_told_of_last(last: str) -> None:
    idea = f"Nora meets a king. A dragon lands. A bear waves at the dragon. {last}"
    story, _ = plan_story(idea, troupe=PLAYED)
    scene = next(scene for scene in story.scenes if last.rstrip(".") in scene.narration)
    jump = {r.character_id for r in scene.regions if r.motion_id and "jump" in r.motion_id}
    assert len(jump) == 3
    assert {"dragon", "bear"} <= jump


def test_all_are_not_those_who_come_later() -> None:
    story, _ = plan_story(
        "A fox and a robot wait. They all jump. A king appears. A bear sings.", troupe=PLAYED
    )
    scene = next(scene for scene in story.scenes if "all jump" in scene.narration)
    assert {region.character_id for region in scene.regions} == {"fox", "robot"}


def test_a_clause_without_a_place_is_where_the_clauses_before_were() -> None:
    for seed in range(6):
        story, _ = plan_story("Ida and Per go to the castle. They sing.", troupe=PLAYED, seed=seed)
        scene = next(scene for scene in story.scenes if "They sing" in scene.narration)
        assert scene.setting == "the castle"


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("verb", ["comes", "arrives", "walks", "flies", "comes and waves"])
def test_who_comes_or_goes_alone_is_in_the_picture_at_the_end(verb: str, seed: int) -> None:
    idea = f"It is late. A bear {verb}. The bell rings. The moon shines. It is still. All is well."
    story, _ = plan_story(idea, troupe=PLAYED, seed=seed)
    for scene in story.scenes:
        for region in scene.regions:
            boxes = [box for box in region.boxes() if box]
            assert 0.1 < (boxes[-1].x0 + boxes[-1].x1) / 2 < 0.9


@pytest.mark.parametrize("seed", range(8))
def test_who_comes_enters_and_who_leaves_goes(seed: int) -> None:
    def middles(player: Player) -> list[float]:
        boxes = block([player], height=0.5, rng=random.Random(seed))[0]
        return [abs((box.x0 + box.x1) / 2 - 0.5) for box in boxes]

    coming = middles(Player("fox", "walks", comes=True))
    assert coming[0] > 0.4 > 0.2 > coming[-1]
    leaving = middles(Player("fox", "walks", leaves=True))
    assert leaving[-1] > 0.4 > leaving[0]


def test_the_story_says_who_comes_and_who_leaves() -> None:
    for verb, at in (("enters", 0), ("leaves", -1)):
        idea = f"Rain falls. A bear {verb}. The bell rings. The moon shines. Nobody speaks."
        story, _ = plan_story(idea, troupe=PLAYED, seed=1)
        boxes = next(r.boxes() for s in story.scenes for r in s.regions if verb in r.description)
        ends = [box for box in (boxes[0], boxes[-1]) if box]
        assert abs((ends[at].x0 + ends[at].x1) / 2 - 0.5) > 0.4


def test_what_the_planner_writes_itself_is_not_called_idle() -> None:
    for light in lights():
        background = f"{backdrop_place('room').words} {light}"
        said = [mark.words for mark in unread_background(background, PLAYED)]
        assert said == ["house: played as room"]
    marks = unread_background("a little room in cosy light", PLAYED)
    assert [mark.words.split(":")[0] for mark in marks] == ["little", "cosy", "light"]
