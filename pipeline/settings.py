"""Where the studio keeps its things, and the few switches it reads from the environment."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path

import platformdirs

from pipeline.errors import InputError
from pipeline.preferences import Preferences, read_preferences

DEFAULT_PACK = "theatre"
PACK_VARIABLE = "DREAMRUNNER_PACK"
DEVICE_VARIABLE = "DREAMRUNNER_DEVICE"
_SPACE_DATA = Path("/data")
"""Where a Space keeps what shall be there after it slept."""
_ALLOWED_VARIABLE = "DREAMRUNNER_VISITOR_{}"


@dataclass(frozen=True)
class Allowance:
    """What each visitor of a shared studio may have.

    Its owner changes it by `DREAMRUNNER_VISITOR_GIGABYTES`, `..._DAYS`, `..._TRAINING_MINUTES`.
    """

    gigabytes: float = 2.0
    """Stories, takes, clips and all that was learned."""
    days: float = 30.0
    """How long a visitor's things stay when nobody looks at them."""
    training_minutes: float = 30.0
    """Minutes of learning within 24 hours."""


@dataclass(frozen=True)
class Settings:
    """The home folder, the user whose projects are shown, and the pack that plays."""

    home: Path
    user: str = "local"
    pack: str = DEFAULT_PACK
    visitors: bool = False
    """Whether each browser, or each account, has stories of its own; else all are of one person."""
    ephemeral: bool = False
    """Whether the home is gone when the machine sleeps, as on a Space without a data folder."""
    device: str = "auto"
    """Where models run (see `pipeline.devices.choose`)."""
    accounts: bool = False
    """Whether the accounts that sign in tell visitors apart, instead of their browsers."""
    allowance: Allowance = Allowance()


def load_settings(
    home: Path | None = None, *, visitors: bool = False, accounts: bool = False
) -> Settings:
    """Read the environment, and what was chosen in the settings window; a `home` goes before all.

    Without `DREAMRUNNER_HOME`, a Space's mounted data folder comes next. `DREAMRUNNER_PACK` and
    `DREAMRUNNER_DEVICE` go before what was chosen. Folders become absolute: the worker runs
    elsewhere. A Space always has `visitors`, and so do `accounts`.

    Raises:
        InputError: a variable holds what cannot be used.
    """
    folder = (home or _home()).expanduser().absolute()
    settings = Settings(
        home=folder,
        pack=named_pack(os.environ.get(PACK_VARIABLE) or DEFAULT_PACK),
        visitors=visitors or accounts or on_space(),
        ephemeral=on_space() and not folder.is_relative_to(_SPACE_DATA),
        device=os.environ.get(DEVICE_VARIABLE, "").strip() or "auto",
        accounts=accounts,
        allowance=_allowance(),
    )
    return current(settings)


def current(settings: Settings) -> Settings:
    """Give settings with the pack and the device that are chosen in the window now.

    What the environment names stays, and so does everything of a studio with visitors: its owner
    alone says what plays there.
    """
    kept = preferences_of(settings)
    pack, device = settings.pack, settings.device
    if kept.pack and not os.environ.get(PACK_VARIABLE):
        pack = named_pack(kept.pack)
    if kept.device and not os.environ.get(DEVICE_VARIABLE):
        device = kept.device
    return replace(settings, pack=pack, device=device)


def preferences_of(settings: Settings) -> Preferences:
    """Give what was chosen in the settings window; with visitors that is nothing."""
    return Preferences() if settings.visitors else read_preferences(settings.home)


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


def _allowance() -> Allowance:
    given = {one.name: _number(one.name) for one in fields(Allowance)}
    return replace(
        Allowance(), **{name: number for name, number in given.items() if number is not None}
    )


def _number(name: str) -> float | None:
    variable = _ALLOWED_VARIABLE.format(name.upper())
    text = os.environ.get(variable, "").strip()
    if not text:
        return None
    with suppress(ValueError):
        if 0 <= float(text) < 1e9:
            return float(text)
    raise InputError(f"{variable} is {text[:40]!r}", hint="Set it to a number, 0 or more.")


def _home() -> Path:
    named = os.environ.get("DREAMRUNNER_HOME")
    if named:
        return Path(named)
    if on_space() and os.access(_SPACE_DATA, os.W_OK):
        return _SPACE_DATA / "dreamrunner"
    return Path(platformdirs.user_data_dir("dreamrunner-studio", appauthor=False))
