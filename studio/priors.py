"""What a user's stories have learned, as the page shows it: a library of motions and looks."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from pipeline.errors import InputError
from pipeline.files import SCRATCH
from pipeline.packs.weights import played_revision
from pipeline.prior import Prior, PriorKind
from pipeline.priors.publishing import export_prior
from pipeline.priors.store import PriorStore, Stored
from pipeline.settings import Settings
from studio.cards import View, counted
from studio.prior_words import (
    UNKNOWN,
    base_model,
    licences_of,
    made_words,
    pack_title,
    settings_words,
    sources_words,
    title_of,
)
from studio.refusals import NotAllowedError, NotThereError
from studio.signing import Links
from studio.staging import PlayedPack, played_pack

LEARNED = "_learned"
"""Below the media's root, where stories lie by their ids; no id begins so."""
MAX_VISITOR_PRIORS = 60
"""Of one visitor; a person's own studio keeps as many as there is room for."""


class Library:
    """What was learned, the user's own before what came with the studio, for one page."""

    def __init__(self, settings: Settings, links: Links) -> None:
        self._settings, self._links = settings, links
        self.store = PriorStore(settings)

    @cached_property
    def pack(self) -> PlayedPack:
        """Give the pack that plays."""
        return played_pack(self._settings)

    @cached_property
    def revision(self) -> str:
        """Give the revision of its weights; empty where they are still to be fetched."""
        return played_revision(self.pack.name, self.pack.record, home=self._settings.home)

    def view(self) -> View:
        """Give all of it."""
        every = self.store.all()
        record = self.pack.record
        return {
            "priors": [self.card(one) for one in every],
            "pack": record.name,
            "pack_title": record.title or record.name,
            "own": sum(not one.shipped for one in every),
            "most": MAX_VISITOR_PRIORS if self._settings.visitors else None,
        }

    def find(self, key: str) -> Stored:
        """Give one of it; NotThereError where there is none of that key."""
        found = None
        with suppress(InputError):  # no key at all
            found = self.store.find(key)
        if found is None:
            raise NotThereError("This is no longer there", hint="Reload the page.")
        return found

    def fits(self, prior: Prior) -> bool:
        """Say whether the pack that plays can use it."""
        if not self.revision:  # nobody knows yet which weights will be fetched
            return prior.pack == self.pack.record.name
        return prior.pack_revision == self.revision

    def fitting(self, kind: PriorKind, words: str) -> list[Stored]:
        """Give what a motion or character could use: what was learned of its words goes first."""
        every = [one for one in self.store.all() if one.prior.kind == kind]
        fit = [one for one in every if self.fits(one.prior)]
        return sorted(fit, key=lambda one: one.prior.words.casefold() != words.casefold())

    def card(self, stored: Stored) -> View:
        """Give what a library shows of one."""
        prior = stored.prior
        return {
            "id": prior.key,
            "kind": prior.kind,
            "words": prior.words,
            "figure": prior.figure,
            "title": title_of(prior),
            **self._state(stored),
            "pack": prior.pack,
            "for": f"for {pack_title(prior.pack)}",
            "shipped": stored.shipped,
            "imported": prior.plan is None,
            "removable": not stored.shipped,
            "steps": prior.steps,
            "settings_words": counted(prior.steps, "step") if prior.steps else "",
            "made": made_words(stored),
            "size": _size(stored.size_bytes),
            "sources": sources_words(prior),
            "licences": licences_of(prior),
            "used_by": self.used_by(prior.key),
            "preview": self._preview(stored),
            "export": self._address(prior, "export.zip"),
        }

    def whole(self, key: str) -> View:
        """Give all that is known of one: how its losses fell, its samples, what it was made of."""
        stored = self.find(key)
        prior, plan = stored.prior, stored.prior.plan
        shown = [step for step in prior.samples if stored.sample(step)]
        return {
            **self.card(stored),
            "losses": [point.model_dump() for point in prior.losses],
            "samples": [{"step": step, "picture": self._sample(prior, step)} for step in shown],
            "settings": settings_words(plan.settings) if plan else [],
            "learned_from": [
                {
                    "name": source.name,
                    "prompt": source.prompt,
                    "licence": source.licence or UNKNOWN,
                    "credit": source.credit,
                    "kind": source.kind,
                }
                for source in (plan.sources if plan else ())
            ],
            "trigger": prior.trigger,
            "origin": prior.origin,
        }

    def brief(self, prior_key: str) -> View | None:
        """Give the few words that a motion or character says of what it uses; None = it is gone."""
        with suppress(InputError):
            if stored := self.store.find(prior_key):
                words = f"learned from {sources_words(stored.prior)}"
                if stored.prior.plan is None:
                    words = "brought in from elsewhere"
                return {"id": prior_key, "words": words, "picture": self._preview(stored)}
        return None

    def used_by(self, key: str) -> list[str]:
        """Say who uses one: the story's title, and the motion or character."""
        return [f"“{use.title}”: {use.where}" for use in self.store.used_by(key)]

    def _state(self, stored: Stored) -> View:
        prior, fits = stored.prior, self.fits(stored.prior)
        if not fits:
            same = prior.pack == self.pack.record.name
            other = "another version of the model" if same else pack_title(prior.pack)
            return {"state": "other", "state_words": f"for {other}", "fits": False}
        if not stored.whole and prior.plan is not None:
            words = f"stopped after {prior.steps} of {prior.plan.settings.steps} steps"
            return {"state": "stopped", "state_words": words, "fits": True}
        return {"state": "ready", "state_words": "ready to play", "fits": True}

    def _preview(self, stored: Stored) -> str | None:
        sample = stored.newest_sample
        return self._sample(stored.prior, int(sample.stem)) if sample else None

    def _sample(self, prior: Prior, step: int) -> str:
        return self._address(prior, f"samples/{step}.webp")

    def _address(self, prior: Prior, path: str) -> str:
        """Where a file of one is; learned further, it has a new address."""
        link = self._links.link(self._settings, f"{LEARNED}/{prior.key}/{path}")
        return f"{link}&v={prior.sha256[:12]}"


