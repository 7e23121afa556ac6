"""What is wrong with an answer that can be read, in sentences for the model that gave it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from pipeline.plan.draft import DraftScene, DraftStory
from pipeline.plan.lint import Finding, lint, tell
from pipeline.plan.llm.drafting import draft_story, tidy_ids
from pipeline.plan.llm.placing import Placed
from pipeline.plan.llm.wire import WireScene, WireStory
from pipeline.plan.measures import MOST_MOTIONS

"""Motions of one character in a scene."""
MOST_TOLD = 12
"""Problems sent back at once."""
_HINTS_TOLD = ("scenes-few-or-many", "narration-missing")
"""Matters of taste that the prompt asks for."""
_OF_WORDS = ("background-names", "narration-long", "text-long")
"""Rules about a scene's words, which the story level tells."""


def story_problems(story: WireStory) -> tuple[str, ...]:
    """Give what is wrong with the story level, its ids as the model told them."""
    tidy = tidy_ids(story)
    empty = draft_story(tidy, [Placed(())] * len(tidy.scenes))
    problems = [*_of_ids(story), *(tell(f, empty) for f in _told(lint(empty)))]
    if not story.cast:
        problems.append("there is nobody in the cast")
    for number, scene in enumerate(tidy.scenes, start=1):
        problems += [f"Scene {number}: {words}" for words in _of_acts(tidy, scene)]
    return tuple(problems[:MOST_TOLD])


def scene_problems(
    story: DraftStory, scene: DraftScene, *, with_words: bool = False
) -> tuple[str, ...]:
    """Give what is wrong with where a scene's characters are.

    `with_words` looks at the words of the scene too, where the same answer tells them. The limits
    are the usual ones, those of the theatre, whichever pack plays.
    """
    alone = story.model_copy(update={"scenes": (scene,)})
    found = [f for f in _told(lint(alone)) if f.place.scene_id == scene.id]
    told = (f for f in found if with_words or f.rule not in _OF_WORDS or f.place.region_id)
    return tuple(_sentence(finding, alone) for finding in told)[:MOST_TOLD]


def _told(findings: Iterable[Finding]) -> Iterator[Finding]:
    return (f for f in findings if f.severity != "hint" or f.rule in _HINTS_TOLD)


def _sentence(finding: Finding, draft: DraftStory) -> str:
    """A finding with the region's id, as a model told it."""
    ids = filter(None, (finding.place.region_id, finding.place.other_id))
    told = tell(finding, draft, with_scene=False)
    return f"{told} ({', '.join(ids)})" if finding.place.region_id else told


def _of_ids(story: WireStory) -> Iterator[str]:
    yield from (f"two characters have the id {one!r}" for one in _twice(c.id for c in story.cast))
    yield from (f"two motions have the id {one!r}" for one in _twice(m.id for m in story.motions))


def _twice(ids: Iterable[str]) -> list[str]:
    return [one for one, times in Counter(ids).items() if times > 1]


def _of_acts(story: WireStory, scene: WireScene) -> Iterator[str]:
    people, moves = {c.id for c in story.cast}, {m.id for m in story.motions}
    for act in scene.acts:
        if act.character_id not in people:
            yield f"acts name an unknown character {act.character_id!r}"
        if act.motion_id not in moves:
            yield f"acts name an unknown motion {act.motion_id!r}"
    if not scene.acts:
        yield "nobody acts"
    for who, times in Counter(act.character_id for act in scene.acts).items():
        if times > MOST_MOTIONS:
            yield f"{who!r} has {times} motions; at most {MOST_MOTIONS} can be shown"
