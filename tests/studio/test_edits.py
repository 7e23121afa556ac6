"""Changing a story by hand: words, shots, casting, findings and takes."""

from __future__ import annotations

import pytest

from pipeline.errors import InputError, WorkspaceError
from pipeline.plan.lint import Finding
from pipeline.settings import Settings
from pipeline.story import Box, Key, Overlap
from pipeline.workspace import Project
from studio import edits
from studio.projects import finding_key, open_by_id, stage
from tests.studio.fixtures import add_take


def test_words_of_a_scene_are_kept(settings: Settings, project: Project) -> None:
    edits.edit_scene(project, "dusk", "narration", "Evening came.")
    again = open_by_id(settings, project.id)
    assert again.story.scene("dusk").narration == "Evening came."
    assert again.story.scene("dawn").narration == "Once."


def test_another_setting_is_cast_anew(settings: Settings, project: Project) -> None:
    edits.edit_scene(project, "dusk", "setting", "the castle")
    casting = stage(project, settings).casting
    places = {place.scene_id: place.backdrop for place in casting.places}
    assert places["dusk"] == "castle"


def test_only_the_named_fields_can_be_changed(project: Project) -> None:
    with pytest.raises(InputError):
        edits.edit_scene(project, "dawn", "id", "other")
    assert project.story.revision == 0


@pytest.mark.parametrize("value", ["x" * 5000, None, {"a": 1}])
def test_unusable_words_are_refused(project: Project, value: object) -> None:
    with pytest.raises(InputError, match="cannot be kept"):
        edits.edit_scene(project, "dawn", "narration", value)
    assert project.story.scene("dawn").narration == "Once."


def test_words_of_an_actor_are_kept_in_that_scene_only(project: Project) -> None:
    edits.describe_region(project, "dusk", "mia", "a red fox, sleeping")
    texts = [scene.regions[0].description for scene in project.story.scenes]
    assert texts == ["a red fox walks", "a red fox, sleeping"]


def test_motion_of_an_actor_follows_its_verb(settings: Settings, project: Project) -> None:
    edits.describe_region(project, "dusk", "mia", "she is sleeping")
    edits.describe_region(project, "dawn", "mia", "the fox sleeps at last")
    motions = [scene.regions[0].motion_id for scene in project.story.scenes]
    assert motions[0] == motions[1]
    casting = stage(project, settings).casting
    assert [part.motion for part in casting.motions] == ["sleeps"]


def test_words_without_a_verb_leave_the_motion(project: Project) -> None:
    edits.describe_region(project, "dusk", "mia", "she sleeps")
    before = project.story.scene("dusk").regions[0].motion_id
    edits.describe_region(project, "dusk", "mia", "the little one")
    assert before is not None
    assert project.story.scene("dusk").regions[0].motion_id == before


def test_scenes_can_go_but_not_the_last(project: Project) -> None:
    edits.remove_scene(project, "dawn")
    assert [scene.id for scene in project.story.scenes] == ["dusk"]
    with pytest.raises(InputError, match="at least one scene"):
        edits.remove_scene(project, "dusk")


def test_a_take_can_be_chosen_if_there_is_one(project: Project) -> None:
    first, _ = add_take(project, "dawn"), add_take(project, "dawn")
    edits.choose_take(project, "dawn", first.id)
    chosen = project.chosen_take("dawn")
    assert chosen == first
    with pytest.raises(WorkspaceError, match="no such take"):
        edits.choose_take(project, "dawn", "take-99")


@pytest.mark.parametrize(
    ("before", "setting", "after"),
    [
        ("the beach under grey clouds", "the castle", "the castle under grey clouds"),
        ("tall pines", "the castle", "tall pines"),
        ("", "the castle", ""),
        ("the beachcomber on the beach", "the castle", "the beachcomber on the castle"),
    ],
)
def test_background_keeps_its_words_at_another_setting(
    project: Project, before: str, setting: str, after: str
) -> None:
    edits.edit_scene(project, "dusk", "background", before)
    edits.edit_scene(project, "dusk", "setting", setting)
    assert project.story.scene("dusk").background == after


def test_the_setting_decides_where_the_background_names_no_place(
    settings: Settings, project: Project
) -> None:
    edits.edit_scene(project, "dusk", "background", "tall pines")
    edits.edit_scene(project, "dusk", "setting", "the castle")
    assert stage(project, settings).prompts["dusk"].background == "an empty stage at the castle"


def test_a_nearer_shot_has_larger_boxes(settings: Settings, project: Project) -> None:
    before = project.story.scene("dawn").regions[0].boxes()[0]
    edits.choose_shot(project, "dawn", "close", settings)
    scene = project.story.scene("dawn")
    after = scene.regions[0].boxes()[0]
    assert before is not None
    assert after is not None
    assert (scene.shot_size, project.story.revision) == ("close", 1)
    assert after.y1 - after.y0 > 1.2 * (before.y1 - before.y0)
    edits.choose_shot(project, "dawn", "close", settings)
    assert project.story.revision == 1


