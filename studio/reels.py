"""Films with what is drawn over them: which scene plays when, and where its boxes are."""

from __future__ import annotations

from pathlib import Path

from pipeline.artifacts import Cut, Take, Timeline
from pipeline.assemble.timeline import placed_cuts
from pipeline.filming import film_timeline
from pipeline.story import NUM_KEYFRAMES
from studio.cards import Shown, View
from studio.reports import take_view


def reel_views(shown: Shown) -> View:
    """Give the newest film, and the newest one of takes without boxes beside it.

    `{"played": Reel | None, "without": Reel | None}`; a reel is `{video, captions, cuts}`. Each cut
    says in seconds `from` when `to` when it plays; at its begin its boxes are at the moment `at`
    (0 to 6), and go on by `pace` moments a second, no further than `until`. A film of which nobody
    wrote down how it was made has no cuts.
    """
    films = [*reversed(shown.project.films())]
    told = {path: film_timeline(path) for path in films}
    without = next((path for path in films if _leaves_out(told[path], shown)), None)
    played = next((path for path in films if path != without), None)
    return {
        "played": _reel(shown, played, told[played]) if played else None,
        "without": _reel(shown, without, told[without]) if without else None,
    }


def _reel(shown: Shown, path: Path, timeline: Timeline | None) -> View:
    cuts = [_cut(shown, timeline, *placed) for placed in placed_cuts(timeline)] if timeline else []
    has_words = path.with_suffix(".srt").is_file()
    return {
        "video": shown.address(f"films/{path.name}"),
        "captions": shown.address(f"films/{path.stem}.vtt") if has_words else None,
        "cuts": [cut for cut in cuts if cut],
    }


def _cut(shown: Shown, timeline: Timeline, first: int, end: int, cut: Cut) -> View | None:
    take = _take(shown, cut)
    if take is None:
        return None
    frames = (cut.to_frame or take.num_frames) - cut.from_frame
    per_frame = NUM_KEYFRAMES / take.num_frames
    seconds = cut.num_frames / timeline.fps
    told = take_view(shown, take)
    return {
        "scene": cut.scene_id,
        "from": first / timeline.fps,
        "to": end / timeline.fps,
        "at": cut.from_frame * per_frame,
        "until": (cut.from_frame + frames) * per_frame,
        "pace": frames * per_frame / seconds,
        "timing": told["timing"],
        "actors": told["actors"],
    }


def _leaves_out(timeline: Timeline | None, shown: Shown) -> bool:
    """Whether every take of a film was rendered without its boxes."""
    takes = [_take(shown, cut) for cut in timeline.cuts] if timeline else []
    return bool(takes) and all(take and not take.settings.use_regions for take in takes)


def _take(shown: Shown, cut: Cut) -> Take | None:
    scenes = {scene.id for scene in shown.project.story.scenes}
    takes = shown.takes.of(cut.scene_id) if cut.scene_id in scenes else ()
    return next((take for take in takes if take.id == cut.take_id), None)
