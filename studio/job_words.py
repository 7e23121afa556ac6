"""What a piece of work is called on the page, what it does, what came of it, what went wrong."""

from __future__ import annotations

import os
import re

from pipeline.queue import Job
from pipeline.settings import Settings
from pipeline.story import Story
from studio.cards import counted, sentence

ON_CLIPS = ("retrieve", "scan")
"""Kinds of work that read libraries of clips."""
TRAIN = "train"
"""The kind of work that learns a motion or a look."""
IN_STAGES = (*ON_CLIPS, TRAIN)
"""Kinds of work whose steps count within a stage; what learns says itself how long it takes."""
_FETCHING = "python -m pipeline packs fetch"
"""The command that a hint names for missing weights; the page has a button that does it."""
_DOING = {
    "library": "drawing the theatre's clips",
    "scan": "looking for videos",
    "list": "reading the list",
    "words": "asking the language model for words",
    "index": "reading captions",
    "pictures": "looking at pictures",
    "fetch": "fetching clips from their site",
    "probe": "looking into files",
    "look": "following actors",
    "read": "reading clips and pictures",
    "latents": "making them small",
    "train": "learning",
    "video_text": "comparing movements with the words",
    "crop": "cutting actors out",
}
"""What work on clips does at each stage, and learning; its steps count within the stage."""
_TITLES = {
    "film": "Making the film",
    "animatic": "Making the animatic",
    "scan": "Looking through clips",
}
_ASIDES = {
    "encoding words": "reading the words",
    "decoding": "drawing the frames",
    "looking": "looking at the take",
}
"""What a renderer's notes are called on the page; others are told as they are."""
_LOSS = re.compile(r"loss ([0-9]+(?:\.[0-9]+)?)")
_STEP = re.compile(r",? ?step [0-9]+ of [0-9]+")
"""Of a note of learning: the page says the step itself."""
_WITHOUT = {"boxes": " without boxes", "priors": " without what was learned"}


def scene_of(job: Job) -> str | None:
    """Give the scene that a job is about; None where it is about none."""
    return job.scene_id or job.arguments.get("scene_id")


def about(job: Job) -> tuple[str | None, ...]:
    """Give what a job works on: another of that kind on the same has tried it again."""
    if job.kind == "fetch":
        return (job.arguments.get("pack"),)
    if job.kind == "scan":
        return tuple(job.arguments.get(name) for name in ("path", "library", "name", "motion_id"))
    return scene_of(job), job.arguments.get("motion_id"), job.arguments.get("character_id")


def title_of(job: Job, story: Story | None) -> str:
    """Say what a job makes; `story` is None where that is not there any more."""
    if job.kind in _TITLES:
        drafts = " of drafts" if job.arguments.get("whole") == "drafts" else ""
        return f"{_TITLES[job.kind]}{drafts}"
    if job.kind == "fetch":
        return f"Fetching the model {job.arguments.get('pack', '')}"
    if job.kind == TRAIN:
        return f"Learning “{_learned(job, story)}”"
    if job.kind == "retrieve":
        return f"Searching clips of “{job.arguments.get('words', '')}”"
    scenes = story.scenes if story else ()
    scene = next((one for one in scenes if one.id == scene_of(job)), None)
    title = f"Rendering “{scene.title or scene.id}”" if scene else "Rendering"
    return f"{title}{_WITHOUT.get(left_out(job), '')}"


def doing(job: Job) -> str:
    """Say what work on clips, or learning, does at its stage; empty of other work."""
    return _DOING.get(job.stage, "") if job.kind in IN_STAGES else ""


def aside(job: Job) -> str:
    """Say what work does beside its steps; empty of work on clips, which says that itself."""
    if job.kind == TRAIN:
        return _STEP.sub("", _LOSS.sub("", job.note)).strip(", ")
    if job.kind in ON_CLIPS or job.note.startswith("step "):
        return ""
    return _ASIDES.get(job.note, job.note)


def loss(job: Job) -> float | None:
    """Give the loss of the last step, which learning says in its note."""
    told = _LOSS.match(job.note) if job.kind == TRAIN else None
    return float(told[1]) if told else None


def left_out(job: Job) -> str:
    """Say what a take is rendered without, to compare it: 'boxes', 'priors', or nothing."""
    if job.arguments.get("use_regions") is False:
        return "boxes"
    return "priors" if job.arguments.get("use_priors") is False else ""


def outcome(job: Job, story: Story | None) -> str:
    """Say what came of a look through clips, or of learning; empty of other work."""
    told = job.result
    if job.state != "done":
        return ""
    if job.kind == TRAIN:
        return f"“{_learned(job, story)}” is learned."
    if job.kind != "scan" or not isinstance(told, dict | list):
        return ""
    if isinstance(told, list):  # the shots of a video
        return sentence(counted(len(told), "new clip"))
    others = (("bad", "cannot be read"), ("broken", "left out"))
    parts = [f"{told[name]} {words}" for name, words in others if told.get(name)]
    words = sentence(", ".join([counted(told.get("added", 0), "new clip"), *parts]))
    first = next(iter(told.get("problems", ())), "").rstrip(".")
    return f"{words} {first}." if first else words


def failure(job: Job, settings: Settings) -> str:
    """Say what went wrong, in sentences that do not tell where the home lies."""
    error, hint = (job.error or "it failed").rstrip("."), job.hint or ""
    if not settings.visitors:  # who visits has no such button
        hint = hint.replace(_FETCHING, f"open “Models …” in the menu, or {_FETCHING}")
    words = f"{error[:1].upper()}{error[1:]}. {hint}".strip()
    return words.replace(f"{settings.home}{os.sep}", "")


def _learned(job: Job, story: Story | None) -> str:
    """What some learning is about: a motion's words, or a character's name."""
    told, gone = job.arguments, "what is no longer in the story"
    if story is None:
        return gone
    words = {one.words for one in story.motions if one.id == told.get("motion_id")}
    names = {one.name for one in story.characters if one.id == told.get("character_id")}
    return next(iter(words | names), gone)
