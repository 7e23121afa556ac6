"""The record of a pack, `pack.json`: sizes, defaults, words and licences. No torch."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from pipeline.artifacts import BoxTiming, FrameSide
from pipeline.clips import SearchSettings
from pipeline.diffusion.model import ClipFormat
from pipeline.errors import ModelUnavailableError
from pipeline.files import short
from pipeline.prior import PriorKind, TrainSettings
from pipeline.story import Id, Record

PACK_FILE = "pack.json"
_PACKS = Path(__file__).parent
_ENDINGS = ("ing", "ies", "es", "ed", "s", "y", "e")

Steps = Annotated[int, Field(ge=1, le=200)]


class TroupeNames(Record):
    """Who a closed cast has: its figures, their colours, what they do and where they play."""

    kinds: tuple[str, ...]
    colours: tuple[str, ...]
    motions: tuple[str, ...]
    backdrops: tuple[str, ...]
    learnable: tuple[str, ...] = ()
    """Motions of its clip library that it does not know yet."""


class Licence(Record):
    """Under which terms one part of the pack may be used."""

    part: str
    licence: str
    source: str = ""
    words: str = ""
    """What it allows, in plain words."""


class Counts(Record):
    """Parameters of each model of a pack, so that what it needs is known before it is there."""

    text_encoder: int = Field(gt=0)
    transformer: int = Field(gt=0)
    vae: int = Field(gt=0)
    width: int = Field(gt=0)
    """Numbers per token of the transformer: heads by their size."""


class Needs(Record):
    """What a person's machine needs for a pack, in words."""

    disk: str
    ram: str
    vram: str


class SightRecord(Record):
    """What looks at clips for the pack: files below its folder, or names to be fetched by."""

    detector: str
    """Weights of ultralytics' YOLO, `.pt`."""
    detector_px: Annotated[int, Field(ge=32, le=2048)] = 640
    """The longer side of the pictures that the detector sees."""
    clip: str
    """Folder or hub id of an open_clip model."""
    video_text: str
    """Folder or hub id of an X-CLIP model, or the folder of a ViCLIP one."""


class PackRecord(ClipFormat):
    """Everything about a pack but its weights."""

    schema_version: Literal[1] = 1
    name: Id
    title: str = ""
    """Its name for people; empty = the name."""
    revision: str
    """Hash of the weights' files, see `pipeline.packs.seal`; changes whenever they do. That of
    weights from a hub is known when they are there (`pipeline.packs.weights`): empty until then."""
    hub_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*$")] | None = None
    """Where the weights are fetched from; None = they lie beside this record."""
    hub_revision: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")] | None = None
    """The commit that is fetched; None = the newest at the first fetch, which is kept from then."""
    size_gib: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    """What fetching the weights brings; None where nothing is fetched."""
    counts: Counts | None = None
    """None = read from the weights' files."""
    needs: Needs | None = None
    num_inference_steps: Steps
    draft_steps: Steps
    guidance_scale: float = Field(ge=0, le=30, allow_inf_nan=False)
    scheduler: Literal["ddim", "dpm"]
    dtype: Literal["float32", "float16", "bfloat16"]
    """The smallest number type the weights run well in."""
    box_timing: BoxTiming = "interpolate"
    """How boxes go from one keyframe to the next."""
    draft_frames: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Frames of a draft; None = those of a final take. Likewise its height and width."""
    draft_height_px: FrameSide | None = None
    draft_width_px: FrameSide | None = None
    detector: str | None = None
    """Hub id of the open-vocabulary detector that reports on takes; None = the theatre's judges."""
    motion_triggers: tuple[str, ...] = ()
    """Words without a meaning of their own, which learned motions take."""
    look_triggers: tuple[str, ...] = ()
    """The same for learned looks."""
    vocabulary: tuple[str, ...] = ()
    """Every word the text encoder knows; empty = any word will do."""
    training: dict[PriorKind, TrainSettings] = Field(default_factory=dict)
    """How it learns motions and looks best; what is left out is learned as the paper does."""
    picture_psnr_db: float | None = None
    """How well pictures of a character come through its autoencoder at least; None = any will do.
    A lower figure means a picture from another world than the pack's."""
    licences: tuple[Licence, ...] = ()
    troupe: TroupeNames | None = None
    """The closed cast it plays; None = it plays anyone."""
    sight: SightRecord | None = None
    """What looks at clips; None = the studio's own choice for pictures of the real world."""
    search: SearchSettings = SearchSettings()

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset((*self.vocabulary, *self.motion_triggers, *self.look_triggers))

    @cached_property
    def _by_stem(self) -> dict[str, str]:
        return {_stem(word): word for word in reversed(self.vocabulary)}

    def normalise(self, text: str) -> tuple[str, tuple[str, ...]]:
        """Give the text in the pack's own words, and what was changed, one sentence each.

        A word outside the vocabulary becomes a known word of the same stem, or goes; so does
        punctuation, unreported. Texts of a pack without a vocabulary stay as they are.
        """
        if not self.vocabulary:
            return text, ()
        kept, changes = [], []
        for word in re.findall(r"[^\W_]+(?:['-][^\W_]+)*|[^\w\s]", text.lower()):
            known = word if word in self._words else self._by_stem.get(_stem(word))
            if known is None and word[0].isalnum():
                changes.append(f"“{word}” is left out: the {self.name} pack has no word for it")
            elif known and known != word:
                changes.append(f"“{word}” is read as “{known}”")
            kept.append(known)
        return " ".join(word for word in kept if word), tuple(changes)


def _stem(word: str) -> str:
    """The word without its ending; at least three letters stay."""
    fits = (end for end in _ENDINGS if word.endswith(end) and len(word) - len(end) >= 3)
    stem = word.removesuffix(next(fits, ""))
    doubled = len(stem) > 3 and stem[-1] == stem[-2]
    return stem[:-1] if doubled else stem


def find_pack(name_or_path: str | Path) -> Path:
    """Give the folder of a pack: one of the built-in names, or a folder with a `pack.json`.

    Raises:
        ModelUnavailableError: there is no such pack.
    """
    for folder in (_PACKS / str(name_or_path), Path(name_or_path)):
        with suppress(OSError):  # such as a name that is too long
            if (folder / PACK_FILE).is_file():
                return folder
    known = ", ".join(built_in_packs()) or "none"
    raise ModelUnavailableError(
        f"there is no pack {short(Path(name_or_path))!r}",
        hint=f"Give the folder of a pack (with a {PACK_FILE}) or a built-in one: {known}.",
    )


def built_in_packs() -> list[str]:
    """Give the names of the packs that the studio has a record of."""
    return sorted(path.parent.name for path in _PACKS.glob(f"*/{PACK_FILE}"))


def load_record(name_or_path: str | Path) -> PackRecord:
    """Read the record of a pack by its built-in name or folder.

    Raises:
        ModelUnavailableError: there is no such pack, or its record cannot be read.
    """
    path = find_pack(name_or_path) / PACK_FILE
    try:
        return PackRecord.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        raise ModelUnavailableError(
            f"the record of the pack cannot be read: {path}",
            hint=f"Fetch the pack again or seal it anew. ({_first_line(error)})",
        ) from error


def _first_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return str(error).splitlines()[0]
