"""Clips of a library, and what a search for a motion leaves behind: candidates and decisions."""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from pipeline.artifacts import Moment
from pipeline.story import ClipId, Id, Record

Fraction = Annotated[float, Field(ge=-1, le=2, allow_inf_nan=False)]
Edges = tuple[Fraction, Fraction, Fraction, Fraction]
"""`x0, y0, x1, y1` in fractions of the frame."""
Seconds = Annotated[float, Field(ge=0, le=1e7, allow_inf_nan=False)]
Score = Annotated[float, Field(allow_inf_nan=False)]
Words = Annotated[str, StringConstraints(max_length=4000)]
ClipState = Literal["unknown", "ok", "bad"]
"""unknown: nobody has looked into the file yet; bad: it cannot be read, `reason` says why."""
DropStage = Literal["", "duration", "frames", "aspect", "unreadable", "actor", "duplicate", "rank"]
"""At which step a candidate was dropped; empty = it was kept."""
FoundBy = Literal["words", "pictures", "own"]
Verdict = Literal["approved", "rejected"]
LibraryKind = Literal["folder", "list", "internvid", "theatre", "own"]


def clip_id(
    source: str, start_seconds: float | None, end_seconds: float | None, *, library: str = ""
) -> ClipId:
    """Give the id of a span of a source.

    A video on a site is the same in whatever library it is. A file is named with the id of its
    `library`: `IMG_0001.mp4` of another folder is another video.
    """
    place = f"{library}/{source}" if library else source
    times = (f"{one:.3f}" if one is not None else "" for one in (start_seconds, end_seconds))
    return hashlib.sha256("\0".join((place, *times)).encode()).hexdigest()[:16]


class Clip(Record):
    """A span of a source video; None = not known yet."""

    id: ClipId
    library: Id
    source: str
    """A path below the library's folder, parted by `/`, or the id of a video on a site."""
    start_seconds: Seconds | None = None
    end_seconds: Seconds | None = None
    """Where it begins and ends in its source; None = with the source itself."""
    caption: Words = ""
    licence: Words = ""
    """Under which terms it may be used; empty = unknown."""
    credit: Words = ""
    """Whom to name, and where it comes from."""
    state: ClipState = "unknown"
    reason: Words = ""
    duration_seconds: Seconds | None = None
    num_frames: Annotated[int, Field(ge=0)] | None = None
    fps: Annotated[float, Field(gt=0, le=1000)] | None = None
    width: Annotated[int, Field(gt=0)] | None = None
    height: Annotated[int, Field(gt=0)] | None = None
    content_hash: str | None = None
    """SHA-256 of the whole source file, in hex."""
    own: bool = False
    """Whether the storyteller filmed or brought it."""

    @property
    def aspect(self) -> float | None:
        """Give width over height as it is seen."""
        return self.width / self.height if self.width and self.height else None


class ClipFilter(Record):
    """What a clip needs to be learned from (paper, section 3.2); a setting of the pack."""

    min_seconds: Seconds = 2.0
    min_frames: Annotated[int, Field(ge=0)] = 40
    min_aspect: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.9
    """Width over height."""


class SearchSettings(Record):
    """How far a search for a motion goes; a setting of the pack."""

    by_words: Annotated[int, Field(ge=1, le=2000)] = 400
    """Captions taken, best first (paper, section 3.2)."""
    by_pictures: Annotated[int, Field(ge=0, le=2000)] = 100
    """Clips taken whose pictures are nearest to the words, where the library is not too large."""
    examined: Annotated[int, Field(ge=1, le=4000)] = 400
    """Of those that pass the filter, how many are tracked, cropped and looked at."""
    closely: Annotated[int, Field(ge=1, le=1000)] = 50
    """Of those, how many the video-text model sees."""
    shown: Annotated[int, Field(ge=1, le=200)] = 20
    """How many a person is asked about."""
    filter: ClipFilter = ClipFilter()


