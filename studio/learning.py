"""What a story learns: from which clips or pictures, at what cost, and what it uses of it."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.artifacts import Learned
from pipeline.errors import InputError
from pipeline.lessons import MOST_CLIPS, kept_pictures, train_settings
from pipeline.prior import PriorKind, TrainSettings
from pipeline.queue import Job, Queue
from pipeline.settings import Settings
from pipeline.workspace import Project
from studio.bodies import Learn, LearnControl, OfThing, UsePrior
from studio.cards import View, counted, duration_words, sentence
from studio.clips import found
from studio.jobs import TRAIN
from studio.libraries import unfit_libraries
from studio.looks import find_actor
from studio.motions import find_motion
from studio.operations import count_up
from studio.priors import Library
from studio.quotas import check_learning
from studio.refusals import NotAllowedError, NotThereError
from studio.rendering import check_queue
from studio.signing import Links
from studio.staging import stage
from studio.training_pace import pace_of
from studio.unfinished import stopped_job, stopped_view

BACKGROUNDS = (
    ("keep", "keep what is around the figure"),
    ("remove", "cut the figure out"),
)


@dataclass(frozen=True)
class Thing:
    """A motion or a character of a story, as something that is learned."""

    kind: PriorKind
    id: str
    words: str
    """The motion's words, or the character's name."""

    @property
    def argument(self) -> dict[str, str]:
        """Give how a piece of work names it: `{"motion_id": ...}` or `{"character_id": ...}`."""
        return {f"{self.kind}_id": self.id}

    def is_of(self, one: Learned) -> bool:
        """Say whether that is what a casting says of it."""
        return (one.motion_id if self.kind == "motion" else one.character_id) == self.id


def find_thing(project: Project, told: OfThing) -> Thing:
    """Give what a page asks for; NotThereError where the story does not have it."""
    if told.motion is not None:
        motion = find_motion(project.story, told.motion)
        return Thing("motion", motion.id, motion.words)
    character = find_actor(project, told.character or "")
    return Thing("character", character.id, character.name)


class Learning:
    """One motion or character of a story and what can be learned of it, for one page."""

    def __init__(
        self, project: Project, settings: Settings, links: Links, queue: Queue, thing: Thing
    ) -> None:
        self._project, self._settings, self._thing = project, settings, thing
        self._library = Library(settings, links)
        self._casting = stage(project, settings).casting
        self._jobs = jobs_of(queue, project, thing)

    def view(self) -> View:
        """Give all of it for the page."""
        thing, number, why = self._thing, self.number, self.why_not()
        is_look = thing.kind == "character"
        choices = self._library.fitting(thing.kind, thing.words)
        going = next((job.id for job in self._jobs if job.is_active), None)
        return {
            "kind": thing.kind,
            "id": thing.id,
            "words": thing.words,
            **self._state(),
            "ready": not why,
            "why": why,
            **self._cost(number),
            "sources": number,
            "least": 1,
            "steps": self.settings.steps,
            "backgrounds": [list(one) for one in BACKGROUNDS] if is_look else [],
            "background": self.settings.background if is_look else None,
            "choices": [self._library.card(one) for one in choices],
            "going": going,
            "stopped": stopped_view(self.stopped),
        }

    @property
    def settings(self) -> TrainSettings:
        """Give how it would be trained."""
        return train_settings(self._library.pack.record, self._thing.kind)

    @property
    def stopped(self) -> Job | None:
        """Give the learning that was stopped and can go on; None where there is none."""
        return stopped_job(self._project, self._settings, self._jobs)

    @property
    def number(self) -> int:
        """Count the clips or pictures that it would be learned from."""
        if self._thing.kind == "character":
            character = find_actor(self._project, self._thing.id)
            return len(kept_pictures(self._project, character))
        clips = found(self._project, self._thing.id, without=unfit_libraries(self._settings))
        return clips.number("approved")

    def why_not(self) -> str:
        """Say what keeps it from being learned; empty where nothing does."""
        if self._thing.kind == "character":
            return "" if self.number else "Add a picture first."
        parts = (one for one in self._casting.motions if one.motion_id == self._thing.id)
        part = next(parts, None)
        if part is not None and part.exact and part.state == "known":
            return "The model knows this motion already."
        if self.number > MOST_CLIPS:
            return f"Leave the best {MOST_CLIPS} clips or fewer approved."
        return "" if self.number else "Pick a clip first."

    def seconds_for(self, steps: int | None) -> float:
        """Say how long learning takes with so many steps; None = as it would be trained."""
        pace = pace_of(self._library, self._thing.kind)
        return pace.seconds_per_step * (steps or self.settings.steps)

    def _state(self) -> View:
        """What is used of it now, and why it is not what was chosen."""
        entries = [one for one in self._casting.learned if self._thing.is_of(one)]
        used = next((one.prior for one in entries if one.prior and one.trigger), None)
        chosen = next((one for one in entries if one.chosen), None)
        state, words = "learned" if used else "none", chosen.note if chosen else ""
        if chosen is not None and used is None:
            state = "lost" if chosen.prior else "off"
        return {
            "state": state,
            "state_words": sentence(words) if words else "",
            "uses": self._library.card(self._library.find(used)) if used else None,
            "chosen": chosen is not None,
        }

    def _cost(self, number: int) -> View:
        """What it is learned from and how long that takes; no words where there is nothing."""
        pace = pace_of(self._library, self._thing.kind)
        noun = "clip" if self._thing.kind == "motion" else "picture"
        time = duration_words(pace.seconds_per_step * self.settings.steps)
        words = f"Learns from {counted(number, noun)}, about {time} {pace.where}"
        return {"cost": words if number else "", "measured": pace.measured}


def learn(
    learning: Learning, project: Project, settings: Settings, queue: Queue, told: Learn
) -> None:
    """Queue the learning of a motion or of a look.

    One that was stopped goes on as it was, unless the page says how it shall be learned.

    Raises:
        InputError: there is nothing to learn from, it is learned right now, or too much waits.
        NotAllowedError: a visitor asks for more steps than the model's own, or has learned enough
            for a day.
    """
    thing = find_thing(project, told)
    if why := learning.why_not():
        raise InputError("This cannot be learned", hint=why)
    if any(job.is_active for job in jobs_of(queue, project, thing)):
        raise InputError("It is being learned already", hint="Wait for it, or stop it first.")
    if settings.visitors and told.steps and told.steps > learning.settings.steps:
        raise NotAllowedError(
            f"Visitors learn with {learning.settings.steps} steps at most",
            hint="Open a studio of your own for more.",
        )
    if told.background and thing.kind == "motion":
        raise InputError("Only pictures have a background to cut away", hint="Reload the page.")
    check_queue(queue, settings.user, 1)
    earlier = (job for job in queue.of_user(settings.user, ended=200) if job.kind == TRAIN)
    check_learning(settings, learning.seconds_for(told.steps), earlier)
    wish = told.model_dump(include={"steps", "background"}, exclude_none=True)
    if not wish and (stopped := learning.stopped):
        wish = stopped.arguments
    queue.submit(TRAIN, project.path, {**thing.argument, **wish}, user=settings.user)


def control(project: Project, queue: Queue, told: LearnControl) -> None:
    """Tell some learning to stop, or what to do beside its steps; NotThereError if it is over."""
    for job in queue.jobs(project.path, active=True):
        if job.id == told.id and job.kind == TRAIN:
            queue.control(job.id, told.word)
            return
    raise NotThereError("This is over already", hint="Look at what was learned.")


def choose(project: Project, settings: Settings, library: Library, told: UsePrior) -> None:
    """Keep what a story uses of what was learned: one, none, or again what fits its words.

    Raises:
        InputError: it is of another kind, or for another model.
        NotThereError: there is none of that key, or no such motion or character.
    """
    thing, entry = find_thing(project, told), None
    if told.chosen:
        trigger = _checked(library, thing, told.prior) if told.prior else ""
        entry = Learned(**thing.argument, prior=told.prior, trigger=trigger, chosen=True)
    casting = project.casting if project.has_casting else None
    if casting is None or casting.pack != library.pack.name:
        casting = stage(project, settings).casting
    others = tuple(one for one in casting.learned if not thing.is_of(one))
    count_up(project)
    learned = (*others, entry) if entry else others
    project.save_casting(casting.model_copy(update={"learned": learned}))
    keep_learned(project, settings)


def keep_learned(project: Project, settings: Settings) -> None:
    """Save what a story uses of what was learned where that is another than before.

    What is found by its words follows from the library, and the library tells who uses what. Of a
    casting for another pack nothing is changed.
    """
    if not project.has_casting:
        return
    now, saved = stage(project, settings).casting, project.casting
    if saved.pack == now.pack and saved.learned != now.learned:
        project.save_casting(saved.model_copy(update={"learned": now.learned}))


def jobs_of(queue: Queue, project: Project, thing: Thing) -> list[Job]:
    """Give all learning of a motion or of a look, oldest first."""
    jobs = (job for job in queue.jobs(project.path) if job.kind == TRAIN)
    return [job for job in jobs if thing.argument.items() <= job.arguments.items()]


def _checked(library: Library, thing: Thing, prior_key: str) -> str:
    """The word that calls a prior; refuses one that a motion or character cannot use."""
    prior = library.find(prior_key).prior
    if prior.kind != thing.kind:
        what = {"motion": "a motion", "character": "a look"}[prior.kind]
        raise InputError(f"This is {what} that was learned", hint="Choose one of the same kind.")
    if not library.fits(prior):
        raise InputError("This was learned for another model", hint="Choose another one.")
    return prior.trigger
