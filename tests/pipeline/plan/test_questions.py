from __future__ import annotations

import pytest

from pipeline.artifacts import Casting
from pipeline.errors import InputError
from pipeline.plan import cast_story
from pipeline.plan.questions import casting_questions, recast
from pipeline.story import Character, Scene, Story
from tests.pipeline.plan.played import EVERYONE, PLAYED

CAST = (
    Character(id="d", name="Dragon", kind="dragon", look="small dragon"),
    Character(id="f", name="Fen", kind="fox", look="blue fox"),
    Character(id="k", name="Ida", kind="knight"),
    Character(id="o", name="Orange fox", kind="fox", look="orange fox"),
    Character(id="b", name="Bo", kind="fox", look="blue fox"),
    Character(id="q", name="Flumph", kind="flumph"),
    Character(id="m", name="Mia"),
)
STORY = Story(id="s", title="S", characters=CAST, scenes=(Scene(id="one"),))


def cast() -> Casting:
    return cast_story(STORY, troupe=PLAYED)


def figure(casting: Casting, character_id: str) -> tuple[str, str]:
    part = next(p for p in casting.parts if p.character_id == character_id)
    return part.kind, part.colour


def test_only_who_is_not_played_as_written_is_asked_about() -> None:
    asked = {q.character_id: q.asks for q in casting_questions(STORY, cast(), PLAYED)}
    assert asked == {
        "d": "There is no dragon in this troupe. Who plays it?",
        "k": "There is no knight in this troupe. Who plays Ida?",
        "o": "There is no orange fox in this troupe. Who plays it?",
        "b": "There is no other blue fox in this troupe. Who plays Bo?",
        "q": "There is no flumph in this troupe. Who plays it?",
        "m": "Who plays Mia?",
    }


def test_choices_are_free_figures_the_present_one_first() -> None:
    casting = cast()
    taken = {figure(casting, c.id) for c in CAST}
    for question in casting_questions(STORY, casting, PLAYED):
        now = figure(casting, question.character_id)
        assert question.choices[0] == now
        assert set(question.choices) & taken == {now}
        assert len(set(question.choices)) == len(question.choices) == 4 * 5 - len(taken) + 1
        kinds = [kind for kind, _ in question.choices]
        assert kinds == sorted(kinds, key=lambda kind: kind != now[0])


def test_an_answer_changes_one_part_and_lasts() -> None:
    before = cast()
    after = recast(before, STORY, "d", "rabbit", "purple", PLAYED)
    part = after.parts[0]
    assert (part.kind, part.colour, part.exact) == ("rabbit", "purple", False)
    assert part.note == "the dragon is played by the purple rabbit"
    assert after.parts[1:] == before.parts[1:]
    assert cast_story(STORY, troupe=PLAYED, previous=after) == after
    question = casting_questions(STORY, after, PLAYED)[0]
    assert question.choices[0] == ("rabbit", "purple")
    assert recast(after, STORY, "d", *figure(before, "d"), PLAYED) == before


def test_a_whole_troupe_is_asked_less_and_offers_the_thing_itself() -> None:
    casting = cast_story(STORY, troupe=EVERYONE)
    asked = {q.character_id for q in casting_questions(STORY, casting, EVERYONE)}
    assert asked == {"k", "o", "b", "q", "m"}
    other = recast(casting, STORY, "d", "bear", "red", EVERYONE)
    question = next(q for q in casting_questions(STORY, other, EVERYONE) if q.character_id == "d")
    assert question.asks == "Who plays the dragon?"
    assert recast(other, STORY, "d", "dragon", "green", EVERYONE).parts[0].exact


@pytest.mark.parametrize(
    ("character_id", "kind", "colour", "says"),
    [
        ("nobody", "fox", "red", "no character 'nobody'"),
        ("d", "dragon", "red", "no kind 'dragon'"),
        ("d", "fox", "pink", "no colour 'pink'"),
        ("d", "fox", "blue", "the blue fox plays Fen already"),
    ],
)
def test_an_answer_that_cannot_be_is_refused(
    character_id: str, kind: str, colour: str, says: str
) -> None:
    with pytest.raises(InputError, match=says) as caught:
        recast(cast(), STORY, character_id, kind, colour, PLAYED)
    assert caught.value.hint
