"""Downloads the files of a pack from a Hugging Face hub: the child process of `fetching`.

Reads a request from its first argument, writes what it finds as lines of JSON to stdout, and ends
when its stdin closes, so it outlives nobody. Files that are not whole are kept and gone on with;
huggingface_hub's own `snapshot_download` begins them anew (2.4: a name of its own each time).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from fnmatch import fnmatch
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Literal

from pipeline.story import Record

if TYPE_CHECKING:
    from huggingface_hub.hf_api import RepoSibling

WANTED = ("*.safetensors", "*.json", "*.model", "*.txt", "LICENSE*")
Trouble = Literal[
    "network", "gated", "moved", "revision", "refused", "busy", "disk", "twice", "ended", "broken"
]
_LOCK_FILE, _LOCK_SECONDS = ".fetching.lock", 0.1
_TRIES = 5
_SECONDS = 30
_SPARE_BYTES = 200_000_000
_CHUNK_BYTES = 2**22


class Request(Record):
    """What to download, and whereto."""

    hub_id: str
    revision: str | None = None
    """A commit; None = the newest."""
    folder: Path
    known: bool = False
    """Whether files that are there already are of this commit; else their bytes are checked."""


class Answer(Record):
    """What a download tells: what it found, or what went wrong. No address, no token."""

    commit: str = ""
    size_bytes: int = 0
    trouble: Trouble | None = None
    said: str = ""


class _BrokenFileError(Exception):
    """A file arrived otherwise than the hub describes it."""


class _BeingFetchedError(Exception):
    """Another process downloads the same."""


class _DiskFullError(Exception):
    """The disk cannot take the rest."""


_OWN_ERRORS = (_BeingFetchedError, _BrokenFileError, _DiskFullError)


def download(request: Request) -> None:
    """Download what is missing of a repository's files; tell what it is at first.

    Raises:
        _BeingFetchedError: another process downloads into that folder.
    """
    from huggingface_hub.utils import WeakFileLock

    with ExitStack() as stack:
        try:
            stack.enter_context(WeakFileLock(request.folder / _LOCK_FILE, timeout=_LOCK_SECONDS))
        except TimeoutError as error:
            raise _BeingFetchedError from error
        _download_all(request)


def _download_all(request: Request) -> None:
    from huggingface_hub import HfApi

    found = HfApi().model_info(request.hub_id, revision=request.revision, files_metadata=True)
    files = [one for one in found.siblings or () if is_wanted(one.rfilename)]
    commit, total = found.sha or "", sum(one.size or 0 for one in files)
    _tell(Answer(commit=commit, size_bytes=total))
    _check_disk(request.folder, total)
    for one in files:
        _download_file(one, request, commit)


def is_wanted(name: str) -> bool:
    """Whether a repository's file belongs to a pack; names that lead elsewhere do not."""
    path = PurePosixPath(name)
    inside = not path.is_absolute() and ".." not in path.parts and "\\" not in name
    return inside and any(fnmatch(path.name, pattern) for pattern in WANTED)


def partial_file(target: Path, digest: str) -> Path:
    """Give the name of a file while it is not whole: of these very bytes, and no others."""
    return target.with_name(f".{target.name}.{digest[:12]}.part")


def _check_disk(folder: Path, total: int) -> None:
    have = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    free, needed = shutil.disk_usage(folder).free, max(0, total - have) + _SPARE_BYTES
    if free < needed:
        raise _DiskFullError(f"{needed / 1e9:.1f} GB are needed and {free / 1e9:.1f} GB are free")


def _download_file(one: RepoSibling, request: Request, commit: str) -> None:
    from huggingface_hub import hf_hub_url

    target, size = request.folder / one.rfilename, one.size or 0
    digest, git = one.lfs.sha256 if one.lfs else one.blob_id or "", one.lfs is None
    whole = target.is_file() and target.stat().st_size == size
    if whole and (request.known or _digest(target, git=git) == digest):
        return
    partial = partial_file(target, digest or commit)
    partial.parent.mkdir(parents=True, exist_ok=True)
    _fill(partial, size, hf_hub_url(request.hub_id, one.rfilename, revision=commit))
    if digest and _digest(partial, git=git) != digest:
        partial.unlink()
        raise _BrokenFileError(f"{one.rfilename} is not what the hub describes")
    partial.replace(target)