class Track(Record):
    """One figure followed through a clip; where frames are missing it was not seen."""

    label: str
    """What the detector calls it."""
    frames: tuple[Annotated[int, Field(ge=0)], ...] = Field(min_length=1)
    """Numbers of the clip's frames, ascending."""
    boxes: tuple[Edges, ...]
    scores: tuple[Annotated[float, Field(ge=0, le=1)], ...]

    @model_validator(mode="after")
    def _check_lengths(self) -> Self:
        if not len(self.frames) == len(self.boxes) == len(self.scores):
            raise ValueError("a track needs one box and one score for each frame")
        return self


class Crop(Record):
    """A window of one size that follows the actor; one place for each frame of the range."""

    start_frame: int = Field(ge=0)
    end_frame: int = Field(gt=0)
    """The first frame that is no longer in it."""
    windows: tuple[Edges, ...] = Field(min_length=1)
    width_px: int = Field(gt=0)
    height_px: int = Field(gt=0)

    @model_validator(mode="after")
    def _check_lengths(self) -> Self:
        if len(self.windows) != self.end_frame - self.start_frame:
            raise ValueError("a crop needs one window for each frame")
        return self


class Scores(Record):
    """What each step says of a candidate; None = the step did not look at it."""

    bm25: Score | None = None
    picture: Score | None = None
    """How near the whole frames are to the words, where the pictures were searched."""
    clip: Score | None = None
    video_text: Score | None = None
    final: Score | None = None


class Candidate(Record):
    """A clip that a search found, with its scores, or with the reason why it was dropped."""

    clip: Clip
    found_by: tuple[FoundBy, ...] = ()
    scores: Scores = Scores()
    track: Track | None = None
    crop: Crop | None = None
    stage: DropStage = ""
    reason: str = ""
    duplicates: tuple[ClipId, ...] = ()
    """Clips of nearly the same pictures that it stands for."""


_STEP_WORDS = {
    "words": "captions match",
    "unreadable": "can be read",
    "duration": "long enough",
    "frames": "with enough single pictures",
    "aspect": "wide enough",
    "fetch": "fetched from their site",
    "pictures": "found by their pictures",
    "fit": "fit to be looked into",
    "looked": "looked into",
    "actor": "show somebody well",
    "closely": "of them watched for the movement",
    "duplicate": "unlike each other",
    "shown": "shown",
}
"""What each step of a search says of the clips it kept, in the order of the steps."""


class StageCount(Record):
    """How many clips a step kept."""

    stage: str
    kept: int = Field(ge=0)

    @property
    def words(self) -> str:
        """Say of what kind the kept clips are: '34 can be read'."""
        return _STEP_WORDS.get(self.stage, self.stage)


class Retrieval(Record):
    """What a search for a motion gave (`motions/<motion>.json` of a project)."""

    schema_version: Literal[1] = 1
    motion_id: Id
    words: Words
    """What was asked for."""
    terms: tuple[str, ...]
    """The words that captions were searched for."""
    counts: tuple[StageCount, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    """The kept ones, best first, then the dropped ones."""
    models: tuple[str, ...] = ()
    libraries: tuple[Id, ...] = ()
    seconds: Seconds = 0.0
    created: Moment

    @property
    def kept(self) -> tuple[Candidate, ...]:
        """Give the candidates that were not dropped, best first."""
        return tuple(one for one in self.candidates if not one.stage)


class ClipDecision(Record):
    """What a person decided of a clip for a motion; the clip and its crop are kept with it."""

    verdict: Verdict
    clip: Clip
    track: Track | None = None
    crop: Crop | None = None
    decided: Moment


class Library(Record):
    """A library's own record (`library.json`)."""

    schema_version: Literal[1] = 1
    id: Id
    title: str
    kind: LibraryKind
    root: str | None = None
    """The folder that sources lie in, absolute; None = the library's own `clips/`."""
    suits: tuple[str, ...] = ()
    """The packs it is for, by name; empty = every pack."""
    licence: Words = ""
    """The terms of clips that do not name their own."""
    created: Moment
