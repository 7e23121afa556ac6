"""What was learned in a scene's words, and which regions its priors work in."""

from __future__ import annotations

import pytest

from pipeline.artifacts import Casting, Learned, PriorBinding, ScenePrompt
from pipeline.packs.record import load_record
from pipeline.plan import cast_story, free_prompt, scene_prompt
from pipeline.plan.learned import with_look, with_motion
from pipeline.rendering import normalise
from pipeline.story import Box, Character, Key, Motion, Overlap, PriorUse, Region, Scene, Story
from tests.pipeline.plan.played import PLAYED

LOOK, DANCE, TWIRL = "1a" * 12, "2b" * 12, "3c" * 12
LUNA = Learned(character_id="luna", prior=LOOK, trigger="look3")
DANCES = Learned(motion_id="dances", prior=DANCE, trigger="motion7")
JUGGLES = Learned(motion_id="juggles", prior=TWIRL, trigger="motion2")


def still(x: float) -> tuple[Key | None, ...]:
    key = Key(box=Box(x0=x - 0.1, y0=0.3, x1=x + 0.1, y1=0.7))
    return (key, None, None, None, None, key)


def region(name: str, x: float, **changes: object) -> Region:
    fields = {"character_id": name, "motion_id": "dances", "keys": still(x), **changes}
    return Region.model_validate({"id": f"r-{name}", **fields})


def story(*regions: Region, overlaps: tuple[Overlap, ...] = ()) -> Story:
    return Story(
        id="s",
        title="S",
        characters=(
            Character(id="luna", name="Luna", kind="witch", look="a teal witch with a crown"),
            Character(id="fox", name="Tib", kind="fox", look="a red fox"),
            Character(id="ox", name="Ox", kind="dragon"),
        ),
        motions=(
            Motion(id="dances", words="dances"),
            Motion(id="juggles", words="juggles"),
            Motion(id="walks", words="walks"),
        ),
        scenes=(Scene(id="one", setting="beach", regions=regions, overlaps=overlaps),),
    )


def played(story: Story, *learned: Learned, use_learned: bool = True) -> ScenePrompt:
    casting = cast_story(story, troupe=PLAYED).model_copy(update={"learned": learned})
    return scene_prompt(story, "one", casting, troupe=PLAYED, use_learned=use_learned)


def texts(prompt: ScenePrompt) -> list[str]:
    return [region.text for region in prompt.regions]


BOTH = (region("luna", 0.8), region("fox", 0.2))


def test_triggers_stand_where_figure_and_motion_stood() -> None:
    prompt = played(story(*BOTH), LUNA, DANCES)
    assert texts(prompt) == ["look3 motion7 facing left", "a red fox motion7 facing right"]
    assert prompt.caption == (
        "on the left a red fox motion7 facing right"
        " and on the right look3 motion7 facing left on the beach"
    )
    assert prompt.priors == (
        PriorBinding(prior=LOOK, kind="character", region_ids=("r-luna",)),
        PriorBinding(prior=DANCE, kind="motion", region_ids=("r-luna", "r-fox")),
    )
    assert not prompt.substitutions
    assert normalise(prompt, load_record("theatre")) == prompt


def test_without_what_was_learned_it_is_played_as_before() -> None:
    told = story(*BOTH, region("ox", 0.5, motion_id="juggles"))
    plain = played(told, LUNA, DANCES, JUGGLES, use_learned=False)
    never = played(told)
    assert texts(plain) == texts(never) == [
        "a green witch jumps facing left",
        "a red fox jumps facing right",
        "a yellow robot jumps facing right",
    ]  # fmt: skip
    assert (plain.caption, plain.priors) == (never.caption, ())
    assert "dancing is not used as it was learned: Tib jumps" in plain.substitutions
    assert "dancing is to be learned; until then Tib jumps" in never.substitutions
    for prompt in (plain, never):
        assert "juggling is played as jumping" in prompt.substitutions
        assert "Ox is played by the yellow robot" in prompt.substitutions


def test_what_a_troupe_only_stands_in_for_is_played_as_learned() -> None:
    ox = Learned(character_id="ox", prior=LOOK, trigger="look9")
    prompt = played(story(region("ox", 0.5, motion_id="juggles")), ox, JUGGLES)
    assert texts(prompt) == ["look9 motion2 facing right"]
    assert not prompt.substitutions


@pytest.mark.parametrize(
    ("own", "text", "bound"),
    [
        ((), "look3 motion7 facing left", {LOOK: (1, 0, 5), DANCE: (1, 0, 5)}),
        ((PriorUse(motion_id="dances", scale=0),), "look3 jumps facing left", {LOOK: (1, 0, 5)}),
        (
            (PriorUse(character_id="luna", scale=0),),
            "a green witch motion7 facing left",
            {DANCE: (1, 0, 5)},
        ),
        (
            (PriorUse(motion_id="dances", scale=0.7, from_keyframe=1, to_keyframe=3),),
            "look3 motion7 facing left",
            {LOOK: (1, 0, 5), DANCE: (0.7, 1, 3)},
        ),
        (
            (PriorUse(motion_id="juggles", scale=0.4),),
            "look3 motion7 facing left",
            {LOOK: (1, 0, 5), DANCE: (1, 0, 5), TWIRL: (0.4, 0, 5)},
        ),
    ],
)
def test_a_regions_own_uses_say_how_much_and_when(
    own: tuple[PriorUse, ...], text: str, bound: dict[str, tuple[float, int, int]]
) -> None:
    prompt = played(story(region("luna", 0.8, priors=own), BOTH[1]), LUNA, DANCES, JUGGLES)
    assert prompt.regions[0].text == text
    mine = {
        one.prior: (one.scale, one.from_keyframe, one.to_keyframe)
        for one in prompt.priors
        if "r-luna" in one.region_ids
    }
    assert mine == bound
    assert ("dancing is not used as it was learned: Luna jumps" in prompt.substitutions) == (
        "jumps" in text
    )


