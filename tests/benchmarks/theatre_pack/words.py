"""Scenes in words: as rendering says them, as one caption, and in phrases training never wrote."""

from __future__ import annotations

import random

from pipeline.artifacts import RegionPrompt, ScenePrompt
from pipeline.packs.record import PackRecord
from pipeline.theatre.captions import (
    canonical_background_text,
    canonical_region_text,
    words_of,
)
from pipeline.theatre.script import Actor, Script
from pipeline.theatre.world import load_world
from tests.benchmarks.theatre_pack.scenes import Asked

_REGIONS = (
    "{verb} , the {kind} , {colour} , {way}",
    "{colour} {kind} , {verb} {way}",
    "{way} , one {kind} in {colour} {verb}",
    "we see the very {colour} and friendly {kind} , it {verb} {way}",
    "there is a {kind} and the {kind} is {colour} and {verb} {way}",
    "please {base} {way} , dear {colour} {kind} !",
)
_BACKGROUNDS = (
    "{where} , quiet and empty",
    "the stage is empty , {where}",
    "once upon a time {where} , and nobody there",
)


def usual_prompt(asked: Asked, record: PackRecord) -> ScenePrompt:
    """The scene in the one phrasing that rendering uses."""
    texts = [canonical_region_text(a.kind, a.colour, a.motion, a.facing) for a in _actors(asked)]
    return _prompt(asked, record, texts, canonical_background_text(asked.script.backdrop))


def caption_prompt(asked: Asked, record: PackRecord) -> ScenePrompt:
    """The scene in one text with position words, to be rendered without regions."""
    text = caption_of(asked.script, max_words=record.max_sequence_length - 1)
    prompt = usual_prompt(asked, record)
    return prompt.model_copy(update={"caption": record.normalise(text)[0]})


def unseen_prompt(asked: Asked, record: PackRecord) -> ScenePrompt:
    """The scene in phrases that no training caption has, words outside the vocabulary included."""
    rng = random.Random(f"unseen words, scene {asked.number}")
    texts = [unseen_region_text(actor, rng) for actor in _actors(asked)]
    where = rng.choice(load_world().backdrops[asked.script.backdrop].words)
    return _prompt(asked, record, texts, rng.choice(_BACKGROUNDS).format(where=where))


def unseen_region_text(actor: Actor, rng: random.Random) -> str:
    """One actor in a phrase that no training caption has."""
    motion = load_world().motions[actor.motion]
    return rng.choice(_REGIONS).format(
        kind=actor.kind,
        colour=actor.colour,
        verb=rng.choice(motion.words),
        base=_base_form(motion.words[0]),
        way=actor.facing if motion.locomotion else f"facing {actor.facing}",
    )


def _base_form(verb: str) -> str:
    """The verb without its person: "walks" -> "walk", "waves hello" -> "wave hello"."""
    first, *rest = verb.split()
    return " ".join([first.removesuffix("s"), *rest])


def caption_of(script: Script, *, max_words: int) -> str:
    """The scene in one sentence, each character with its place and, if words suffice, its way."""
    where = load_world().backdrops[script.backdrop].words[0]
    for with_way, with_place in ((True, True), (False, True), (False, False)):
        told = [_told(a, with_way=with_way, with_place=with_place) for a in script.actors]
        text = f"{' and '.join(told)} {where}"
        if len(words_of(text)) <= max_words:
            break
    return text


def _told(actor: Actor, *, with_way: bool, with_place: bool) -> str:
    facing = actor.facing if with_way else None
    words = canonical_region_text(actor.kind, actor.colour, actor.motion, facing)
    return f"{_place(actor)} {words}" if with_place else words


def _place(actor: Actor) -> str:
    middle = sum(mark.x for mark in actor.marks) / len(actor.marks)
    return "on the left" if middle < 0.37 else "on the right" if middle > 0.63 else "in the middle"


def _actors(asked: Asked) -> tuple[Actor, ...]:
    return asked.script.actors


def _prompt(asked: Asked, record: PackRecord, texts: list[str], background: str) -> ScenePrompt:
    regions = tuple(
        RegionPrompt(
            region_id=f"r{number}", text=record.normalise(text)[0], boxes=asked.boxes_of(number)
        )
        for number, text in enumerate(texts)
    )
    return ScenePrompt(
        scene_id=f"scene-{asked.number}",
        regions=regions,
        background=record.normalise(background)[0],
    )
