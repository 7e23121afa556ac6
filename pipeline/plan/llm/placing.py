"""The regions of a scene as a model told them: percent or plan text into a draft's fractions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.plan.draft import DraftBox, DraftKey, DraftOverlap, DraftRegion
from pipeline.plan.exchange.plan_text import PlanText, draft_of_plan
from pipeline.plan.llm.wire import WireKey, WirePlan, WireRegion
from pipeline.story import NUM_KEYFRAMES, slug

NOBODY = ("", "none", "null")
_WORD = re.compile(r"[^\W_]+")
_FRACTIONS = 1.5
"""Boxes whose edges all lie within this are fractions: as percent they would be dots."""
_CLOSE = 0.006
"""How far a box edge may lie from the straight path for its key to be left out: half a percent."""


@dataclass(frozen=True)
class Placed:
    """The regions and overlaps of one scene, however they were told."""

    regions: tuple[DraftRegion, ...]
    overlaps: tuple[DraftOverlap, ...] = ()
    background: str = ""
    """The words of the background, where the answer has them."""
    problems: tuple[str, ...] = ()
    """What was wrong with the answer that cannot be seen in the regions."""


def known_id(told: str, ids: Mapping[str, str]) -> str | None:
    """Give the id of what the model wrote; None if there is none.

    `ids` are ours by what the model calls them. Capitals, spaces and marks may differ, no letter
    of any language.
    """
    words = _words(told)
    alike = (ours for name, ours in ids.items() if words and _words(name) == words)
    return ids.get(told) or next(alike, None)


def placed_of_plan(
    plan: WirePlan, *, characters: Mapping[str, str], motions: Mapping[str, str]
) -> Placed:
    """Give the regions of an answer that names characters and motions as `known_id` reads them.

    An id that leads nowhere stays as it was told, for `lint` to find.
    """
    scale = 1.0 if _are_fractions(plan) else 0.01
    ids: dict[str, str] = {}
    regions: list[DraftRegion] = []
    for layer, told in enumerate(plan.regions):
        made = slug(told.id, fallback="region", taken=[r.id for r in regions])
        ids.setdefault(told.id, made)
        regions.append(
            DraftRegion(
                id=made,
                character_id=_joined(told.character_id, characters),
                motion_id=_joined(told.motion_id, motions),
                description=told.description,
                layer=layer,
                keys=_thinned(_keys(told, scale)),
            )
        )
    overlaps = tuple(
        DraftOverlap(
            region_ids=tuple(dict.fromkeys(ids.get(one, one) for one in overlap.region_ids)),
            description=overlap.description,
        )
        for overlap in plan.overlaps
    )
    return Placed(regions=tuple(regions), overlaps=overlaps, problems=tuple(_gaps(plan)))


def placed_of_text(
    plan: PlanText, *, characters: Mapping[str, str], motions: Mapping[str, str]
) -> Placed:
    """Give the regions of a plan text whose entities and motions `known_id` reads.

    What is no known id is a thing, or a motion without a name: its words stand in the description.
    """
    draft = draft_of_plan(plan, "plan")
    people = {c.id: known_id(c.name, characters) for c in draft.characters}
    moves = {m.id: known_id(m.words, motions) for m in draft.motions}
    regions = tuple(
        region.model_copy(
            update={
                "character_id": people.get(region.character_id or ""),
                "motion_id": moves.get(region.motion_id or ""),
                "keys": _thinned(region.keys),
            }
        )
        for region in draft.scenes[0].regions
    )
    return Placed(regions=regions, background=plan.background)


def _gaps(plan: WirePlan) -> Iterator[str]:
    """The keyframes that an answer leaves out between others, or tells twice."""
    for region in plan.regions:
        told = [key.keyframe for key in region.keyframes]
        missing = sorted(set(range(min(told), max(told))) - set(told))
        if missing:
            shown = ", ".join(map(str, missing))
            yield f"region {region.id!r}: there is no box at keyframe {shown}, between others"
        if len(set(told)) < len(told):
            yield f"region {region.id!r}: there are two boxes at one keyframe"


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _joined(told: str | None, ids: Mapping[str, str]) -> str | None:
    if told is None or told.lower() in NOBODY:
        return None
    return known_id(told, ids) or told


def _are_fractions(plan: WirePlan) -> bool:
    keys = (key for region in plan.regions for key in region.keyframes)
    return all(abs(edge) <= _FRACTIONS for key in keys for edge in _edges(key))


def _edges(key: WireKey) -> tuple[float, float, float, float]:
    return key.left, key.top, key.right, key.bottom


def _keys(region: WireRegion, scale: float) -> tuple[DraftKey | None, ...]:
    """The six keys; a keyframe told twice has its first box."""
    boxes = {key.keyframe: _edges(key) for key in reversed(region.keyframes)}
    keys = (boxes.get(number) for number in range(1, NUM_KEYFRAMES + 1))
    return tuple(edges and DraftKey(box=_box(edge * scale for edge in edges)) for edges in keys)


def _box(edges: Iterable[float]) -> DraftBox:
    x0, y0, x1, y1 = (round(edge, 6) for edge in edges)
    return DraftBox(x0=x0, y0=y0, x1=x1, y1=y1)


def _thinned(keys: Sequence[DraftKey | None]) -> tuple[DraftKey | None, ...]:
    """The keys without those that lie on the straight path between others; hidden ones stay."""
    told = [k for k, key in enumerate(keys) if key]
    if not told or any(key and not key.visible for key in keys):
        return tuple(keys)
    kept = {told[0], told[-1], *_bends(keys, told)}
    return tuple(key if k in kept else None for k, key in enumerate(keys))


def _bends(keys: Sequence[DraftKey | None], told: Sequence[int]) -> list[int]:
    """The keyframes between the first and last told ones whose boxes leave the straight path."""
    off = {k: _distance(keys, told[0], told[-1], k) for k in told[1:-1]}
    worst = max(off, key=lambda k: off[k], default=None)
    if worst is None or off[worst] <= _CLOSE:
        return []
    at = told.index(worst)
    return [*_bends(keys, told[: at + 1]), worst, *_bends(keys, told[at:])]


def _distance(keys: Sequence[DraftKey | None], first: int, last: int, at: int) -> float:
    start, end, here = (_told_edges(keys[k]) for k in (first, last, at))
    amount = (at - first) / (last - first)
    path = (a + (b - a) * amount for a, b in zip(start, end, strict=True))
    return max(abs(edge - there) for edge, there in zip(here, path, strict=True))


def _told_edges(key: DraftKey | None) -> tuple[float, float, float, float]:
    assert key is not None
    return key.box.x0, key.box.y0, key.box.x1, key.box.y1
