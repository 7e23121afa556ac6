from __future__ import annotations

from typing import Literal

import pytest

from pipeline.artifacts import Casting
from pipeline.plan import Troupe, cast_story, plan_story, scene_prompt
from pipeline.plan.casting import cast_motion, choose_kind, play_motion, play_part, stand_in
from pipeline.plan.prompts import troupe_role
from pipeline.plan.stage import travels
from pipeline.story import (
    Box,
    Character,
    Key,
    Motion,
    PriorUse,
    Region,
    Scene,
    Story,
)
from pipeline.theatre.captions import canonical_background_text, canonical_region_text
from pipeline.theatre.world import load_world
from tests.pipeline.plan.played import EVERYONE, PLAYED, SHIPPED

TROUPE = PLAYED


def key(x0: float, x1: float) -> Key:
    return Key(box=Box(x0=x0, y0=0.3, x1=x1, y1=0.9))


def still(x0: float, x1: float) -> tuple[Key | None, ...]:
    return (key(x0, x1), None, None, None, None, key(x0, x1))


def story(
    *, look: str = "small dragon", description: str = "the dragon bakes", setting: str = "the moon"
) -> Story:
    regions = (
        Region(id="d", character_id="d", motion_id="bakes", description=description,
               keys=still(0.1, 0.3)),
        Region(id="f", character_id="f", motion_id="walks",
               keys=(key(0.9, 1.1), None, None, None, None, key(0.5, 0.7))),
    )  # fmt: skip
    return Story(
        id="s",
        title="S",
        characters=(
            Character(id="d", name="Dragon", kind="dragon", look=look),
            Character(id="f", name="Tib", kind="fox", look="fox"),
        ),
        motions=(Motion(id="bakes", words="bakes"), Motion(id="walks", words="walks")),
        scenes=(Scene(id="one", setting=setting, regions=regions),),
    )


def test_notes_say_plainly_who_stands_in() -> None:
    assert cast_story(story(), troupe=TROUPE).notes() == [
        "the dragon is played by the green robot",
        "baking is played as standing",
        "the moon is played on the beach",
    ]


def test_what_the_troupe_has_is_cast_as_it_is() -> None:
    casting = cast_story(story(setting="the edge of the forest"), troupe=TROUPE)
    assert (casting.parts[1].kind, casting.parts[1].colour, casting.parts[1].exact) == (
        "fox", "red", True
    )  # fmt: skip
    assert casting.motions[1].exact
    assert casting.places[0].exact


def test_colours_in_words_win_and_no_two_look_alike() -> None:
    looks = ["blue fox", "blue fox", "fox", "yellow rabbit", "fox", "fox"]
    people = tuple(
        Character(id=f"c{i}", name=f"C{i}", kind=look.split()[-1], look=look)
        for i, look in enumerate(looks)
    )
    casting = cast_story(story().revised(characters=people, scenes=(Scene(id="x"),)), troupe=TROUPE)
    played = [(part.kind, part.colour) for part in casting.parts]
    assert played[0] == ("fox", "blue")
    assert played[3] == ("rabbit", "yellow")
    assert len(set(played)) == 6


def test_a_casting_by_hand_is_kept_until_the_words_change() -> None:
    first = cast_story(story(), troupe=TROUPE)
    dragon = story().character("d")
    mine = play_part(dragon, "rabbit", "purple")
    changed = first.model_copy(update={"parts": (mine, first.parts[1])})
    assert cast_story(story(), troupe=TROUPE, previous=changed).parts[0] == mine
    edited = story().revised(
        characters=(Character(id="d", name="Ox", kind="robot"), story().character("f"))
    )
    assert cast_story(edited, troupe=TROUPE, previous=changed).parts[0].kind == "robot"


def test_a_smaller_troupe_plays_everything_too() -> None:
    small = Troupe(kinds=("rabbit",), colours=("green",), motions=("waves",), backdrops=("room",))
    planned, casting = plan_story("A fox walks in the forest", troupe=small)
    prompt = scene_prompt(planned, "scene-2", casting, troupe=small)
    assert prompt.background == "an empty stage in the room"
    assert all(r.text.startswith("a green rabbit waves facing") for r in prompt.regions)


def test_prompts_are_in_the_packs_own_words() -> None:
    casting = cast_story(story(), troupe=TROUPE)
    prompt = scene_prompt(story(), "one", casting, troupe=TROUPE)
    assert [region.text for region in prompt.regions] == [
        "a green robot stands facing right",
        "a red fox walks left",
    ]
    assert prompt.background == "an empty stage on the beach"
    assert prompt.regions[0].boxes == story().scenes[0].regions[0].boxes()
    assert prompt.substitutions == (
        "the dragon is played by the green robot",
        "baking is played as standing",
        "the moon is played on the beach",
    )


@pytest.mark.parametrize(
    ("description", "text"),
    [
        ("a blue rabbit jumps", "a blue rabbit jumps facing right"),
        ("the dragon flies", "a green robot flies right"),
        ("the small purple dragon", "a purple robot stands facing right"),
        ("the dragon looks left", "a green robot stands facing left"),
        ("", "a green robot stands facing right"),
    ],
)
def test_a_description_edited_by_hand_wins(description: str, text: str) -> None:
    told = story(description=description)
    prompt = scene_prompt(told, "one", cast_story(told, troupe=TROUPE), troupe=TROUPE)
    assert prompt.regions[0].text == text


def test_words_the_pack_does_not_know_are_listed() -> None:
    told = story(description="the dragon bakes flabberwocks")
    prompt = scene_prompt(told, "one", Casting(pack="theatre"), troupe=TROUPE)
    assert "“flabberwocks” is not in this pack's words" in prompt.substitutions


