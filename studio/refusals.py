"""What the studio refuses beside the pipeline's own errors, and the one place that says so.

`boundary` is the page's: events and routes alike run inside it, and nothing but words leaves it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pipeline.errors import InputError, PipelineError, StageError, WorkspaceError

logger = logging.getLogger(__name__)

FAILED = "That did not work"
NEUTRAL = "Something went wrong inside. Try again; the log says more."
_INNER = (WorkspaceError, StageError)
"""Errors that name folders of this machine; their kinds say what a page needs to know."""


class NotThereError(WorkspaceError):
    """What was asked for is not there, or is somebody else's."""


class NotAllowedError(InputError):
    """What was asked for is not for visitors of the studio."""


class TooLargeError(InputError):
    """More was sent than the studio takes at once."""


class ConflictError(PipelineError):
    """What was asked for does not fit what is there by now; `theirs` shows it, if it can."""

    def __init__(
        self, message: str, *, hint: str = "", theirs: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.theirs = theirs


class UnforeseenError(PipelineError):
    """A mistake of the program or a trouble of its machine: nobody outside learns more."""


@contextmanager
def boundary() -> Iterator[None]:
    """Let errors fit to be shown through; log all others and make neutral words of them."""
    try:
        yield
    except PipelineError as error:
        if type(error) not in _INNER:
            raise
        logger.warning("the page asked for something and it failed: %s", error)
        raise UnforeseenError(NEUTRAL) from error
    except Exception as error:  # the page's boundary: nothing but words may leave it
        logger.exception("the page asked for something and it failed")
        raise UnforeseenError(NEUTRAL) from error
