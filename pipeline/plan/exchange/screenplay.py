"""Makes a story of a Fountain screenplay.

Each heading begins a scene: its place is the setting; action and speeches, with the speakers'
names, are the narration. Who speaks is in the cast, and so is a figure that the action names in
capitals ('A RED FOX'). Whoever is seen in a scene gets a lane of boxes of its own, apart from the
others: the script says nothing of places on the stage.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

from pipeline.plan.draft import (
    DraftBox,
    DraftKey,
    DraftMotion,
    DraftRegion,
    DraftScene,
    DraftStory,
)
from pipeline.plan.exchange.arrivals import Imported, unexpected
from pipeline.plan.exchange.cast_list import (
    STANDS,
    Cast,
    Person,
    as_name,
    character_of,
    find_cast,
    players_in,
)
from pipeline.plan.exchange.fountain import Part, parse_fountain
from pipeline.plan.lexicon import load_lexicon
from pipeline.plan.stage import Player, block, thin_keys
from pipeline.story import MAX_SCENES, NUM_KEYFRAMES, Box, slug

MAX_IN_SCENE = 8
_HEIGHT = 0.54
_LONGEST_NARRATION = 4000
_LONGEST_PIECE = 1000
_LONGEST_HEADING = 500
"""What is read of a heading; a setting has 200 letters."""
_PLACE = re.compile(
    r"^(?:(?:INT\.?/EXT|EXT\.?/INT|I/E|INT|EXT|EST)(?:\.|\s)\s*)?(.*?)"
    r"(?:\s*[-\u2013\u2014]+\s*([^-\u2013\u2014]{1,30}))?$",
    re.IGNORECASE,
)
_TIMES = {
    **{"day": "by day", "night": "at night", "dawn": "at dawn", "dusk": "at dusk"},
    **{"morning": "in the morning", "afternoon": "in the afternoon", "noon": "at noon"},
    **{"evening": "in the evening", "sunset": "at sunset", "sunrise": "at sunrise"},
    **{"continuous": "", "later": "", "moments later": "", "same": "", "same time": ""},
}
_PIECE = re.compile(rf"\S.{{0,{_LONGEST_PIECE - 2}}}\S(?=\s|$)|\S{{1,{_LONGEST_PIECE}}}")


def read_fountain(text: str, name: str) -> tuple[Imported, ...]:
    """Give the one story of a screenplay.

    Raises:
        InvalidStoryError: it is no screenplay, or has more scenes or figures than a story holds.
    """
    script = parse_fountain(text)
    cast, notes = find_cast(script.parts), []
    scenes: list[DraftScene] = []
    for heading, parts in _by_heading(script.parts):
        if len(scenes) >= MAX_SCENES:
            place, expected = f"line {heading.line}", f"at most {MAX_SCENES} scenes in a story"
            raise unexpected(place, expected, heading.text)
        scenes += _scenes(heading, parts, cast, number=len(scenes) + 1, notes=notes)
    title = script.title or name
    draft = DraftStory(
        id=slug(title, fallback=slug(name, fallback="story")),
        title=title,
        characters=tuple(character_of(person) for person in cast.people.values()),
        motions=tuple(cast.motions.values()),
        scenes=tuple(scenes[:MAX_SCENES]),
    )
    return (Imported(draft=draft, name=draft.id, notes=tuple(notes)),)


def _by_heading(parts: Sequence[Part]) -> Iterator[tuple[Part, list[Part]]]:
    """Each heading and what follows it; what stands before the first belongs to its scene."""
    first = next(n for n, part in enumerate(parts) if part.kind == "heading")
    heading, told = parts[first], list(parts[:first])
    for part in parts[first + 1 :]:
        if part.kind == "heading":
            yield heading, told
            heading, told = part, []
        else:
            told.append(part)
    yield heading, told


def _scenes(
    heading: Part, parts: list[Part], cast: Cast, *, number: int, notes: list[str]
) -> list[DraftScene]:
    """The scene of a heading; several where there is more to tell than one can hold."""
    setting, background = _setting(heading.text)
    players = players_in(parts, cast)
    if len(players) > MAX_IN_SCENE:
        notes.append(f"line {heading.line}: {len(players)} figures; only {MAX_IN_SCENE} have boxes")
        players = players[:MAX_IN_SCENE]
    told = _narrations(parts)
    if len(told) > 1:
        notes.append(f"line {heading.line}: a long scene becomes {len(told)}")
    return [
        DraftScene(
            id=f"scene-{number + n}",
            title=setting[:1].upper() + setting[1:],
            setting=setting,
            background=background,
            narration=narration,
            shot_size="full" if len(players) <= 3 else "wide",
            regions=_regions(players, number + n),
        )
        for n, narration in enumerate(told)
    ]


def _setting(heading: str) -> tuple[str, str]:
    """'EXT. GARDEN - NIGHT' as setting 'garden' and background 'garden at night'."""
    heading = heading[:_LONGEST_HEADING]
    found = _PLACE.match(heading)
    assert found is not None  # every part of it is optional
    place, time = found[1].strip(), (found[2] or "").strip()
    if time and time.lower() not in _TIMES:
        place, time = f"{place} - {time}", ""
    place = (place.lower() if place.isupper() else place) or heading.lower()
    return place[:200], f"{place[:200]} {_TIMES.get(time.lower(), '')}".strip()


def _narrations(parts: Sequence[Part]) -> list[str]:
    """What is told, in as few texts as a scene's narration may be long."""
    texts = [""]
    for told in (piece for part in parts for piece in _pieces(_told(part))):
        if texts[-1] and len(texts[-1]) + len(told) >= _LONGEST_NARRATION:
            texts.append("")
        texts[-1] = f"{texts[-1]} {told}".strip()
    return texts


