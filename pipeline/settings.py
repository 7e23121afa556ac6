"""Where the studio keeps its things, and the few switches it reads from the environment."""

from __future__ import annotations

import os
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


def load_settings() -> Settings:
    """Read `DREAMRUNNER_HOME` and `DREAMRUNNER_PACK`; a Space's mounted data folder comes next."""
    return Settings(home=_home(), pack=os.environ.get("DREAMRUNNER_PACK", DEFAULT_PACK))


def _home() -> Path:
    named = os.environ.get("DREAMRUNNER_HOME")
    if named:
        return Path(named).expanduser()
    if os.environ.get("SPACE_ID") and os.access("/data", os.W_OK):
        return Path("/data/dreamrunner")
    return Path(platformdirs.user_data_dir("dreamrunner-studio", appauthor=False))
