"""Signed addresses of media: an `<img>` or `<video>` sends no token, so its address says it may.

A signature holds for one path of one user. Only this studio can make it: its secret lies in
`studio.key` of its home.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from pipeline.errors import WorkspaceError
from pipeline.files import partial_path, replace_file, short, workspace_errors
from pipeline.settings import Settings

MEDIA_PREFIX = "/gradio_api/studio/media"
KEY_FILE = "studio.key"
_KEY_BYTES = 32


class Links:
    """Makes and checks the addresses of one studio's media."""

    def __init__(self, settings: Settings) -> None:
        """`settings` are the studio's; the secret is read, or made, at the first address."""
        self._path = settings.home / KEY_FILE

    def link(self, settings: Settings, path: str) -> str:
        """Give where the page of that user finds a medium, relative to the page.

        `path` as below the media's root: `the-shy-fox/takes/dawn/take-01.mp4`.

        Raises:
            WorkspaceError: the studio's secret can neither be read nor made.
        """
        signature = self._sign(path, settings.user)
        return f"{MEDIA_PREFIX.lstrip('/')}/{path}?u={settings.user}&s={signature}"

    def check(self, path: str, user: str, signature: str) -> bool:
        """Say whether this studio signed that path for that user."""
        return hmac.compare_digest(self._sign(path, user).encode(), signature.encode())

    def _sign(self, path: str, user: str) -> str:
        signed = f"{len(user)}:{user}/{path}".encode("utf-8", "replace")
        return hmac.new(self._key, signed, hashlib.sha256).hexdigest()

    @cached_property
    def _key(self) -> bytes:
        with workspace_errors(f"make {short(self._path)}", hint="Start with another --home."):
            if not self._path.is_file():
                _make_key(self._path)
            key = self._path.read_bytes()
        if len(key) != _KEY_BYTES:
            raise WorkspaceError(
                f"{short(self._path)} is no key of a studio",
                hint="Delete the file; the next start makes a new one.",
            )
        return key


def _make_key(path: Path) -> None:
    """Write a new secret that its owner alone may read; one that is there meanwhile stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = partial_path(path)
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            with suppress(FileExistsError):
                os.link(partial, path)
        except OSError:  # a file system without links
            replace_file(partial, path)
    finally:
        partial.unlink(missing_ok=True)
