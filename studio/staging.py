"""How a pack plays a story: the model's words of each scene, and what is wrong with it.

An edit changes one scene of up to forty, so each scene is staged by itself and kept: one that is
asked for again, with the same cast and words, is the same record.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline.artifacts import Casting, PlacePart, ScenePrompt
from pipeline.checking import limits_of
from pipeline.packs.obedience import OBEDIENCE_FILE, load_obedience
from pipeline.packs.record import PACK_FILE, PackRecord, TroupeNames, find_pack, load_record
from pipeline.plan.casting import stand_in
from pipeline.plan.lint import Finding, Limits, lint
from pipeline.plan.questions import Question, casting_questions
from pipeline.playing import (
    backdrop_of,
    cast_for,
    learned_heads,
    names_of,
    prompt_for,
    with_learned,
)
from pipeline.rendering import normalise
from pipeline.settings import Settings, preferences_of
from pipeline.story import Motion, Scene, Story
from pipeline.workspace import Project

_KEPT_SCENES = 400
"""All of ten long stories; a story is no larger than its file may be."""
_KEPT_STORIES = 100
_SEVERITIES = ("error", "warning", "hint")


@dataclass(frozen=True, eq=False)
class PlayedPack:
    """A pack as the page needs it: its record, what it plays, and what it can obey."""

    name: str
    record: PackRecord
    names: TroupeNames
    """Its closed cast, else what the theatre has: motions to choose from, figures to plan with."""
    limits: Limits
    obedience: Mapping[str, Any] | None
    """What `pipeline.packs.obedience` holds, as JSON; None where nobody measured it."""


@dataclass(frozen=True, eq=False)
class StagedScene:
    """A scene as a pack plays it; the same record as long as nothing about it changes."""

    story: Story
    """The story with that scene and its motions alone; its title and revision say nothing."""
    place: PlacePart | None
    """None where nothing is cast."""
    backdrop: str | None
    """The theatre's, behind the boxes; None = plain paper."""
    prompt: ScenePrompt
    plain: ScenePrompt
    """The same without what was learned, as it is rendered to compare."""
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Part:
    """All of a story that something follows from: equal parts are staged once."""

    story: Story
    casting: Casting | None
    pack: PlayedPack


@dataclass(frozen=True)
class Staging:
    """How a pack plays a story: who plays whom, each scene by id, and what is wrong."""

    pack: PlayedPack
    casting: Casting
    questions: tuple[Question, ...]
    """For each character that somebody stands in for."""
    scenes: Mapping[str, StagedScene]
    findings: tuple[Finding, ...]
    """Of the whole story and of every scene, as `lint` gives them."""

    @property
    def prompts(self) -> dict[str, ScenePrompt]:
        """Give the model's words by scene."""
        return {scene_id: staged.prompt for scene_id, staged in self.scenes.items()}

    def shown_as(self, motion: Motion) -> str:
        """Give which motion of the pack is shown in its place; empty where it is shown itself."""
        part = next((one for one in self.casting.motions if one.motion_id == motion.id), None)
        if part is not None and part.state == "to_learn":
            return stand_in(motion, self.pack.names)
        if part is None or part.exact or part.state == "learned" or part.motion == motion.words:
            return ""
        return part.motion


def stage(project: Project, settings: Settings) -> Staging:
    """Give how a pack plays the story as it stands now; rendering reads it the same way."""
    story, pack = project.story, played_pack(settings)
    previous = project.casting if project.has_casting else None
    places = {place.scene_id: place for place in previous.places} if previous else {}
    before = previous and previous.model_copy(update={"places": ()})
    bare = _only(story)
    cast = with_learned(_cast(_Part(bare, before, pack)), story, learned_heads(settings))
    scenes = {
        scene.id: _staged(_part_of(scene, bare, _placed(cast, places.get(scene.id)), pack))
        for scene in story.scenes
    }
    settled = tuple(one.place for one in scenes.values() if one.place)
    casting = cast.model_copy(update={"places": settled})
    questions = casting_questions(story, casting, pack.names)
    of_all = _findings_of_all(_Part(_only(story, bare=True), None, pack))
    found = [*of_all, *(one for staged in scenes.values() for one in staged.findings)]
    findings = sorted(found, key=lambda one: _SEVERITIES.index(one.severity))
    return Staging(pack, casting, questions, scenes, tuple(findings))


