"""Other words for a movement, as a language model knows them, to search captions with."""

from __future__ import annotations

from pipeline.errors import PlanningError
from pipeline.plan.llm.answers import read_json
from pipeline.plan.llm.background import Report, work_of
from pipeline.plan.llm.conversation import Errand, converse
from pipeline.plan.llm.endpoint import Endpoint, Question
from pipeline.plan.llm.manner import Mode
from pipeline.plan.llm.options import LlmOptions
from pipeline.plan.llm.prompting import words_prompt
from pipeline.plan.llm.wire import WireWords, wire_schema
from pipeline.progress import Progress, Work

MOST_WORDS = 8
_LONGEST_CHARACTERS = 60


def more_words(movement: str, options: LlmOptions) -> Work[tuple[str, ...]]:
    """Ask a language model how else captions say a movement; at most `MOST_WORDS` phrases.

    Raises:
        InputError: the key or the model is not taken.
        PlanningError: the endpoint fails, or no answer can be used.
    """
    first = Progress(stage="words", step=0, total=1, note="asking for other words")

    async def ask(report: Report) -> tuple[str, ...]:
        def hear(note: str) -> None:
            report(first.model_copy(update={"note": note}))

        async with Endpoint(options, seed=0) as endpoint:
            told = await converse(endpoint, _errand(movement), tries=options.max_tries, hear=hear)
        if told.value is None:
            raise PlanningError(
                f"{options.model} named no other words: {'; '.join(told.problems)}",
                hint="Search with the words that are there, or write others yourself.",
            )
        return tuple(dict.fromkeys(told.value.words))[:MOST_WORDS]

    return work_of(ask, first)


def _errand(movement: str) -> Errand[WireWords]:
    def prompt(mode: Mode) -> str:
        return words_prompt(movement, MOST_WORDS, mode)

    def read(text: str, mode: Mode) -> WireWords:
        return read_json(text, WireWords)

    question = Question("words", wire_schema(WireWords), prompt)
    return Errand("story", None, question, read, _problems)


def _problems(told: WireWords) -> tuple[str, ...]:
    if not told.words:
        return ("no words are named",)
    long = [word for word in told.words if not 0 < len(word) <= _LONGEST_CHARACTERS]
    return tuple(f"{word[:80]!r} is no short phrase" for word in long)
