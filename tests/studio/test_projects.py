"""Opening by id, and editing one at a time."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from pipeline.artifacts import PlanRecord
from pipeline.settings import Settings
from pipeline.workspace import Project, projects_dir
from studio import projects
from studio.refusals import NotThereError


def test_project_is_opened_by_its_id(settings: Settings, project: Project) -> None:
    assert projects.open_by_id(settings, project.id).story.title == "The shy fox"


@pytest.mark.parametrize("wanted", ["../home", "", "A", "a/b", "x" * 70, None, 7, ["a"], "."])
def test_what_is_no_id_opens_nothing(settings: Settings, wanted: object) -> None:
    with pytest.raises(NotThereError):
        projects.open_by_id(settings, wanted)


def test_asking_for_an_unknown_project_makes_nothing(settings: Settings) -> None:
    with pytest.raises(NotThereError, match="no story 'unknown'"):
        projects.open_by_id(settings, "unknown")
    assert not (projects_dir(settings) / "unknown").exists()


def test_a_record_that_cannot_be_read_is_left_out(project: Project) -> None:
    assert projects.plan_record(project) is None
    project.save_planning(PlanRecord(planner="builtin", seed=7))
    record = projects.plan_record(project)
    assert record is not None
    assert record.seed == 7
    (project.path / "planning.json").write_text("{", encoding="utf-8")
    assert projects.plan_record(project) is None


def test_edits_of_one_project_wait_for_each_other(settings: Settings, project: Project) -> None:
    def count() -> None:
        for _ in range(8):
            with projects.editing(settings, project.id) as mine:
                title = str(int(mine.story.title) + 1)
                mine.save_story(mine.story.revised(title=title))

    project.save_story(project.story.revised(title="0"))
    counters = [threading.Thread(target=count) for _ in range(3)]
    for counter in counters:
        counter.start()
    for counter in counters:
        counter.join()
    assert project.reload().title == "24"


def test_examples_are_named_by_their_first_words(tmp_path: Path) -> None:
    idea = "A shy fox finds a lantern in the forest and follows its light to the beach."
    (tmp_path / "demo.txt").write_text(f"{idea}\n", encoding="utf-8")
    (tmp_path / "other.json").write_text("{}", encoding="utf-8")
    name = "A shy fox finds a lantern in the forest and follows its\u00a0…"  # no lone dots
    assert projects.example_ideas(tmp_path) == [projects.Example(name, idea)]
