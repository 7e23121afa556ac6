"""Edits that come twice, too late, or between those of another window."""

from __future__ import annotations

import pytest

from pipeline.errors import StaleStoryError, WorkspaceError
from pipeline.settings import Settings
from pipeline.workspace import Project, open_project
from studio.changing import Stamps, change
from studio.operations import ChooseTake, Done, DropPicture, Operation
from studio.refusals import ConflictError
from studio.signing import Links
from studio.story_operations import OPERATIONS
from tests.studio.fixtures import add_take
from tests.studio.talking import Page


@pytest.mark.parametrize(
    "told",
    [{"op": "add", "after": "dawn"}, {"op": "duplicate", "scene": "dawn"}],
)
def test_an_edit_whose_answer_was_lost_is_not_done_again(
    page: Page, project: Project, told: dict[str, str]
) -> None:
    body = {"project": project.id, "base": 0, "stamp": "s1", **told}
    first, again = page.ask("edit", **body), page.ask("edit", **body)
    assert (again["revision"], again["order"]) == (1, first["order"])
    assert again["selected"] == first["selected"] is not None
    assert set(again["scenes"]) == set(again["order"])
    another = page.ask("edit", **{**body, "stamp": "s2", "base": 1})
    assert len(another["order"]) == 4


def test_a_character_that_is_sent_again_comes_once(page: Page, project: Project) -> None:
    body = {"project": project.id, "base": 0, "stamp": "s1", "op": "character", "name": "Nia"}
    first, again = (page.ask("edit", **body)["head"]["cast"] for _ in range(2))
    assert [one["name"] for one in again] == ["Mia", "Old Dragon", "Nia"]
    assert first == again


def test_edits_without_a_stamp_are_done_each_time(page: Page, project: Project) -> None:
    for base in (0, 1):
        page.edit("add", base=base)
    assert len(project.reload().scenes) == 4
    page.refused("edit", 400, project=project.id, base=2, op="add", stamp="x" * 65)


def test_a_refused_edit_may_be_tried_again(page: Page, project: Project) -> None:
    told = {"project": project.id, "op": "remove", "scene": "dawn", "stamp": "s1"}
    page.refused("edit", 400, base=9, **told)
    assert page.ask("edit", base=0, **told)["order"] == ["dusk"]


def test_the_stamps_of_the_last_edits_are_kept(project: Project) -> None:
    stamps = Stamps()
    for number in range(60):
        stamps.keep(project, f"s{number}", Done(selected=f"scene-{number}"))
    known = [number for number in range(60) if stamps.find(project, f"s{number}")]
    assert known == [*range(10, 60)]
    assert stamps.find(project, "s59") == Done(selected="scene-59")
    assert stamps.find(project, None) is None


@pytest.mark.parametrize(
    "told",
    [
        {"op": "choose", "scene": "dawn", "take": "take-01"},
        {"op": "recast", "character": "dragon", "kind": "rabbit", "colour": "blue"},
        {"op": "picture", "scene": "dawn", "value": None},
    ],
)
def test_nothing_beside_a_story_changes_where_it_was_saved_meanwhile(
    project: Project, settings: Settings, told: dict[str, object]
) -> None:
    for _ in range(2):
        add_take(project, "dawn")
    project.picture_file("p1").parent.mkdir()
    project.picture_file("p1").write_bytes(b"picture")
    project.choose_picture("dawn", "p1")
    before = project.casting
    operation = OPERATIONS.validate_python({"project": project.id, **told})
    other = open_project(project.path)
    other.save_story(other.story.revised(title="Theirs"))
    with pytest.raises(StaleStoryError):
        operation.carry_out(project, settings)
    chosen = project.chosen_take("dawn")
    assert chosen is not None
    assert (chosen.id, project.casting, project.picture("dawn")) == ("take-02", before, "p1")


class Broken(Operation):
    """An edit that is saved, and then fails at something else."""

    def carry_out(self, project: Project, settings: Settings) -> Done:
        project.save_story(project.story.revised(title="Mine"))
        raise WorkspaceError("the disk is full")


class Overtaken(Operation):
    """An edit that another program comes before."""

    def carry_out(self, project: Project, settings: Settings) -> Done:
        other = open_project(project.path)
        other.save_story(other.story.revised(title="Theirs"))
        project.save_story(project.story.revised(title="Mine"))
        return Done()


def test_only_a_story_that_was_saved_meanwhile_is_a_conflict(
    project: Project, settings: Settings, links: Links
) -> None:
    with pytest.raises(WorkspaceError, match="disk"):
        change(Broken(project=project.id, base=0), settings, links, Stamps())
    with pytest.raises(ConflictError) as caught:
        change(Overtaken(project=project.id, base=1), settings, links, Stamps())
    assert caught.value.theirs is not None
    assert caught.value.theirs["head"]["title"] == "Theirs"


def test_who_plays_a_character_by_now_is_a_conflict(page: Page, project: Project) -> None:
    told = {"project": project.id, "op": "recast", "character": "dragon", "was": ["robot", "green"]}
    page.ask("edit", base=0, **told, kind="rabbit", colour="blue")
    answer = page.refused("edit", 409, base=1, **told, kind="cat", colour="orange")
    assert answer["theirs"]["head"]["cast"][1]["played"] == "the blue rabbit"
    assert page.ask("open", project=project.id)["revision"] == 1
    told["was"] = ["rabbit", "blue"]
    page.ask("edit", base=1, **told, kind="robot", colour="green")


def test_a_choice_that_is_gone_is_no_revision(project: Project, settings: Settings) -> None:
    for operation in (
        ChooseTake(project=project.id, op="choose", scene="dawn", take="take-07"),
        DropPicture(project=project.id, op="picture", scene="nowhere"),
    ):
        with pytest.raises(WorkspaceError):
            operation.carry_out(project, settings)
    assert project.reload().revision == 0