def _fill(partial: Path, size: int, url: str) -> None:
    """Append what is missing of a file; cut connections are taken up again while they bring any."""
    import httpx2

    partial.touch()
    have, futile = partial.stat().st_size, 0
    while have != size:
        try:
            with partial.open("ab") as file:
                _append(file, url, have if have < size else 0, size)
        except httpx2.TransportError:
            if futile == _TRIES:
                raise
            time.sleep(futile)
        before, have = have, partial.stat().st_size
        futile = 0 if have > before else futile + 1
        if futile > _TRIES:
            raise _BrokenFileError("a file ends early")


def _append(file: IO[bytes], url: str, first: int, size: int) -> None:
    """Append a file's bytes from `first` on; where the server sends all of them, begin anew."""
    from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status

    headers = {**build_hf_headers(), "Accept-Encoding": "identity"}
    if first:
        headers["Range"] = f"bytes={first}-"
    with get_session().stream("GET", url, headers=headers, timeout=_SECONDS) as answer:
        hf_raise_for_status(answer)
        if not first or answer.status_code != HTTPStatus.PARTIAL_CONTENT:
            file.truncate(0)
        for chunk in answer.iter_bytes():
            file.write(chunk)
            if file.tell() > size:
                raise _BrokenFileError("a file is longer than the hub says")


def _digest(path: Path, *, git: bool) -> str:
    """The hash a hub gives of a file: SHA-256 of large ones, git's own of small ones."""
    if git:
        content = path.read_bytes()
        return hashlib.sha1(
            b"blob %d\0" % len(content) + content, usedforsecurity=False
        ).hexdigest()
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _tell(answer: Answer) -> None:
    print(answer.model_dump_json(), flush=True)  # noqa: T201


def _trouble_of(error: Exception) -> Answer:
    """Say what went wrong: which kind of trouble, and a word that holds no address."""
    from huggingface_hub import errors

    kinds: tuple[tuple[type[Exception], Trouble], ...] = (
        (_BeingFetchedError, "twice"),
        (_BrokenFileError, "broken"),
        (_DiskFullError, "disk"),
        (errors.GatedRepoError, "gated"),
        (errors.RevisionNotFoundError, "revision"),
        (errors.RepositoryNotFoundError, "moved"),
        (errors.DisabledRepoError, "moved"),
        (errors.EntryNotFoundError, "broken"),
        (errors.OfflineModeIsEnabled, "network"),
    )
    for kind, trouble in kinds:
        if isinstance(error, kind):
            own = kind in _OWN_ERRORS
            return Answer(trouble=trouble, said=str(error) if own else kind.__name__)
    if isinstance(error, errors.HfHubHTTPError) and error.response is not None:
        status = error.response.status_code
        refused: Trouble = "refused" if status in (401, 403) else "busy"
        return Answer(trouble=refused, said=f"HTTP {status}")
    if isinstance(error, OSError) and error.errno is not None:
        return Answer(trouble="disk", said=error.strerror or "")
    if isinstance(error, OSError) and "Consistency" in str(error):
        return Answer(trouble="broken", said="a file ended early")
    return Answer(trouble="network", said=type(error).__name__)


def _end_with_parent() -> None:
    """End this process when whoever started it has gone, or wants it to."""
    sys.stdin.read()
    os._exit(1)


def main(arguments: Sequence[str]) -> int:
    """Download what the request on the command line names; 1 where that failed."""
    import httpx2

    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        download(Request.model_validate_json(arguments[0]))
    except (OSError, httpx2.HTTPError, ValueError, *_OWN_ERRORS) as error:
        _tell(_trouble_of(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
