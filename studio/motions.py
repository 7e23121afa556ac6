"""The motions of a story as the page shows them: what each needs, what was found and decided."""

from __future__ import annotations

from pipeline.clips import Candidate, Retrieval
from pipeline.errors import InputError
from pipeline.packs.record import load_record
from pipeline.queue import Queue
from pipeline.retrieve.words import expand
from pipeline.settings import Settings
from pipeline.story import Motion, Story
from pipeline.workspace import Project
from studio.bodies import Decide, Search
from studio.cards import View, duration_words
from studio.clip_media import clip_addresses
from studio.clips import Found, by_step, clip_words, find_candidate, found, score_views
from studio.libraries import can_fetch, unfit_libraries
from studio.planners import model_options
from studio.priors import Library
from studio.projects import editing, open_by_id
from studio.refusals import NotAllowedError, NotThereError
from studio.rendering import check_queue
from studio.signing import Links
from studio.staging import stage

_SHOWN_LEFT_OUT = 24
"""Clips that are shown of each reason; how many there are is said."""


class Motions:
    """The motions of one story, for one page."""

    def __init__(self, project: Project, settings: Settings, links: Links) -> None:
        self._project, self._settings, self._links = project, settings, links
        self._staging = stage(project, settings)
        self._casting = self._staging.casting
        self._parts = {part.motion_id: part for part in self._casting.motions}
        self._learned = Library(settings, links)
        self._unfit = unfit_libraries(settings)

    def heads(self) -> list[View]:
        """Give every motion of the story without its clips."""
        return [self._head(one, self._found(one)) for one in self._project.story.motions]

    def view(self, motion_id: str) -> View:
        """Give a motion with its clips; NotThereError where the story does not have it."""
        motion = find_motion(self._project.story, motion_id)
        clips = self._found(motion)
        scores = [one.candidate.scores for one in clips.shown]
        return {
            **self._head(motion, clips),
            "expanded": list(clips.retrieval.terms if clips.retrieval else expand(motion.words)),
            "words_asked": clips.retrieval.words if clips.retrieval else motion.words,
            "cost": self._cost(clips.retrieval),
            "suggests": model_options(self._settings) is not None,
            "fetches": can_fetch(self._settings),
            "filter": load_record(self._settings.pack).search.filter.model_dump(),
            "counts": count_views(clips.retrieval),
            "candidates": [
                {
                    **self._clip(motion, one.candidate),
                    "scores": score_views(one.candidate.scores, scores),
                    "verdict": one.verdict,
                }
                for one in clips.shown
            ],
            "dropped": self._dropped(motion, clips.left_out),
        }

    def _found(self, motion: Motion) -> Found:
        return found(self._project, motion.id, without=self._unfit)

    def _head(self, motion: Motion, clips: Found) -> View:
        part = self._parts.get(motion.id)
        return {
            "id": motion.id,
            "words": motion.words,
            "state": part.state if part else "known",
            "played": self._staging.shown_as(motion),
            "learned": self._learned_view(motion),
            "searched": clips.retrieval is not None,
            "approved": clips.number("approved"),
            "rejected": clips.number("rejected"),
        }

    def _learned_view(self, motion: Motion) -> View | None:
        used = self._casting.learned_of(motion_id=motion.id)
        return self._learned.brief(used.prior) if used and used.prior else None

    def _clip(self, motion: Motion, candidate: Candidate) -> View:
        here = (self._project, self._settings, self._links)
        return {**clip_words(candidate), **clip_addresses(*here, motion.id, candidate)}

    def _dropped(self, motion: Motion, candidates: tuple[Candidate, ...]) -> list[View]:
        return [
            {
                "words": words,
                "number": len(clips),
                "clips": [self._clip(motion, one) for one in clips[:_SHOWN_LEFT_OUT]],
            }
            for words, clips in by_step(candidates).items()
        ]

    def _cost(self, retrieval: Retrieval | None) -> str:
        """Say what a search needs, as the last one did; empty where nobody knows."""
        return f"about {duration_words(retrieval.seconds)}" if retrieval else ""


def find_motion(story: Story, motion_id: str) -> Motion:
    """Give the motion of that id; NotThereError if the story has none."""
    for motion in story.motions:
        if motion.id == motion_id:
            return motion
    raise NotThereError("This motion is no longer in the story", hint="Reload the page.")


def count_views(retrieval: Retrieval | None) -> list[View]:
    """Give how many clips each step of a search kept, and what the step asks for."""
    return [
        {"stage": one.stage, "words": one.words, "kept": one.kept}
        for one in (retrieval.counts if retrieval else ())
    ]


def search(project: Project, settings: Settings, queue: Queue, told: Search) -> None:
    """Queue the search for a motion's clips.

    Raises:
        InputError: there are no words to search for, or too much waits already.
        NotAllowedError: clips shall be fetched, and nothing here may or can do so.
        NotThereError: the story has no such motion.
    """
    motion = find_motion(project.story, told.motion)
    terms = told.terms and tuple(dict.fromkeys(one.lower() for one in told.terms if one))
    if not told.words or terms == ():
        raise InputError("There are no words to search for", hint="Write what is done.")
    if told.fetch and not can_fetch(settings):
        raise NotAllowedError(
            "The studio cannot fetch clips from their site", hint="Search without fetching them."
        )
    check_queue(queue, settings.user, 1)
    arguments = {
        "motion_id": motion.id,
        "words": told.words,
        "terms": terms,
        "suggest": told.suggest,
        "fetch": told.fetch,
        "filter": told.filter.model_dump() if told.filter else None,
    }
    queue.submit("retrieve", project.path, arguments, user=settings.user)


def decide(settings: Settings, told: Decide) -> None:
    """Keep what was decided of a clip; None = undecided again.

    Raises:
        NotThereError: there is no such story, motion or clip.
        WorkspaceError: it cannot be written.
    """
    with editing(settings, told.project) as project:
        motion = find_motion(project.story, told.motion)
        candidate = find_candidate(project, motion.id, told.clip)
        project.decide_clip(motion.id, candidate, told.verdict)


def motions_of(settings: Settings, project_id: str, links: Links) -> Motions:
    """Give the motions of a story; raises as `open_by_id`."""
    return Motions(open_by_id(settings, project_id), settings, links)
