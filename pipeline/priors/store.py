"""Learned looks and motions on the disk: a user's own, and those that came with the packs.

`users/<user>/priors/<key>/{adapter.safetensors, prior.json, samples/<step>.webp}`; shipped ones
lie the same way in `pipeline/packs/<pack>/priors/`, and nobody writes there. A prior is made
beside its place and moved there whole. Nothing here loads torch.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from safetensors import SafetensorError, safe_open

from pipeline.artifacts import Casting, Learned
from pipeline.errors import InputError, InvalidStoryError, WorkspaceError
from pipeline.files import (
    checked_id,
    partial_path,
    read_record,
    short,
    workspace_errors,
    write_bytes,
    write_record,
)
from pipeline.prior import Prior
from pipeline.priors.placing import copy_file, mend, put_folder
from pipeline.settings import Settings
from pipeline.story import Story
from pipeline.story_file import read_story
from pipeline.workspace import projects_dir

logger = logging.getLogger(__name__)

ADAPTER_FILE = "adapter.safetensors"
PRIOR_FILE = "prior.json"
_PACKS = Path(__file__).resolve().parents[1] / "packs"
_LOOKS = 5
_NONE: Mapping[int, bytes | Path] = MappingProxyType({})


class Use(NamedTuple):
    """Where a story uses a prior: the character's name or the motion's words."""

    title: str
    where: str
    project_id: str


@dataclass(frozen=True)
class Stored:
    """A prior of the store, and where it lies."""

    prior: Prior
    folder: Path
    shipped: bool
    size_bytes: int
    """Of its adapter."""

    @property
    def key(self) -> str:
        """Its key in the store."""
        return self.prior.key

    @property
    def file(self) -> Path:
        """The adapter."""
        return self.folder / ADAPTER_FILE

    @property
    def whole(self) -> bool:
        """Whether it was trained to its end; false = stopped before that, and kept."""
        plan = self.prior.plan
        return plan is None or self.prior.steps >= plan.settings.steps

    def sample(self, step: int) -> Path | None:
        """Give the preview made after that step; None if there is none."""
        file = self.folder / "samples" / f"{step}.webp"
        return file if step in self.prior.samples and file.is_file() else None

    @property
    def newest_sample(self) -> Path | None:
        """The preview of the last step that has one."""
        return self.sample(max(self.prior.samples, default=-1))


def priors_dir(settings: Settings) -> Path:
    """Give the folder that holds the user's own priors."""
    return settings.home / "users" / checked_id(settings.user) / "priors"


