"""The built-in planner: any English idea or narration becomes a story for a troupe."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.artifacts import Casting
from pipeline.plan.abroad import tell_abroad
from pipeline.plan.casting import called, cast_story, choose_kind
from pipeline.plan.clauses import read_clauses
from pipeline.plan.languages import tongue_of
from pipeline.plan.lexicon import load_lexicon
from pipeline.plan.measures import FEWEST_SCENES
from pipeline.plan.narrating import narrate
from pipeline.plan.phrases import find_sky
from pipeline.plan.reading import NARRATION_SENTENCES, Figure, Idea, read_idea
from pipeline.plan.staging import Act, choose_shots, make_acts, plan_motions, scenery, stage_scene
from pipeline.plan.telling import Beat, Teller, short_title, tell
from pipeline.plan.troupe import Players, Troupe, troupe_of
from pipeline.story import Character, Motion, Scene, ShotSize, Story, slug

_LONG_IDEA = 500
_LONGEST_TOPIC = 80
_MOODS = ("cheerful", "curious", "friendly", "small")


def plan_story(
    idea: str, *, troupe: Players, seed: int = 0, pack: str = "theatre"
) -> tuple[Story, Casting]:
    """Plan a story of 5 to 8 scenes, six keyframes each, and cast it for what `troupe` plays.

    A short idea becomes the beats of a small story, its own clauses among them; a narration
    (five sentences or more) is divided over the scenes word for word. Two characters stand in
    three scenes at least: a missing one is invented, which its part's note says. The same idea
    and seed give the same plan.

    Raises:
        InputError: the idea is empty, has no letters, or is longer than 20,000 characters.
    """
    rng = random.Random(seed)
    players = troupe_of(troupe)
    read = read_idea(idea)
    named = len(read.figures)
    told = replace(read, figures=_complete(read.figures, players, rng))
    beats = _tell(told, read, rng)
    characters = _characters(told)
    story = _stage_story(told, named, beats, characters, troupe=players, rng=rng)
    casting = cast_story(story, troupe=players, pack=pack)
    return story, _with_invented(casting, characters, named)


def left_out(idea: str, story: Story) -> tuple[str, ...]:
    """Say in a sentence each who of an idea is not in the cast, or in no scene, of its story."""
    seen = {region.character_id for scene in story.scenes for region in scene.regions}
    unseen = [called(one) for one in story.characters if one.id not in seen]
    return (
        *(f"left out of the cast: “{words}”" for words in read_idea(idea).left_out),
        *(f"{name} is in no scene: at most three figures share one" for name in unseen),
    )


def invented(idea: str, story: Story) -> tuple[str, ...]:
    """Say in a sentence each who is in the cast of an idea's story though nothing names them."""
    named = len(read_idea(idea).figures)
    return tuple(
        _joins(one, index, named) for index, one in enumerate(story.characters[named:], start=named)
    )


def _complete(figures: Sequence[Figure], troupe: Troupe, rng: random.Random) -> tuple[Figure, ...]:
    """The figures with a hero and a friend added where the idea names none."""
    cast = list(figures)
    while len(cast) < 2:
        kinds = [_kind(figure, troupe) for figure in cast]
        free = [k for k in troupe.kinds if k not in kinds and all(k != f.noun for f in cast)]
        noun = rng.choice(free or list(troupe.kinds))
        cast.append(Figure(noun, adjectives=(rng.choice(_MOODS),)))
    return tuple(cast)


def _kind(figure: Figure, troupe: Troupe) -> str:
    return choose_kind(Character(id="x", name="x", kind=figure.noun), troupe)


def _tell(idea: Idea, read: Idea, rng: random.Random) -> list[Beat]:
    """The beats of `idea`, whose figures are those that were `read` and those invented."""
    if idea.language != "en":
        return tell_abroad(idea, read, rng)
    if len(idea.sentences) >= NARRATION_SENTENCES or len(idea.text) > _LONG_IDEA:
        return narrate(idea, idea.sentences, read, rng)
    clauses = read_clauses(read)
    if len(clauses) >= FEWEST_SCENES:
        teller = Teller(idea.figures, idea.past)
        return narrate(idea, [teller.retell(clause) for clause in clauses], read, rng)
    topic = _topic(idea) if not read.figures and not clauses else ""
    return tell(idea, clauses, rng=rng, topic=topic)


