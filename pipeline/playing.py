"""How a pack plays a story: with its closed cast, or, where it reads any words, in the story's own.

An open cast is no closed one with more names: nobody stands in for anybody, so nothing is cast,
nothing is asked and nothing is played as something else. Either uses what was learned before, by
the same words or because the storyteller chose it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from pipeline.artifacts import Casting, Learned, MotionPart, ScenePrompt
from pipeline.packs.record import PackRecord, TroupeNames, load_record
from pipeline.packs.weights import played_revision
from pipeline.plan.casting import called, cast_story, doing, motion_meaning, named_backdrop
from pipeline.plan.prompts import free_prompt, scene_prompt
from pipeline.prior import Prior
from pipeline.priors.store import PriorStore
from pipeline.settings import Settings
from pipeline.story import Character, Motion, Scene, Story
from pipeline.theatre.world import load_world


def names_of(record: PackRecord) -> TroupeNames:
    """Give what the built-in planner makes stories of: the closed cast, else all of the theatre."""
    return record.troupe or _whole_theatre()


def cast_for(
    story: Story,
    record: PackRecord,
    *,
    pack: str,
    previous: Casting | None = None,
    priors: Sequence[Prior] | None = None,
) -> Casting:
    """Give how a pack plays a story, as `cast_story`; an open cast has no parts.

    Args:
        story: The story.
        record: The pack's.
        pack: What the casting says of whose it is: the pack's name or folder.
        previous: What was decided before.
        priors: What was learned for the pack, see `with_learned`; None where nobody looks, so that
            what `previous` says of it stays as it is: enough to be written, not to be played.
    """
    if record.troupe is not None:
        casting = cast_story(story, troupe=record.troupe, pack=pack, previous=previous)
    else:
        kept = previous.learned if previous and previous.pack == pack else ()
        casting = Casting(pack=pack, learned=kept)
    return casting if priors is None else with_learned(casting, story, priors)


def learned_heads(settings: Settings) -> tuple[Prior, ...]:
    """Give what was learned for the pack that plays: the user's own, newest first, then shipped.

    Raises:
        ModelUnavailableError: there is no such pack.
    """
    record = load_record(settings.pack)
    revision = played_revision(settings.pack, record, home=settings.home)
    return tuple(stored.prior for stored in PriorStore(settings).of_pack(revision))


def with_learned(casting: Casting, story: Story, priors: Sequence[Prior]) -> Casting:
    """Give the casting with what was learned of the story's characters and motions.

    What the storyteller chose is kept, also that nothing is wanted; of anything else the first
    prior that fits is taken: a character's by the same name and kind, a motion's by the same
    meaning in a closed cast that does not play it as it is, else by the same words. A choice whose
    prior is not there stays with a note, and is not used.

    Args:
        casting: How the pack plays the story; who and what stands in for what was learned stays.
        story: The story.
        priors: All that may be used, of the revision of the pack that plays, the best first.
    """
    chosen = {(one.character_id, one.motion_id): one for one in casting.learned if one.chosen}
    parts = {part.motion_id: part for part in casting.motions}
    learned: list[Learned] = []
    for character in story.characters:
        fits = (p for p in priors if p.kind == "character" and _is_of(p, character))
        told = f"how {called(character)} looks"
        own = Learned(character_id=character.id, prior=None)
        learned += _settled(own, told, chosen.get((character.id, None)), fits, priors)
    for motion in story.motions:
        part = parts.get(motion.id)
        fits = (p for p in priors if p.kind == "motion" and _shows(p, motion, part))
        own = Learned(motion_id=motion.id, prior=None)
        learned += _settled(own, doing(motion), chosen.get((None, motion.id)), fits, priors)
    whole = casting.model_copy(update={"learned": tuple(learned)})
    motions = tuple(_stated(part, whole) for part in casting.motions)
    return whole.model_copy(update={"motions": motions})


def prompt_for(
    story: Story,
    scene_id: str,
    record: PackRecord,
    casting: Casting,
    *,
    use_learned: bool = True,
) -> ScenePrompt:
    """Give a scene as the pack reads it: by its casting, or in the story's own words.

    Without what was learned it is told as if that were not there. KeyError if there is no such
    scene.
    """
    if record.troupe is None:
        return free_prompt(story, scene_id, casting, use_learned=use_learned)
    troupe = record.troupe
    return scene_prompt(story, scene_id, casting, troupe=troupe, use_learned=use_learned)


def backdrop_of(scene: Scene, casting: Casting) -> str | None:
    """Give the theatre's backdrop behind a scene's boxes: the one it is played before.

    Where nothing is cast it is a sketch: only a place or a sky that the scene's words name
    themselves; None = plain paper.
    """
    played = (place.backdrop for place in casting.places if place.scene_id == scene.id)
    return next(played, None) or named_backdrop(scene, tuple(load_world().backdrops))


def _settled(
    own: Learned,
    told: str,
    chosen: Learned | None,
    fits: Iterator[Prior],
    priors: Sequence[Prior],
) -> Iterator[Learned]:
    """What is used of a character or motion: what was chosen, else the first that fits."""
    if chosen is not None and chosen.prior is None:
        yield chosen.model_copy(update={"trigger": "", "note": ""})
        return
    kind = "character" if own.character_id else "motion"
    found = next(fits, None)
    if chosen is not None:
        there = (p for p in priors if p.key == chosen.prior and p.kind == kind)
        if mine := next(there, None):
            yield chosen.model_copy(update={"trigger": mine.trigger, "note": ""})
            return
        instead = "what else was learned of it is used" if found else "it is not used"
        note = f"what was chosen for {told} is not here for this pack; {instead}"
        yield chosen.model_copy(update={"trigger": "", "note": note})
    if found is not None:
        yield own.model_copy(update={"prior": found.key, "trigger": found.trigger})


def _is_of(prior: Prior, character: Character) -> bool:
    """Whether a learned look has the character's name and kind; an unknown kind is any."""
    kinds = {_same(kind) for kind in (prior.figure, character.kind) if kind.strip()}
    return _same(prior.words) == _same(character.name) and len(kinds) <= 1


def _shows(prior: Prior, motion: Motion, part: MotionPart | None) -> bool:
    """Whether a learned motion is one that the pack does not play as it is written."""
    if part is None:
        return _same(prior.words) == _same(motion.words)
    if part.exact and part.state == "known":
        return False
    return not motion_meaning(prior.words).isdisjoint(motion_meaning(motion.words))


def _stated(part: MotionPart, casting: Casting) -> MotionPart:
    learned = casting.learned_of(motion_id=part.motion_id)
    return part.model_copy(update={"state": "learned"}) if learned else part


def _same(words: str) -> str:
    """Words as they are compared: without capitals and spare spaces."""
    return " ".join(words.casefold().split())


@lru_cache(maxsize=1)
def _whole_theatre() -> TroupeNames:
    world = load_world()
    return TroupeNames(
        kinds=world.kinds,
        colours=tuple(world.colours),
        motions=tuple(world.motions),
        backdrops=tuple(world.backdrops),
    )
