from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.artifacts import Casting
from pipeline.errors import InputError
from pipeline.plan import lint, plan_story, scene_prompt
from pipeline.story import Box, Story
from tests.pipeline.plan.played import PLAYED

IDEAS: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("ideas.json").read_text(encoding="utf-8")
)
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


def check(story: Story, casting: Casting) -> None:
    """What holds for every plan, whatever the idea."""
    assert 5 <= len(story.scenes) <= 8
    assert sum(len(scene.regions) > 1 for scene in story.scenes) >= 3
    assert lint(story) == []
    looks = [(part.kind, part.colour) for part in casting.parts]
    assert len(set(looks)) == len(looks) == len(story.characters)
    assert {p.backdrop for p in casting.places} <= set(PLAYED.backdrops)
    assert {p.motion for p in casting.motions} <= set(PLAYED.motions)
    assert {p.kind for p in casting.parts} <= set(PLAYED.kinds)
    used = {region.motion_id for scene in story.scenes for region in scene.regions}
    assert used == {motion.id for motion in story.motions}
    for scene in story.scenes:
        assert scene.narration
        assert scene.title
        assert scene.setting
        assert 1 <= len(scene.regions) <= 3
        assert all(box is not None for region in scene.regions for box in region.boxes())


@pytest.mark.parametrize("row", IDEAS, ids=[row["idea"][:30] for row in IDEAS])
def test_every_idea_becomes_a_story_of_different_scenes(row: dict[str, Any]) -> None:
    story, casting = plan(row["idea"], seed=5)
    check(story, casting)
    assert len(story.scenes) == 6
    narrations = [scene.narration for scene in story.scenes]
    assert len(set(narrations)) == len(narrations)
    for narration in narrations:
        assert 10 <= len(narration) <= 150
        assert narration[0].isupper() or narration[0] in "“"
        assert narration.endswith((".", "!", "?", "”"))
        assert not set("{}[]|") & set(narration)
    played = [f"{part.colour} {part.kind}" for part in casting.parts]
    for wanted, got in zip(row["cast"], played, strict=False):
        assert wanted in {None, got}
    for note in row["notes"]:
        assert any(note in said for said in casting.notes()), casting.notes()


def test_a_plan_has_its_own_words_of_the_idea_and_calls_characters_by_what_is_known() -> None:
    story, _ = plan(IDEAS[0]["idea"], seed=1)
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
        ("12, 3! 🦊", "no letters"),
        ("a fox \udc80 walks", "not a text"),
    ],
)
def test_what_cannot_be_planned_is_refused_in_one_line(idea: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        plan(idea)
    assert "\n" not in str(caught.value)
    assert caught.value.hint


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
