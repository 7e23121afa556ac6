"""The filters that make one film of takes and cards, as ffmpeg writes them."""

from __future__ import annotations

from pipeline.artifacts import Card, Timeline
from pipeline.assemble.captions import caption_strip
from pipeline.assemble.timeline import cut_frames, shared_frames
from pipeline.vision.encode import ENLARGE

FILM = "[film]"
"""The name of what comes out."""


def film_graph(timeline: Timeline, size: tuple[int, int], *, captions: int | None = None) -> str:
    """Give the filters of a film of that width and height in pixels.

    Input k is the k-th part: the title card, the takes, the end card; `captions` is the number of
    the input with the words of each frame, laid over the picture.
    """
    cards = (timeline.title_card, timeline.end_card)
    held = [(cut.num_frames, cut_frames(cut)) for cut in timeline.cuts]
    spans = [*_card_span(cards[0]), *held, *_card_span(cards[1])]
    shared = shared_frames(timeline)
    chains = [
        f"[{k}:v:0]{_part_filters(own, total, timeline.fps, size)}{_led_in(shared, k)}[part{k}]"
        for k, (own, total) in enumerate(spans)
    ]
    joined = _joined([total for _, total in spans], shared, timeline.fps)
    if captions is None:
        return ";".join([*chains, *joined, f"[joined]null{FILM}"])
    over = f"overlay=0:{caption_strip(size).top}:eof_action=pass"
    return ";".join([*chains, *joined, f"[joined][{captions}:v:0]{over},format=yuv420p{FILM}"])


def _card_span(card: Card | None) -> list[tuple[int, int]]:
    return [(1, card.num_frames)] if card else []


def _part_filters(own: int, total: int, fps: int, size: tuple[int, int]) -> str:
    """Filters of one part: its own frames, the last one held, `total` frames exactly."""
    width, height = size
    filters = (
        "setpts=PTS-STARTPTS",
        f"scale={width}:{height}:force_original_aspect_ratio=decrease:{ENLARGE}",
        f"pad={width}:{height}:-1:-1",
        "setsar=1",
        "format=yuv420p",
        _even(fps),
        f"trim=end_frame={own}",
        "tpad=stop=-1:stop_mode=clone",
        f"trim=end_frame={total}",
        f"setpts=N/({fps}*TB)",
        _even(fps),
    )
    return ",".join(filters)


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
