"""Whose stories a browser may see: a token it made once names its folder, and no other."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

from pipeline.errors import PipelineError
from pipeline.settings import Settings

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_USER_DIGITS = 24


class UnknownVisitorError(PipelineError):
    """A request came without a token, or with one that no page of the studio makes."""


class Visitors:
    """Tells the people of one studio apart; a studio for one person knows only that one."""

    def __init__(self, settings: Settings) -> None:
        """`settings` are the studio's; with `visitors` each token has a folder of its own."""
        self._settings = settings

    def user_of(self, token: object) -> str:
        """Give the name of the folder that belongs to a token of 32 bytes in base64url.

        The name says nothing of the token: who sees the folders cannot act for their owners.

        Raises:
            UnknownVisitorError: there is no token, or it is none.
        """
        if not isinstance(token, str) or _TOKEN.fullmatch(token) is None:
            raise UnknownVisitorError(
                "This page is not known to the studio", hint="Reload the page."
            )
        if not self._settings.visitors:
            return self._settings.user
        return f"v-{hashlib.sha256(token.encode()).hexdigest()[:_USER_DIGITS]}"

    def settings_of(self, token: object) -> Settings:
        """Give the studio's settings with that visitor as the user.

        Raises:
            UnknownVisitorError: there is no token, or it is none.
        """
        return replace(self._settings, user=self.user_of(token))
