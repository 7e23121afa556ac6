"""What of the home can go, and its going: nothing is deleted that was not counted before.

Of what somebody may still want (takes that were not chosen, earlier films) only what is asked for
by its kind goes. What anybody works with now stays.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pipeline.disk import files_below
from pipeline.errors import InputError, InvalidStoryError, WorkspaceError
from pipeline.files import SCRATCH, checked_id, short, workspace_errors
from pipeline.logs import LOG_DIR
from pipeline.project import Project
from pipeline.queue import open_queue
from pipeline.settings import Settings
from pipeline.take_bin import empty_take_bin, throw_take
from pipeline.workspace import EXAMPLE_OWNER, open_project

KINDS = {
    "temporary": "Left behind by work that was cut off",
    "logs": "Old logs",
    "bin": "Takes in the bin",
    "takes": "Takes that are not the chosen one of their scene",
    "films": "All films of a story but the last one",
    "training": "Learning that was stopped: it would begin anew",
    "cache": "Kept to be faster next time: the next work takes longer once",
}
"""What can go, in words; the first two go without asking."""
HARMLESS = ("temporary", "logs")
OF_USERS = ("bin", "takes", "films", "training")
"""Kinds that lie among a user's own things."""
HOUR_SECONDS, DAY_SECONDS = 3_600.0, 86_400.0
_CACHES = ("text", "latents", "embeddings", "previews", "clips")
"""Beside them lie renders that were cut off and go on."""


@dataclass(frozen=True)
class Waste:
    """A file, a folder, or takes of a project, that can go."""

    kind: str
    path: Path
    num_bytes: int
    remove: Callable[[], object]


def find_waste(settings: Settings, kinds: Iterable[str], *, user: str | None = None) -> list[Waste]:
    """Give what can go of those kinds (see `KINDS`); of one user's things alone if that is named.

    Raises:
        InputError: there is no such kind, or it is in use: caches while something is made.
    """
    wanted = tuple(dict.fromkeys(kinds))
    for kind in wanted:
        if kind not in KINDS or (user and kind not in OF_USERS):
            raise InputError(f"nothing of the kind {kind[:40]!r} can go", hint=_known(user))
    if "cache" in wanted and open_queue(settings).jobs(active=True):
        raise InputError(
            "something is being made with what is kept", hint="Wait for it, or cancel it first."
        )
    users = [settings.home / "users" / checked_id(user)] if user else _users(settings.home)
    return [one for kind in wanted for one in _FINDERS[kind](settings, users)]


def clean(waste: Iterable[Waste]) -> int:
    """Delete what was found and give the bytes that are free again.

    Raises:
        WorkspaceError: something cannot be deleted; what comes after it is still there.
        InputError: the same, of a take that was chosen since it was found.
    """
    freed = 0
    for one in waste:
        with workspace_errors(f"delete {short(one.path)}", hint="Close what has it open."):
            one.remove()
        freed += one.num_bytes
    return freed


def sweep(settings: Settings) -> int:
    """Delete what work that was cut off left behind; what cannot be deleted waits. Gives bytes."""
    freed = 0
    for one in find_waste(settings, HARMLESS):
        with suppress(WorkspaceError):
            freed += clean([one])
    return freed


def _known(user: str | None) -> str:
    return f"Name one of {', '.join(OF_USERS if user else KINDS)}."


def _users(home: Path) -> list[Path]:
    """The folders of all users but the example's, which are made only once."""
    folders = (path for path in (home / "users").glob("[!.]*") if path.is_dir())
    return sorted(path for path in folders if not path.name.startswith(EXAMPLE_OWNER))