def _topic(idea: Idea) -> str:
    text = idea.text.strip(" .!?\"'“”\n")
    if len(text) > _LONGEST_TOPIC:
        text = short_title(text, longest=_LONGEST_TOPIC)
    second = text[1:2]
    return text if second.isupper() else text[:1].lower() + text[1:]


def _characters(idea: Idea) -> tuple[Character, ...]:
    nouns = tongue_of(idea.language).kinds
    characters: list[Character] = []
    for figure in idea.figures:
        noun = nouns.get(figure.noun, figure.noun)
        name = figure.name or " ".join(filter(None, [figure.colour, noun])).capitalize()
        name = name[:100]
        taken = [c.id for c in characters]
        kind = figure.noun or "person"
        look = figure.look or "person"
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        made = slug(plain, fallback=slug(figure.noun, fallback="character"), taken=taken)
        characters.append(Character(id=made, name=name, kind=kind[:100], look=look[:300]))
    return tuple(characters)


def _stage_story(
    idea: Idea,
    named: int,
    beats: Sequence[Beat],
    characters: tuple[Character, ...],
    *,
    troupe: Troupe,
    rng: random.Random,
) -> Story:
    motions = {motion.words: motion for motion in plan_motions([b.acts for b in beats], troupe)}
    acts = [_acts(beat, characters, motions, troupe) for beat in beats]
    scenes: list[Scene] = []
    for beat, doing, shot in zip(beats, acts, choose_shots(acts), strict=True):
        seen = scenery(beat.place.words, characters)
        bare = _bare_scene(f"scene-{len(scenes) + 1}", beat, shot, seen, _skies(idea, troupe))
        scenes.append(stage_scene(bare, doing, rng=rng, leaving=beat.leaving))
    title = _title(idea, named)
    used = {region.motion_id for scene in scenes for region in scene.regions}
    return Story(
        id=slug(title, fallback="story"),
        title=title,
        language=idea.language,
        characters=characters,
        motions=tuple(motion for motion in motions.values() if motion.id in used),
        scenes=tuple(scenes),
    )


def _acts(
    beat: Beat,
    characters: tuple[Character, ...],
    motions: Mapping[str, Motion],
    troupe: Troupe,
) -> list[Act]:
    doing = {characters[i].id: [motions[w] for w in words] for i, words in beat.acts.items()}
    return make_acts(doing, characters, troupe)


def _skies(idea: Idea, troupe: Troupe) -> set[str]:
    """Night and weather that are shown: what the troupe has, and what the idea speaks of."""
    return {*troupe.backdrops, *filter(None, map(find_sky, idea.sentences))}


def _bare_scene(scene_id: str, beat: Beat, shot: ShotSize, seen: str, skies: set[str]) -> Scene:
    """The scene without its regions; `seen` is its place with nobody in it."""
    under = load_lexicon().sky_phrases[beat.sky] if beat.sky and beat.sky in skies else ""
    return Scene(
        id=scene_id,
        title=beat.title[:120],
        setting=f"{beat.place.words} {under}".strip()[:200],
        background=f"{seen} {under or beat.light}",
        narration=beat.narration,
        shot_size=shot,
    )


def _title(idea: Idea, named: int) -> str:
    if idea.language != "en":
        return short_title(idea.text, longest=60)
    if named == 0:
        return _in_title_case(short_title(idea.text, longest=60))
    shown = [figure.name or f"the {figure.look}" for figure in idea.figures[: min(2, named)]]
    return _in_title_case(" and ".join(shown))[:120].strip()


def _in_title_case(text: str) -> str:
    small = {"and", "the", "a", "an", "of", "in", "on", "at", "by", "to", "with", "over", "for"}
    words = [w if w in small else w[:1].upper() + w[1:] for w in text.split()]
    told = " ".join(words)
    return told[:1].upper() + told[1:]


def _with_invented(casting: Casting, characters: Sequence[Character], named: int) -> Casting:
    """The casting with a note for each character the idea did not name."""
    parts = tuple(
        part
        if index < named
        else part.model_copy(update={"note": _joins(characters[index], index, named)})
        for index, part in enumerate(casting.parts)
    )
    return casting.model_copy(update={"parts": parts})


def _joins(character: Character, index: int, named: int) -> str:
    """Why a character that the idea did not name, the one at that place, is in its story."""
    why = "the story names no character" if named == 0 else "the story names only one character"
    what = "plays the hero" if index == 0 else "joins as a friend"
    return f"the {character.kind} {what}: {why}"
