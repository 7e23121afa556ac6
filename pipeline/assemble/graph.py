"""The filters that make one film of takes and cards, as ffmpeg writes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.artifacts import Timeline
from pipeline.assemble.captions import caption_strip
from pipeline.assemble.timeline import cut_frames, shared_frames
from pipeline.vision.encode import ENLARGE

FILM = "[film]"
"""The name of what comes out."""
_BETWEEN = "mi_mode=mci:mc_mode=aobmc:me_mode=bidir:vsbmc=1"
"""How ffmpeg draws a picture between two others: along the way that each part of it goes."""


class _Part(NamedTuple):
    """A part of the film: what is shown of its input, and for how many frames of the film."""

    shown: tuple[int, int | None]
    """First frame and end of it, at the input's own rate; None = its end."""
    own: int
    total: int
    moves: bool = True


def film_graph(timeline: Timeline, size: tuple[int, int], *, captions: int | None = None) -> str:
    """Give the filters of a film of that width and height in pixels.

    Input k is the k-th part: the title card, the takes, the end card; `captions` is the number of
    the input with the words of each frame, laid over the picture.
    """
    parts, shared = [*_parts(timeline)], shared_frames(timeline)
    chains = [
        f"[{k}:v:0]{_part_filters(part, timeline, size)}{_led_in(shared, k)}[part{k}]"
        for k, part in enumerate(parts)
    ]
    joined = _joined([part.total for part in parts], shared, timeline.fps)
    if captions is None:
        return ";".join([*chains, *joined, f"[joined]null{FILM}"])
    over = f"overlay=0:{caption_strip(size).top}:eof_action=pass"
    return ";".join([*chains, *joined, f"[joined][{captions}:v:0]{over},format=yuv420p{FILM}"])


def _parts(timeline: Timeline) -> Iterator[_Part]:
    if timeline.title_card:
        yield _Part((0, None), 1, timeline.title_card.num_frames, moves=False)
    for cut in timeline.cuts:
        yield _Part((cut.from_frame, cut.to_frame), cut.num_frames, cut_frames(cut))
    if timeline.end_card:
        yield _Part((0, None), 1, timeline.end_card.num_frames, moves=False)


def _part_filters(part: _Part, timeline: Timeline, size: tuple[int, int]) -> str:
    """Filters of one part: its own frames, the last one held, `total` frames exactly."""
    (width, height), fps = size, timeline.fps
    filters = (
        *_shown(*part.shown),
        "setpts=PTS-STARTPTS",
        f"scale={width}:{height}:force_original_aspect_ratio=decrease:{ENLARGE}",
        f"pad={width}:{height}:-1:-1",
        "setsar=1",
        "format=yuv420p",
        *(_between(fps) if timeline.interpolated and part.moves else []),
        _even(fps),
        f"trim=end_frame={part.own}",
        "tpad=stop=-1:stop_mode=clone",
        f"trim=end_frame={part.total}",
        f"setpts=N/({fps}*TB)",
        _even(fps),
    )
    return ",".join(filters)


def _between(fps: int) -> list[str]:
    """Pictures in between; of fewer than three ffmpeg would make nothing, so the last one stays."""
    return ["tpad=stop=2:stop_mode=clone", f"minterpolate=fps={fps}:{_BETWEEN}"]


def _shown(first: int, end: int | None) -> list[str]:
    if not first and end is None:
        return []
    return [f"trim=start_frame={first}" + (f":end_frame={end}" if end is not None else "")]


def _even(fps: int) -> str:
    """Frames at that rate, the last one too: where it seems to last no time, ffmpeg leaves it."""
    return f"fps={fps}:eof_action=pass"


def _led_in(shared: list[int], part: int) -> str:
    """A copy of the first frame before it, where a part fades in: `xfade` wastes the first."""
    return ",tpad=start=1:start_mode=clone" if part and shared[part - 1] else ""


def _joined(lengths: list[int], shared: list[int], fps: int) -> list[str]:
    """Filters that join the parts in turn. Of n shared frames, the k-th is k/(n + 1) the next."""
    if not any(shared):
        parts = "".join(f"[part{k}]" for k in range(len(lengths)))
        return [f"{parts}concat=n={len(lengths)}:v=1,settb=1/{fps}[joined]"]
    filters, name, at = [], "part0", lengths[0]
    for k, fade in enumerate(shared, 1):
        result = "joined" if k == len(shared) else f"upto{k}"
        seconds = f"duration={(fade + 1) / fps:.6f}:offset={(at - fade - 1) / fps:.6f}"
        join = f"xfade=transition=fade:{seconds}" if fade else "concat=n=2:v=1"
        filters.append(f"[{name}][part{k}]{join},settb=1/{fps}[{result}]")
        name, at = result, at + lengths[k] - fade
    return filters
