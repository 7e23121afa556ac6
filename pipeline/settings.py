"""Where the studio keeps its things, and the few switches it reads from the environment."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import platformdirs

DEFAULT_PACK = "theatre"
_SPACE_DATA = Path("/data")
"""Where a Space keeps what shall be there after it slept."""


@dataclass(frozen=True)
class Settings:
    """The home folder, the user whose projects are shown, and the pack that plays."""

    home: Path
    user: str = "local"
    pack: str = DEFAULT_PACK
    visitors: bool = False
    """Whether each browser has stories of its own; else all are those of one person."""
    ephemeral: bool = False
    """Whether the home is gone when the machine sleeps, as on a Space without a data folder."""


def load_settings(home: Path | None = None, *, visitors: bool = False) -> Settings:
    """Read `DREAMRUNNER_HOME` and `DREAMRUNNER_PACK`; a Space's mounted data folder comes next.

    A `home` that is given goes before all. Folders become absolute: the worker runs elsewhere.
    A Space always has `visitors`.
    """
    folder = (home or _home()).expanduser().absolute()
    return Settings(
        home=folder,
        pack=named_pack(os.environ.get("DREAMRUNNER_PACK") or DEFAULT_PACK),
        visitors=visitors or on_space(),
        ephemeral=on_space() and not folder.is_relative_to(_SPACE_DATA),
    )


def on_space() -> bool:
    """Whether the studio runs as a Hugging Face Space."""
    return bool(os.environ.get("SPACE_ID"))


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
    if on_space() and os.access(_SPACE_DATA, os.W_OK):
        return _SPACE_DATA / "dreamrunner"
    return Path(platformdirs.user_data_dir("dreamrunner-studio", appauthor=False))