def test_a_background_edited_by_hand_wins() -> None:
    told = story()
    scene = told.scenes[0].model_copy(update={"background": "a dark forest"})
    told = told.replace_scene(scene)
    prompt = scene_prompt(told, "one", cast_story(story(), troupe=TROUPE), troupe=TROUPE)
    assert prompt.background == "an empty stage in the forest"


@pytest.mark.parametrize("motion", TROUPE.motions)
@pytest.mark.parametrize("facing", ["left", "right"])
def test_region_texts_are_those_of_training(motion: str, facing: Literal["left", "right"]) -> None:
    for kind, colour in zip(TROUPE.kinds, TROUPE.colours, strict=False):
        ours = troupe_role(f"a {colour} {kind}", motion, facing).text
        assert ours == canonical_region_text(kind, colour, motion, facing)
    assert troupe_role("look3", motion, facing).text == (
        canonical_region_text("look3", "", motion, facing)
    )
    assert troupe_role("a red fox", "motion7", facing).text == (
        canonical_region_text("fox", "red", "motion7", facing)
    )
    assert travels(motion) == load_world().motions[motion].locomotion


@pytest.mark.parametrize("backdrop", TROUPE.backdrops)
def test_background_texts_are_those_of_training(backdrop: str) -> None:
    told = story(setting=f"the {backdrop}")
    prompt = scene_prompt(told, "one", cast_story(told, troupe=TROUPE), troupe=TROUPE)
    assert prompt.background == canonical_background_text(backdrop)


def test_priors_of_what_was_never_learned_are_said() -> None:
    plain = story()
    scene = plain.scenes[0]
    taught = scene.regions[1].model_copy(update={"priors": (PriorUse(motion_id="walks"),)})
    fuller = plain.replace_scene(scene.model_copy(update={"regions": (scene.regions[0], taught)}))
    casting = cast_story(plain, troupe=TROUPE)
    before = scene_prompt(plain, "one", casting, troupe=TROUPE).substitutions
    after = scene_prompt(fuller, "one", casting, troupe=TROUPE).substitutions
    assert set(after) - set(before) == {"nothing was learned of walking yet"}


@pytest.mark.parametrize(
    ("words", "motion", "until"),
    [
        ("dances", "dances", "jumps"),
        ("is twirling", "spins", "jumps"),
        ("bows", "bows", "waves"),
        ("gives a parcel", "gives", "waves"),
        ("embraces", "hugs", "waves"),
        ("pursues", "chases", "walks"),
    ],
)
def test_what_can_be_learned_is_never_played_as_something_else(
    words: str, motion: str, until: str
) -> None:
    asked = Motion(id="m", words=words)
    part = cast_motion(asked, TROUPE)
    assert (part.motion, part.state, part.exact, part.note) == (motion, "to_learn", True, "")
    assert stand_in(asked, TROUPE) == until
    by_hand = play_motion(asked, "stands")
    assert cast_motion(asked, TROUPE, by_hand) == part
    learned = part.model_copy(update={"state": "learned"})
    assert cast_motion(asked, TROUPE, learned) == part


def test_a_troupe_that_knows_a_motion_plays_it_and_one_that_cannot_learn_it_does_its_best() -> None:
    asked = Motion(id="m", words="hugs")
    assert cast_motion(asked, EVERYONE).state == "known"
    plain = TROUPE.model_copy(update={"learnable": ()})
    part = cast_motion(asked, plain)
    assert (part.motion, part.state, part.exact) == ("waves", "known", False)
    assert part.note == "hugging is played as waving"


def test_a_motion_to_learn_is_drawn_as_its_stand_in_until_then() -> None:
    told = story(description="the dragon dances").revised(
        motions=(Motion(id="bakes", words="dances"), story().motion("walks"))
    )
    prompt = scene_prompt(told, "one", cast_story(told, troupe=TROUPE), troupe=TROUPE)
    assert prompt.regions[0].text == "a green robot jumps facing right"
    assert "dancing is to be learned; until then the dragon jumps" in prompt.substitutions


@pytest.mark.parametrize(
    ("noun", "small", "whole", "exact"),
    [
        ("dragon", "robot", "dragon", True),
        ("girl", "witch", "child", True),
        ("queen", "witch", "king", False),
        ("owl", "rabbit", "bird", False),
        ("bear", "fox", "bear", True),
        ("whale", "fox", "mermaid", False),
        ("cat", "fox", "fox", False),
    ],
)
def test_who_is_in_the_troupe_plays_itself(noun: str, small: str, whole: str, exact: bool) -> None:
    who = Character(id="c", name="C", kind=noun)
    assert choose_kind(who, TROUPE) == small
    kind = choose_kind(who, EVERYONE)
    assert kind == whole
    assert play_part(who, kind, "red").exact == exact


@pytest.mark.parametrize(
    ("setting", "small", "whole", "exact"),
    [
        ("the forest at night", "forest", "night", False),
        ("night", "forest", "night", True),
        ("the bedroom at night", "room", "room", True),
        ("the beach in the rain", "beach", "rain", False),
        ("the beach", "beach", "beach", True),
    ],
)
def test_night_and_weather_are_seen_out_of_doors_by_who_has_them(
    setting: str, small: str, whole: str, exact: bool
) -> None:
    told = story(setting=setting)
    assert cast_story(told, troupe=TROUPE).places[0].backdrop == small
    place = cast_story(told, troupe=EVERYONE).places[0]
    assert (place.backdrop, place.exact) == (whole, exact)


def test_the_shipped_pack_names_a_troupe() -> None:
    assert set(SHIPPED.motions).isdisjoint(SHIPPED.learnable)
    assert {*SHIPPED.motions, *SHIPPED.learnable} <= set(load_world().motions)
