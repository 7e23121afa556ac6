"""What a page sends to each route but edits (see `studio.story_operations`)."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from pipeline.artifacts import Casting
from pipeline.clips import ClipFilter, Verdict
from pipeline.prior import PriorKind, Steps
from pipeline.story import MAX_SCENES, Record, ShortText
from studio.operations import Name
from studio.reading import MAX_CHARACTERS
from studio.rendering import MOST_AT_ONCE, Quality, Seed, Without

_MOST_JOBS = 500
_MOST_TERMS = 80
_LONGEST_PATH = 1000
_MOST_UNWANTED = 1000
Unwanted = Annotated[str, StringConstraints(strip_whitespace=True, max_length=_MOST_UNWANTED)]
"""What takes should not show."""
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
    unwanted: Unwanted = ""
    count: Annotated[int, Field(strict=True, ge=1, le=MOST_AT_ONCE)] = 1
    """How many takes of each scene, each from a seed of its own."""
    without: Without | None = None
    """What the chosen take is rendered again without, to compare both."""


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


class OfPrior(OfProject):
    """Which learned motion or look is asked for."""

    prior: Name


class RemovePrior(OfPrior):
    """A learned motion or look to be deleted, even one that stories use if asked for `anyway`."""

    anyway: bool = False


class OfThing(OfProject):
    """Which motion or which character of a story is asked for, as something to be learned."""

    motion: Name | None = None
    character: Name | None = None

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.motion is None) == (self.character is None):
            raise ValueError("one motion or one character is learned")
        return self


class Learn(OfThing):
    """What is learned, and how; None = as the model has it."""

    steps: Steps | None = None
    background: Literal["keep", "remove"] | None = None
    """What is done with what is around the figure of a picture."""


class LearnControl(OfProject):
    """What some learning that goes on shall do."""

    id: JobId
    word: Literal["save_now", "sample_now", "stop"]


class UsePrior(OfThing):
    """What a motion or character uses of what was learned; None = nothing."""

    prior: Name | None
    chosen: bool = True
    """False = again what fits its words."""


class OfCharacter(OfProject):
    """Which character is asked for."""

    character: Name


class OfLook(OfCharacter):
    """Which picture of a character is asked for."""

    picture: Name


class BringPrior(OfProject):
    """What a file of weights from elsewhere holds; what is empty its own header tells."""

    name: Annotated[str, StringConstraints(max_length=_LONGEST_PATH)] = ""
    """What the file is called."""
    kind: PriorKind | None = None
    words: ShortText = ""
    figure: ShortText = ""
    trigger: ShortText = ""
    licence: ShortText = ""


class Copy(Record):
    """A browser's copy of a story, of any schema version."""

    story: dict[str, Any]
    casting: Casting | None = None


class Remember(Record):
    """A copy that becomes a story again."""

    copied: Copy = Field(alias="copy")  # pydantic's records have a method of that name
