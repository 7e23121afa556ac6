"""Joins the entries of a plan's six frames to regions with ids.

- Entries with the same entity, motion and caption are one region over the frames. Where a frame
  has such an entry twice, the first goes on with the first of the other frames, the second with
  the second.
- The same entity is one character, the same motion one motion: the very same words, capitals
  and all. `none` (or no words) is nobody and no motion.
- So a caption that changes over the frames makes several regions with one `character_id`.
- All boxes are kept, overlapping ones too. A frame without the entry between two that have it is
  a hidden key; a key that repeats both its neighbours is left out, as the path says the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from pipeline.plan.casting import find_kind, find_motion
from pipeline.plan.draft import (
    DraftBox,
    DraftCharacter,
    DraftKey,
    DraftMotion,
    DraftRegion,
    DraftScene,
    DraftStory,
)
from pipeline.plan.exchange.plan_grammar import PlanEntry, PlanText
from pipeline.plan.lexicon import words_of
from pipeline.plan.stage import LEAST_WAY, travels
from pipeline.plan.telling import short_title
from pipeline.story import NUM_KEYFRAMES, slug

NOBODY = "none"
_EVENT = "the background of the event:"
_LONGEST_TITLE = 80
_LONGEST_NAME = 200

_Track = list[PlanEntry | None]
_Sameness = tuple[str, str, str, int]


def draft_of_plan(plan: PlanText, name: str) -> DraftStory:
    """Give a story of one scene that says what the plan says; nothing is checked or mended.

    A background that begins 'the background of the event:' holds the whole event (as all plans of
    T2V-CompBench do): it becomes the title and the narration too.
    """
    event = _event(plan.background)
    title = short_title(event, longest=_LONGEST_TITLE) if event else _readable(name)
    tracks = _tracks(plan.frames)
    people = _ids((key[0] for key in tracks), fallback="character")
    motions = _ids((key[1] for key in tracks), fallback="motion")
    scene = DraftScene(
        id="scene-1",
        title=title,
        background=event or plan.background,
        narration=event,
        regions=_regions(tracks, people, motions),
    )
    return DraftStory(
        id=slug(name, fallback="story"),
        title=title or "Untitled",
        characters=tuple(_character(id_, entity) for entity, id_ in people.items()),
        motions=tuple(_motion(id_, words, tracks) for words, id_ in motions.items()),
        scenes=(scene,),
    )


def is_nobody(words: str) -> bool:
    """Whether the words of an entity or a motion stand for none."""
    return words.strip().lower() in {"", NOBODY}


def _readable(name: str) -> str:
    """'two_scenes-1' as 'Two scenes 1'."""
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def _event(background: str) -> str:
    if background.lower().startswith(_EVENT):
        return background[len(_EVENT) :].strip()
    return ""


def _tracks(frames: Sequence[Sequence[PlanEntry]]) -> dict[_Sameness, _Track]:
    """Each region's entry in each of the six frames, or None; in order of appearance."""
    tracks: dict[_Sameness, _Track] = {}
    for k, frame in enumerate(frames):
        seen: Counter[tuple[str, str, str]] = Counter()
        for entry in frame:
            same = (entry.entity, entry.motion, entry.caption)
            track = tracks.setdefault((*same, seen[same]), [None] * NUM_KEYFRAMES)
            track[k] = entry
            seen[same] += 1
    return tracks


def _ids(words: Iterable[str], *, fallback: str) -> dict[str, str]:
    """An id for each entity or motion, in order of appearance."""
    ids: dict[str, str] = {}
    for one in words:
        if one not in ids and not is_nobody(one):
            ids[one] = slug(one, fallback=fallback, taken=ids.values())
    return ids


def _regions(
    tracks: dict[_Sameness, _Track], people: dict[str, str], motions: dict[str, str]
) -> tuple[DraftRegion, ...]:
    regions: list[DraftRegion] = []
    taken: set[str] = set()
    for layer, ((entity, motion, caption, _), track) in enumerate(tracks.items()):
        words = f"{people.get(entity, '')} {motions.get(motion, '')}".strip() or caption
        id_ = slug(words, fallback="region", taken=taken)
        taken.add(id_)
        regions.append(
            DraftRegion(
                id=id_,
                character_id=people.get(entity),
                motion_id=motions.get(motion),
                description=caption,
                layer=min(layer, 99),
                keys=_keys(track),
            )
        )
    return tuple(regions)


def _keys(track: _Track) -> tuple[DraftKey | None, ...]:
    boxes = [entry and entry.box for entry in track]
    present = [k for k, box in enumerate(boxes) if box]
    keys: list[DraftKey | None] = [None] * NUM_KEYFRAMES
    last = boxes[present[0]]
    for k in range(present[0], present[-1] + 1):
        box, still = boxes[k], 0 < k < NUM_KEYFRAMES - 1
        if box and still and boxes[k - 1] == box == boxes[k + 1]:
            continue
        last = box or last
        assert last is not None
        x0, y0, x1, y1 = last
        keys[k] = DraftKey(box=DraftBox(x0=x0, y0=y0, x1=x1, y1=y1), visible=box is not None)
    return tuple(keys)


def _character(id_: str, entity: str) -> DraftCharacter:
    return DraftCharacter(id=id_, name=entity, kind=_kind(entity)[:_LONGEST_NAME], look=entity)


def _kind(entity: str) -> str:
    """A noun the lists know, else the last word; a name ('Mia') says nothing of the kind."""
    noun = find_kind(entity)
    if noun:
        return noun[0]
    return "" if entity.istitle() else (words_of(entity) or [entity])[-1]


def _motion(id_: str, words: str, tracks: dict[_Sameness, _Track]) -> DraftMotion:
    """The motion; whether it carries its actor is in its verb, else in the boxes."""
    verb = find_motion(words)
    going = travels(verb.meaning) if verb else _moves(words, tracks)
    return DraftMotion(id=id_, words=words, locomotion=going)


def _moves(words: str, tracks: dict[_Sameness, _Track]) -> bool:
    """Whether the middle of anyone with that motion moves, whatever its captions."""
    middles: dict[tuple[str, int], list[float]] = {}
    for (entity, motion, _, nth), track in tracks.items():
        if motion == words:
            found = [(entry.box[0] + entry.box[2]) / 2 for entry in track if entry]
            middles.setdefault((entity, nth), []).extend(found)
    return any(max(found) - min(found) > LEAST_WAY for found in middles.values())