def remove(library: Library, key: str, *, anyway: bool) -> View | None:
    """Delete one; where stories use it, only if asked for `anyway`: else this gives a notice.

    Raises:
        NotAllowedError: it came with the studio.
        NotThereError: there is none of that key.
        WorkspaceError: it cannot be deleted.
    """
    stored = library.find(key)
    if stored.shipped:
        raise NotAllowedError("This came with the studio", hint="Choose not to use it instead.")
    used = library.used_by(key)
    if used and not anyway:
        title = f"{title_of(stored.prior)} is used by {counted(len(used), 'part')} of your stories"
        return {"title": title, "lines": used}
    library.store.remove(key)
    return None


def find_sample(settings: Settings, links: Links, key: str, name: str) -> Path:
    """Give a preview of a prior by its name, `100.webp`; NotThereError where there is none."""
    step, dot, ending = name.partition(".")
    if step.isdecimal() and len(step) < 8 and (dot, ending) == (".", "webp"):
        path = Library(settings, links).find(key).sample(int(step))
        if path is not None and path.is_file():
            return path
    raise NotThereError("There is no such picture", hint="Reload the page.")


def packed(settings: Settings, links: Links, key: str) -> Path:
    """Give a zip of one, ready to be published, in a folder made for it: the caller deletes that.

    Raises:
        NotThereError: there is none of that key.
        WorkspaceError: it cannot be written; nothing is left.
    """
    stored = Library(settings, links).find(key)
    folder = Path(tempfile.mkdtemp(prefix=SCRATCH))
    try:
        return export_prior(stored, folder / "learned.zip", base_model=base_model(stored.prior))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def check_room(library: Library, settings: Settings) -> None:
    """Refuse (InputError) to keep more of a visitor's than `MAX_VISITOR_PRIORS`."""
    if not settings.visitors:
        return
    if sum(not one.shipped for one in library.store.all()) >= MAX_VISITOR_PRIORS:
        raise InputError(
            f"You have learned {MAX_VISITOR_PRIORS} motions and looks, and more are not kept",
            hint="Delete one that no story uses.",
        )


def _size(num_bytes: int) -> str:
    small = num_bytes < 100_000
    return f"{max(1, round(num_bytes / 1e3))} kB" if small else f"{num_bytes / 1e6:.1f} MB"