class PriorStore:
    """The priors that a user may use: their own, and the shipped ones, which nobody changes."""

    def __init__(self, settings: Settings) -> None:
        """Look into the settings' home and user; nothing is read or made yet."""
        self.settings, self._own = settings, priors_dir(settings)

    def all(self) -> list[Stored]:
        """Give all priors: the user's own, the newest first, then the shipped ones by their words.

        Damaged ones are left out and logged. A record is read again only once a file has changed.
        """
        mend(self._own)
        own = sorted(_listed(self._own, shipped=False), key=_made, reverse=True)
        shipped = [one for folder in self._shipped() for one in _listed(folder, shipped=True)]
        found = [*own, *sorted(shipped, key=lambda one: (one.prior.words, one.key))]
        return list({one.key: one for one in reversed(found)}.values())[::-1]

    def of_pack(self, revision: str) -> list[Stored]:
        """Give the priors that were learned with a pack of that revision, as `all` orders them."""
        return [one for one in self.all() if one.prior.pack_revision == revision]

    def find(self, key: str) -> Stored | None:
        """Give the prior of that key; None if there is none that can be read.

        Raises:
            InputError: the text is no key.
        """
        folder = self._own / checked_id(key)
        for _ in range(_LOOKS):
            mend(self._own)
            places = ((folder, False), *((home / key, True) for home in self._shipped()))
            found = (_read(place, shipped=shipped) for place, shipped in places)
            if one := next((one for one in found if one is not None), None):
                return one
            if not any(self._own.glob(f".{key}.*.was")):  # else it is being replaced right now
                break
        return None

    def file(self, key: str) -> Path:
        """Give the adapter's file of a prior; InputError if there is none of that key."""
        return self._found(key).file

    def save(
        self, prior: Prior, adapter: Path, samples: Mapping[int, bytes | Path] = _NONE
    ) -> Stored:
        """Keep a prior among the user's own, in place of an earlier one of its key.

        Args:
            prior: Its record; the file's hash and the samples' steps are put in here.
            adapter: Its weights, which are copied.
            samples: Previews (WebP) by the step they were made after.

        Raises:
            InputError: the record is too large.
            WorkspaceError: it cannot be written; the earlier one is as it was, and nothing is left.
        """
        folder = self._own / checked_id(prior.key)
        partial = partial_path(folder)
        hint = "Make room on the disk, or choose a home folder that can be written."
        with workspace_errors(f"keep what was learned at {short(folder)}", hint=hint):
            try:
                (partial / "samples").mkdir(parents=True)
                sha256 = copy_file(adapter, partial / ADAPTER_FILE)
                for step, picture in samples.items():
                    content = picture.read_bytes() if isinstance(picture, Path) else picture
                    write_bytes(partial / "samples" / f"{step}.webp", content)
                settled = {"sha256": sha256, "samples": tuple(sorted(samples))}
                write_record(partial / PRIOR_FILE, prior.model_copy(update=settled), compact=True)
                put_folder(partial, folder)
            finally:
                shutil.rmtree(partial, ignore_errors=True)
        return self._found(prior.key)

    def remove(self, key: str) -> None:
        """Delete one of the user's own priors; stories that use it then play without.

        Raises:
            InputError: there is none, or it came with a pack.
            WorkspaceError: it cannot be deleted.
        """
        found = self._found(key)
        if found.shipped:
            raise InputError(
                f"“{found.prior.words}” came with the {found.prior.pack} pack, so it stays",
                hint="A story can do without it all the same.",
            )
        away = partial_path(found.folder)
        with workspace_errors(f"delete what was learned at {short(found.folder)}"):
            found.folder.rename(away)
            shutil.rmtree(away)

    def used_by(self, key: str) -> list[Use]:
        """Give where the user's stories use a prior, by title; broken ones are left out."""
        uses: list[Use] = []
        for file in projects_dir(self.settings).glob("[!.]*/casting.json"):
            with suppress(OSError, InvalidStoryError, WorkspaceError):
                there = file.stat()
                learned = _learned_in(file, there.st_mtime_ns, there.st_size)
                if hits := [one for one in learned if one.prior == key]:
                    story = read_story(file.with_name("story.json"))
                    uses += [Use(story.title, _place(story, one), story.id) for one in hits]
        return sorted(set(uses))

    def _found(self, key: str) -> Stored:
        found = self.find(key)
        if found is None:
            raise InputError(
                f"the learned look or motion {key} is not here",
                hint="Learn it again, or choose another; `python -m pipeline priors list`.",
            )
        return found

    def _shipped(self) -> list[Path]:
        """Folders of shipped priors: of the built-in packs, and of a pack that is a folder."""
        named = Path(self.settings.pack) / "priors"
        folders = sorted(_PACKS.glob("*/priors"))
        return folders if named in folders or not named.is_absolute() else [*folders, named]


def _listed(home: Path, *, shipped: bool) -> Iterator[Stored]:
    folders = (file.parent for file in home.glob(f"[!.]*/{PRIOR_FILE}"))
    return (one for folder in folders if (one := _read(folder, shipped=shipped)))


def _read(folder: Path, *, shipped: bool) -> Stored | None:
    """Read a prior; None where there is none, or a damaged one, which is logged."""
    try:
        record, adapter = ((folder / name).stat() for name in (PRIOR_FILE, ADAPTER_FILE))
        times = record.st_mtime_ns, adapter.st_mtime_ns, record.st_size
        prior = _checked(folder, times, adapter.st_size)
    except FileNotFoundError:
        if folder.exists():
            logger.warning("learned look or motion left out: %s is not whole", short(folder))
        return None
    except (OSError, SafetensorError, InvalidStoryError, WorkspaceError) as error:
        logger.warning("learned look or motion left out: %s: %s", short(folder), error)
        return None
    return Stored(prior, folder, shipped, adapter.st_size)


@lru_cache(maxsize=4000)
def _checked(folder: Path, _times: tuple[int, int, int], _size: int) -> Prior:
    """Read a prior's record and the header of its adapter, which tells whether that is whole."""
    prior = read_record(folder / PRIOR_FILE, Prior)
    if prior.key != folder.name:
        raise InvalidStoryError(f"it holds the prior {prior.key!r}")
    with safe_open(folder / ADAPTER_FILE, framework="np"):
        return prior


@lru_cache(maxsize=4000)
def _learned_in(file: Path, _edited_ns: int, _size: int) -> tuple[Learned, ...]:
    return read_record(file, Casting).learned


def _place(story: Story, learned: Learned) -> str:
    names = {one.id: one.name for one in story.characters if one.id == learned.character_id}
    words = {one.id: one.words for one in story.motions if one.id == learned.motion_id}
    return next(iter((names | words).values()), "")


def _made(stored: Stored) -> tuple[datetime, str]:
    return datetime.fromisoformat(stored.prior.created), stored.key
