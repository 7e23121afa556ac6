"""Opening by id, and changing the words of a story."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import InputError, WorkspaceError
from pipeline.settings import Settings
from pipeline.workspace import Project, projects_dir
from studio import projects
from tests.studio.fixtures import add_take


def test_project_is_opened_by_its_id(settings: Settings, project: Project) -> None:
    assert projects.open_by_id(settings, project.id).story.title == "The shy fox"


@pytest.mark.parametrize("wanted", ["../home", "", "A", "a/b", "x" * 70, None, 7, ["a"], "."])
def test_what_is_no_id_opens_nothing(settings: Settings, wanted: object) -> None:
    with pytest.raises(WorkspaceError):
        projects.open_by_id(settings, wanted)


def test_asking_for_an_unknown_project_makes_nothing(settings: Settings) -> None:
    with pytest.raises(WorkspaceError, match="no story 'unknown'"):
        projects.open_by_id(settings, "unknown")
    assert not (projects_dir(settings) / "unknown").exists()


def test_words_of_a_scene_are_kept(settings: Settings, project: Project) -> None:
    projects.edit_scene(project, "dusk", "narration", "Evening came.")
    again = projects.open_by_id(settings, project.id)
    assert again.story.scene("dusk").narration == "Evening came."
    assert again.story.scene("dawn").narration == "Once."


def test_another_setting_is_cast_anew(settings: Settings, project: Project) -> None:
    projects.edit_scene(project, "dusk", "setting", "the castle")
    casting = projects.stage(project, settings.pack).casting
    places = {place.scene_id: place.backdrop for place in casting.places}
    assert places["dusk"] == "castle"


def test_only_the_named_fields_can_be_changed(project: Project) -> None:
    with pytest.raises(InputError):
        projects.edit_scene(project, "dawn", "id", "other")
    assert project.story.revision == 0


@pytest.mark.parametrize("value", ["x" * 5000, None, {"a": 1}])
def test_unusable_words_are_refused(project: Project, value: object) -> None:
    with pytest.raises(InputError, match="cannot be kept"):
        projects.edit_scene(project, "dawn", "narration", value)
    assert project.story.scene("dawn").narration == "Once."


def test_words_of_an_actor_are_kept_in_that_scene_only(project: Project) -> None:
    projects.describe_region(project, "dusk", "mia", "a red fox, sleeping")
    texts = [scene.regions[0].description for scene in project.story.scenes]
    assert texts == ["a red fox walks", "a red fox, sleeping"]


def test_motion_of_an_actor_follows_its_verb(settings: Settings, project: Project) -> None:
    projects.describe_region(project, "dusk", "mia", "she is sleeping")
    projects.describe_region(project, "dawn", "mia", "the fox sleeps at last")
    motions = [scene.regions[0].motion_id for scene in project.story.scenes]
    assert motions[0] == motions[1]
    casting = projects.stage(project, settings.pack).casting
    assert [part.motion for part in casting.motions] == ["sleeps"]


def test_words_without_a_verb_leave_the_motion(project: Project) -> None:
    projects.describe_region(project, "dusk", "mia", "she sleeps")
    before = project.story.scene("dusk").regions[0].motion_id
    projects.describe_region(project, "dusk", "mia", "the little one")
    assert before is not None
    assert project.story.scene("dusk").regions[0].motion_id == before


def test_scenes_can_go_but_not_the_last(project: Project) -> None:
    projects.remove_scene(project, "dawn")
    assert [scene.id for scene in project.story.scenes] == ["dusk"]
    with pytest.raises(InputError, match="at least one scene"):
        projects.remove_scene(project, "dusk")


def test_a_take_can_be_chosen_if_there_is_one(project: Project) -> None:
    first, _ = add_take(project, "dawn"), add_take(project, "dawn")
    projects.choose_take(project, "dawn", first.id)
    chosen = project.chosen_take("dawn")
    assert chosen == first
    with pytest.raises(WorkspaceError, match="no such take"):
        projects.choose_take(project, "dawn", "take-99")


def test_examples_are_named_by_their_first_words(tmp_path: Path) -> None:
    idea = "A shy fox finds a lantern in the forest and follows its light to the beach."
    (tmp_path / "demo.txt").write_text(f"{idea}\n", encoding="utf-8")
    (tmp_path / "other.json").write_text("{}", encoding="utf-8")
    name = "A shy fox finds a lantern in the forest and follows its …"
    assert projects.example_ideas(tmp_path) == [projects.Example(name, idea)]
