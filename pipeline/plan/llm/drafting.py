"""Turns what a model answered into a draft: its ids tidied, its scenes placed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from pipeline.plan.draft import DraftCharacter, DraftMotion, DraftScene, DraftStory
from pipeline.plan.llm.placing import Placed, known_id
from pipeline.plan.llm.wire import (
    WireAct,
    WireCharacter,
    WireMotion,
    WireScene,
    WireSetting,
    WireStory,
)
from pipeline.story import slug

_Item = TypeVar("_Item", WireCharacter, WireMotion)


def draft_story(story: WireStory, plans: Sequence[Placed]) -> DraftStory:
    """Give the draft of a story (its ids tidied) whose scenes are placed in the same order."""
    scenes = (
        draft_scene(scene, placed, scene_id=scene_id_of(number))
        for number, (scene, placed) in enumerate(zip(story.scenes, plans, strict=True), start=1)
    )
    return DraftStory(
        id=slug(story.title, fallback="story"),
        title=story.title,
        language=story.language,
        characters=tuple(map(draft_character, story.cast)),
        motions=tuple(map(draft_motion, story.motions)),
        scenes=tuple(scenes),
    )


def draft_scene(words: WireSetting, placed: Placed, *, scene_id: str) -> DraftScene:
    """Give the draft of a scene."""
    return DraftScene(
        id=scene_id,
        title=words.title,
        setting=words.setting,
        background=words.background,
        narration=words.narration,
        shot_size=words.shot_size,
        camera=words.camera,
        regions=placed.regions,
        overlaps=placed.overlaps,
    )


def draft_character(character: WireCharacter) -> DraftCharacter:
    """Give the draft of a character."""
    return DraftCharacter(
        id=character.id, name=character.name, kind=character.kind, look=character.look
    )


def draft_motion(motion: WireMotion) -> DraftMotion:
    """Give the draft of a motion."""
    return DraftMotion(id=motion.id, words=motion.words, locomotion=motion.locomotion)


def scene_id_of(number: int) -> str:
    """Give the id of a scene by its number, from 1 on."""
    return f"scene-{number}"


def tidy_ids(story: WireStory) -> WireStory:
    """Give the story with ids of our form, each used once, and its acts joined to them."""
    cast, people = tidied(story.cast, fallback="character")
    motions, moves = tidied(story.motions, fallback="motion")

    def joined(act: WireAct) -> WireAct:
        who = known_id(act.character_id, people) or act.character_id
        how = known_id(act.motion_id, moves) or act.motion_id
        return WireAct(character_id=who, motion_id=how)

    scenes = tuple(
        scene.model_copy(update={"acts": tuple(map(joined, scene.acts))}) for scene in story.scenes
    )
    return story.model_copy(update={"cast": cast, "motions": motions, "scenes": scenes})


def joined_acts(story: WireStory) -> tuple[WireStory, tuple[str, ...]]:
    """Give the story (its ids tidied) without acts of unknown ids, and a sentence for each."""
    people, moves = {c.id for c in story.cast}, {m.id for m in story.motions}
    notes: list[str] = []
    scenes: list[WireScene] = []
    for number, scene in enumerate(story.scenes, start=1):
        kept = [a for a in scene.acts if a.character_id in people and a.motion_id in moves]
        notes += [
            f"Scene {number}: left out {act.character_id!r} who {act.motion_id!r}, not both known"
            for act in scene.acts
            if act not in kept
        ]
        scenes.append(scene.model_copy(update={"acts": tuple(kept)}))
    return story.model_copy(update={"scenes": tuple(scenes)}), tuple(notes)


def tidied(
    items: Sequence[_Item], *, fallback: str, taken: Iterable[str] = ()
) -> tuple[tuple[_Item, ...], dict[str, str]]:
    """Give items with ids of our form, unlike those taken, and our id of each told one."""
    used = list(taken)
    ids: dict[str, str] = {}
    tidy: list[_Item] = []
    for item in items:
        made = slug(item.id, fallback=fallback, taken=used)
        used.append(made)
        ids.setdefault(item.id, made)
        tidy.append(item.model_copy(update={"id": made}))
    return tuple(tidy), ids
