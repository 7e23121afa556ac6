"""Reads an idea: its sentences, its characters, its tense, and who each phrase means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.plan.languages import gloss, language_of, spell_nouns, spell_pictures
from pipeline.plan.lexicon import load_lexicon, with_article
from pipeline.plan.measures import MOST_TOGETHER
from pipeline.plan.phrases import Phrase, Word, find_phrases, is_finite, split_words
from pipeline.plan.sentences import check_text, split_sentences

MAX_FIGURES = 4
NARRATION_SENTENCES = 5
"""From so many sentences on, an idea is a narration and is kept word for word."""
_SHORT = 500
"""Characters of an idea whose emoji are read too."""
GROUP_COLOURS = ("red", "blue", "yellow")
_KINDS_OF_TALE = r"(?:\w+\s+){0,2}?(?:story|tale|film|movie|video|fable|cartoon)"
_REQUEST = re.compile(
    r"^\s*(?:please[,\s]+)?(?:(?:can|could|would) you\s+(?:please\s+)?)?"
    r"(?:i(?:['\u2019]d| would)?\s+(?:want|like|love|need)\s+(?:to\s+\w+\s+)?)?"
    r"(?:(?:tell|write|make|give|create|show)\s+(?:me\s+|us\s+)?)?"
    rf"(?:a|an|the|this is a|it is a)\s+{_KINDS_OF_TALE}\s+"
    r"(?:about|of|where|in which|with)\s+",
    re.IGNORECASE,
)
_WHAT_IF = re.compile(r"^\s*what if\s+", re.IGNORECASE)
_LIST_MARK = re.compile(r"(?:^|(?<=\s))(?:\d{1,2}[.)]|[-*\u2022](?=\s))\s+")


@dataclass(frozen=True)
class Figure:
    """A character as the idea tells it."""

    noun: str
    """What it is: 'fox'; empty where the idea only gives a name."""
    name: str = ""
    adjectives: tuple[str, ...] = ()
    colour: str = ""
    """Set where several of one noun must be told apart."""
    teller: bool = False
    """Whether it tells the story itself: 'I'."""

    @property
    def look(self) -> str:
        """Its adjectives and noun: 'shy red fox'."""
        return " ".join([*self.adjectives, *filter(None, [self.colour]), self.noun]).strip()

    @property
    def is_kin(self) -> bool:
        """Whether what it is serves as its name: 'Grandma'."""
        return bool(self.name) and self.name.lower() == self.noun

    @property
    def definite(self) -> str:
        """What it is called once it is known: 'the fox', 'Mara'."""
        return self.name or " ".join(["the", *filter(None, [self.colour]), self.noun])

    @property
    def indefinite(self) -> str:
        """What it is called at first: 'a shy fox', 'a young witch named Mara', 'Mara'."""
        if _is_unique(self.adjectives):
            return f"the {self.look}"
        if self.name and (not self.noun or " " in self.name or self.is_kin):
            return self.name
        told = with_article(self.look)
        return f"{told} named {self.name}" if self.name else told


def _is_unique(adjectives: tuple[str, ...]) -> bool:
    return any(a in {"last", "first", "only"} or a.endswith("est") for a in adjectives[:1])


@dataclass(frozen=True)
class Mention:
    """A place in a sentence that means some figures (indices into the cast)."""

    start: int
    end: int
    figures: tuple[int, ...]
    phrase: Phrase | None = None
    """None for a pronoun."""


@dataclass(frozen=True)
class Idea:
    """An idea, read."""

    text: str
    sentences: tuple[str, ...]
    figures: tuple[Figure, ...]
    past: bool
    names: bool
    """Whether capitals mean names (they do not in an idea all in capitals)."""
    language: str = "en"
    """BCP 47. Where it is another, `sentences` are its known words in English."""
    left_out: tuple[str, ...] = ()
    """Who else it names, in its words; there is no room for them among the figures."""


def read_idea(text: str) -> Idea:
    """Read an idea or a narration; one in another language by its known words in English.

    Raises:
        InputError: there are no letters in it, more characters than can be planned, or such
            as are none.
    """
    language = language_of(text)
    if len(text) <= _SHORT and len(split_sentences(text)) < NARRATION_SENTENCES:
        text = spell_nouns(spell_pictures(text))
    check_text(text)
    plain = re.sub(r"[ \t\r\f\v\x00-\x08]+", " ", text).strip()
    if language != "en":
        return _read_abroad(plain, language)
    plain = _without_numbers(plain)
    told = _REQUEST.sub("", plain)
    if _WHAT_IF.match(told):
        told = _WHAT_IF.sub("", told).rstrip("?")
    told = _order_told(told) if any(c.isalpha() for c in told) else plain
    names = _capitals_mean_names(told)
    sentences = tuple(split_sentences(told))
    if not names and len(sentences) < NARRATION_SENTENCES:
        sentences = tuple(sentence.lower() for sentence in sentences)
    figures = _find_figures(sentences, names=names)
    cast = tuple(figures[:MAX_FIGURES])
    left_out = _left_out(sentences, cast, names=names)
    return Idea(told, sentences, cast, _is_past(told), names, left_out=left_out)


def _order_told(text: str) -> str:
    """'The robot dances' for 'make the robot dance'."""
    lexicon, words = load_lexicon(), split_words(text)
    if len(words) < 3 or words[0].low not in {"make", "let"} or words[1].low == "us":
        return text
    for word in words[2:]:
        form = lexicon.verbs.get(word.low)
        if form and form.tense == "base" and lexicon.motion_of(word.low):
            third = lexicon.third_person(form.lemma)
            return f"{text[words[1].start : word.start]}{third}{text[word.end :]}"
    return text


def _without_numbers(text: str) -> str:
    """A numbered or dotted list as lines without their marks."""
    marks = _LIST_MARK.findall(text)
    return _LIST_MARK.sub("\n", text).strip() if len(marks) > 1 else text


def _read_abroad(text: str, language: str) -> Idea:
    quiet = text.lower() if text.upper() == text else text
    glosses = tuple(gloss(sentence, language) for sentence in split_sentences(quiet))
    found = _find_figures(glosses, names=True)
    figures = [replace(one, name="") if one.is_kin else one for one in found]
    cast = tuple(figures[:MAX_FIGURES])
    left_out = _left_out(glosses, cast, names=True)
    return Idea(text, glosses, cast, False, True, language, left_out)


def find_mentions(sentence: str, idea: Idea, *, last: tuple[int, ...] = ()) -> list[Mention]:
    """Give who is meant where in a sentence; `last` are those told of so far, the latest first."""
    phrases = find_phrases(sentence, names=idea.names)
    found = [Mention(p.start, p.end, who, p) for p in phrases if (who := _who(p, idea.figures))]
    starts = {mention.start for mention in found}
    found += [m for m in _unlisted(sentence, idea.figures) if m.start not in starts]
    taken = [(m.start, m.end) for m in found]
    words = split_words(sentence)
    for index, word in enumerate(words):
        known = word.low in _PRONOUNS or (word.low == "her" and _stands_alone(words, index))
        known = known or (word.low == "all" and _says_all(words, index))
        if known and not any(s <= word.start < e for s, e in taken):
            who = _EVERYONE if _says_all(words, index) else _PRONOUNS.get(word.low, _SHE)
            found.append(Mention(word.start, word.end, who))
    found.sort(key=lambda mention: mention.start)
    return _resolve(found, idea, last)


def _stands_alone(words: Sequence[Word], index: int) -> bool:
    """Whether no noun follows: 'hugs her', not 'her boat'."""
    after = words[index + 1] if index + 1 < len(words) else None
    return after is None or not after.joined or after.low in load_lexicon().function_words


def _says_all(words: Sequence[Word], index: int) -> bool:
    """Whether a pronoun means everyone: 'they all', 'all of them', 'all dance'."""
    lows = ["", "", *(word.low for word in words), ""]
    before, word, after = lows[index : index + 2], lows[index + 2], lows[index + 3]
    if word == "all":
        return before == ["", ""] and after in load_lexicon().verbs
    return word in _EVERYBODY or before == ["all", "of"] or after == "all"


_TELLER_WORD = re.compile(r"(?:I|We)\b")
_TELLER_IS = re.compile(r"I(?:['\u2019]m| am| was) (?=(?:an?|the)\b)")
_TELLER_FIGURE = Figure("storyteller", teller=True)
_HE, _SHE, _ALL, _TELLER, _EVERYONE = (-1,), (-2,), (-3,), (-4,), (-5,)
_EVERYBODY = frozenset({"everybody", "everyone"})
_PRONOUNS = {
    "he": _HE, "she": _SHE, "they": _ALL, "we": _ALL, "i": _TELLER, "him": _HE, "them": _ALL,
    **dict.fromkeys(_EVERYBODY, _EVERYONE),
}  # fmt: skip


def _unlisted(sentence: str, figures: tuple[Figure, ...]) -> list[Mention]:
    """Mentions of a figure whose noun is in no word list."""
    found: list[Mention] = []
    for index, figure in enumerate(figures):
        if figure.noun and _is_unlisted(figure.noun):
            told = rf"\b(an?|the) (?:[\w'\u2019-]+ ){{0,3}}?{re.escape(figure.noun)}\b"
            for match in re.finditer(told, sentence, re.IGNORECASE):
                phrase = Phrase(*match.span(), match.group(1).lower(), (), figure.noun)
                found.append(Mention(*match.span(), (index,), phrase))
    return found


def _is_unlisted(noun: str) -> bool:
    lexicon = load_lexicon()
    return noun in lexicon.things or lexicon.kind_of(noun) is None


def _resolve(found: list[Mention], idea: Idea, last: tuple[int, ...]) -> list[Mention]:
    two = tuple(range(min(2, len(idea.figures))))
    tellers = tuple(i for i, figure in enumerate(idea.figures) if figure.teller)
    mentions: list[Mention] = []
    for mention in found:
        who = mention.figures
        if who in (_HE, _SHE):
            who = _meant_by(who, idea.figures, last)
        elif who == _ALL:
            who = two
        elif who == _EVERYONE:
            who = tuple(sorted(last[:MOST_TOGETHER])) if len(last) > 1 else two
        elif who == _TELLER:
            who = tellers
        if who:
            mentions.append(replace(mention, figures=who))
            last = latest_first(who, last)
    return mentions


def latest_first(told: Sequence[int], before: Sequence[int]) -> tuple[int, ...]:
    """Give the figures told of so far, each once: those told of now, then those before."""
    return tuple(dict.fromkeys([*told, *before]))


def _meant_by(
    pronoun: tuple[int, ...], figures: Sequence[Figure], last: tuple[int, ...]
) -> tuple[int, ...]:
    """Whom 'he' or 'she' means: who was named last, a woman or a named one before a rabbit."""
    lexicon = load_lexicon()
    own, others = lexicon.he_nouns, lexicon.she_nouns
    if pronoun == _SHE:
        own, others = others, own
    order = [i for i in (*last, *range(len(figures))) if i < len(figures)]
    fits = [i for i in order if not figures[i].teller and figures[i].noun not in others]
    sure = [i for i in fits if figures[i].noun in own or figures[i].name]
    return tuple([*sure, *fits][:1])


def _capitals_mean_names(text: str) -> bool:
    """Not in a text all in capitals, nor in A Headline With Every Word In Capitals."""
    words = split_words(text)
    short = [w for w in words if w.low in load_lexicon().function_words and len(w.text) <= 3]
    raised = [w for w in short if w.joined and w.text[0].isupper() and w.text != "I"]
    return text.upper() != text and len(raised) <= 0.05 * len(words)


def _is_past(text: str) -> bool:
    verbs = load_lexicon().verbs
    forms = [verbs[w.low] for w in split_words(text) if w.low in verbs]
    tenses = [form.tense for form in forms if form.lemma not in {"can", "will", "must"}]
    return tenses.count("past") > tenses.count("present") + tenses.count("base") / 2


def _find_figures(sentences: tuple[str, ...], *, names: bool) -> list[Figure]:
    figures: list[Figure] = []
    for sentence in sentences:
        if names and _TELLER_WORD.match(sentence) and not any(f.teller for f in figures):
            figures.append(_teller_of(sentence))
        for phrase in find_phrases(sentence, names=names):
            _add(figures, phrase)
        if len(figures) >= MAX_FIGURES:
            break
    return figures or _unknown_figures(sentences)


def _left_out(
    sentences: Sequence[str], cast: tuple[Figure, ...], *, names: bool
) -> tuple[str, ...]:
    """Who is named and is none of the cast, each once, in the words that name them first."""
    known, told = list(cast), []
    for sentence in sentences:
        for phrase in find_phrases(sentence, names=names):
            same = _who(phrase, known)
            new = not same or _is_other(phrase, known[same[0]])
            if new and not phrase.possessive:
                known.append(Figure(phrase.noun, phrase.name, phrase.adjectives))
                told.append(sentence[phrase.start : phrase.end])
    return tuple(told)


def _teller_of(sentence: str) -> Figure:
    """Who 'I' is: 'I am a small robot' says it."""
    said = _TELLER_IS.match(sentence)
    phrases = find_phrases(sentence) if said else []
    told = next((p for p in phrases if said and p.start == said.end() and p.noun), None)
    if told is None:
        return _TELLER_FIGURE
    return Figure(told.noun, told.name, told.adjectives, teller=True)


def _add(figures: list[Figure], phrase: Phrase) -> None:
    known = _who(phrase, figures)
    if known and _is_other(phrase, figures[known[0]]):
        figures[known[0]] = _in_colour(figures[known[0]])
        figures.append(_in_colour(Figure(phrase.noun, phrase.name, phrase.adjectives)))
        return
    if known and phrase.determiner != "another":
        if phrase.name and not figures[known[0]].name:
            figures[known[0]] = replace(figures[known[0]], name=phrase.name)
        if phrase.noun and not figures[known[0]].noun:
            old = figures[known[0]]
            figures[known[0]] = replace(old, noun=phrase.noun, adjectives=phrase.adjectives)
        return
    if phrase.count > 1 and figures:
        return
    colours = GROUP_COLOURS if phrase.count > 1 or known else ("",)
    for colour in colours[: phrase.count]:
        figures.append(Figure(phrase.noun, phrase.name, phrase.adjectives, colour))


def _is_other(phrase: Phrase, figure: Figure) -> bool:
    """Whether 'a purple fox' is told apart from the orange one by its colour."""
    told, known = _colour_in(phrase.adjectives), figure.colour or _colour_in(figure.adjectives)
    return bool(told and known and told != known and not phrase.name)


def _colour_in(adjectives: tuple[str, ...]) -> str:
    return next((word for word in adjectives if word in load_lexicon().colours), "")


def _in_colour(figure: Figure) -> Figure:
    """The figure with its colour as part of what it is called."""
    colour = figure.colour or _colour_in(figure.adjectives)
    rest = tuple(word for word in figure.adjectives if word != colour)
    return replace(figure, adjectives=rest, colour=colour)


def _who(phrase: Phrase, figures: list[Figure] | tuple[Figure, ...]) -> tuple[int, ...]:
    """The known figures that a phrase means."""
    named = phrase.name.lower() not in {"", phrase.noun}
    if phrase.name:
        first = phrase.name.split()[-1]
        called = [i for i, f in enumerate(figures) if f.name and first in f.name.split()]
        if called:
            return tuple(called[:1])
    same = [
        i
        for i, f in enumerate(figures)
        if phrase.noun and f.noun == phrase.noun and not (named and f.name)
    ]
    told = _colour_in(phrase.adjectives)
    same.sort(key=lambda i: bool(told) and told != figures[i].colour)
    return tuple(same if phrase.count > 1 else same[:1])


def _unknown_figures(sentences: tuple[str, ...]) -> list[Figure]:
    """A hero the word lists do not know: 'a lonely flumph wants ...'."""
    words = split_words(sentences[0])
    if not words or words[0].low not in {"a", "an", "the"} or not any(map(is_finite, words[2:])):
        return []
    end = next((i for i, w in enumerate(words) if i > 1 and _ends_subject(w)), 0)
    if not 2 <= end <= 5:
        return []
    return [Figure(words[end - 1].low, adjectives=tuple(w.low for w in words[1 : end - 1]))]


def _ends_subject(word: Word) -> bool:
    return not word.joined or is_finite(word) or word.low in load_lexicon().function_words
