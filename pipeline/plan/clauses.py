"""Cuts an idea's sentences into clauses that can each be told as a sentence of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.plan.lexicon import load_lexicon, words_of
from pipeline.plan.phrases import Place, Word, find_places, is_finite, split_words
from pipeline.plan.reading import Idea, Mention, find_mentions, latest_first

_CUT = re.compile(
    r"\s*[,;]?\s+(and then|but then|and so|and|but|then)\s+|\s*[,;]\s+", re.IGNORECASE
)
_LEADS = {
    "and then": "then",
    "then": "then",
    "but": "but",
    "but then": "but then",
    "and so": "so",
}
_FEWEST_WORDS = 2


@dataclass(frozen=True)
class Clause:
    """Words of the idea with a verb of their own.

    `subject` are the figures to name before it, where the sentence named them earlier only.
    """

    text: str
    subject: tuple[int, ...]
    mentions: tuple[Mention, ...]
    places: tuple[Place, ...]
    lead: str
    """Word that joined it to what came before: 'but', 'then'."""
    lemmas: frozenset[str]

    @property
    def figures(self) -> tuple[int, ...]:
        """Everyone in it, in order, each once."""
        told = [i for mention in self.mentions for i in mention.figures]
        return tuple(dict.fromkeys([*self.subject, *told]))


def read_clauses(idea: Idea) -> list[Clause]:
    """Give the clauses of an idea in order.

    Phrases without a verb are none where they only name figures and places, or are all there is.
    """
    clauses: list[Clause] = []
    last: tuple[int, ...] = ()
    for sentence in idea.sentences:
        for clause in _cut(sentence, idea, last):
            clauses.append(clause)
            last = latest_first(clause.figures, last)
    told: dict[str, Clause] = {}
    for clause in clauses:
        told.setdefault(clause.text.lower(), clause)
    return list(told.values())


def read_clause(
    text: str,
    idea: Idea,
    *,
    subject: tuple[int, ...] = (),
    last: tuple[int, ...] = (),
    lead: str = "",
) -> Clause:
    """Read one clause or a whole sentence as it stands."""
    verbs = load_lexicon().verbs
    words = split_words(text)
    lemmas = {verbs[w.low].lemma if w.low in verbs else w.low for w in words}
    mentions = tuple(find_mentions(text, idea, last=last or subject))
    return Clause(text, subject, mentions, tuple(find_places(text)), lead, frozenset(lemmas))


def has_verb(text: str, *, plural: bool) -> bool:
    """Whether words hold the verb of a sentence; a plural subject takes base forms too."""
    words = split_words(text)
    return any(is_finite(w) or (plural and _is_base(words, i)) for i, w in enumerate(words))


def _cut(sentence: str, idea: Idea, last: tuple[int, ...]) -> list[Clause]:
    pieces: list[tuple[str, tuple[int, ...], str]] = []
    rest = sentence.strip()
    for match in reversed(list(_CUT.finditer(rest))):
        left, right = rest[: match.start()], rest[match.end() :]
        carried = _carried(left, right, idea, last)
        if carried is not None:
            lead = _LEADS.get((match.group(1) or "").lower(), "")
            pieces.insert(0, (right, carried, lead))
            rest = left
    pieces.insert(0, (_without_who(rest), (), ""))
    clauses: list[Clause] = []
    for text, who, lead in pieces:
        clause = read_clause(text, idea, subject=who, last=last, lead=lead)
        last = latest_first(clause.figures, last)
        clauses.append(clause)
    return [c for c in clauses if _tells(c, idea)]


def _tells(clause: Clause, idea: Idea) -> bool:
    """Whether a clause has a verb, or words beside the figures and the places of an idea."""
    if clause.subject or has_verb(clause.text, plural=_is_plural(clause, idea)):
        return True
    lexicon = load_lexicon()
    known = lexicon.function_words | lexicon.places.keys() | lexicon.skies.keys()
    known |= {word for place in clause.places for word in words_of(place.words)}
    spans = [(mention.start, mention.end) for mention in clause.mentions]
    words = [w for w in split_words(clause.text) if not any(s <= w.start < e for s, e in spans)]
    more = any(w.low not in known and lexicon.kind_of(w.low) is None for w in words)
    return more and bool(idea.figures or len(idea.sentences) > 1)


def _carried(left: str, right: str, idea: Idea, last: tuple[int, ...]) -> tuple[int, ...] | None:
    """The subject that the right part takes over (none if it has its own); None: do not cut."""
    subject = _subject(left, idea, last)
    plural = len(subject) > 1
    words = split_words(right)
    if not has_verb(left, plural=plural) or len(words) < _FEWEST_WORDS:
        return None
    if _quoted(left) or left.split()[0].lower() in load_lexicon().subordinators:
        return None
    if _starts_with_verb(words, plural=plural):
        return subject or None
    own = read_clause(right, idea).mentions
    starts = bool(own) and own[0].start == 0 and own[0].figures
    return () if starts and has_verb(right, plural=len(own[0].figures) > 1) else None


def _starts_with_verb(words: list[Word], *, plural: bool) -> bool:
    lead = words[1] if words[0].low.endswith("ly") and len(words) > 1 else words[0]
    if lead.low in load_lexicon().function_words - {"is", "was", "has", "had", "must", "can"}:
        return False
    form = load_lexicon().verbs.get(lead.low)
    return is_finite(lead) or (plural and form is not None and form.tense == "base")


def _subject(text: str, idea: Idea, last: tuple[int, ...]) -> tuple[int, ...]:
    """The figures named before the first verb of a text."""
    words = split_words(text)
    verb = next((w.start for i, w in enumerate(words) if is_finite(w) or _is_base(words, i)), 0)
    named = [m for m in find_mentions(text, idea, last=last) if m.start < verb]
    return tuple(dict.fromkeys(i for mention in named for i in mention.figures))


def _is_base(words: list[Word], index: int) -> bool:
    word = words[index]
    form = load_lexicon().verbs.get(word.low)
    before = words[index - 1].low if index else ""
    return (
        form is not None
        and form.tense == "base"
        and index > 0
        and before not in {"to", "a", "an", "the", "will", "can", "must", "in", "on", "of"}
    )


def _is_plural(clause: Clause, idea: Idea) -> bool:
    pronoun = re.match(r"(?:i|we|they|you|all)\b", clause.text, re.IGNORECASE)
    return bool(pronoun) or len(_subject(clause.text, idea, ())) > 1


def _without_who(text: str) -> str:
    """Makes 'a fox wants to fly' of 'a fox who wants to fly', if that is its only verb."""
    words = split_words(text)
    finite = [i for i, w in enumerate(words) if is_finite(w)]
    if len(finite) != 1 or finite[0] == 0:
        return text
    link = words[finite[0] - 1]
    if link.low not in {"who", "that", "which"} or not 0 < finite[0] - 1 <= 6:
        return text
    return text[: link.start].rstrip(" ,") + text[link.end :]


def _quoted(text: str) -> bool:
    """Whether a quotation is still open at the end of a text."""
    return text.count('"') % 2 == 1 or text.count("“") > text.count("”")
