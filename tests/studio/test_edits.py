"""Changing a story by hand: words, shots, motions and overlaps."""

from __future__ import annotations

import pytest

from pipeline.errors import InputError
from pipeline.planning import load_troupe
from pipeline.settings import Settings
from pipeline.story import Overlap, Story
from pipeline.workspace import create_project
from studio import edits
from studio.refusals import NotThereError
from studio.staging import Staging, stage
from tests.studio.fixtures import make_casting, make_story

TROUPE = load_troupe("theatre")


def staged(story: Story, settings: Settings) -> Staging:
    return stage(create_project(story, make_casting(), settings=settings), settings)


def test_words_of_a_scene_are_changed_in_that_scene_only() -> None:
    story = edits.with_words(make_story(), "dusk", "narration", "Evening came.")
    assert [scene.narration for scene in story.scenes] == ["Once.", "Evening came."]
    assert story.revision == 1


def test_another_setting_is_cast_anew(settings: Settings) -> None:
    story = edits.with_words(make_story(), "dusk", "setting", "the castle")
    places = {place.scene_id: place.backdrop for place in staged(story, settings).casting.places}
    assert places == {"dawn": "forest", "dusk": "castle"}


def test_words_that_are_too_long_are_refused() -> None:
    with pytest.raises(InputError, match="cannot be kept"):
        edits.with_words(make_story(), "dawn", "narration", "x" * 5000)
    with pytest.raises(InputError, match="cannot be kept"):
        edits.with_title(make_story(), "")


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
    before: str, setting: str, after: str
) -> None:
    story = edits.with_words(make_story(), "dusk", "background", before)
    story = edits.with_words(story, "dusk", "setting", setting)
    assert story.scene("dusk").background == after


def test_the_setting_decides_where_the_background_names_no_place(settings: Settings) -> None:
    story = edits.with_words(make_story(), "dusk", "background", "tall pines")
    story = edits.with_words(story, "dusk", "setting", "the castle")
    assert staged(story, settings).prompts["dusk"].background == "an empty stage at the castle"


def test_words_of_an_actor_are_kept_in_that_scene_only() -> None:
    story = edits.with_description(make_story(), "dusk", "mia", "a red fox, sleeping")
    texts = [scene.regions[0].description for scene in story.scenes]
    assert texts == ["a red fox walks", "a red fox, sleeping"]


def test_motion_of_an_actor_follows_its_verb(settings: Settings) -> None:
    story = edits.with_description(make_story(), "dusk", "mia", "she is sleeping")
    story = edits.with_description(story, "dawn", "mia", "the fox sleeps at last")
    motions = [scene.regions[0].motion_id for scene in story.scenes]
    assert motions[0] == motions[1]
    assert [part.motion for part in staged(story, settings).casting.motions] == ["sleeps"]


def test_words_without_a_verb_leave_the_motion() -> None:
    story = edits.with_description(make_story(), "dusk", "mia", "she sleeps")
    before = story.scene("dusk").regions[0].motion_id
    story = edits.with_description(story, "dusk", "mia", "the little one")
    assert before is not None
    assert story.scene("dusk").regions[0].motion_id == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("a red fox walks", "a red fox waves"),
        ("Walking home, she smiles", "Waving home, she smiles"),
        ("the little one", "the little one"),
        ("she left, walks on and walks", "she left, waves on and walks"),
    ],
)
def test_the_verb_of_an_actor_follows_its_motion(settings: Settings, words: str, told: str) -> None:
    story = edits.with_description(make_story(), "dawn", "mia", words)
    story = edits.with_motion(story, "dawn", "mia", "waves", TROUPE)
    region = story.scene("dawn").regions[0]
    assert region.description == told
    assert region.motion_id is not None
    assert story.motion(region.motion_id).words == "waves"
    assert "waves" in staged(story, settings).prompts["dawn"].regions[0].text


def test_a_motion_is_kept_once_and_can_go() -> None:
    story = edits.with_motion(make_story(), "dawn", "mia", "dances", TROUPE)
    story = edits.with_motion(story, "dusk", "mia", "dancing", TROUPE)
    story = edits.with_motion(story, "dusk", "dragon", "juggles plates", TROUPE)
    assert [motion.words for motion in story.motions] == ["dances", "juggles plates"]
    story = edits.with_motion(story, "dusk", "dragon", "", TROUPE)
    assert [region.motion_id for region in story.scene("dusk").regions] == ["dances", None]


def test_a_nearer_shot_has_larger_boxes() -> None:
    story = make_story()
    before = story.scene("dawn").regions[0].boxes()[0]
    near = edits.with_shot(story, "dawn", "close", TROUPE)
    after = near.scene("dawn").regions[0].boxes()[0]
    assert before is not None
    assert after is not None
    assert (near.scene("dawn").shot_size, near.revision) == ("close", 1)
    assert after.y1 - after.y0 > 1.2 * (before.y1 - before.y0)
    assert edits.with_shot(near, "dawn", "close", TROUPE).scene("dawn") == near.scene("dawn")


def test_words_for_an_overlap_come_and_go() -> None:
    story = edits.with_overlap(make_story(), "dusk", ["dragon", "mia"], "they embrace")
    said = Overlap(region_ids=("mia", "dragon"), description="they embrace")
    assert story.scene("dusk").overlaps == (said,)
    story = edits.with_overlap(story, "dusk", ["mia", "dragon"], "")
    assert story.scene("dusk").overlaps == ()


@pytest.mark.parametrize("regions", [["mia"], ["mia", "mia"], []])
def test_overlaps_of_less_than_two_boxes_are_refused(regions: list[str]) -> None:
    with pytest.raises(InputError, match="two boxes or more"):
        edits.with_overlap(make_story(), "dusk", regions, "they embrace")


def test_overlaps_of_unknown_boxes_are_not_there() -> None:
    with pytest.raises(NotThereError, match="no longer in the scene"):
        edits.with_overlap(make_story(), "dusk", ["mia", "nobody"], "they embrace")


def test_what_is_not_there_cannot_be_edited() -> None:
    with pytest.raises(NotThereError):
        edits.with_words(make_story(), "noon", "title", "Noon")
    with pytest.raises(NotThereError):
        edits.with_description(make_story(), "dawn", "dragon", "it waves")
