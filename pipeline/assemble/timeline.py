"""When each take and card plays, and how long a last frame is held for words to be read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, pairwise

from pipeline.artifacts import Card, Cut, FilmRate, Take, Timeline
from pipeline.film_edit import FilmEdit
from pipeline.story import Scene, Story

READING_SPEED = 15
"""Characters of narration read in one second."""
EDITING_FPS = 24
"""Frames per second that programs for cutting films expect."""
BREATH_SECONDS = 0.3
"""Before a recorded narration begins, and after it."""
_CARD_SECONDS, _LONGEST_CARD_SECONDS = 2.5, 12
_PLAIN_FILM = FilmEdit()


def timeline(
    story: Story,
    takes: Mapping[str, Take],
    edit: FilmEdit = _PLAIN_FILM,
    *,
    credits: str = "",
) -> Timeline:
    """Give the film's cuts in the story's order, as the edit wants them.

    `takes` maps scene ids to the take chosen for each: at least one scene is shown, and all that
    are have one. A cut lasts as long as its narration needs to be heard or read, fades aside, and
    never shorter than what is shown of its take. `credits`, parted by "; ", stand on the end card.
    """
    scenes = [scene for scene in story.scenes if not edit.of(scene.id).left_out]
    settings, fps = edit.settings, film_fps(takes[scenes[0].id].fps, edit.settings.rate)
    shared = max(1, round(settings.transition_seconds * fps))
    fades = [shared * (join == "crossfade") for join in _joins(scenes, edit)]
    usual = shared * (settings.transition == "crossfade")
    around = zip([settings.title_card * usual, *fades], fades, strict=False)
    ending = "The end" if story.language.startswith("en") else story.title
    return Timeline(
        title=story.title,
        fps=fps,
        cuts=tuple(
            _cut(scene, takes[scene.id], edit, fps, before=before, after=after)
            for scene, (before, after) in zip(scenes, around, strict=True)
        ),
        transition_frames=usual,
        title_card=_card(story.title, settings.byline, fps, usual) if settings.title_card else None,
        end_card=_card(ending, credits, fps, fades[-1]) if settings.end_card else None,
        interpolated=settings.rate == "smooth",
        burn_subtitles=settings.subtitles == "burnt",
    )


def film_fps(takes_fps: int, rate: FilmRate) -> int:
    """Give the frame rate of a film of takes with that one; no frame of a take is ever lost."""
    return takes_fps if rate == "takes" else max(EDITING_FPS, takes_fps)


def breath_frames(fps: int) -> int:
    """Frames before a recorded narration begins, and after it."""
    return round(BREATH_SECONDS * fps)


def _joins(scenes: Sequence[Scene], edit: FilmEdit) -> list[str]:
    """How each scene gives way to what follows; the last one only to an end card."""
    joins = [edit.of(scene.id).join or edit.settings.transition for scene in scenes]
    return joins if edit.settings.end_card else [*joins[:-1], "cut"]


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
    usual = timeline.transition_frames
    own = [usual if cut.fade_frames is None else cut.fade_frames for cut in timeline.cuts]
    wanted = [usual, *own] if timeline.title_card else own
    pairs = pairwise(part_frames(timeline))
    return [
        min(fade, one // 2, other // 2) for fade, (one, other) in zip(wanted, pairs, strict=False)
    ]


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


def _cut(scene: Scene, take: Take, edit: FilmEdit, fps: int, *, before: int, after: int) -> Cut:
    """A scene's place; in its half of the fades before and after it, nothing is said or read."""
    place, voice = edit.of(scene.id), edit.voice_of(scene.id)
    first, end = place.shown(take.num_frames)
    num_frames = max(1, round((end - first) * fps / take.fps))
    narration = "" if edit.settings.subtitles == "off" else scene.narration
    spoken = math.ceil(voice.seconds * fps) if voice else 0
    told = spoken + 2 * breath_frames(fps) if voice else reading_frames(narration, fps)
    needed = told + (before + 1) // 2 + after // 2 if told else 0
    return Cut(
        scene_id=scene.id,
        take_id=take.id,
        from_frame=first,
        to_frame=None if end == take.num_frames else end,
        num_frames=num_frames,
        hold_frames=max(0, needed - num_frames),
        fade_frames=None if place.join is None else after,
        narration=narration,
        voice=place.voice if voice else None,
        spoken_frames=spoken,
    )
