"""A look into one clip: the actor, and a crop that stays within one shot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.clips import Candidate, Clip, Crop, LibraryKind, Track, clip_id
from pipeline.progress import finish
from pipeline.retrieve.examining import Examiner, Looked
from pipeline.retrieve.libraries import OpenLibrary, create_library
from pipeline.retrieve.probing import probe_clips
from pipeline.retrieve.sources.folder import scan_folder
from pipeline.settings import Settings
from pipeline.vision.encode import encode_frames
from tests.pipeline.retrieve.sights import Spotter, write_fox

FPS, CUT = 8, 37
ORANGE, BROWN = (235, 120, 30), (160, 120, 30)
"""The tracker follows what is orange, not what is brown."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def films(tmp_path: Path) -> Path:
    """A film of 37 frames before one pattern and 52 before another, an orange square in both."""
    folder = tmp_path / "films"
    folder.mkdir()
    frames = np.concatenate([_scene(3, CUT), _scene(4, 52)])
    encode_frames(frames, folder / "two scenes.mp4", fps=FPS)
    return folder


def _scene(seed: int, num_frames: int) -> NDArray[np.uint8]:
    """A square that goes to and fro, bright or dark around it."""
    dark, bright = ((0, 60), (140, 250))[seed % 2]
    blocks = np.random.default_rng(seed).integers(dark, bright, (8, 12, 3), np.uint8)
    frames = np.repeat(blocks.repeat(8, 0).repeat(8, 1)[None], num_frames, 0)
    for number, frame in enumerate(frames):
        left = 8 + abs(55 - (2 * number) % 110)
        frame[16:48, left : left + 24] = ORANGE
    return frames


def _library(settings: Settings, kind: LibraryKind, films: Path) -> OpenLibrary:
    return create_library(settings, f"A {kind}", kind, root=films)


def _range(library: OpenLibrary, start: float, end: float) -> Clip:
    source = "two scenes.mp4"
    clip = Clip(
        id=clip_id(source, start, end, library=library.record.id),
        library=library.record.id,
        source=source,
        start_seconds=start,
        end_seconds=end,
    )
    library.catalogue.add([clip])
    return next(probe_clips(library, [clip.id]))


def _look(settings: Settings, library: OpenLibrary, clip: Clip) -> Looked:
    return Examiner(settings, Spotter(), "a fox dances", 1.5).look(Candidate(clip=clip), library)


def _crop(looked: Looked) -> Crop:
    assert looked.candidate.crop is not None
    return looked.candidate.crop


@pytest.mark.parametrize("kind", ["list", "folder"])
def test_a_range_over_a_cut_is_cropped_on_its_longer_side(
    settings: Settings, films: Path, kind: LibraryKind
) -> None:
    library = _library(settings, kind, films)
    late, early = (_range(library, *span) for span in ((2.0, 11.0), (0.0, 6.0)))
    first = round(2.0 * FPS)
    crop, track = _crop(looked := _look(settings, library, late)), looked.candidate.track
    assert (crop.start_frame, crop.end_frame) == (CUT - first, round(11.0 * FPS) - first)
    assert track is not None
    assert (track.frames[0], track.frames[-1]) == (CUT - first, round(11.0 * FPS) - first - 1)
    assert len(looked.pictures) == crop.end_frame - crop.start_frame
    crop = _crop(_look(settings, library, early))
    assert (crop.start_frame, crop.end_frame) == (0, CUT)
    assert _crop(_look(settings, library, early)) == crop


def test_an_actor_is_measured_by_its_shot_alone(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "films").mkdir()
    scene = _scene(4, 52)
    unseen = np.where((scene == ORANGE).all(-1, keepdims=True), BROWN, scene).astype(np.uint8)
    scene = np.concatenate([unseen[:2], scene[2:33], unseen[33:]])
    frames = np.concatenate([_scene(3, CUT), scene])
    encode_frames(frames, tmp_path / "films" / "two scenes.mp4", fps=FPS)
    library = _library(settings, "internvid", tmp_path / "films")
    crop = _crop(_look(settings, library, _range(library, 0.0, 89 / FPS)))
    assert (crop.start_frame, crop.end_frame) == (CUT, CUT + 33)


def test_of_a_long_clip_only_some_frames_are_looked_at(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "films").mkdir()
    frames = np.concatenate([_scene(3, 151), _scene(4, 120)])
    encode_frames(frames, tmp_path / "films" / "two scenes.mp4", fps=FPS)
    library = _library(settings, "list", tmp_path / "films")
    clip = _range(library, 0.0, 271 / FPS)
    crop = _crop(_look(settings, library, clip))
    assert crop.start_frame == 0
    assert 151 - 3 < crop.end_frame <= 151


def test_the_shots_of_a_folder_are_not_cut_again(settings: Settings, films: Path) -> None:
    library = _library(settings, "folder", films)
    finish(scan_folder(library))
    crops = [
        _crop(_look(settings, library, clip))
        for clip in library.catalogue.clips_of("two scenes.mp4")
    ]
    assert [(one.start_frame, one.end_frame) for one in crops] == [(0, CUT), (0, 52)]


class Pair(Spotter):
    """A tracker that sees a fox and an owl side by side."""

    labels: tuple[str, ...] = ("fox", "owl")

    def track(self, frames: NDArray[np.uint8], numbers: Sequence[int]) -> list[Track]:
        """Two figures, equally large and long."""
        boxes = {"owl": (0.2, 0.3, 0.4, 0.8), "fox": (0.6, 0.3, 0.8, 0.8)}
        return [
            Track(
                label=label,
                frames=tuple(numbers),
                boxes=(box,) * len(numbers),
                scores=(0.8,) * len(numbers),
            )
            for label, box in boxes.items()
        ]


@pytest.mark.parametrize(
    ("words", "caption", "label"),
    [
        ("the owl jumps", "a fox jumps", "owl"),
        ("jumps", "a fox jumps", "fox"),
        ("jumps", "somebody jumps", None),
        ("jumps", "", None),
    ],
)
def test_the_caption_tells_two_figures_apart_where_the_words_do_not(
    settings: Settings, tmp_path: Path, words: str, caption: str, label: str | None
) -> None:
    write_fox(tmp_path / "films" / "pair.mp4", 1)
    library = _library(settings, "folder", tmp_path / "films")
    finish(scan_folder(library))
    (clip,) = library.catalogue.clips_of("pair.mp4")
    candidate = Candidate(clip=clip.model_copy(update={"caption": caption}))
    found = Examiner(settings, Pair(), words, 1.5).look(candidate, library).candidate
    assert (found.track.label if found.track else None) == label
    assert found.reason == ("" if label else "two figures cannot be told apart")


def test_a_motion_is_learned_from_whoever_makes_it(settings: Settings, tmp_path: Path) -> None:
    library = _library(settings, "folder", write_fox(tmp_path / "fox" / "fox.mp4", 3).parent)
    finish(scan_folder(library))
    (clip,) = library.catalogue.clips_of("fox.mp4")
    looked = Examiner(settings, Spotter(), "a robot dances", 1.5).look(
        Candidate(clip=clip), library
    )
    assert looked.candidate.track is not None
    assert looked.candidate.track.label == "fox"