@pytest.mark.parametrize("shot", ["near", None, ["wide"], ""])
def test_unknown_shots_are_refused(settings: Settings, project: Project, shot: object) -> None:
    with pytest.raises(InputError, match="no such shot"):
        edits.choose_shot(project, "dawn", shot, settings)


def test_words_for_an_overlap_come_and_go(project: Project) -> None:
    edits.describe_overlap(project, "dusk", ["dragon", "mia"], "they embrace")
    said = Overlap(region_ids=("mia", "dragon"), description="they embrace")
    assert project.story.scene("dusk").overlaps == (said,)
    edits.describe_overlap(project, "dusk", ["mia", "dragon"], "")
    assert project.story.scene("dusk").overlaps == ()


@pytest.mark.parametrize("regions", [["mia"], ["mia", "nobody"], "mia", None, [["mia"], {}]])
def test_overlaps_of_unknown_boxes_are_refused(project: Project, regions: object) -> None:
    with pytest.raises(InputError, match="no longer in the scene"):
        edits.describe_overlap(project, "dusk", regions, "they embrace")


def test_another_figure_plays_and_stays(settings: Settings, project: Project) -> None:
    edits.recast(project, "dragon", "rabbit", "blue", settings)
    edits.edit_scene(project, "dusk", "narration", "Evening came.")
    again = open_by_id(settings, project.id)
    parts = {part.character_id: part for part in stage(again, settings).casting.parts}
    assert (parts["dragon"].kind, parts["dragon"].colour) == ("rabbit", "blue")
    assert "blue rabbit" in stage(again, settings).prompts["dusk"].regions[1].text


@pytest.mark.parametrize(
    "answer",
    [("dragon", "fox", "red"), ("dragon", "unicorn", "red"), ("nobody", "rabbit", "blue"),
     ("dragon", None, {}), ("dragon", "rabbit", "x" * 100)],
)  # fmt: skip
def test_answers_that_cannot_be_played_are_refused(
    settings: Settings, project: Project, answer: tuple[object, object, object]
) -> None:
    before = project.casting
    with pytest.raises(InputError):
        edits.recast(project, *answer, settings)
    assert project.casting == before


def test_a_fix_is_an_edit(settings: Settings, project: Project) -> None:
    hide(project)
    found = finding(settings, project, "box-unseen")
    edits.fix_finding(project, finding_key(found), settings)
    box = project.story.scene("dawn").regions[0].boxes()[0]
    assert box is not None
    assert box.x1 <= 1
    assert (project.story.revision, project.versions()) == (2, [0, 1])
    with pytest.raises(InputError, match="mended already"):
        edits.fix_finding(project, finding_key(found), settings)


@pytest.mark.parametrize("key", [None, "", "0" * 16, {}])
def test_unknown_findings_change_nothing(settings: Settings, project: Project, key: object) -> None:
    with pytest.raises(InputError):
        edits.fix_finding(project, key, settings)
    assert project.story.revision == 0


def test_small_things_are_mended_together_and_told(settings: Settings, project: Project) -> None:
    for scene_id in ("dawn", "dusk"):
        edits.describe_region(project, scene_id, "mia", "she sleeps")
        edits.describe_region(project, scene_id, "mia", "the little one")
    changes = edits.mend_all(project, settings)
    assert [change.split(":")[0] for change in changes] == ["Scene 1, Mia", "Scene 2, Mia"]
    again = open_by_id(settings, project.id)
    assert again.story.scene("dusk").regions[0].description == "the little one sleeps"
    assert again.story.revision == 5
    assert [one for one in stage(again, settings).findings if one.safe] == []
    assert edits.mend_all(again, settings) == ()


def test_edits_of_a_story_that_was_saved_meanwhile_are_kept_too(
    settings: Settings, project: Project
) -> None:
    other = open_by_id(settings, project.id)
    edits.edit_title(other, "The brave fox")
    edits.edit_scene(project, "dawn", "narration", "It was early.")
    assert project.story.title == "The brave fox"
    assert project.story.scene("dawn").narration == "It was early."


def hide(project: Project) -> None:
    """Move the fox of the first scene out of the picture."""
    box = Box(x0=1.2, y0=0.4, x1=1.45, y1=0.9)
    dawn = project.story.scene("dawn")
    away = dawn.regions[0].model_copy(update={"keys": (Key(box=box),) * 6})
    project.save_story(project.story.replace_scene(dawn.model_copy(update={"regions": (away,)})))


def finding(settings: Settings, project: Project, rule: str) -> Finding:
    return next(one for one in stage(project, settings).findings if one.rule == rule)
