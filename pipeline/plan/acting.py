"""Reads from a clause who does what with the body: motion words by figure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from pipeline.plan.clauses import Clause
from pipeline.plan.lexicon import WORD, load_lexicon
from pipeline.plan.reading import Mention
from pipeline.plan.stage import meets


def motions_in(clause: Clause) -> dict[int, tuple[str, ...]]:
    """Give what each figure does in a clause: its body verbs in the third person, in order.

    Verbs that say little of the body are left out beside clearer ones. Whoever is chased runs, and
    with whom somebody dances dances too.
    """
    acts: dict[int, list[tuple[bool, str]]] = {}
    lexicon = load_lexicon()
    for at, lemma in _body_verbs(clause):
        words = (lemma not in lexicon.quiet_verbs, lexicon.third_person(lemma))
        doers = _doers(clause, at)
        for figure in doers:
            acts.setdefault(figure, []).append(words)
        if lemma in _SHARED:
            for figure in _partners(clause, at, with_only=lemma not in {"chase", "fight"}):
                if figure not in doers:
                    acts.setdefault(figure, []).append((False, _SHARED[lemma]))
    return {figure: _clearest(found) for figure, found in acts.items()}


_SHARED = {
    "chase": "runs", "fight": "fights", "dance": "dances", "fly": "flies", "walk": "walks",
    "run": "runs", "jump": "jumps", "sing": "sings", "play": "plays", "spin": "spins",
}  # fmt: skip
"""Verbs whose partner does something too: what that is."""


def _partners(clause: Clause, at: int, *, with_only: bool) -> tuple[int, ...]:
    """Whom a verb is done with ('dances with the robot') or to ('chases a bird')."""
    after = next((m for m in clause.mentions if m.start > at), None)
    if after is None:
        return ()
    between = WORD.findall(clause.text[at : after.start].lower())[1:]
    return after.figures if between == ["with"] or (not with_only and not between) else ()


def _body_verbs(clause: Clause) -> Iterator[tuple[int, str]]:
    """Where in a clause verbs stand that move a body, and their base forms."""
    lexicon = load_lexicon()
    words = list(WORD.finditer(clause.text))
    lows = ["", *(match.group().lower().replace("\u2019", "'") for match in words), ""]
    for index, match in enumerate(words):
        before, word, after = lows[index : index + 3]
        noun = before in lexicon.noun_marks and not (before == "that" and _is_link(clause, match))
        if lexicon.motion_of(word) is None or noun or word == "called":
            continue
        lemma = lexicon.verbs[word].lemma
        if (lemma, after) not in _IDIOMS:
            yield match.start(), "chase" if (lemma, after) == ("run", "after") else lemma


def _is_link(clause: Clause, verb: re.Match[str]) -> bool:
    """Whether the word before a verb follows a figure: 'a dragon that flies'."""
    return any(0 < verb.start() - mention.end <= len(" that ") for mention in clause.mentions)


_IDIOMS = {("give", "up"), ("give", "in"), ("run", "out"), ("stop", "to"), ("go", "to")}
"""Verbs that with the next word say something else than a movement: 'gives up', 'goes to sleep'."""


def _clearest(found: Sequence[tuple[bool, str]]) -> tuple[str, ...]:
    clear = [words for is_clear, words in found if is_clear]
    return tuple(clear) or (found[0][1],)


def reaches(words: str) -> bool:
    """Whether a verb reaches out to another figure: 'hugs', 'kisses', 'gives'."""
    sense = load_lexicon().motion_of(words)
    return sense is not None and meets(sense.meaning)


def first_and_last(words: Sequence[str]) -> tuple[str, ...]:
    """Give one or two of several motions: the first, and the last that is played otherwise."""
    lexicon = load_lexicon()
    meanings = [lexicon.senses_of_motion(word)[:1] for word in words]
    other = [w for w, meaning in zip(words, meanings, strict=True) if meaning != meanings[0]]
    return (*words[:1], *other[-1:])


def _doers(clause: Clause, at: int) -> tuple[int, ...]:
    """Who stands before a verb: the nearest figure, with whoever is listed with it: 'x, y and z'.

    In 'the fox sees a bird and jumps' that is the fox: the bird is what the verb before is about.
    Where nobody stands before it, it is who follows: 'along came a bird'.
    """
    before = [m for m in clause.mentions if m.start < at]
    while len(before) > 1 and _is_object(clause.text, before[-2], before[-1], at):
        before.pop()
    if not before:
        after = next((m.figures for m in clause.mentions), ())
        return clause.subject or after
    return _listed(clause.text, before, at)


def _listed(text: str, mentions: Sequence[Mention], at: int) -> tuple[int, ...]:
    """The last figure of those before a verb at `at`, and whom commas and an 'and' join to it."""
    doers = mentions[-1].figures
    listed = re.match(r"\s*,?\s*and\b", text[mentions[-1].end : at], re.IGNORECASE) is not None
    for one, other in itertools.pairwise(reversed(mentions)):
        link = text[other.end : one.start].strip(" ,").lower()
        listed = listed or link in {"and", "&"}
        if not listed or link not in {"and", "&", ""}:
            break
        doers = (*other.figures, *doers)
    return doers


def _is_object(text: str, first: Mention, second: Mention, at: int) -> bool:
    """Whether a verb stands between two figures, and the next verb is joined on by 'and'."""
    verbs = load_lexicon().verbs
    between = WORD.findall(text[first.end : second.start].lower())
    joined = re.match(r"\W*(?:,|;|and\b|then\b|but\b)", text[second.end : at].lower())
    return joined is not None and any(word in verbs for word in between)
