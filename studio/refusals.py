"""What the studio refuses beside the pipeline's own errors, and the one place that says so.

`boundary` is the page's: events and routes alike run inside it, and nothing but words leaves it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pipeline.errors import InputError, PipelineError, WorkspaceError

logger = logging.getLogger(__name__)

FAILED = "That did not work"
NEUTRAL = "Something went wrong inside. Try again; the log says more."


class NotThereError(WorkspaceError):
    """What was asked for is not there, or is somebody else's."""


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
    """A mistake of the program: nobody outside learns more than that there was one."""


@contextmanager
def boundary() -> Iterator[None]:
    """Let errors fit to be shown through; log what nobody foresaw and make neutral words of it."""
    try:
        yield
    except PipelineError:
        raise
    except Exception as error:  # the page's boundary: nothing but words may leave it
        logger.exception("the page asked for something and it failed")
        raise UnforeseenError(NEUTRAL) from error
