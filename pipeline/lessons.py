"""What a motion or a look would be learned from: approved clips, pictures, and their texts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.blocking import cast_project
from pipeline.clips import Clip, ClipDecision
from pipeline.editing.changes import changed, next_revision
from pipeline.errors import InputError
from pipeline.files import short, workspace_errors, write_bytes
from pipeline.packs.record import PackRecord, load_record
from pipeline.packs.weights import played_revision
from pipeline.plan.lessons import clip_prompt, clip_texts, look_trigger, picture_prompt, trigger_of
from pipeline.prior import PriorKind, PriorPlan, Source, TrainSettings
from pipeline.priors.keys import key_of, ordered
from pipeline.priors.recipes import settings_of
from pipeline.retrieve.libraries import OpenLibrary, open_library, suits
from pipeline.retrieving import find_motion, named
from pipeline.settings import Settings
from pipeline.story import Character, Motion
from pipeline.workspace import Project

MOST_CLIPS = 20
"""Clips that a motion is learned from at most (paper, section 3.2: 4 to 20)."""
MOST_PICTURES = 20


@dataclass(frozen=True)
class Material:
    """One source and where its pictures lie.

    Attributes:
        source: what the prior's record says of it.
        file: a video or a picture.
        span: the clip's frames in its file; None = all of them, or a picture.
        fps: the clip's; None of a picture.
    """

    source: Source
    file: Path
    span: range | None = None
    fps: float | None = None


@dataclass(frozen=True)
class Lesson:
    """All that is needed to learn a motion or a look, and the key that it will have."""

    plan: PriorPlan
    materials: tuple[Material, ...]
    """In the order of the plan's sources."""

    @property
    def key(self) -> str:
        """Give the key of the prior in the store."""
        return key_of(self.plan)


def train_settings(
    record: PackRecord, kind: PriorKind, recipe: str = "own", **changes: object
) -> TrainSettings:
    """Give how a pack learns, as `priors.recipes.settings_of`."""
    own = record.training.get(kind)
    return settings_of(record, kind, recipe, own=own, **changes)


def lesson_of(
    project: Project,
    settings: Settings,
    motion: str | None,
    character: str | None,
    *,
    recipe: str = "own",
    **changes: object,
) -> Lesson:
    """Give what a motion or a character, by its id or words, is learned from, by a recipe.

    Raises:
        InputError: none or both are named, the story has no such one, or it has nothing to be
            learned from.
    """
    record = load_record(settings.pack)
    if (motion is None) == (character is None):
        raise InputError("one motion or one character is learned at a time")
    if motion is not None:
        train = train_settings(record, "motion", recipe, **changes)
        return motion_lesson(project, find_motion(project, motion), settings, train)
    train = train_settings(record, "character", recipe, **changes)
    return character_lesson(project, find_character(project, character or ""), settings, train)


def find_character(project: Project, name: str) -> Character:
    """Give the character of a story that has that id or name; InputError if none has."""
    return named("character", project.story.characters, name, lambda one: one.name)


def learnable(project: Project, settings: Settings) -> tuple[list[Motion], list[Character]]:
    """Give the motions with approved clips that are not known, and the characters with pictures.

    What was learned before is among them: learning it again finds it in the store.
    """
    casting = cast_project(project, settings.pack)
    known = {part.motion_id for part in casting.motions if part.state == "known"}
    story = project.story
    motions = [
        one
        for one in story.motions
        if one.id not in known and any(map(_approved, project.clip_decisions(one.id).values()))
    ]
    return motions, [one for one in story.characters if kept_pictures(project, one)]


def bring_picture(project: Project, character: Character, file: Path) -> None:
    """Keep a picture that a character's look is to be learned from, as `keep_picture`.

    Raises:
        InputError: it is no picture that can be learned from, or there are enough already.
        WorkspaceError: it cannot be read or kept.
    """
    from pipeline.priors.pictures import open_picture

    keep_picture(project, character, open_picture(file).as_png())


def keep_picture(project: Project, character: Character, png: bytes) -> None:
    """Keep a picture of a character beside the story; the same one is kept once.

    Raises:
        InputError: the character has `MOST_PICTURES` already.
        WorkspaceError: it cannot be written.
    """
    name, kept = picture_id(png), kept_pictures(project, character)
    if name in kept:
        return
    if len(kept) >= MOST_PICTURES:
        raise InputError(
            f"{character.name} has {MOST_PICTURES} pictures already",
            hint="Take one away first; a few good ones teach as much.",
        )
    write_bytes(project.look_file(name), png)
    choose_pictures(project, character, (*kept, name))


def picture_id(png: bytes) -> str:
    """Give the id that a picture of a character is kept by."""
    return f"look-{hashlib.sha256(png).hexdigest()[:32]}"


def kept_pictures(project: Project, character: Character) -> list[str]:
    """Give the pictures of a character that are there: an older story may name deleted ones."""
    return [one for one in character.pictures if project.look_file(one).is_file()]


