"""What a search for a motion left behind: a library of small films, and candidates with crops."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.clips import (
    Candidate,
    Clip,
    Crop,
    DropStage,
    FoundBy,
    Retrieval,
    Scores,
    StageCount,
    Track,
    clip_id,
)
from pipeline.retrieve.libraries import OpenLibrary, create_library
from pipeline.retrieve.previews import crop_file
from pipeline.settings import Settings
from pipeline.vision.encode import encode_frames
from pipeline.workspace import Project

NUM_FRAMES, FPS, WIDTH, HEIGHT = 48, 8, 72, 48
CREATED = "2024-05-01T10:00:00+00:00"
COUNTS = (("words", 412), ("duration", 371), ("pictures", 38), ("actor", 60), ("shown", 3))
CAPTIONS = ("a fox hops over a stone", "somebody leaps <b>twice</b>", "a robot jumps for joy")
LEFT_OUT: tuple[tuple[DropStage, str], ...] = (
    ("duration", "it lasts 1.2 s, 2 s are needed"),
    ("actor", "nobody is seen all along"),
)

Films = Sequence[NDArray[np.uint8]]


def make_film(number: int) -> NDArray[np.uint8]:
    """A square of a colour of its own that goes from left to right, uint8 (F, H, W, 3)."""
    frames = np.full((NUM_FRAMES, HEIGHT, WIDTH, 3), 230 - 40 * number, np.uint8)
    for at in range(NUM_FRAMES):
        frames[at, 14:34, at : at + 20] = (60 * number, 30, 200 - 60 * number)
    return frames


def make_track() -> Track:
    """The way of that square; on the first frame from 0 to 20 of 72 px."""
    boxes = tuple((at / 72, 14 / 48, (at + 20) / 72, 34 / 48) for at in range(NUM_FRAMES))
    return Track(label="fox", frames=tuple(range(NUM_FRAMES)), boxes=boxes, scores=(0.9,) * 48)


def make_clip(library: str, number: int, caption: str = "") -> Clip:
    """A clip of `film-<number>.mp4` that was looked into."""
    source = f"film-{number}.mp4"
    return Clip(
        id=clip_id(source, None, None),
        library=library,
        source=source,
        caption=caption,
        licence="CC-BY-4.0",
        credit="Ada, the film club",
        state="ok",
        duration_seconds=NUM_FRAMES / FPS,
        num_frames=NUM_FRAMES,
        fps=FPS,
        width=WIDTH,
        height=HEIGHT,
        content_hash=f"{number:064x}",
    )


def make_candidate(clip: Clip, number: int) -> Candidate:
    """A clip that a search kept, the better the lower its number."""
    crop = Crop(
        start_frame=0,
        end_frame=NUM_FRAMES,
        windows=((0.1, 0.1, 0.9, 0.9),) * NUM_FRAMES,
        width_px=54,
        height_px=36,
    )
    scores = Scores(bm25=12.5 - number, clip=0.31 - 0.02 * number, final=0.9 - 0.1 * number)
    found: tuple[FoundBy, ...] = ("words", "pictures") if number == 1 else ("words",)
    return Candidate(clip=clip, found_by=found, scores=scores, track=make_track(), crop=crop)


def make_dropped(library: str, stage: DropStage, why: str) -> Candidate:
    """The first second of `film-0.mp4`, dropped at a step."""
    clip = make_clip(library, 0, f"left out for its {stage}")
    end = 1.2 if stage == "duration" else 3.5
    changes = {"id": clip_id(clip.source, 0.0, end), "start_seconds": 0.0, "end_seconds": end}
    part = clip.model_copy(update={**changes, "duration_seconds": end})
    return Candidate(clip=part, scores=Scores(bm25=1.5), stage=stage, reason=why)


def make_library(settings: Settings, films: Films, folder: Path) -> OpenLibrary:
    """A library of a folder with those films in it."""
    folder.mkdir(parents=True)
    for number, frames in enumerate(films):
        encode_frames(frames, folder / f"film-{number}.mp4", fps=FPS)
    return create_library(settings, "The film club", "folder", root=folder)


def keep_found(
    project: Project,
    settings: Settings,
    motion_id: str,
    folder: Path,
    *,
    films: Films = (),
    captions: Sequence[str] = CAPTIONS,
) -> Retrieval:
    """Save what a search would have left: a candidate of each caption, and two that were dropped.

    Args:
        project: Whose.
        settings: Of the studio.
        motion_id: The motion that was searched for.
        folder: Where the films are put.
        films: A film of each candidate; by default such as `make_film` gives.
        captions: What the candidates' captions say.
    """
    pictures = films or [make_film(number) for number in range(len(captions))]
    library = make_library(settings, pictures, folder).record.id
    clips = [make_clip(library, number, words) for number, words in enumerate(captions)]
    kept = [make_candidate(clip, number) for number, clip in enumerate(clips)]
    for candidate, frames in zip(kept, pictures, strict=True):
        assert candidate.crop is not None
        path = crop_file(settings, candidate.clip, candidate.crop)
        path.parent.mkdir(parents=True, exist_ok=True)
        encode_frames(frames, path, fps=FPS)
    dropped = [make_dropped(library, *told) for told in LEFT_OUT]
    found = Retrieval(
        motion_id=motion_id,
        words="hops",
        terms=("hop", "hops", "hopped"),
        counts=tuple(StageCount(stage=stage, kept=kept) for stage, kept in COUNTS),
        candidates=(*kept, *dropped),
        libraries=(library,),
        seconds=41.0,
        created=CREATED,
    )
    project.save_retrieval(found)
    return found
