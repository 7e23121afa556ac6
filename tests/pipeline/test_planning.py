"""Planning for any pack, and replanning a story that is edited at the same time."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.artifacts import PlanAttempt, PlanRecord
from pipeline.checking import Checked, check
from pipeline.errors import StaleStoryError
from pipeline.planning import _joined, plan, replan
from pipeline.progress import finish
from pipeline.settings import Settings
from pipeline.story import Box, Key, Motion, PriorUse, Region, Scene, Story
from pipeline.workspace import Project, open_project


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def project(settings: Settings) -> Project:
    return finish(plan("A fox and a robot meet by the sea.", settings=settings))


@pytest.mark.parametrize("pack", ["theatre", "cogvideox-2b"])
def test_a_story_is_planned_and_replanned_for_any_pack(tmp_path: Path, pack: str) -> None:
    settings = Settings(home=tmp_path / "home", pack=pack)
    project = finish(plan("A fox looks for the sea.", settings=settings))
    assert project.casting.pack == pack
    assert bool(project.casting.parts) == (pack == "theatre")
    assert project.planning is not None
    (added,) = project.planning.repairs
    assert added.endswith("joins as a friend: the story names only one character")
    noted = [part.note for part in project.casting.parts if part.note]
    assert noted == ([added] if pack == "theatre" else [])
    (one,) = check(project.path, settings=settings)
    assert isinstance(one, Checked)
    assert one.is_clean
    note = "make it night and add a bear that dances"
    story = finish(replan(project, "scene-2", note, settings=settings))
    assert "bear" in {region.character_id for region in story.scene("scene-2").regions}
    parts = {part.character_id for part in open_project(project.path).casting.parts}
    assert ("bear" in parts) == (pack == "theatre")


def test_a_casting_for_another_pack_outlives_a_replan(tmp_path: Path) -> None:
    theatre, anyone = (
        Settings(home=tmp_path / "home", pack=pack) for pack in ("theatre", "cogvideox-2b")
    )
    project = finish(plan("A fox and a robot meet by the sea.", settings=theatre))
    before = project.casting
    finish(replan(project, "scene-1", "make it night", settings=anyone))
    assert open_project(project.path).casting == before


def test_what_is_edited_meanwhile_is_kept(settings: Settings, project: Project) -> None:
    work = replan(project, "scene-1", "make it night", settings=settings)
    next(work)
    other = open_project(project.path)
    last = other.story.scenes[-1].model_copy(update={"narration": "And they danced."})
    other.save_story(other.story.replace_scene(last))
    story = finish(work)
    assert story.revision == 2
    assert "night" in story.scene("scene-1").setting
    assert story.scenes[-1].narration == "And they danced."
    assert open_project(project.path).story == story


class Overtaken(Project):
    """A project that another window edits just before each of its saves, so many times."""

    edits = 1

    def save_story(self, story: Story, *, base_revision: int | None = None) -> None:
        if self.edits:
            self.edits -= 1
            other = open_project(self.path)
            other.save_story(other.story.revised(title=f"{other.story.title}!"))
        super().save_story(story, base_revision=base_revision)


def test_an_edit_between_reading_and_saving_is_kept(settings: Settings, project: Project) -> None:
    title = project.story.title
    overtaken = Overtaken(project.path)
    story = finish(replan(overtaken, "scene-1", "make it night", settings=settings))
    assert (story.title, story.revision) == (f"{title}!", 2)
    assert "night" in open_project(project.path).story.scene("scene-1").setting
    overtaken.edits = 2
    with pytest.raises(StaleStoryError):
        finish(replan(overtaken, "scene-1", "make it day", settings=settings))


def test_who_is_new_in_two_scenes_at_once_stays_apart(settings: Settings, project: Project) -> None:
    notes = {"scene-1": "add a small bear that dances", "scene-2": "add a big bear that sleeps"}
    first, second = (replan(project, one, notes[one], settings=settings) for one in notes)
    for work in (first, second):
        next(work)
    finish(second)
    story = finish(first)
    bears = {one.id: one.look for one in story.characters if one.kind == "bear"}
    assert bears == {"bear": "big bear", "bear-2": "small bear"}
    shown = {r.character_id: r.description for s in story.scenes[:2] for r in s.regions}
    assert shown["bear"] == "the big bear sleeps"
    assert shown["bear-2"] == "the small bear dances"
    parts = open_project(project.path).casting.parts
    assert {"bear", "bear-2"} <= {part.character_id for part in parts}


def test_what_is_new_and_alike_in_two_scenes_is_shared(
    settings: Settings, project: Project
) -> None:
    notes = {"scene-1": "add a bear that spins", "scene-2": "add a bear that spins"}
    first, second = (replan(project, one, notes[one], settings=settings) for one in notes)
    for work in (first, second):
        next(work)
    finish(second)
    story = finish(first)
    assert [one.id for one in story.characters if one.kind == "bear"] == ["bear"]
    assert [one.id for one in story.motions if "spin" in one.words] == ["spins"]


def test_priors_follow_a_motion_that_gets_another_id() -> None:
    prior = PriorUse(motion_id="leap")
    box = Key(box=Box(x0=0.1, y0=0.2, x1=0.4, y1=0.9))
    region = Region(id="fox", motion_id="leap", keys=(box,) * 6, priors=(prior,))
    before = Story(id="s", title="S", scenes=(Scene(id="one"), Scene(id="two")))
    planned = before.revised(
        motions=(Motion(id="leap", words="leaps"),),
        scenes=(Scene(id="one", regions=(region,)), before.scenes[1]),
    )
    now = before.revised(motions=(Motion(id="leap", words="leaps far"),))
    joined = _joined(now, before, planned, "one")
    shown = joined.scene("one").regions[0]
    assert shown.motion_id == shown.priors[0].motion_id == "leap-2"
    assert [motion.words for motion in joined.motions] == ["leaps far", "leaps"]


def test_broken_files_beside_the_story_are_written_anew(
    settings: Settings, project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("planning.json", "casting.json"):
        (project.path / name).write_text("{", encoding="utf-8")
    story = finish(replan(project, "scene-1", "make it night", settings=settings))
    again = open_project(project.path)
    assert again.story == story
    assert again.planning is not None
    assert "make it night" in again.planning.repairs[-1]
    assert len(again.casting.parts) == len(story.characters)
    assert caplog.text.count("written anew") == 2


def test_old_answers_are_cut_before_the_record_is_too_long(
    settings: Settings, project: Project
) -> None:
    answers = ("ä" * 400_000, "b" * 300_000)
    attempts = tuple(
        PlanAttempt(level="story", number=i, mode="json_object", seconds=1.5, answer=answer)
        for i, answer in enumerate(answers, 1)
    )
    project.save_planning(PlanRecord(planner="openai", attempts=attempts))
    finish(replan(project, "scene-1", "make it night", settings=settings))
    planning = open_project(project.path).planning
    assert planning is not None
    assert [attempt.answer for attempt in planning.attempts] == ["ä" * 200_000, "b" * 300_000]


def test_who_is_left_out_is_told(settings: Settings) -> None:
    made = finish(plan("A wolf, a bear, a fox, a dragon and a witch dance.", settings=settings))
    assert made.planning is not None
    assert "left out of the cast: “a witch”" in made.planning.repairs


def test_a_scene_that_was_edited_meanwhile_is_not_overwritten(
    settings: Settings, project: Project
) -> None:
    work = replan(project, "scene-1", "make it night", settings=settings)
    next(work)
    other = open_project(project.path)
    first = other.story.scene("scene-1").model_copy(update={"narration": "Long ago."})
    other.save_story(other.story.replace_scene(first))
    with pytest.raises(StaleStoryError, match="edited elsewhere while it was planned"):
        finish(work)
    assert open_project(project.path).story.scene("scene-1").narration == "Long ago."
