"""Where the studio keeps its things, and the few switches it reads from the environment."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import platformdirs

DEFAULT_PACK = "theatre"


@dataclass(frozen=True)
class Settings:
    """The home folder, the user whose projects are shown, and the pack that plays."""

    home: Path
    user: str = "local"
    pack: str = DEFAULT_PACK


def load_settings(home: Path | None = None) -> Settings:
    """Read `DREAMRUNNER_HOME` and `DREAMRUNNER_PACK`; a Space's mounted data folder comes next.

    A `home` that is given goes before all. Folders become absolute: the worker runs elsewhere.
    """
    return Settings(
        home=(home or _home()).expanduser().absolute(),
        pack=named_pack(os.environ.get("DREAMRUNNER_PACK") or DEFAULT_PACK),
    )


def named_pack(named: str) -> str:
    """Give the pack that a person names: a built-in one as it is, a folder absolute."""
    folder = Path(named).expanduser()
    with suppress(OSError):  # a name too long for a file; finding the pack will say so
        if named != DEFAULT_PACK and folder.is_dir():
            return str(folder.absolute())
    return named


def _home() -> Path:
    named = os.environ.get("DREAMRUNNER_HOME")
    if named:
        return Path(named)
    if os.environ.get("SPACE_ID") and os.access("/data", os.W_OK):
        return Path("/data/dreamrunner")
    return Path(platformdirs.user_data_dir("dreamrunner-studio", appauthor=False))
