"""When each take and card plays, and how long a last frame is held for words to be read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, pairwise

from pipeline.artifacts import Card, Cut, FilmSettings, Take, Timeline
from pipeline.errors import InputError
from pipeline.story import Scene, Story

READING_SPEED = 15
"""Characters of narration read in one second."""
_CARD_SECONDS, _LONGEST_CARD_SECONDS = 2.5, 12
_PLAIN_FILM = FilmSettings()


def timeline(
    story: Story,
    takes: Mapping[str, Take],
    settings: FilmSettings = _PLAIN_FILM,
    *,
    credits: str = "",
) -> Timeline:
    """Give the film's cuts in the story's order, at the first take's frame rate.

    `takes` maps scene ids to the take chosen for each. A cut lasts as long as its narration
    needs to be read, fades aside, and never shorter than its take. `credits`, parted by "; ",
    stand on the end card.

    Raises:
        InputError: scenes have no take; the message names them.
    """
    missing = [scene.id for scene in story.scenes if scene.id not in takes]
    if missing:
        raise InputError(
            f"no take yet of {', '.join(missing)}", hint="Render these scenes, then make the film"
        )
    fps = takes[story.scenes[0].id].fps
    fades = settings.transition == "crossfade"
    shared = max(1, round(settings.transition_seconds * fps)) if fades else 0
    before = [settings.title_card, *[True] * (len(story.scenes) - 1)]
    after = [*[True] * (len(story.scenes) - 1), settings.end_card]
    cuts = (
        _cut(scene, takes[scene.id], fps, spare=(shared + 1) // 2 * first + shared // 2 * last)
        for scene, first, last in zip(story.scenes, before, after, strict=True)
    )
    ending = "The end" if story.language.startswith("en") else story.title
    return Timeline(
        title=story.title,
        fps=fps,
        cuts=tuple(cuts),
        transition_frames=shared,
        title_card=_card(story.title, "", fps, shared) if settings.title_card else None,
        end_card=_card(ending, credits, fps, shared) if settings.end_card else None,
    )


def cut_frames(cut: Cut) -> int:
    """Frames the cut lasts: its own and those held."""
    return cut.num_frames + cut.hold_frames


def part_frames(timeline: Timeline) -> list[int]:
    """Frames that each part of the film lasts: the title card, the cuts, the end card."""
    parts = (timeline.title_card, *timeline.cuts, timeline.end_card)
    return [cut_frames(p) if isinstance(p, Cut) else p.num_frames for p in parts if p is not None]


def shared_frames(timeline: Timeline) -> list[int]:
    """Frames that each two neighbouring parts share while one fades into the other.

    Never more than half of either, so that no frame shows three parts: where a part is short, its
    fades are shorter than the film's others; next to a single frame there is a hard cut.
    """
    wanted = timeline.transition_frames
    return [min(wanted, one // 2, other // 2) for one, other in pairwise(part_frames(timeline))]


def duration_frames(timeline: Timeline) -> int:
    """Frames the film lasts."""
    return sum(part_frames(timeline)) - sum(shared_frames(timeline))


def duration_seconds(timeline: Timeline) -> float:
    """Seconds the film lasts."""
    return duration_frames(timeline) / timeline.fps


def placed_cuts(timeline: Timeline) -> Iterator[tuple[int, int, Cut]]:
    """First frame, end frame and cut of each scene, counted in the film.

    A scene begins and ends in the middle of its fades, so no two scenes share a frame.
    """
    lengths, shared = part_frames(timeline), shared_frames(timeline)
    borders = _borders(lengths, shared)
    spans = list(pairwise(borders))[timeline.title_card is not None :]
    for (first, end), cut in zip(spans, timeline.cuts, strict=False):
        yield first, end, cut


def _borders(lengths: Sequence[int], shared: Sequence[int]) -> list[int]:
    """Where one part gives way to the next, from the film's first frame to its end."""
    ends = accumulate(length - fade for length, fade in zip(lengths, (*shared, 0), strict=True))
    middles = ((fade + 1) // 2 for fade in (*shared, 0))
    return [0, *(end + middle for end, middle in zip(ends, middles, strict=True))]


def readable(narration: str) -> str:
    """Narration as it is shown: one line, no control characters, no subtitle markup."""
    printable = "".join(c if c.isprintable() or c in _JOINERS else " " for c in narration)
    return " ".join(printable.translate(_PLAIN).split())


_JOINERS = "\u200c\u200d"
_PLAIN = str.maketrans({"{": "(", "}": ")", "\\": "/", "<": "\u2039", ">": "\u203a"})


def reading_frames(narration: str, fps: int) -> int:
    """Frames it takes to read a narration."""
    return math.ceil(len(readable(narration)) * fps / READING_SPEED)


def _card(title: str, words: str, fps: int, shared: int) -> Card:
    """A card that can be read between its fades, if that does not take too long."""
    lines = tuple(filter(None, (readable(line) for line in words.split("; "))))
    reading = min(reading_frames(" ".join((title, *lines)), fps), _LONGEST_CARD_SECONDS * fps)
    num_frames = max(math.ceil(_CARD_SECONDS * fps), reading) + shared
    return Card(title=readable(title), lines=lines, num_frames=num_frames)


def _cut(scene: Scene, take: Take, fps: int, *, spare: int) -> Cut:
    """A scene's place; `spare` frames of it, where the neighbours fade, are not read in."""
    num_frames = max(1, round(take.num_frames * fps / take.fps))
    reading = reading_frames(scene.narration, fps)
    needed = reading + spare if reading else 0
    return Cut(
        scene_id=scene.id,
        take_id=take.id,
        num_frames=num_frames,
        hold_frames=max(0, needed - num_frames),
        narration=scene.narration,
    )