def _told(part: Part) -> str:
    return f"{as_name(part.speaker)}: “{part.text}”" if part.kind == "speech" else part.text


def _pieces(text: str) -> list[str]:
    """A paragraph in pieces of at most `_LONGEST_PIECE` characters, cut between its words."""
    return [piece.strip() for piece in _PIECE.findall(text)]


def _regions(players: list[tuple[Person, DraftMotion]], number: int) -> tuple[DraftRegion, ...]:
    lanes = _lanes([motion for _, motion in players], random.Random(number))
    return tuple(
        DraftRegion(
            id=person.id,
            character_id=person.id,
            motion_id=motion.id,
            description=f"{person.name} {motion.words}",
            layer=layer,
            keys=keys,
        )
        for layer, ((person, motion), keys) in enumerate(zip(players, lanes, strict=True))
    )


def _lanes(motions: Sequence[DraftMotion], rng: random.Random) -> list[tuple[DraftKey | None, ...]]:
    """Six keys for each figure: up to three as the stage blocks them, more stand in a row."""
    if not motions:
        return []
    if len(motions) <= 3:
        senses = [load_lexicon().motion_of(motion.words) for motion in motions]
        players = [Player("", sense.meaning if sense else STANDS) for sense in senses]
        tracks = [thin_keys(boxes) for boxes in block(players, height=_HEIGHT, rng=rng)]
        return [tuple(key and _key(key.box) for key in track) for track in tracks]
    return [_row_place(n, len(motions)) for n in range(len(motions))]


def _row_place(index: int, count: int) -> tuple[DraftKey | None, ...]:
    left = index / count + 0.1 / count
    key = _key(Box(x0=round(left, 3), y0=0.4, x1=round(left + 0.8 / count, 3), y1=0.85))
    return (key, *[None] * (NUM_KEYFRAMES - 2), key)


def _key(box: Box) -> DraftKey:
    return DraftKey(box=DraftBox(x0=box.x0, y0=box.y0, x1=box.x1, y1=box.y1))
