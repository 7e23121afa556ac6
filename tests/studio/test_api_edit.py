"""Edits as a page sends them: each is saved, and answers with what it changed."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.settings import Settings
from pipeline.story import Box, Key, Overlap
from pipeline.workspace import Project
from studio.projects import open_by_id
from tests.studio.fixtures import add_take
from tests.studio.talking import Page

BOX = {"box": [0.11, 0.22, 0.43, 0.87], "visible": True, "ease": "hold"}


def test_an_edit_answers_with_the_scene_that_it_changed(page: Page, project: Project) -> None:
    changed = page.edit("edit", scene="dusk", field="narration", value="Evening came.")
    assert list(changed["scenes"]) == ["dusk"]
    assert changed["scenes"]["dusk"]["narration"] == "Evening came."
    assert (changed["revision"], changed["order"]) == (1, ["dawn", "dusk"])
    assert changed["saved"].endswith("+00:00")
    assert project.reload().scene("dusk").narration == "Evening came."


def test_the_title_changes_no_scene(page: Page, project: Project) -> None:
    changed = page.edit("title", value="The brave fox")
    assert (changed["head"]["title"], changed["scenes"]) == ("The brave fox", {})


def test_shots_words_and_motions_of_a_scene_are_edits(page: Page, project: Project) -> None:
    scene = page.edit("shot", scene="dawn", value="medium")["scenes"]["dawn"]
    assert scene["shot_size"] == "medium"
    page.edit("describe", scene="dawn", region="mia", value="she is sleeping")
    head = page.edit("motion", scene="dawn", region="mia", words="dances")["head"]
    assert [one["words"] for one in head["motions"]] == ["sleeping", "dances"]
    region = page.ask("open", project=project.id)["scenes"]["dawn"]["regions"][0]
    assert (region["motion"], region["description"]) == ("dances", "she is dancing")
    page.edit("overlap", scene="dusk", regions=["mia", "dragon"], value="they embrace")
    said = Overlap(region_ids=("mia", "dragon"), description="they embrace")
    assert project.reload().scene("dusk").overlaps == (said,)


def test_a_figure_that_is_chosen_shows_in_every_scene_it_plays(
    page: Page, project: Project
) -> None:
    changed = page.edit("recast", character="dragon", kind="rabbit", colour="blue")
    assert changed["head"]["cast"][1]["played"] == "the blue rabbit"
    assert "dusk" in changed["scenes"]
    assert changed["revision"] == 1
    assert "blue rabbit" in changed["scenes"]["dusk"]["regions"][1]["played"]


@pytest.mark.parametrize(
    "answer",
    [
        {"character": "dragon", "kind": "fox", "colour": "red"},
        {"character": "dragon", "kind": "dragon", "colour": "red"},
        {"character": "dragon", "kind": "rabbit", "colour": "blue", "hat": "top hat"},
    ],
)
def test_figures_that_play_somebody_else_or_do_not_exist_are_refused(
    page: Page, project: Project, answer: dict[str, str]
) -> None:
    before = project.casting
    page.refused("edit", 400, project=project.id, base=0, op="recast", **answer)
    assert (project.casting, project.reload().revision) == (before, 0)


def test_boxes_are_patched_made_and_removed(page: Page, project: Project) -> None:
    keys = [BOX, None, None, None, None, None]
    regions = {"mia": {"keys": keys}, "new": {"keys": keys, "character_id": "dragon"}}
    patch = {"regions": regions, "fields": {"camera": "still"}}
    scene = page.edit("patch", scene="dawn", patch=patch, label="Move Mia")["scenes"]["dawn"]
    assert [one["id"] for one in scene["regions"]] == ["mia", "new"]
    assert scene["regions"][0]["keys"] == keys
    assert scene["camera"] == "still"
    patch = {"regions": {"new": None}}
    scene = page.edit("patch", scene="dawn", patch=patch)["scenes"]["dawn"]
    assert [one["id"] for one in scene["regions"]] == ["mia"]


def test_scenes_are_ordered_added_copied_split_and_joined(page: Page, project: Project) -> None:
    assert page.edit("reorder", order=["dusk", "dawn"])["order"] == ["dusk", "dawn"]
    added = page.edit("add", after="dusk")
    new = added["selected"]
    assert added["order"] == ["dusk", new, "dawn"]
    copied = page.edit("duplicate", scene="dawn")
    copy = copied["selected"]
    assert copied["order"] == ["dusk", new, "dawn", copy]
    halves = page.edit("split", scene="dawn")
    assert len(halves["order"]) == 5
    whole = page.edit("merge", scene="dawn")
    assert whole["order"] == ["dusk", new, "dawn", copy]
    assert [one.id for one in project.reload().scenes] == whole["order"]


def test_a_scene_goes_into_the_bin_and_comes_back(page: Page, project: Project) -> None:
    changed = page.edit("remove", scene="dawn")
    (binned,) = changed["head"]["bin"]
    assert (changed["order"], binned["title"]) == (["dusk"], "Dawn")
    page.refused("edit", 400, project=project.id, base=1, op="remove", scene="dusk")
    back = page.edit("recover", scene=binned["id"])
    assert (back["order"], back["selected"]) == (["dawn", "dusk"], "dawn")
    assert back["head"]["bin"] == []


def test_an_earlier_version_comes_back(page: Page, project: Project) -> None:
    page.edit("title", value="The brave fox")
    page.edit("edit", scene="dawn", field="title", value="Morning")
    changed = page.edit("restore", revision=0)
    assert (changed["head"]["title"], changed["revision"]) == ("The shy fox", 3)
    assert changed["scenes"]["dawn"]["title"] == "Dawn"
    page.refused("edit", 400, project=project.id, base=3, op="restore", revision=77)


def test_the_cast_changes_and_enters(page: Page, project: Project) -> None:
    head = page.edit("character", id=None, name="Nia", kind="cat")["head"]
    nia = head["cast"][2]
    assert (nia["name"], nia["played"][:4]) == ("Nia", "the ")
    head = page.edit("character", id=nia["id"], look="a white cat")["head"]
    assert (head["cast"][2]["look"], head["cast"][2]["name"]) == ("a white cat", "Nia")
    scene = page.edit("enter", scene="dawn", character=nia["id"])["scenes"]["dawn"]
    assert [one["name"] for one in scene["regions"]] == ["Mia", "Nia"]


def test_findings_are_fixed_one_by_one_or_together(page: Page, project: Project) -> None:
    for words in ("she sleeps", "the little one"):
        changed = page.edit("describe", scene="dawn", region="mia", value=words)
    found = next(one for one in changed["scenes"]["dawn"]["findings"] if "sleeps" in one["fix"])
    assert (changed["head"]["mend"], found["region"]) == (1, "mia")
    changed = page.edit("fix", finding=found["key"])
    assert (changed["head"]["mend"], changed["notice"]) == (0, None)
    assert changed["scenes"]["dawn"]["regions"][0]["description"] == "the little one sleeps"
    again = page.refused("edit", 404, project=project.id, base=3, op="fix", finding=found["key"])
    assert "mended already" in again["error"]["message"]
    page.edit("describe", scene="dawn", region="mia", value="the little one")
    changed = page.edit("mend")
    assert changed["notice"]["title"] == "1 thing was mended"
    assert page.edit("mend")["notice"]["title"] == "There was nothing to mend"


def test_a_fix_is_an_edit_with_a_version(page: Page, project: Project) -> None:
    box = Box(x0=1.2, y0=0.4, x1=1.45, y1=0.9)
    dawn = project.story.scene("dawn")
    away = dawn.regions[0].model_copy(update={"keys": (Key(box=box),) * 6})
    project.save_story(project.story.replace_scene(dawn.model_copy(update={"regions": (away,)})))
    found = page.ask("open", project=project.id)["scenes"]["dawn"]["findings"][0]
    page.edit("fix", finding=found["key"])
    moved = project.reload().scene("dawn").regions[0].boxes()[0]
    assert moved is not None
    assert moved.x1 <= 1
    assert project.versions() == [0, 1]


def test_a_take_is_chosen(page: Page, project: Project) -> None:
    first, _ = add_take(project, "dawn"), add_take(project, "dawn")
    changed = page.edit("choose", scene="dawn", take=first.id)
    assert [one["chosen"] for one in changed["scenes"]["dawn"]["takes"]] == [True, False]
    assert project.chosen_take("dawn") == first
    page.refused("edit", 404, project=project.id, base=1, op="choose", scene="dawn", take="take-99")


def edit(page: Page, status: int, **told: object) -> dict[str, Any]:
    if status == 200:
        return page.ask("edit", project="the-shy-fox", **told)
    return page.refused("edit", status, project="the-shy-fox", **told)


def test_edits_of_other_scenes_in_another_window_are_both_kept(
    page: Page, project: Project
) -> None:
    page.edit("edit", base=0, scene="dawn", field="narration", value="It was early.")
    changed = page.edit("edit", base=0, scene="dusk", field="narration", value="It was late.")
    story = project.reload()
    assert [scene.narration for scene in story.scenes] == ["It was early.", "It was late."]
    assert story.revision == changed["revision"] == 2
    assert changed["scenes"]["dawn"]["narration"] == "It was early."


def test_edits_of_the_same_scene_are_a_conflict_that_shows_what_is_there(
    page: Page, project: Project
) -> None:
    page.edit("edit", base=0, scene="dawn", field="narration", value="It was early.")
    mine = {"op": "edit", "scene": "dawn", "field": "title", "value": "Mine"}
    answer = edit(page, 409, base=0, **mine)
    assert answer["theirs"]["scenes"]["dawn"]["narration"] == "It was early."
    assert answer["theirs"]["revision"] == 1
    assert project.reload().scene("dawn").title == "Dawn"
    edit(page, 200, base=1, **mine)


@pytest.mark.parametrize(
    ("theirs", "mine"),
    [
        ({"op": "title", "value": "A"}, {"op": "title", "value": "B"}),
        ({"op": "add"}, {"op": "reorder", "order": ["dusk", "dawn"]}),
        ({"op": "remove", "scene": "dawn"}, {"op": "shot", "scene": "dawn", "value": "wide"}),
        ({"op": "edit", "scene": "dusk", "field": "camera", "value": "x"},
         {"op": "merge", "scene": "dawn"}),
        ({"op": "character", "id": "mia", "name": "Mi"},
         {"op": "character", "id": "mia", "name": "Ma"}),
        ({"op": "title", "value": "A"}, {"op": "restore", "revision": 0}),
    ],
)  # fmt: skip
def test_what_an_edit_is_about_must_be_as_it_was_seen(
    page: Page, project: Project, theirs: dict[str, object], mine: dict[str, object]
) -> None:
    edit(page, 200, base=0, **theirs)
    saved = project.reload()
    assert edit(page, 409, base=0, **mine)["theirs"]["revision"] == saved.revision
    assert project.reload() == saved


@pytest.mark.parametrize(
    "mine",
    [
        {"op": "edit", "scene": "dusk", "field": "camera", "value": "still"},
        {"op": "add", "after": "dusk"},
        {"op": "character", "id": None, "name": "Nia"},
        {"op": "recast", "character": "dragon", "kind": "rabbit", "colour": "blue"},
    ],
)
def test_what_was_changed_elsewhere_stands_in_nobodys_way(
    page: Page, project: Project, mine: dict[str, object]
) -> None:
    edit(page, 200, base=0, op="title", value="The brave fox")
    changed = edit(page, 200, base=0, **mine)
    assert changed["head"]["title"] == project.reload().title == "The brave fox"
    assert set(changed["scenes"]) == set(changed["order"])


def test_an_edit_from_a_version_that_is_not_kept_is_a_conflict(
    page: Page, project: Project, settings: Settings
) -> None:
    page.edit("title", value="A")
    (project.path / "versions" / "0.json").unlink()
    edit(page, 409, base=0, op="edit", scene="dawn", field="title", value="B")
    assert open_by_id(settings, project.id).story.scene("dawn").title == "Dawn"