def choose_pictures(project: Project, character: Character, pictures: Iterable[str]) -> None:
    """Save which pictures a character has."""
    other = changed(character, pictures=tuple(pictures))
    cast = tuple(other if one.id == other.id else one for one in project.story.characters)
    project.save_story(next_revision(project.story, characters=cast))


def motion_lesson(
    project: Project, motion: Motion, settings: Settings, train: TrainSettings | None = None
) -> Lesson:
    """Give what a motion of a story is learned from: its approved clips, in their own captions.

    Raises:
        InputError: no clip is approved, or more than can be learned from.
        UnreadableVideoError: the file of a clip is gone.
    """
    record = load_record(settings.pack)
    decided = project.clip_decisions(motion.id).values()
    opened = [(open_library(settings, one.clip.library), one) for one in decided if _approved(one)]
    found = [
        (place, one) for place, one in opened if one.clip.own or suits(place.record, record.name)
    ]
    if not found:
        raise InputError(
            f"no clip of “{motion.words}” is approved yet",
            hint="Find clips and approve some: on the page in Cast & Motions, or with python -m"
            f" pipeline retrieve PROJECT --motion {motion.id}, then approve.",
        )
    if len(found) > MOST_CLIPS:
        raise InputError(
            f"{len(found)} clips of “{motion.words}” are approved",
            hint=f"Leave the best {MOST_CLIPS} or fewer approved.",
        )
    trigger = motion.words
    if record.motion_triggers:
        trigger = trigger_of(motion.words, record.motion_triggers)
    train = train or train_settings(record, "motion")
    materials: list[Material] = []
    for library, one in found:
        told = one.clip.caption, motion.words, trigger, record.troupe
        texts = clip_texts(*told) if train.form == "regions" else (clip_prompt(*told), "")
        texts = (trigger, texts[1]) if train.prompts == "shared" else texts
        materials.append(_clip_material(library, one, *texts, train))
    return _lesson("motion", motion.words, "", trigger, settings, train, materials)


def character_lesson(
    project: Project, character: Character, settings: Settings, train: TrainSettings | None = None
) -> Lesson:
    """Give what the look of a character is learned from: the pictures brought for it.

    Raises:
        InputError: there is none.
    """
    record, name = load_record(settings.pack), character.name
    kept = kept_pictures(project, character)
    if not kept:
        raise InputError(
            f"there is no picture of {name} yet",
            hint=f"Bring 1 to {MOST_PICTURES} pictures: in the page's cast, or "
            f"python -m pipeline train PROJECT --character {character.id} --picture FILE",
        )
    trigger = look_trigger(name, character.kind, record.look_triggers, record.troupe)
    trigger = trigger if record.look_triggers else character.trigger or trigger
    text = picture_prompt(name, character.kind, trigger, record.troupe)
    materials = [_picture_material(project.look_file(one), text) for one in kept]
    return _lesson("character", name, character.kind, trigger, settings, train, materials)


def _lesson(
    kind: PriorKind,
    words: str,
    figure: str,
    trigger: str,
    settings: Settings,
    train: TrainSettings | None,
    materials: Sequence[Material],
) -> Lesson:
    record = load_record(settings.pack)
    train = train or train_settings(record, kind)
    if train.prompts == "none":
        materials = [_without_text(one) for one in materials]
    sources = ordered(one.source for one in materials)
    plan = PriorPlan(
        kind=kind,
        words=words,
        figure=figure,
        trigger=trigger,
        pack=record.name,
        pack_revision=played_revision(settings.pack, record, home=settings.home),
        settings=train,
        sources=sources,
    )
    return Lesson(plan, tuple(sorted(materials, key=lambda one: sources.index(one.source))))


def _approved(decision: ClipDecision) -> bool:
    return decision.verdict == "approved"


def _without_text(material: Material) -> Material:
    source = material.source.model_copy(update={"prompt": "", "surroundings": ""})
    return Material(source, material.file, material.span, material.fps)


def _clip_material(
    library: OpenLibrary, decision: ClipDecision, prompt: str, around: str, train: TrainSettings
) -> Material:
    clip, file = decision.clip, library.file_of(decision.clip)
    source = Source(
        kind="clip",
        name=clip.caption or clip.source,
        sha256=clip.content_hash or _hash(file),
        prompt=prompt,
        licence=clip.licence or library.record.licence,
        credit=clip.credit,
        surroundings=around,
        crop=decision.crop if train.cropped else None,
        track=decision.track if train.form == "regions" else None,
    )
    return Material(source, file, _span(library, clip), clip.fps)


def _span(library: OpenLibrary, clip: Clip) -> range | None:
    return None if clip.num_frames is None or clip.fps is None else library.frames_of(clip)


def _picture_material(file: Path, prompt: str) -> Material:
    with workspace_errors(f"read the picture {short(file)}", hint="Bring it again."):
        source = Source(kind="picture", name=file.stem, sha256=_hash(file), prompt=prompt)
    return Material(source, file)


def _hash(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
