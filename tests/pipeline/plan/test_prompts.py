from __future__ import annotations

import pytest

from pipeline.packs.record import load_record
from pipeline.plan import cast_story, free_prompt, scene_prompt
from pipeline.plan.captions import MAX_WORDS, Role, troupe_caption
from pipeline.rendering import normalise
from pipeline.story import (
    NUM_KEYFRAMES,
    Box,
    Character,
    Ease,
    Key,
    Motion,
    Overlap,
    PriorUse,
    Region,
    Scene,
    Story,
)
from pipeline.theatre import captions as training
from tests.pipeline.plan.played import EVERYONE, PLAYED


def key(x: float, *, y: float = 0.3, ease: Ease = "linear", visible: bool = True) -> Key:
    return Key(box=Box(x0=x - 0.1, y0=y, x1=x + 0.1, y1=y + 0.4), ease=ease, visible=visible)


def keys(**at: Key) -> tuple[Key | None, ...]:
    return tuple(at.get(f"k{k}") for k in range(NUM_KEYFRAMES))


def still(x: float) -> tuple[Key | None, ...]:
    return keys(k0=key(x), k5=key(x))


def story(scene: Scene) -> Story:
    return Story(
        id="s",
        title="S",
        characters=(
            Character(id="fox", name="Tib", kind="fox", look="a red fox"),
            Character(id="robot", name="Bolt", kind="robot", look="a green robot"),
        ),
        motions=(
            Motion(id="walks", words="walks"),
            Motion(id="waves", words="waves"),
            Motion(id="stands", words="stands"),
        ),
        scenes=(scene,),
    )


FOX = Region(id="f", character_id="fox", motion_id="walks", keys=keys(k0=key(0.6), k5=key(0.9)))
ROBOT = Region(id="r", character_id="robot", motion_id="stands", keys=still(0.2))


def stage(*overlaps: Overlap, regions: tuple[Region, ...] = (FOX, ROBOT)) -> Story:
    return story(Scene(id="one", setting="beach", regions=regions, overlaps=overlaps))


def played(story: Story):  # noqa: ANN201  (a ScenePrompt)
    return scene_prompt(story, "one", cast_story(story, troupe=PLAYED), troupe=PLAYED)


@pytest.mark.parametrize(
    ("path", "held"),
    [
        (still(0.4), ()),
        (keys(k0=key(0.2, ease="hold"), k3=key(0.8), k5=key(0.3)), (0, 1, 2)),
        (keys(k0=key(0.2), k2=key(0.8, ease="hold"), k4=key(0.3, ease="hold")), (2, 3)),
        (keys(k1=key(0.2, ease="hold"), k2=key(0.5, ease="ease"), k5=key(0.9)), (1,)),
        (keys(k0=key(0.2, ease="hold", visible=False), k3=key(0.8)), ()),
        (keys(k5=key(0.2, ease="hold")), ()),
    ],
)
@pytest.mark.parametrize("free", [False, True])
def test_a_held_key_holds_until_the_next_one(
    path: tuple[Key | None, ...], held: tuple[int, ...], free: bool
) -> None:
    told = stage(regions=(FOX.model_copy(update={"keys": path}),))
    (region,) = (free_prompt(told, "one") if free else played(told)).regions
    assert region.held == held
    assert all(FOX.model_copy(update={"keys": path}).box_between(k + 0.9) == region.boxes[k]
               for k in held)  # fmt: skip


@pytest.mark.parametrize(
    ("words", "text", "notes"),
    [
        ("they wave", "a red fox waves facing right and a green robot waves facing right", []),
        ("they stand by Tib's flabberwock", "a red fox stands facing right and a green robot stands"
         " facing right", ["“flabberwock” is not in this pack's words"]),
        ("Tib and Bolt", "a red fox walks right and a green robot stands facing right", []),
        ("they hug", "a red fox waves facing right and a green robot waves facing right",
         ["“they hug” is played as waving"]),
    ],
)  # fmt: skip
def test_overlaps_are_said_in_the_troupes_words(words: str, text: str, notes: list[str]) -> None:
    told = stage(Overlap(region_ids=("f", "r"), description=words))
    prompt, plain = played(told), played(stage())
    assert [(o.region_ids, o.text) for o in prompt.overlaps] == [(("f", "r"), text)]
    assert [note for note in prompt.substitutions if note not in plain.substitutions] == notes
    assert not plain.overlaps


