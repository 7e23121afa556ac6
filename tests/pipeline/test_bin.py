"""The bin: scenes taken out of a story come back, whatever ended in between."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from pipeline.bin import MAX_BINNED
from pipeline.editing import insert_scene, remove_scene
from pipeline.errors import InputError
from pipeline.story import Overlap
from pipeline.workspace import Project, create_project, open_project
from tests.pipeline.stories import make_casting, make_story, make_take, make_video


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return create_project(make_story(), make_casting(), path=tmp_path / "kite")


def _remove(project: Project, scene_id: str) -> str:
    story, scene, index = remove_scene(project.story, scene_id)
    binned = project.throw(scene, index)
    project.save_story(story)
    return binned.id


def _recover(project: Project, bin_id: str) -> None:
    binned = project.binned(bin_id)
    story, _ = insert_scene(project.story, binned.scene, binned.index)
    project.save_story(story)
    project.take_back(bin_id)


def test_a_scene_goes_into_the_bin_and_comes_back(project: Project) -> None:
    made = _remove(project, "shore")
    (binned,) = open_project(project.path).bin()
    assert (binned.id, binned.scene, binned.index) == (made, make_story().scenes[1], 1)
    assert datetime.fromisoformat(binned.removed).tzinfo is not None
    _recover(project, made)
    assert (project.reload().scenes, project.bin()) == (make_story().scenes, [])


def test_the_last_one_is_on_top_and_the_oldest_ones_go(project: Project) -> None:
    scene = make_story().scenes[1]
    for number in range(MAX_BINNED + 3):
        project.throw(scene.model_copy(update={"title": f"Scene {number}"}), number)
    titles = [one.scene.title for one in project.bin()]
    assert titles == [f"Scene {n}" for n in range(MAX_BINNED + 2, 2, -1)]
    assert len({one.id for one in project.bin()}) == MAX_BINNED


def test_what_ends_between_bin_and_story_loses_nothing(project: Project) -> None:
    story, scene, index = remove_scene(project.story, "shore")
    made = project.throw(scene, index).id  # ended before the story was saved
    assert (project.reload().scenes, project.bin()) == (make_story().scenes, [])
    project.save_story(story)
    back, _ = insert_scene(project.story, project.binned(made).scene, index)
    project.save_story(back)  # ended before it was taken out of the bin
    assert (project.reload().scenes, project.bin()) == (make_story().scenes, [])


def test_a_scene_that_is_not_in_the_bin_is_said(project: Project) -> None:
    made = _remove(project, "shore")
    project.take_back(made)
    for ask in (project.take_back, project.binned):
        with pytest.raises(InputError, match="no longer in the bin"):
            ask(made)


def test_a_broken_bin_is_an_empty_one(project: Project) -> None:
    (project.path / "bin.json").write_text('{"scenes": [', "utf-8")
    assert project.bin() == []
    _remove(project, "shore")
    assert len(project.bin()) == 1


def test_new_scenes_get_none_of_the_ids_in_use(project: Project, tmp_path: Path) -> None:
    _remove(project, "shore")
    take = make_take("take-01", scene_id="cave")
    project.save_take(take, make_video(tmp_path / "v"))
    project.choose_picture("harbour", "harbour-1")
    assert project.used_scene_ids() == {"meadow", "shore", "cave", "harbour"}


def test_what_is_too_much_for_a_file_goes_too(project: Project) -> None:
    scene = make_story().scenes[0]
    ids = (scene.regions[0].id,) * 2
    words = [Overlap(region_ids=ids, description=str(at) * 1300) for at in range(100, 300)]
    large = scene.model_copy(update={"overlaps": tuple(words)})
    for number in range(9):
        project.throw(large.model_copy(update={"title": f"Scene {number}"}), number)
    titles = [one.scene.title for one in project.bin()]
    assert titles[0] == "Scene 8"
    assert 2 <= len(titles) < 9
