"""What the command line takes from the person: an idea, a seed."""

from __future__ import annotations

import argparse
import codecs
import sys
from pathlib import Path

from pipeline.errors import InputError
from pipeline.files import short, workspace_errors


def seed(text: str) -> int:
    """Give the seed that an argument is; for argparse."""
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise argparse.ArgumentTypeError("a seed is a whole number of at most 18 digits")
    return int(text)


def read_idea(idea: str) -> str:
    """Give the idea itself, or that of stdin (-) or of a file (@FILE).

    Raises:
        InputError: no one could plan it: it is empty, too long or no text.
        WorkspaceError: the file cannot be read.
    """
    from pipeline.plan.sentences import MAX_IDEA_LENGTH

    try:
        if idea == "-":
            idea = sys.stdin.read(MAX_IDEA_LENGTH + 1)
        elif idea.startswith("@"):
            start = _read_start(Path(idea[1:]), 4 * MAX_IDEA_LENGTH + 4)
            idea = codecs.getincrementaldecoder("utf-8-sig")().decode(start)
        idea.encode()
    except UnicodeError as error:
        raise InputError("the idea is not a text", hint="Save it as plain text, UTF-8.") from error
    if not idea.strip():
        raise InputError("the idea is empty", hint="Say in a sentence what the story is about.")
    if len(idea) > MAX_IDEA_LENGTH:
        raise InputError(f"the idea is longer than {MAX_IDEA_LENGTH:,} characters")
    return idea


def _read_start(path: Path, num_bytes: int) -> bytes:
    with workspace_errors(f"read {short(path)}"), path.open("rb") as file:
        return file.read(num_bytes)