def test_a_region_of_nobody_takes_the_words_of_what_it_uses() -> None:
    uses = (PriorUse(character_id="luna"), PriorUse(motion_id="juggles", scale=1.5))
    nobody = Region(id="n", keys=still(0.2), priors=uses)
    prompt = played(story(nobody), LUNA, JUGGLES)
    assert texts(prompt) == ["look3 motion2 facing right"]
    assert [(one.prior, one.scale) for one in prompt.priors] == [(LOOK, 1), (TWIRL, 1.5)]


@pytest.mark.parametrize(
    ("description", "text", "bound"),
    [
        ("Luna dances", "look3 motion7 facing right", [LOOK, DANCE]),
        ("the witch twirls", "look3 motion7 facing right", [LOOK, DANCE]),
        ("Luna pets a rabbit", "look3 motion7 facing right", [LOOK, DANCE]),
        ("Luna jumps", "look3 jumps facing right", [LOOK]),
        ("a green rabbit dances", "a green rabbit motion7 facing right", [DANCE]),
        ("a purple wand", "look3 motion7 facing right", [LOOK, DANCE]),
    ],
)
def test_a_description_that_clearly_shows_something_else_wins(
    description: str, text: str, bound: list[str]
) -> None:
    told = story(region("luna", 0.8, description=description))
    prompt = played(told, LUNA, DANCES)
    assert (texts(prompt), [one.prior for one in prompt.priors]) == ([text], bound)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("they dance", "a red fox motion7 facing right and look3 motion7 facing left"),
        ("they wave", "a red fox waves facing right and look3 waves facing left"),
        ("both of them", "a red fox walks facing right and look3 motion7 facing left"),
    ],
)
def test_overlaps_follow(words: str, text: str) -> None:
    tib = region("fox", 0.2, motion_id="walks")
    overlap = Overlap(region_ids=("r-fox", "r-luna"), description=words)
    prompt = played(story(tib, BOTH[0], overlaps=(overlap,)), LUNA, DANCES)
    assert prompt.overlaps[0].text == text.replace("walks facing right", "walks right")
    assert not [note for note in prompt.substitutions if "played as" in note]


def test_a_lost_choice_is_not_used() -> None:
    lost = LUNA.model_copy(update={"trigger": "", "note": "it is not here"})
    prompt = played(story(BOTH[0]), lost)
    assert texts(prompt) == ["a green witch jumps facing right"]
    assert prompt.priors == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a tall witch stirs", "a tall [luna] witch stirs"),
        ("Luna stirs", "a [luna] witch stirs"),
        ("the luna of old", "a [luna] witch of old"),
        ("Lunatics", "a [luna] witch, Lunatics"),
        ("the witchcraft of the [LUNA] witch", "the witchcraft of the [LUNA] witch"),
        ("", "a [luna] witch"),
    ],
)
def test_free_texts_call_a_look_at_whom_it_is_of(text: str, told: str) -> None:
    who = story(BOTH[0]).character("luna")
    assert with_look(text, "[luna]", who) == told
    plain = who.model_copy(update={"kind": ""})
    assert with_look("a hat", "[luna]", plain) == "a [luna], a hat"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a girl is dancing", "a girl is dancing"),
        ("a girl twirls.", "a girl twirls, dances"),
        ("", "dances"),
    ],
)
def test_free_texts_say_a_learned_motion(text: str, told: str) -> None:
    assert with_motion(text, "dances") == told
    assert with_motion("跳舞的女孩", "跳舞") == "跳舞的女孩"


def test_any_other_pack_gets_triggers_and_priors_too() -> None:
    told = story(
        region("luna", 0.8, description="the witch sways."),
        region("fox", 0.2, motion_id="walks", priors=(PriorUse(motion_id="juggles"),)),
        region("ox", 0.5),
    )
    look = LUNA.model_copy(update={"trigger": "[luna]"})
    dance = DANCES.model_copy(update={"trigger": "dances"})
    casting = Casting(pack="cogvideox-2b", learned=(look, dance))
    prompt = free_prompt(told, "one", casting)
    assert texts(prompt) == ["the [luna] witch sways, dances", "a red fox walks", "Ox dances"]
    assert prompt.caption.startswith("Beach, full shot. A red fox walks. Ox dances. The [luna]")
    assert [(one.prior, one.region_ids) for one in prompt.priors] == [
        (LOOK, ("r-luna",)),
        (DANCE, ("r-luna", "r-ox")),
    ]
    assert prompt.substitutions == ("nothing was learned of juggling yet",)
    plain = free_prompt(told, "one", casting, use_learned=False)
    assert texts(plain) == ["the witch sways.", "a red fox walks", "Ox dances"]
    assert (plain.priors, plain.substitutions) == ((), ())
