"""Whose stories a browser may see: a token it made once, or its account, names its folder."""

from __future__ import annotations

import hashlib
import re
from contextvars import ContextVar
from dataclasses import replace

from gradio.context import LocalContext

from pipeline.errors import PipelineError
from pipeline.settings import Settings, current
from studio.upkeep import mark_seen

ACCOUNT: ContextVar[str | None] = ContextVar("account", default=None)
"""Who has signed in to ask for what is answered now (see `studio.guards.SignedIn`)."""
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_USER_DIGITS = 24


class UnknownVisitorError(PipelineError):
    """A request came without a token, or with one that no page of the studio makes."""


class Visitors:
    """Tells the people of one studio apart; a studio for one person knows only that one."""

    def __init__(self, settings: Settings) -> None:
        """`settings` are the studio's; with `visitors` each token has a folder of its own.

        With `accounts` each account has one instead, whatever browser it signs in from.
        """
        self._settings = settings

    def user_of(self, token: object) -> str:
        """Give the name of the folder that belongs to a token of 32 bytes in base64url.

        The name says nothing of the token: who sees the folders cannot act for their owners.

        Raises:
            UnknownVisitorError: there is no token, or it is none; or nobody has signed in where
                that is asked for.
        """
        if not isinstance(token, str) or _TOKEN.fullmatch(token) is None:
            raise UnknownVisitorError(
                "This page is not known to the studio", hint="Reload the page."
            )
        if self._settings.accounts:
            return f"a-{_digits(_signed_in())}"
        if not self._settings.visitors:
            return self._settings.user
        return f"v-{_digits(token)}"

    def settings_of(self, token: object) -> Settings:
        """Give the studio's settings as they are now, with that visitor as the user.

        Raises:
            UnknownVisitorError: there is no token, or it is none; or nobody has signed in where
                that is asked for.
        """
        settings = replace(current(self._settings), user=self.user_of(token))
        mark_seen(settings)
        return settings


def _signed_in() -> str:
    """The account that asks: the guard knows it of a route, Gradio of an event."""
    event = LocalContext.request.get(None)
    account = ACCOUNT.get() or (event.username if event else None)
    if not account:
        raise UnknownVisitorError("Nobody has signed in here", hint="Reload the page to sign in.")
    return account


def _digits(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()[:_USER_DIGITS]
