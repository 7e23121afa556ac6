"""The built-in planner over a table of ideas of every kind, read and judged by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.artifacts import Casting
from pipeline.plan import lint, plan_story, scene_prompt
from pipeline.plan.planner import left_out
from pipeline.plan.stage import travels
from pipeline.story import NUM_KEYFRAMES, Scene, Story
from tests.pipeline.plan.played import EVERYONE, PLAYED

IDEAS: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("ideas.json").read_text(encoding="utf-8")
)
NAMES = [row["idea"][:30] for row in IDEAS]
SEED = 5


def check(story: Story, casting: Casting) -> None:
    """What holds for every plan, whatever the idea."""
    assert [f for f in lint(story) if f.severity != "hint"] == []
    assert 5 <= len(story.scenes) <= 8
    assert sum(len(_who(scene)) > 1 for scene in story.scenes) >= 3
    looks = [(part.kind, part.colour) for part in casting.parts]
    assert len(set(looks)) == len(looks) == len(story.characters)
    used = {region.motion_id for scene in story.scenes for region in scene.regions}
    assert used == {motion.id for motion in story.motions}
    crowded = all(len(_who(scene)) == 3 for scene in story.scenes[1:])  # too many for a near shot
    assert len({scene.shot_size for scene in story.scenes}) >= (2 if crowded else 3)
    for scene in story.scenes:
        assert scene.title
        assert scene.setting
        assert scene.camera
        assert 1 <= len(_who(scene)) <= 3
        for who in _who(scene):
            _check_figure(story, scene.id, who)


def _who(scene: Scene) -> set[str]:
    return {region.character_id or "" for region in scene.regions}


def _check_figure(story: Story, scene_id: str, character_id: str) -> None:
    """One motion, or one and then another, over the whole scene without a gap."""
    regions = [r for r in story.scene(scene_id).regions if r.character_id == character_id]
    assert 1 <= len(regions) <= 2
    shown = [sum(box is not None for box in r.boxes()) for r in regions]
    assert min(shown) >= 2
    assert sum(shown) == NUM_KEYFRAMES
    assert len({r.motion_id for r in regions}) == len(regions)
    for region in regions:
        boxes = [box for box in region.boxes() if box]
        way = abs(boxes[-1].x0 + boxes[-1].x1 - boxes[0].x0 - boxes[0].x1) / 2
        assert story.motion(region.motion_id or "").locomotion == (way > 0.05)


def does(story: Story, casting: Casting) -> dict[str, set[str]]:
    """The theatre's motions that each character plays, by its name."""
    played = {part.motion_id: part.motion for part in casting.motions}
    done: dict[str, set[str]] = {character.name: set() for character in story.characters}
    for scene in story.scenes:
        for region in scene.regions:
            name = story.character(region.character_id or "").name
            done[name].add(played[region.motion_id or ""])
    return done


@pytest.mark.parametrize("row", IDEAS, ids=NAMES)
def test_every_idea_becomes_the_story_that_a_reader_expects(row: dict[str, Any]) -> None:
    story, casting = plan_story(row["idea"], troupe=PLAYED, seed=SEED)
    check(story, casting)
    assert story.language == row.get("language", "en")
    played = [f"{part.colour} {part.kind}" for part in casting.parts]
    assert len(played) >= len(row["cast"])
    for wanted, got in zip(row["cast"], played, strict=False):
        assert wanted in {None, got}
    done = does(story, casting)
    for name, motions in row["does"].items():
        assert done[name] >= set(motions), name
    for note in row["notes"]:
        assert any(note in said for said in casting.notes()), casting.notes()
    lost = left_out(row["idea"], story)
    for words in row.get("left_out", []):
        assert any(words in said for said in lost), lost


@pytest.mark.parametrize("row", IDEAS, ids=NAMES)
def test_a_whole_troupe_plays_every_idea_in_its_own_words(row: dict[str, Any]) -> None:
    story, casting = plan_story(row["idea"], troupe=EVERYONE, seed=SEED + 2)
    check(story, casting)
    assert {part.kind for part in casting.parts} <= set(EVERYONE.kinds)
    for scene in story.scenes:
        prompt = scene_prompt(story, scene.id, casting, troupe=EVERYONE)
        assert len(prompt.regions) == len(scene.regions)
        for region in prompt.regions:
            assert region.text.split()[3] in EVERYONE.motions


@pytest.mark.parametrize("row", IDEAS, ids=NAMES)
def test_narrations_are_sentences_and_no_two_are_alike(row: dict[str, Any]) -> None:
    story, _ = plan_story(row["idea"], troupe=PLAYED, seed=SEED)
    told = [scene.narration for scene in story.scenes if scene.narration]
    assert len(set(told)) == len(told) >= (1 if story.language == "ru" else 5)
    if story.language == "en" and len(row["idea"]) < 500:
        assert len(story.scenes) in {5, 6, 7, 8}
        for narration in told:
            assert 5 <= len(narration) <= 150
            assert narration[0].isupper() or narration[0] in "“"
            assert narration.endswith((".", "!", "?", "”"))
            assert not set("{}[]|") & set(narration)


def test_who_does_not_run_is_not_shown_running() -> None:
    story, _ = plan_story("Tom doesn't run.", troupe=PLAYED, seed=SEED)
    assert all(motion.words != "runs" for motion in story.motions)


def test_the_table_is_large_enough_to_mean_something() -> None:
    assert len(IDEAS) >= 50
    assert len({row["idea"] for row in IDEAS}) == len(IDEAS)
    assert sum(bool(row["does"]) for row in IDEAS) >= 30
    assert max(len(row["idea"].split()) for row in IDEAS) > 600
    assert len({row.get("language", "en") for row in IDEAS}) >= 6


def test_the_theatre_motions_that_travel_are_those_of_the_plans() -> None:
    story, casting = plan_story("A fox walks, a witch flies and a robot sleeps", troupe=PLAYED)
    played = {part.motion_id: part.motion for part in casting.motions}
    assert {"walks", "flies", "sleeps"} <= set(played.values())
    for motion in story.motions:
        assert motion.locomotion == travels(played[motion.id])
