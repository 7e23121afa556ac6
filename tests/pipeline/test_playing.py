"""How packs with a closed cast and packs that read any words play the same story."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.artifacts import Casting, Learned
from pipeline.blocking import cast_project
from pipeline.packs.record import PackRecord, load_record
from pipeline.plan import cast_story, free_prompt, scene_prompt
from pipeline.plan.casting import play_motion, play_part
from pipeline.plan.questions import casting_questions
from pipeline.planning import plan
from pipeline.playing import (
    backdrop_of,
    cast_for,
    learned_heads,
    names_of,
    prompt_for,
    with_learned,
)
from pipeline.prior import Prior
from pipeline.priors.store import PriorStore
from pipeline.progress import finish
from pipeline.rendering import normalise, scene_prompt_of
from pipeline.settings import Settings
from pipeline.story import Character, Motion, Scene, Story
from pipeline.theatre.world import load_world
from tests.pipeline.priors.kept import make_prior, write_lora
from tests.pipeline.stories import make_story

THEATRE, ANYONE = load_record("theatre"), load_record("cogvideox-2b")


def test_a_closed_cast_plays_and_an_open_one_is_told_in_the_storys_own_words() -> None:
    story, troupe = make_story(), names_of(THEATRE)
    scene_id = story.scenes[0].id
    cast = cast_for(story, THEATRE, pack="here/theatre")
    assert cast == cast_story(story, troupe=troupe, pack="here/theatre")
    told = prompt_for(story, scene_id, THEATRE, cast)
    assert told == scene_prompt(story, scene_id, cast, troupe=troupe)
    nobody = cast_for(story, ANYONE, pack="cogvideox-2b", previous=cast)
    assert nobody.model_dump(exclude={"schema_version", "pack"}) == {
        "parts": (),
        "motions": (),
        "places": (),
        "learned": (),
    }
    free = prompt_for(story, scene_id, ANYONE, nobody)
    assert free == free_prompt(story, scene_id) != told


def test_stories_for_an_open_cast_are_made_of_all_that_the_theatre_has() -> None:
    world, names = load_world(), names_of(ANYONE)
    assert names.kinds == world.kinds
    assert set(names.motions) == {*world.motions}
    assert names.learnable == ()
    assert names_of(THEATRE) == THEATRE.troupe


@pytest.mark.parametrize(
    ("setting", "background", "sketch"),
    [
        ("the forest", "", "forest"),
        ("the forest at night", "the forest in deep blue night", "night"),
        ("the forest", "a beach in warm sunlight", "beach"),
        ("the harbour", "", None),
        ("a spaceship", "stars go by", None),
        ("", "", None),
    ],
)
def test_behind_an_open_cast_only_what_is_named_is_sketched(
    setting: str, background: str, sketch: str | None
) -> None:
    scene = Scene(id="one", setting=setting, background=background)
    story = make_story().model_copy(update={"scenes": (scene,)})
    assert backdrop_of(scene, cast_for(story, ANYONE, pack="cogvideox-2b")) == sketch
    assert (
        backdrop_of(scene, cast_for(story, THEATRE, pack="theatre")) in names_of(THEATRE).backdrops
    )


@pytest.mark.parametrize("pack", ["theatre", "cogvideox-2b", "cogvideox-5b"])
def test_a_saved_scene_is_read_by_any_pack(tmp_path: Path, pack: str) -> None:
    settings, record = Settings(home=tmp_path, pack=pack), load_record(pack)
    project = finish(plan("A red fox and a robot dance by the sea.", settings=settings))
    scene = project.story.scenes[1]
    prompt = scene_prompt_of(project, scene.id, settings)
    assert len(prompt.regions) == len(scene.regions) >= 1
    if record.troupe is None:
        assert prompt == free_prompt(project.story, scene.id)
    else:
        assert prompt == normalise(prompt, record)
        assert scene.regions[0].description != prompt.regions[0].text


def learned(number: int, kind: str, words: str, figure: str = "", trigger: str = "t") -> Prior:
    key = f"{number:024x}"
    fields = {"kind": kind, "words": words, "figure": figure, "trigger": trigger}
    return make_prior(key=key, pack="theatre", pack_revision=THEATRE.revision, plan=None, **fields)


def a_story(*, motions: tuple[str, ...] = (), people: tuple[tuple[str, str], ...] = ()) -> Story:
    return Story(
        id="s",
        title="S",
        characters=tuple(
            Character(id=f"c{n}", name=name, kind=kind) for n, (name, kind) in enumerate(people)
        ),
        motions=tuple(Motion(id=f"m{n}", words=words) for n, words in enumerate(motions)),
        scenes=(Scene(id="one", setting="the forest"),),
    )


def cast(
    story: Story, *priors: Prior, record: PackRecord = THEATRE, stored: tuple[Learned, ...] = ()
) -> Casting:
    previous = cast_for(story, record, pack=record.name)
    previous = previous.model_copy(update={"learned": stored})
    return cast_for(story, record, pack=record.name, previous=previous, priors=priors)


def used(casting: Casting) -> dict[str, str]:
    return {
        one.character_id or one.motion_id or "": f"{one.prior or ''}"[-1:] + one.trigger
        for one in casting.learned
    }


@pytest.mark.parametrize(
    ("words", "of_theatre", "of_anyone"),
    [
        ("dances", "dances", True),
        ("dances", "is dancing slowly", False),
        ("waltzes", "dances", False),
        ("twirls", "spins", False),
        ("bakes", "is baking", False),
        ("Juggles  fire", "juggles fire", True),
    ],
)
def test_a_learned_motion_is_found_by_what_it_means(
    words: str, of_theatre: str, of_anyone: bool
) -> None:
    story, prior = a_story(motions=(of_theatre,)), learned(7, "motion", words, trigger="motion7")
    casting = cast(story, prior)
    assert used(casting) == {"m0": "7motion7"}
    assert [(part.motion_id, part.state) for part in casting.motions] == [("m0", "learned")]
    assert not casting.notes()
    free = cast(story, prior, record=ANYONE)
    assert used(free) == ({"m0": "7motion7"} if of_anyone else {})


@pytest.mark.parametrize("words", ["walks", "strolls", "walks to the left"])
def test_a_motion_that_the_pack_knows_is_learned_only_if_chosen(words: str) -> None:
    story, prior = a_story(motions=("walks",)), learned(7, "motion", words, trigger="motion7")
    assert used(cast(story, prior)) == {}
    chosen = Learned(motion_id="m0", prior=prior.key, chosen=True)
    casting = cast(story, prior, stored=(chosen,))
    assert used(casting) == {"m0": "7motion7"}
    assert casting.motions[0].state == "learned"


def test_other_motions_and_looks_are_left_alone() -> None:
    story = a_story(motions=("bows", "hugs"), people=(("Luna", "witch"),))
    others = (
        learned(1, "motion", "dances"),
        learned(2, "character", "bows"),
        learned(3, "motion", "Luna", "witch"),
        learned(4, "character", "Luna", "robot"),
        learned(5, "character", "Lun", "witch"),
    )
    casting = cast(story, *others)
    assert used(casting) == {}
    assert {part.state for part in casting.motions} == {"to_learn"}


@pytest.mark.parametrize(
    ("name", "kind", "fits"),
    [
        ("luna", "Witch", True),
        ("Luna", "", True),
        (" Luna", "witch ", True),
        ("Luna", "fox", False),
    ],
)
@pytest.mark.parametrize("record", [THEATRE, ANYONE], ids=lambda record: record.name)
def test_a_learned_look_is_found_by_name_and_kind(
    name: str, kind: str, fits: bool, record: PackRecord
) -> None:
    story = a_story(people=(("Luna", "witch"), ("Ox", "dragon")))
    prior = learned(3, "character", name, kind, trigger="look3")
    casting = cast(story, prior, record=record)
    assert used(casting) == ({"c0": "3look3"} if fits else {})


def test_the_first_that_fits_is_used_unless_another_is_chosen_or_none_wanted() -> None:
    story = a_story(motions=("dances",))
    new, old = (learned(n, "motion", "dances", trigger=f"motion{n}") for n in (9, 5))
    assert used(cast(story, new, old)) == {"m0": "9motion9"}
    mine = Learned(motion_id="m0", prior=old.key, trigger="of before", chosen=True)
    assert used(cast(story, new, old, stored=(mine,))) == {"m0": "5motion5"}
    found = mine.model_copy(update={"chosen": False})
    assert used(cast(story, new, old, stored=(found,))) == {"m0": "9motion9"}
    none = Learned(motion_id="m0", prior=None, chosen=True)
    casting = cast(story, new, old, stored=(none,))
    assert (casting.learned, casting.motions[0].state) == ((none,), "to_learn")


def test_a_choice_that_is_gone_is_kept_and_said() -> None:
    story = a_story(motions=("dances",), people=(("Luna", "witch"),))
    lost = (
        Learned(motion_id="m0", prior="f" * 24, trigger="motion7", chosen=True),
        Learned(character_id="c0", prior="e" * 24, trigger="look7", chosen=True),
        Learned(motion_id="gone", prior="d" * 24, trigger="motion8", chosen=True),
    )
    casting = cast(story, learned(3, "character", "Luna", trigger="look3"), stored=lost)
    assert casting.learned_of(motion_id="m0") is None
    found = casting.learned_of(character_id="c0")
    assert found is not None
    assert (found.trigger, found.chosen) == ("look3", False)
    assert casting.motions[0].state == "to_learn"
    assert casting.notes() == [
        "what was chosen for how Luna looks is not here for this pack;"
        " what else was learned of it is used",
        "what was chosen for dancing is not here for this pack; it is not used",
    ]
    back = cast_for(
        story,
        THEATRE,
        pack="theatre",
        previous=casting,
        priors=[learned(int("f" * 24, 16), "motion", "dances", trigger="motion4")],
    )
    again = back.learned_of(motion_id="m0")
    assert again is not None
    assert (again.trigger, again.chosen, again.note) == ("motion4", True, "")
    assert len(back.notes()) == 1


def test_casting_anew_without_looking_keeps_what_was_chosen_as_it_stands() -> None:
    story = a_story(motions=("dances",))
    mine = Learned(motion_id="m0", prior="f" * 24, trigger="motion7", chosen=True)
    for record in (THEATRE, ANYONE):
        stored = Casting(pack=record.name, learned=(mine,))
        assert cast_for(story, record, pack=record.name, previous=stored).learned == (mine,)
        other = stored.model_copy(update={"pack": "another"})
        assert cast_for(story, record, pack=record.name, previous=other).learned == ()


def test_who_stands_in_is_remembered_while_something_is_learned() -> None:
    story = a_story(motions=("bakes",), people=(("Ox", "dragon"),))
    first = cast_for(story, THEATRE, pack="theatre")
    part = play_motion(story.motion("m0"), "flies")
    who = play_part(story.character("c0"), "rabbit", "purple")
    by_hand = first.model_copy(update={"motions": (part,), "parts": (who,)})
    heads = (learned(1, "motion", "bakes"), learned(2, "character", "Ox", "dragon"))
    taught = with_learned(by_hand, story, heads)
    assert taught.notes() == []
    assert not casting_questions(story, taught, names_of(THEATRE))
    again = cast_for(story, THEATRE, pack="theatre", previous=taught, priors=())
    assert (again.motions, again.parts) == ((part,), (who,))
    assert again.notes() == ["Ox is played by the purple rabbit", "baking is played as flying"]


def test_heads_are_those_of_the_pack_that_plays_and_of_the_user(tmp_path: Path) -> None:
    settings, home = Settings(home=tmp_path), tmp_path / "other"
    before = learned_heads(settings)
    store = PriorStore(settings)
    adapter = write_lora(tmp_path / "a.safetensors")
    mine = store.save(learned(5, "motion", "dances", trigger="motion5"), adapter, {})
    store.save(make_prior(key="6" * 24, pack_revision="another"), adapter, {})
    assert learned_heads(settings) == (mine.prior, *before)
    assert learned_heads(Settings(home=tmp_path, user="ann")) == before
    assert learned_heads(Settings(home=home, pack="cogvideox-2b")) == ()


def test_a_story_uses_what_its_user_learned_in_another_one(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    prior = learned(5, "motion", "dances", trigger="motion5")
    kept = PriorStore(settings).save(prior, write_lora(tmp_path / "a.safetensors"), {})
    project = finish(plan("A red fox dances on the beach.", settings=settings))
    casting = cast_project(project, "theatre", learned_heads(settings))
    (dances,) = (one.id for one in project.story.motions if one.words == "dances")
    scene = next(
        one for one in project.story.scenes if dances in [r.motion_id for r in one.regions]
    )
    prompt = prompt_for(project.story, scene.id, THEATRE, casting)
    assert any(" motion5 facing " in region.text for region in prompt.regions)
    assert {binding.prior for binding in prompt.priors} == {kept.key}
    plain = prompt_for(project.story, scene.id, THEATRE, casting, use_learned=False)
    assert plain.priors == ()
    assert not any("motion5" in region.text for region in plain.regions)
    bare = cast_project(project, "theatre")
    assert bare.learned == ()
