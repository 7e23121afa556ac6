"""What each fix makes of a broken plan."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from pydantic import JsonValue

from pipeline.plan.draft import DraftRegion, DraftScene, DraftStory
from pipeline.plan.lint import Limits, apply_fix, lint
from tests.pipeline.plan.lint.plans import CORPUS, broken


def fixed(name: str, rule: str | None = None) -> DraftStory:
    """The broken plan of that name with the fix of its first finding, or that of a rule."""
    row: dict[str, Any] = next(row for row in CORPUS if row["name"] == name)
    draft = broken(row.get("set", {}), row.get("copy"))
    limits = Limits(at_once=row.get("at_once", 3))
    found = lint(draft, limits=limits)
    return apply_fix(draft, next(f for f in found if rule in {None, f.rule}), limits=limits)


def scene(draft: DraftStory, scene_id: str) -> DraftScene:
    return next(scene for scene in draft.scenes if scene.id == scene_id)


def region(draft: DraftStory, scene_id: str, region_id: str) -> DraftRegion:
    return next(one for one in scene(draft, scene_id).regions if one.id == region_id)


def edges(one: DraftRegion, keyframe: int) -> list[float]:
    key = one.keys[keyframe]
    assert key is not None
    return [key.box.x0, key.box.y0, key.box.x1, key.box.y1]


def shown(one: DraftRegion) -> list[int]:
    return [k for k, key in enumerate(one.keys) if key and key.visible]


@pytest.mark.parametrize(
    ("name", "scene_id", "region_id", "keyframe", "wanted"),
    [
        ("a box beyond the reach of the picture", "shore", "nell", 5, [0.64, 0.4, 1.5, 0.92]),
        ("a box above the reach of the picture", "call", "nell", 0, [0.11, -0.5, 0.37, 0.88]),
        ("left and right swapped", "call", "whale", 2, [0.54, 0.44, 0.96, 0.79]),
        ("top and bottom swapped", "home", "nell", 0, [0.31, 0.6, 0.73, 0.9]),
        ("a box without width", "home", "nell", 5, [0.42, 0.6, 0.62, 0.9]),
        ("no box at any keyframe", "shore", "nell", 5, [0.35, 0.3, 0.65, 0.9]),
        ("a figure that never comes in", "shore", "nell", 0, [0.78, 0.41, 1.0, 0.93]),
        ("a figure that never comes in", "shore", "nell", 5, [0.87, 0.4, 1.09, 0.92]),
        ("a box smaller than a cell", "shore", "nell", 5, [0.725, 0.4, 0.925, 0.92]),
        ("a narrow box", "shore", "nell", 0, [0.03, 0.41, 0.23, 0.93]),
        ("a low box", "home", "nell", 5, [0.31, 0.7, 0.73, 0.9]),
        ("a motion of one keyframe", "home", "nell", 4, [0.31, 0.6, 0.73, 0.9]),
    ],
)
def test_a_box_is_mended(
    name: str, scene_id: str, region_id: str, keyframe: int, wanted: list[float]
) -> None:
    mended = region(fixed(name), scene_id, region_id)
    assert edges(mended, keyframe) == pytest.approx(wanted)


def test_a_box_wholly_out_of_reach_comes_to_the_edge_as_large_as_it_is() -> None:
    away: JsonValue = {"x0": 2.1, "y0": 0.41, "x1": 2.43, "y1": 0.93}
    draft = broken({"scenes.0.regions.0.keys.5.box": away})
    mended = apply_fix(draft, lint(draft)[0])
    assert edges(region(mended, "shore", "nell"), 5) == pytest.approx([1.17, 0.41, 1.5, 0.93])


def test_a_hidden_figure_is_shown_where_it_is() -> None:
    mended = region(fixed("a figure hidden throughout"), "home", "nell")
    assert shown(mended) == [0, 5]
    assert edges(mended, 0) == [0.31, 0.6, 0.73, 0.9]


def test_a_figure_too_fast_follows_its_way_as_far_as_it_gets() -> None:
    mended = region(fixed("a sleeper who darts off"), "home", "nell")
    middles = [(edges(mended, k)[0] + edges(mended, k)[2]) / 2 for k in range(6)]
    steps = [b - a for a, b in itertools.pairwise(middles)]
    assert max(map(abs, steps)) == pytest.approx(0.21, abs=0.001)
    assert middles[3] > 0.7


def test_one_keyframe_is_held_until_the_next() -> None:
    assert shown(region(fixed("a motion of one keyframe"), "home", "nell")) == [3, 4]


@pytest.mark.parametrize(
    ("name", "scene_id", "wanted"),
    [
        ("a description without its motion", "shore", "the small girl in her coat walks"),
        ("a description of another motion", "call", "Nell jumps for joy, waves"),
        ("no description", "home", "Nell sleeps"),
    ],
)
def test_a_description_gets_its_motion(name: str, scene_id: str, wanted: str) -> None:
    assert region(fixed(name), scene_id, "nell").description == wanted


def test_a_background_keeps_what_names_nobody() -> None:
    draft = fixed("a background that names a character")
    assert scene(draft, "shore").background == "a wide shore"
    draft = fixed("a background with kinds of the cast")
    assert scene(draft, "ride").background == "the open sea"


def test_texts_are_cut_between_words() -> None:
    told = region(fixed("a description longer than a story holds"), "call", "whale").description
    assert 3980 < len(told) <= 4000
    assert told.endswith("the whale…")
    ride = scene(fixed("a setting and words for an overlap that are too long"), "ride")
    assert ride.setting == "sea " * 48 + "sea…"
    assert 3980 < len(ride.overlaps[0].description) <= 4000
    look = fixed("a look that is too long").characters[1].look
    assert look.endswith("grey…")
    narration = scene(fixed("a narration longer than a scene holds"), "ride").narration
    assert 3980 < len(narration) <= 4000


def test_labels_that_are_missing_are_taken_from_what_is_there() -> None:
    assert fixed("no title").title == "The shore"
    assert fixed("a character without a name").characters[2].name == "seagull"
    assert fixed("a motion without words").motions[3].words == "sleeps"
    assert fixed("a language by its name").language == "en"
    assert fixed("a schema version of the future").schema_version == 3
    assert region(fixed("a layer below all"), "call", "whale").layer == 0


@pytest.mark.parametrize(
    ("language", "tag"),
    [("pt_BR", "pt-BR"), ("DE", "de"), ("German", "de"), ("the old tongue", "und"), ("", "und")],
)
def test_a_language_becomes_its_tag_or_stays_open(language: str, tag: str) -> None:
    draft = broken({"language": language})
    assert apply_fix(draft, lint(draft)[0]).language == tag


def test_a_new_id_is_followed_by_what_refers_to_it() -> None:
    draft = fixed("a character's id with capitals and spaces")
    assert draft.characters[2].id == "pip-the-gull"
    assert region(draft, "gulls", "gull").character_id == "pip-the-gull"


def test_the_later_of_two_gets_an_id_of_its_own() -> None:
    ids = [one.id for one in fixed("two scenes of one id").scenes]
    assert ids == ["shore", "call", "ride", "gulls", "call-2"]
    ids = [one.id for one in scene(fixed("two boxes of one id"), "gulls").regions]
    assert ids == ["gull", "nell-up", "nell-up-2"]


def test_a_new_id_of_a_box_is_followed_by_the_words_for_overlaps() -> None:
    draft = broken({"scenes.2.regions.1.id": "Nell!", "scenes.2.overlaps.0.region_ids.0": "Nell!"})
    mended = scene(apply_fix(draft, lint(draft)[0]), "ride")
    assert mended.regions[1].id == "nell"
    assert mended.overlaps[0].region_ids == ("nell", "whale")


def test_who_is_not_in_the_cast_joins_it() -> None:
    draft = fixed("somebody who is not in the cast")
    assert (draft.characters[3].id, draft.characters[3].name) == ("albatross", "Albatross")
    draft = fixed("a motion that is not in the list")
    motion = draft.motions[5]
    assert (motion.id, motion.words, motion.locomotion) == ("glides-by", "glides by", True)


def test_a_reference_by_name_is_joined_to_whom_it_names() -> None:
    draft = broken({"scenes.1.regions.1.character_id": "Old Bo"})
    mended = apply_fix(draft, lint(draft)[0])
    assert region(mended, "call", "whale").character_id == "whale"
    assert mended.characters == draft.characters


def test_a_part_of_a_name_is_nobodys_name() -> None:
    draft = broken({"scenes.1.regions.1.character_id": "bo"})
    mended = apply_fix(draft, lint(draft)[0])
    assert region(mended, "call", "whale").character_id == "bo"
    assert [one.name for one in mended.characters] == ["Nell", "Old Bo", "Pip", "Bo"]


def test_what_leads_nowhere_is_left_out() -> None:
    assert region(fixed("a learned look of nobody"), "shore", "nell").priors == ()
    assert fixed("a picture by its path").characters[0].pictures == ("nell-1",)
    draft = fixed("words for the overlap with a box that is not there")
    assert scene(draft, "ride").overlaps[0].region_ids == ("rider", "whale")
    draft = fixed("words for the overlap of a box with itself")
    assert scene(draft, "call").overlaps == ()


def test_what_is_too_much_is_left_out_when_asked() -> None:
    assert len(fixed("more scenes than a story holds").scenes) == 40
    more = fixed("more boxes than a scene holds", "regions-excess")
    assert len(scene(more, "home").regions) == 18
    assert len(scene(fixed("nine boxes", "regions-many"), "home").regions) == 8


def test_one_character_in_two_boxes_stays_in_the_first_while_it_is_there() -> None:
    draft = fixed("one character in two boxes at once")
    assert shown(region(draft, "gulls", "nell-up")) == [0, 2]
    assert shown(region(draft, "gulls", "nell-on")) == [3, 4, 5]


def test_overlapping_boxes_get_words_for_both() -> None:
    (merged,) = scene(fixed("two characters in one place"), "call").overlaps
    assert merged.region_ids == ("nell", "whale")
    assert merged.description == "Nell is waving and the grey whale sang"
    draft = fixed("two boxes that overlap without words for both")
    (merged,) = scene(draft, "ride").overlaps
    assert merged.description == "the whale sings and Nell waves from its back"
