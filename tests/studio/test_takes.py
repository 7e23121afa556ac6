"""The takes of a story, read once as long as their folder stays as it is."""

from __future__ import annotations

import json
import shutil

from pipeline.workspace import Project
from studio.takes import Takes
from tests.studio.fixtures import add_take
from tests.studio.talking import Page


def ids(project: Project) -> list[str]:
    return [take.id for take in Takes(project).of("dawn")]


def test_takes_are_read_once_and_again_when_one_arrives(project: Project) -> None:
    assert ids(project) == []
    add_take(project, "dawn", seed=3)
    first, again = Takes(project).of("dawn"), Takes(project).of("dawn")
    assert again is first
    assert [take.settings.seed for take in first] == [3]
    add_take(project, "dawn")
    assert ids(project) == ["take-01", "take-02"]


def test_another_folder_of_the_same_names_is_read_anew(project: Project) -> None:
    add_take(project, "dawn", seed=3)
    assert [take.settings.seed for take in Takes(project).of("dawn")] == [3]
    shutil.rmtree(project.path / "takes")
    add_take(project, "dawn", seed=4)
    assert [take.settings.seed for take in Takes(project).of("dawn")] == [4]
    shutil.rmtree(project.path / "takes")
    assert ids(project) == []


def test_a_take_that_could_not_be_read_is_tried_again(project: Project) -> None:
    take = add_take(project, "dawn")
    file = project.path / "takes" / "dawn" / f"{take.id}.json"
    content = file.read_text("utf-8")
    file.write_text("{", "utf-8")
    assert ids(project) == []
    file.write_text(content, "utf-8")  # the folder stays as it is
    assert ids(project) == [take.id]


def test_a_take_of_no_time_at_all_is_left_out_of_its_story(project: Project, page: Page) -> None:
    take = add_take(project, "dawn")
    file = project.path / "takes" / "dawn" / f"{take.id}.json"
    fields = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps({**fields, "created": "soon", "seconds_taken": 1e400}), "utf-8")
    project.films_dir.mkdir()
    project.new_film_path().write_bytes(b"film")
    answer = page.ask("open", project=project.id)
    assert answer["scenes"]["dawn"]["takes"] == []


def test_what_was_decided_is_read_once_and_not_broken_by_a_broken_file(project: Project) -> None:
    first = add_take(project, "dawn")
    add_take(project, "dawn")
    project.choose_take("dawn", first.id)
    takes = Takes(project)
    assert takes.chosen("dawn") == project.chosen_take("dawn") == first
    (project.path / "decisions.json").write_text("{", "utf-8")
    assert takes.chosen("dawn") == first
    newest = Takes(project).chosen("dawn")
    assert newest is not None
    assert newest == project.chosen_take("dawn") != first