def test_a_troupe_that_hugs_hugs() -> None:
    told = stage(Overlap(region_ids=("f", "r"), description="they hug"))
    prompt = scene_prompt(told, "one", cast_story(told, troupe=EVERYONE), troupe=EVERYONE)
    assert prompt.overlaps[0].text == (
        "a red fox hugs facing right and a green robot hugs facing right"
    )


def test_an_overlap_without_words_leaves_both_texts() -> None:
    told = stage(Overlap(region_ids=("f", "r"), description=" "))
    assert not played(told).overlaps
    assert not free_prompt(told, "one").overlaps


def test_any_other_pack_gets_overlaps_as_they_are_written() -> None:
    told = stage(Overlap(region_ids=("r", "f"), description="They dance, cheek to cheek."))
    (overlap,) = free_prompt(told, "one").overlaps
    assert (overlap.region_ids, overlap.text) == (("r", "f"), "They dance, cheek to cheek.")


def test_a_caption_has_every_figure_at_its_place_in_reading_order() -> None:
    prompt = played(stage())
    assert prompt.caption == (
        "on the left a green robot stands facing right"
        " and on the right a red fox walks right on the beach"
    )
    assert len(prompt.caption.split()) <= MAX_WORDS


def test_a_figure_with_two_motions_is_one_figure_of_the_caption() -> None:
    first = FOX.model_copy(update={"keys": keys(k0=key(0.2), k2=key(0.4))})
    then = FOX.model_copy(
        update={"id": "f2", "motion_id": "waves", "keys": keys(k3=key(0.4), k5=key(0.4))}
    )
    prompt = played(stage(regions=(first, then)))
    assert prompt.caption == "on the left a red fox walks right and waves facing right on the beach"


def test_captions_are_of_the_words_and_the_length_of_training() -> None:
    record = load_record("theatre")
    assert MAX_WORDS == training.MAX_WORDS < record.max_sequence_length
    prompt = played(stage())
    assert normalise(prompt, record).caption == prompt.caption
    assert set(prompt.caption.split()) <= set(training.vocabulary())


def test_long_captions_lose_ways_then_places() -> None:
    def caption(number: int) -> str:
        boxes = (Box(x0=0.4, y0=0.2, x1=0.6, y1=0.9),)
        roles = [Role(f"a red fox{i}", "waves", "facing left", boxes) for i in range(number)]
        return troupe_caption(roles, "on the beach")

    assert caption(1) == "in the middle a red fox0 waves facing left on the beach"
    assert "facing left" in caption(2)
    assert caption(2).count("in the middle") == 2
    assert "facing" not in caption(3)
    assert "middle" not in caption(3)
    assert caption(3).startswith("a red fox0 waves and a red fox1 waves and")


def test_a_caption_of_nobody_is_the_empty_stage() -> None:
    hidden = FOX.model_copy(update={"keys": keys(k2=key(0.2, visible=False))})
    for regions in ((), (hidden,)):
        prompt = played(stage(regions=regions))
        assert prompt.caption == prompt.background == "an empty stage on the beach"
        assert free_prompt(stage(regions=regions), "one").caption == "Beach, full shot."


def test_any_other_pack_gets_a_caption_in_sentences() -> None:
    girl = Region(id="g", description="a girl reads.", keys=still(0.5))
    high = Region(id="h", description="a kite flies", keys=keys(k0=key(0.5, y=0.1)))
    told = stage(
        Overlap(region_ids=("g", "h"), description="the string"), regions=(FOX, girl, high)
    )
    assert free_prompt(told, "one").caption == (
        "Beach, full shot. A kite flies. A girl reads. A red fox walks. The string."
    )


def test_any_other_pack_says_too_what_was_never_learned() -> None:
    taught = FOX.model_copy(update={"priors": (PriorUse(character_id="fox"),)})
    assert not free_prompt(stage(), "one").substitutions
    assert free_prompt(stage(regions=(taught,)), "one").substitutions == (
        "nothing was learned of how Tib looks yet",
    )
