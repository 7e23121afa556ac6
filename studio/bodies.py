"""What a page sends to each route but edits (see `studio.story_operations`)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from pipeline.artifacts import Casting, FilmSettings
from pipeline.clips import ClipFilter, Verdict
from pipeline.story import MAX_SCENES, Record, ShortText
from studio.operations import Name
from studio.reading import MAX_CHARACTERS
from studio.rendering import Quality, Seed, Without

_MOST_JOBS = 500
_MOST_TERMS = 80
_LONGEST_PATH = 1000
_MOST_UNWANTED = 1000
"""Characters that say what a take should not show."""
JobId = Annotated[int, Field(strict=True, gt=0, lt=2**63)]
JobIds = Annotated[tuple[JobId, ...], Field(max_length=_MOST_JOBS)]


class Nothing(Record):
    """A body that says nothing."""


class OfProject(Record):
    """Which story is asked for."""

    project: Name


class Watch(OfProject):
    """The work that the page knows of, and the revision that it shows."""

    known: JobIds = ()
    revision: int | None = None


class Cancel(OfProject):
    """The work to be ended."""

    ids: JobIds


class Render(OfProject):
    """The scenes to render; None = those without a take or with an outdated one."""

    scenes: Annotated[tuple[Name, ...], Field(max_length=MAX_SCENES)] | None
    quality: Quality = "final"
    seed: Seed = "same"
    unwanted: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=_MOST_UNWANTED)
    ] = ""
    """What the takes should not show."""
    without: Without | None = None
    """What the chosen take is rendered again without, to compare both."""


class MakeFilm(OfProject, FilmSettings):
    """A film and how it is made, also of takes that are outdated if it is asked for `anyway`."""

    anyway: bool = False


class OfScene(OfProject):
    """Which scene is asked for."""

    scene: Name


class OfTake(OfScene):
    """Which take is asked for."""

    take: Name


class OfPack(OfProject):
    """Which model is asked for."""

    pack: Name


class Words(OfScene):
    """Words of a region of a scene, or of its background where the region is None."""

    region: Name | None
    text: Annotated[str, StringConstraints(max_length=MAX_CHARACTERS)]
    """As it stands in its field: the marks count from its first character, also from a blank."""


class OfMotion(OfProject):
    """Which motion is asked for."""

    motion: Name


class Search(OfMotion):
    """What clips are searched for."""

    words: ShortText
    """What is done, as a person says it."""
    terms: Annotated[tuple[ShortText, ...], Field(max_length=_MOST_TERMS)] | None = None
    """The words that captions are searched for; None = those words with their other forms."""
    suggest: bool = False
    """Whether a language model adds words."""
    fetch: bool = False
    """Whether clips that lie on a site are fetched from there."""
    filter: ClipFilter | None = None
    """What a clip needs; None = what the pack asks for."""


class Decide(OfMotion):
    """A verdict on a clip; None takes it back."""

    clip: Name
    verdict: Verdict | None


class AddFolder(OfProject):
    """A folder of clips, or a list of them, on the studio's own machine."""

    path: Annotated[str, StringConstraints(strip_whitespace=True, max_length=_LONGEST_PATH)]


class OfLibrary(OfProject):
    """Which library is asked for."""

    library: Name


class Copy(Record):
    """A browser's copy of a story, of any schema version."""

    story: dict[str, Any]
    casting: Casting | None = None


class Remember(Record):
    """A copy that becomes a story again."""

    copied: Copy = Field(alias="copy")  # pydantic's records have a method of that name