def _temporary(settings: Settings, users: list[Path]) -> Iterator[Waste]:
    """Partial files, uploads that no job took, folders in the system's temporary one."""
    home = settings.home
    for place in (home / "users", home / "cache", home / "libraries"):
        for pattern in (".*.part", ".fetch-*"):
            yield from _old(place.rglob(pattern), "temporary", HOUR_SECONDS * 6)
    yield from _old(home.glob(".*.part"), "temporary", HOUR_SECONDS * 6)
    for user in users:
        yield from _old((user / "uploads").glob("*"), "temporary", DAY_SECONDS)
    yield from _old(Path(tempfile.gettempdir()).glob(f"{SCRATCH}*"), "temporary", DAY_SECONDS)


def _logs(settings: Settings, _: list[Path]) -> Iterator[Waste]:
    yield from _old((settings.home / LOG_DIR).glob("*.log.[0-9]*"), "logs", 30 * DAY_SECONDS)


def _cache(settings: Settings, _: list[Path]) -> Iterator[Waste]:
    yield from _old((settings.home / "cache" / name for name in _CACHES), "cache", 0)


def _training(settings: Settings, users: list[Path]) -> Iterator[Waste]:
    """Learning that was stopped; learning that only makes way for others goes on from its state."""
    learn = {job.user for job in open_queue(settings).jobs(active=True) if job.kind == "train"}
    for user in users:
        if user.name not in learn:
            yield from _old((user / "training").glob("*"), "training", HOUR_SECONDS)


def _bin(_: Settings, users: list[Path]) -> Iterator[Waste]:
    for project in _projects(users):
        held = empty_take_bin(project, dry=True)
        if held:
            yield Waste("bin", project.path, held, partial(empty_take_bin, project))


def _takes(_: Settings, users: list[Path]) -> Iterator[Waste]:
    for project in _projects(users):
        for scene in sorted((project.path / "takes").glob("[!.]*")):
            chosen = project.chosen_take(scene.name)
            for take in project.takes(scene.name):
                if chosen is None or take.id == chosen.id:
                    continue
                video = project.take_video(take)
                held = sum(_bytes(video.with_suffix(end)) for end in (".mp4", ".jpg"))
                yield Waste("takes", video, held, partial(_drop, project, scene.name, take.id))


def _films(_: Settings, users: list[Path]) -> Iterator[Waste]:
    for project in _projects(users):
        for film in project.films()[:-1]:
            for path in film.parent.glob(f"{film.stem}.*"):
                yield _waste("films", path)


def _projects(users: list[Path]) -> Iterator[Project]:
    for user in users:
        for file in sorted((user / "projects").glob("[!.]*/story.json")):
            with suppress(InvalidStoryError, WorkspaceError):  # a broken story is left alone
                yield open_project(file.parent)


def _drop(project: Project, scene_id: str, take_id: str) -> None:
    with project.lock:
        chosen = project.chosen_take(scene_id)
        if chosen is not None and chosen.id == take_id:
            raise InputError(
                f"{take_id} of {scene_id} was chosen meanwhile", hint="Look again what would go."
            )
        throw_take(project, scene_id, take_id)
    video = project.path / "takes" / scene_id / f"{take_id}.mp4"
    for path in (video, video.with_suffix(".jpg")):
        path.unlink(missing_ok=True)


def _old(paths: Iterable[Path], kind: str, seconds: float) -> Iterator[Waste]:
    """Of some paths those that nobody has written to for so long."""
    before = time.time() - seconds
    for path in paths:
        with suppress(FileNotFoundError):
            if path.lstat().st_mtime <= before:
                yield _waste(kind, path)


def _waste(kind: str, path: Path) -> Waste:
    return Waste(kind, path, _bytes(path), partial(_remove, path))


def _bytes(path: Path) -> int:
    if path.is_dir() and not path.is_symlink():
        return sum(size for _, size in files_below(path))
    with suppress(FileNotFoundError):
        return path.lstat().st_size
    return 0


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


_FINDERS: dict[str, Callable[[Settings, list[Path]], Iterator[Waste]]] = {
    "temporary": _temporary,
    "logs": _logs,
    "bin": _bin,
    "takes": _takes,
    "films": _films,
    "training": _training,
    "cache": _cache,
}