def played_pack(settings: Settings) -> PlayedPack:
    """Give the pack that plays, with the steps that were chosen for takes.

    It is read again once its record or its measures have changed.

    Raises:
        ModelUnavailableError: there is no such pack.
    """
    paths = (find_pack(settings.pack) / name for name in (PACK_FILE, OBEDIENCE_FILE))
    changed = (path.stat().st_mtime_ns for path in paths if path.is_file())
    kept = preferences_of(settings)
    return _read_pack(settings.pack, kept.draft_steps, kept.final_steps, *changed)


def finding_key(finding: Finding) -> str:
    """Give what a browser calls a finding: the same one has the same key."""
    return hashlib.sha256(finding.model_dump_json().encode()).hexdigest()[:16]


@lru_cache(maxsize=8)
def _read_pack(name: str, draft: int | None, final: int | None, *_: int) -> PlayedPack:
    limits = limits_of(Settings(home=Path(), pack=name))
    measured = load_obedience(name)
    obedience = measured.model_dump(mode="json") if measured else None
    wished = {"draft_steps": draft, "num_inference_steps": final}
    told = {field: steps for field, steps in wished.items() if steps}
    record = load_record(name).model_copy(update=told)
    return PlayedPack(name, record, names_of(record), limits, obedience)


def _only(story: Story, *, bare: bool = False) -> Story:
    """The story without its scenes, or with bare ones: all that its cast and its size follow from.

    Nothing else is left to tell two of them apart, so that they are staged once.
    """
    scenes = tuple(Scene.model_construct(id=scene.id) for scene in story.scenes) if bare else ()
    return story.model_copy(update={"id": "x", "revision": 0, "title": "x", "scenes": scenes})


def _placed(cast: Casting, place: PlacePart | None) -> Casting:
    return cast.model_copy(update={"places": (place,)}) if place else cast


def _part_of(scene: Scene, story: Story, cast: Casting, pack: PlayedPack) -> _Part:
    """The story and its casting with that scene and the scene's motions alone."""
    uses = (use for region in scene.regions for use in (region, *region.priors))
    used = {use.motion_id for use in uses}
    motions = tuple(motion for motion in story.motions if motion.id in used)
    moves = tuple(part for part in cast.motions if part.motion_id in used)
    part = story.model_copy(update={"motions": motions, "scenes": (scene,)})
    learned = tuple(one for one in cast.learned if one.motion_id is None or one.motion_id in used)
    return _Part(part, cast.model_copy(update={"motions": moves, "learned": learned}), pack)


@lru_cache(maxsize=_KEPT_STORIES)
def _cast(part: _Part) -> Casting:
    pack = part.pack
    return cast_for(part.story, pack.record, pack=pack.name, previous=part.casting)


@lru_cache(maxsize=_KEPT_STORIES)
def _findings_of_all(part: _Part) -> tuple[Finding, ...]:
    found = lint(part.story, limits=part.pack.limits)
    return tuple(one for one in found if one.place.scene_id is None)


@lru_cache(maxsize=_KEPT_SCENES)
def _staged(part: _Part) -> StagedScene:
    pack, (scene,) = part.pack, part.story.scenes
    casting = cast_for(part.story, pack.record, pack=pack.name, previous=part.casting)
    told = (part.story, scene.id, pack.record, casting)
    prompt, plain = prompt_for(*told), prompt_for(*told, use_learned=False)
    found = lint(part.story, limits=pack.limits)
    return StagedScene(
        story=part.story,
        place=next(iter(casting.places), None),
        backdrop=backdrop_of(scene, casting),
        prompt=normalise(prompt, pack.record),
        plain=normalise(plain, pack.record),
        findings=tuple(one for one in found if one.place.scene_id == scene.id),
    )
