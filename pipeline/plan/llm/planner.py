"""Plans a story with a language model: the story level first, then its scenes side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pipeline.artifacts import PlanAttempt, PlanRecord
from pipeline.errors import InputError
from pipeline.plan.llm.answers import read_json
from pipeline.plan.llm.background import Report, work_of
from pipeline.plan.llm.checks import story_problems
from pipeline.plan.llm.conversation import Errand, Outcome, converse
from pipeline.plan.llm.drafting import draft_story, joined_acts, scene_id_of, tidy_ids
from pipeline.plan.llm.endpoint import Endpoint, Question
from pipeline.plan.llm.manner import Mode
from pipeline.plan.llm.options import LlmOptions
from pipeline.plan.llm.placing import Placed
from pipeline.plan.llm.prompting import prompts_version, story_prompt
from pipeline.plan.llm.scenes import scene_errand, unplaced
from pipeline.plan.llm.settling import settle, unusable
from pipeline.plan.llm.wire import WireStory, wire_schema
from pipeline.plan.sentences import MAX_IDEA_LENGTH
from pipeline.plan.troupe import Players
from pipeline.progress import Progress, Work
from pipeline.story import Story

T = TypeVar("T")


@dataclass(frozen=True)
class Planned:
    """A story and how it came about."""

    story: Story
    record: PlanRecord


def plan_story(
    idea: str, *, options: LlmOptions, troupe: Players | None, seed: int = 0
) -> Work[Planned]:
    """Plan a story of an idea in any language; a work function, whose `close()` cancels at once.

    What is wrong with an answer goes back to the model; what is wrong after the last try is mended
    by `repair`. Every answer and every mend stands in the record. `troupe` is told as advice.

    Raises:
        InputError: the idea, the key or the model's name cannot be used.
        PlanningError: the endpoint fails, or the model refuses or tells no story.
    """
    check_words(idea, "idea")

    def job(report: Report) -> Coroutine[Any, Any, Planned]:
        return _Planning(idea, options, troupe, seed, report).run()

    note = f"{options.model} writes the story"
    return (yield from work_of(job, Progress(stage="plan", step=0, total=1, note=note)))


def check_words(words: str, what: str) -> None:
    """Refuse an idea or a note that is empty, too long or no text.

    Raises:
        InputError: it is.
    """
    if not words.strip():
        raise InputError(f"the {what} is empty", hint="Write a line of what you want to see.")
    if len(words) > MAX_IDEA_LENGTH:
        raise InputError(
            f"the {what} has {len(words):,} characters; at most {MAX_IDEA_LENGTH:,} can be planned",
            hint="Shorten it, or plan it in parts.",
        )
    if any("\ud800" <= c <= "\udfff" for c in words):  # half a character: no request can hold it
        raise InputError(f"the {what} is not a text", hint="Write it again, or paste it as text.")


def make_record(
    idea: str,
    *,
    options: LlmOptions,
    seed: int,
    attempts: Iterable[PlanAttempt],
    repairs: Iterable[str],
) -> PlanRecord:
    """Give the record of a planning; it holds no key, and of the address only the host."""
    return PlanRecord(
        planner="openai",
        idea=idea,
        seed=seed,
        model=options.model,
        endpoint=options.host,
        prompts=prompts_version(),
        attempts=tuple(attempts),
        repairs=tuple(repairs),
    )


class _Planning:
    """One run of a planning."""

    def __init__(
        self, idea: str, options: LlmOptions, troupe: Players | None, seed: int, report: Report
    ) -> None:
        self._idea = idea
        self._options = options
        self._troupe = troupe
        self._seed = seed
        self._report = report
        self._step, self._total = 0, 1

    async def run(self) -> Planned:
        """Ask for the story and all its scenes, and settle them."""
        async with Endpoint(self._options, seed=self._seed) as endpoint:
            told = await self._ask_story(endpoint)
            if told.value is None:
                raise unusable(told.problems, self._options, attempts=told.attempts)
            story, left_out = joined_acts(tidy_ids(told.value))
            self._step, self._total = 1, 1 + len(story.scenes)
            self._tell(f"{len(story.scenes)} scenes to place")
            scenes = await self._ask_scenes(endpoint, story)
        settled = settle(draft_story(story, _places(story, scenes)), self._options)
        record = make_record(
            self._idea,
            options=self._options,
            seed=self._seed,
            attempts=[attempt for one in (told, *scenes) for attempt in one.attempts],
            repairs=(*left_out, *_lost(scenes), *settled.repairs),
        )
        return Planned(settled.story, record)

    async def _ask_story(self, endpoint: Endpoint) -> Outcome[WireStory]:
        def prompt(mode: Mode) -> str:
            return story_prompt(self._idea, mode, self._troupe)

        def read(text: str, mode: Mode) -> WireStory:
            return read_json(text, WireStory)

        question = Question("story", wire_schema(WireStory), prompt)
        errand = Errand("story", None, question, read, story_problems)
        tries = self._options.max_tries
        return await converse(
            endpoint, errand, tries=tries, hear=lambda n: self._tell(f"story: {n}")
        )

    async def _ask_scenes(self, endpoint: Endpoint, story: WireStory) -> list[Outcome[Placed]]:
        gate = asyncio.Semaphore(self._options.at_once)

        async def ask(number: int) -> Outcome[Placed]:
            async with gate:
                self._tell(f"scene {number}: placing its characters", number)
                outcome = await self._ask_scene(endpoint, story, number)
            self._step += 1
            self._tell(f"scene {number} is placed", number)
            return outcome

        return await _together([ask(number) for number in range(1, len(story.scenes) + 1)])

    async def _ask_scene(
        self, endpoint: Endpoint, story: WireStory, number: int
    ) -> Outcome[Placed]:
        errand, tries = scene_errand(story, number), self._options.max_tries
        return await converse(
            endpoint,
            errand,
            tries=tries,
            hear=lambda note: self._tell(f"scene {number}: {note}", number),
        )

    def _tell(self, note: str, number: int | None = None) -> None:
        scene_id = scene_id_of(number) if number else None
        step, total = self._step, self._total
        self._report(Progress(stage="plan", step=step, total=total, note=note, scene_id=scene_id))


async def _together(jobs: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """The results of jobs run at the same time; the first that fails ends the others."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(job) for job in jobs]
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return [task.result() for task in tasks]


def _places(story: WireStory, scenes: Sequence[Outcome[Placed]]) -> list[Placed]:
    return [one.value or unplaced(story, number) for number, one in enumerate(scenes, start=1)]


def _lost(scenes: Sequence[Outcome[Placed]]) -> list[str]:
    return [
        f"Scene {number}: no answer says where anyone is, so all stand side by side"
        for number, outcome in enumerate(scenes, start=1)
        if outcome.value is None
    ]
