"""The routes of the settings window: settings, what the disk holds, and a report of a problem."""

from __future__ import annotations

import hashlib

from pipeline import cleaning
from pipeline.disk import disk_use, free_bytes, size_words
from pipeline.problems import problem_report
from pipeline.queue import Queue
from pipeline.settings import Settings, current
from studio import bodies
from studio.answers import Endpoint, View, answering, reading
from studio.cards import counted
from studio.desk_bodies import Choices, Cleaning, Model, OfReport
from studio.projects import open_by_id
from studio.refusals import ConflictError, NotThereError
from studio.settings_store import keep_choices, settings_view, try_model
from studio.signing import Links
from studio.visitors import Visitors

REPORTS = "_report"
"""Where reports lie among the media; no story is called so."""
_NO_STORY = "_none"
_REPORTS_BY_NAME = ("plain", "words")
_CHANGED = "What would go is not what was counted any more"


class DeskApi:
    """What the routes do, for a visitor whose settings are known."""

    def __init__(self, settings: Settings, queue: Queue) -> None:
        self._queue, self._links = queue, Links(settings)

    def settings(self, settings: Settings, _: bodies.Nothing) -> View:
        """Give what the settings are."""
        return settings_view(settings)

    def keep(self, settings: Settings, told: Choices) -> View:
        """Keep what was chosen; the worker follows by itself."""
        keep_choices(settings, self._queue, told)
        return settings_view(current(settings))

    def test(self, settings: Settings, told: Model) -> View:
        """Try the language model."""
        return try_model(settings, told)

    def disk(self, settings: Settings, _: bodies.Nothing) -> View:
        """Give what the disk holds, and what of it can go."""
        user = _only(settings)
        uses = [one for one in disk_use(settings, user=user) if one.num_files]
        wastes = {kind: cleaning.KINDS[kind] for kind in _kinds(settings)}
        return {
            "uses": [[one.words, size_words(one.num_bytes)] for one in uses],
            "total": size_words(sum(one.num_bytes for one in uses)),
            "free": "" if user else size_words(free_bytes(settings.home)),
            "room": f"{settings.allowance.gigabytes:g} GB" if user else "",
            "wastes": [[kind, words] for kind, words in wastes.items()],
        }

    def clean(self, settings: Settings, told: Cleaning) -> View:
        """Say what would go of some kinds; with `really` it goes, if it is what was counted.

        Raises:
            ConflictError: it is not.
        """
        kinds = told.kinds or (() if _only(settings) else cleaning.HARMLESS)
        waste = cleaning.find_waste(settings, kinds, user=_only(settings))
        fingerprint = _fingerprint(waste)
        if told.really and told.counted != fingerprint:
            raise ConflictError(_CHANGED, hint="Look again what would go.")
        if told.really:
            cleaning.clean(waste)
        shown = dict.fromkeys(kinds)
        return {
            "size": size_words(sum(one.num_bytes for one in waste)),
            "number": len(waste),
            "counted": fingerprint,
            "lines": [f"{cleaning.KINDS[kind]}: {_said(waste, kind)}" for kind in shown],
            "done": told.really,
            **self.disk(settings, bodies.Nothing()),
        }

    def report(self, settings: Settings, told: OfReport) -> View:
        """Give where a report of a problem is to be had, without and with words."""
        project = open_by_id(settings, told.project).path.name if told.project else _NO_STORY
        plain, words = (f"{REPORTS}/{project}/{name}.zip" for name in _REPORTS_BY_NAME)
        return {
            "plain": self._links.link(settings, plain),
            "words": self._links.link(settings, words) if told.project else None,
            "file": "problem-report.zip",
        }


def report_of(settings: Settings, project_id: str, name: str) -> bytes:
    """Give the report that an address of `report` names; NotThereError where there is none."""
    if name not in _REPORTS_BY_NAME:
        raise NotThereError("There is no such report", hint="Open the settings again.")
    project = None if project_id == _NO_STORY else open_by_id(settings, project_id)
    words = name == "words" and project is not None
    return problem_report(settings, project=project, words=words, visitor=settings.visitors)


def desk_endpoints(settings: Settings, queue: Queue, visitors: Visitors) -> dict[str, Endpoint]:
    """Give these routes by their names."""
    api = DeskApi(settings, queue)
    works = {
        "settings": reading(bodies.Nothing, api.settings),
        "settings_keep": reading(Choices, api.keep),
        "settings_test": reading(Model, api.test),
        "disk": reading(bodies.Nothing, api.disk),
        "clean": reading(Cleaning, api.clean),
        "report": reading(OfReport, api.report),
    }
    return {name: answering(work, visitors) for name, work in works.items()}


def _only(settings: Settings) -> str | None:
    """Whose things are meant alone: a visitor's own; None = all that the home holds."""
    return settings.user if settings.visitors else None


def _kinds(settings: Settings) -> tuple[str, ...]:
    return cleaning.OF_USERS if settings.visitors else tuple(cleaning.KINDS)


def _fingerprint(waste: list[cleaning.Waste]) -> str:
    """What tells this waste from any other."""
    held = sorted((one.kind, str(one.path), one.num_bytes) for one in waste)
    return hashlib.sha256(repr(held).encode()).hexdigest()


def _said(waste: list[cleaning.Waste], kind: str) -> str:
    mine = [one.num_bytes for one in waste if one.kind == kind]
    return f"{counted(len(mine), 'thing')}, {size_words(sum(mine))}" if mine else "nothing"
