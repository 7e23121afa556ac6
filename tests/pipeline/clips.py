"""Clips and what a search leaves of them, with no two numbers alike."""

from __future__ import annotations

from pipeline.clips import Candidate, Clip, Crop, Retrieval, Scores, StageCount, Track, clip_id


def make_clip(source: str = "dances/fox.mp4", *, own: bool = False, licence: str = "CC0") -> Clip:
    return Clip(
        id=clip_id(source, None, None),
        library="puppets",
        source=source,
        caption="a fox dances",
        licence=licence,
        credit="Theatre of the Sea",
        state="ok",
        duration_seconds=6.0,
        num_frames=48,
        fps=8.0,
        width=288,
        height=192,
        content_hash="ab" * 32,
        own=own,
    )


def make_candidate(source: str = "dances/fox.mp4", *, reason: str = "") -> Candidate:
    track = Track(
        label="fox",
        frames=(0, 24, 47),
        boxes=((0.1, 0.2, 0.3, 0.8), (0.35, 0.22, 0.55, 0.82), (0.6, 0.24, 0.8, 0.84)),
        scores=(0.9, 0.8, 0.7),
    )
    crop = Crop(
        start_frame=0, end_frame=2, windows=((0.0, 0.1, 0.5, 0.9), (0.02, 0.1, 0.52, 0.9)),
        width_px=144, height_px=154,
    )  # fmt: skip
    return Candidate(
        clip=make_clip(source),
        found_by=("words",),
        scores=Scores(bm25=3.5, clip=0.31, video_text=0.42, final=0.77),
        track=track,
        crop=crop,
        stage="actor" if reason else "",
        reason=reason,
    )


def make_retrieval(*candidates: Candidate, motion_id: str = "walks") -> Retrieval:
    return Retrieval(
        motion_id=motion_id,
        words="dances",
        terms=("dances", "dancing"),
        counts=(StageCount(stage="words", kept=37), StageCount(stage="shown", kept=2)),
        candidates=candidates,
        models=("tracker 1", "clip 2", "video-text 3"),
        libraries=("puppets",),
        seconds=12.25,
        created="2031-04-05T06:07:08+00:00",
    )
