"""A look into one clip: who is in it, the crop that follows the actor, and what that shows."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import ValidationError

from pipeline.clips import Candidate, Clip, Crop, DropStage, Track
from pipeline.errors import UnreadableVideoError
from pipeline.files import short, workspace_errors, write_bytes
from pipeline.retrieve.actor import choose_actor
from pipeline.retrieve.crop import plan_crop
from pipeline.retrieve.libraries import OpenLibrary
from pipeline.retrieve.previews import clip_cache, crop_file
from pipeline.retrieve.subject import subject_of
from pipeline.settings import Settings
from pipeline.story import Record
from pipeline.vision.cropping import cut_crop
from pipeline.vision.encode import encode_frames
from pipeline.vision.frames import read_frames
from pipeline.vision.shots import shots_in

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.vision.tracking import Tracker

logger = logging.getLogger(__name__)

LOOKED_PX = 960
"""The longer side of the frames that are looked at."""
MOST_LOOKED = 128
"""Of a longer clip every second frame is looked at, or every third, ..."""
_DECIMALS = 4


class _Seen(Record):
    """What was seen in a clip, by the places of the frames looked at."""

    shot: tuple[int, int]
    """The places between two cuts, the longest such; the second is no longer in it."""
    tracks: tuple[Track, ...]
    """Every figure, followed through the shot."""


class ClipFrames:
    """The frames of a clip that are looked at, read from its file when they are first asked for.

    Attributes:
        numbers: theirs within the clip, ascending; of a long clip every second, third, ...
    """

    def __init__(self, library: OpenLibrary, clip: Clip) -> None:
        """Raises UnreadableVideoError where nobody has looked into the clip's file yet."""
        self._library, self._clip = library, clip
        self._range = library.frames_of(clip)
        stride = max(1, -(-len(self._range) // MOST_LOOKED))
        self.numbers = list(range(0, len(self._range), stride))

    @cached_property
    def frames(self) -> NDArray[np.uint8]:
        """Uint8 RGB (F, H, W, 3); raises UnreadableVideoError."""
        if not self.numbers:
            raise UnreadableVideoError("it has no frames")
        chosen = [self._range[number] for number in self.numbers]
        return read_frames(self._library.file_of(self._clip), chosen, longest_px=LOOKED_PX)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the frames, px."""
        width, height = self._clip.width or 1, self._clip.height or 1
        shrunk = min(1.0, LOOKED_PX / max(width, height))
        return round(width * shrunk), round(height * shrunk)

    @property
    def fps(self) -> float:
        """How many of them there are to a second."""
        known, all_of_it = self._clip.fps or 8.0, max(1, len(self._range))
        return known * len(self.numbers) / all_of_it

    @property
    def may_hold_cuts(self) -> bool:
        """Whether the clip may span a cut.

        A whole video of a folder was searched for cuts when it was scanned, a drawn one has none.
        """
        kind, part = self._library.record.kind, (self._clip.start_seconds, self._clip.end_seconds)
        return kind != "theatre" and (kind not in ("folder", "own") or part != (None, None))

    def longest_shot(self) -> tuple[int, int]:
        """Give the places of the frames between two cuts, half-open; raises as `frames` does."""
        if not self.may_hold_cuts:
            return 0, len(self.numbers)
        return max(shots_in(self.frames, self.fps), key=lambda shot: shot[1] - shot[0])

    def range_of(self, shot: tuple[int, int]) -> tuple[int, int]:
        """Give the numbers of the clip's frames that a shot spans, half-open."""
        first, behind = shot
        is_last = behind == len(self.numbers)
        end = len(self._range) if is_last else self.numbers[behind - 1] + 1
        return self.numbers[first], end


@dataclass(frozen=True)
class Looked:
    """A candidate that was looked into, and the frames of its clip; None = it cannot be read.

    It holds every frame that was read of the clip: hundreds of megabytes. None is kept for long.
    """

    candidate: Candidate
    clip_frames: ClipFrames | None

    @cached_property
    def pictures(self) -> NDArray[np.uint8]:
        """Its crop, or the whole clip where there is none: uint8 RGB (F, h, w, 3).

        Raises:
            UnreadableVideoError: the clip's file cannot be read.
        """
        if self.clip_frames is None:
            raise UnreadableVideoError(self.candidate.reason)
        crop = self.candidate.crop
        return self.clip_frames.frames if crop is None else cut_frames(self.clip_frames, crop)


@dataclass(frozen=True)
class Examiner:
    """Looks into clips for one search: for the actor that its words speak of, in one shape.

    What was seen before is kept in the cache: a clip is then not read again.
    """

    settings: Settings
    tracker: Tracker
    words: str
    aspect: float

    def look(self, candidate: Candidate, library: OpenLibrary) -> Looked:
        """Find the actor of a candidate, and the crop that follows it.

        A clip without an actor, or that cannot be read, is given back with the reason.
        """
        clip = candidate.clip
        try:
            seen = ClipFrames(library, clip)
            there = self._seen(clip, seen)
            track, reason = self._actor(clip, there)
            if track is None:
                return Looked(_dropped(candidate, "actor", reason), seen)
            track = _renumbered(track, seen.numbers)
            crop = _rounded(_crop(track, seen.range_of(there.shot), seen.size, self.aspect))
        except UnreadableVideoError as error:
            return Looked(_dropped(candidate, "unreadable", error.message), None)
        return Looked(candidate.model_copy(update={"track": track, "crop": crop}), seen)

    @cached_property
    def _subject(self) -> str | None:
        return subject_of(self.words, self.tracker.labels)

    def _actor(self, clip: Clip, there: _Seen) -> tuple[Track | None, str]:
        """The actor, or None and the reason.

        Where nobody of the kind that the words name is seen, anybody will do: a movement is learned
        from whoever makes it. The caption is asked where the words name nobody that is there and
        leave the choice open: it may be wrong.
        """
        num_frames = there.shot[1] - there.shot[0]
        subject = self._subject
        if all(one.label != subject for one in there.tracks):
            subject = None
        track, reason = choose_actor(there.tracks, subject, num_frames)
        if track is None and subject is None:
            told = subject_of(clip.caption, self.tracker.labels)
            if told is not None:
                track, _ = choose_actor(there.tracks, told, num_frames)
        return track, "" if track else reason

    def _seen(self, clip: Clip, seen: ClipFrames) -> _Seen:
        """What is seen in a clip: its figures are followed once."""
        kept = clip_cache(self.settings, clip) / f"tracks-{self.tracker.id}.json"
        with workspace_errors(f"read what was seen in {short(kept)}"):
            known = kept.read_bytes() if kept.is_file() else b""
        try:
            if known:
                return _Seen.model_validate_json(known)
        except ValidationError:
            logger.warning("the tracks %s are broken; they are made anew", kept.name)
        shot = seen.longest_shot() if seen.numbers else (0, 0)
        tracks = self.tracker.track(seen.frames[slice(*shot)], range(*shot))
        there = _Seen(shot=shot, tracks=tuple(tracks))
        with workspace_errors(f"keep what was seen in {short(kept)}"):
            kept.parent.mkdir(parents=True, exist_ok=True)
            write_bytes(kept, there.model_dump_json().encode())
        return there


def write_crop(settings: Settings, looked: Looked) -> None:
    """Write the video of a crop into the cache, where there is a crop and no video of it yet.

    A clip that can no longer be read gets none.

    Raises:
        AssemblyError: ffmpeg failed.
        WorkspaceError: the cache cannot be written.
    """
    clip, crop = looked.candidate.clip, looked.candidate.crop
    if crop is None or looked.clip_frames is None:
        return
    target = crop_file(settings, clip, crop)
    if target.is_file():
        return
    try:
        pictures = looked.pictures
    except UnreadableVideoError as error:
        logger.warning("clip %s cannot be read: %s", clip.id, error)
        return
    with workspace_errors(f"make the folder {short(target.parent)}"):
        target.parent.mkdir(parents=True, exist_ok=True)
    encode_frames(pictures, target, fps=max(1, round(looked.clip_frames.fps)))


def cut_frames(seen: ClipFrames, crop: Crop) -> NDArray[np.uint8]:
    """Give the crop's pictures, of those frames in its range that are looked at."""
    inside = [
        at for at, number in enumerate(seen.numbers) if crop.start_frame <= number < crop.end_frame
    ]
    windows = tuple(crop.windows[seen.numbers[at] - crop.start_frame] for at in inside)
    return cut_crop(seen.frames[inside], crop.model_copy(update={"windows": windows}))


def _dropped(candidate: Candidate, stage: DropStage, reason: str) -> Candidate:
    return candidate.model_copy(update={"stage": stage, "reason": reason})


def _renumbered(track: Track, numbers: Sequence[int]) -> Track:
    """The track by the numbers of the clip's frames, its boxes as short as they need to be."""
    boxes = tuple(tuple(round(edge, _DECIMALS) for edge in box) for box in track.boxes)
    scores = tuple(round(score, _DECIMALS) for score in track.scores)
    frames = tuple(numbers[at] for at in track.frames)
    return track.model_copy(update={"frames": frames, "boxes": boxes, "scores": scores})


def _crop(track: Track, shot: tuple[int, int], size: tuple[int, int], aspect: float) -> Crop:
    """The window that follows the actor within a shot, by the numbers of the clip's frames."""
    start, end = shot
    frames = tuple(number - start for number in track.frames)
    crop = plan_crop(track.model_copy(update={"frames": frames}), end - start, size, aspect)
    moved = {"start_frame": crop.start_frame + start, "end_frame": crop.end_frame + start}
    return crop.model_copy(update=moved)


def _rounded(crop: Crop) -> Crop:
    windows = tuple(tuple(round(edge, _DECIMALS) for edge in box) for box in crop.windows)
    return crop.model_copy(update={"windows": windows})
