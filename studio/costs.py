"""What a take will need: as the story's own takes did, else other work here, else the example's.

The example was rendered on two cores; its times are said only where nothing was rendered yet.
"""

from __future__ import annotations

import time
from functools import lru_cache
from pathlib import Path

from pipeline.paces import Paces
from pipeline.packs.record import PackRecord
from pipeline.queue import open_queue
from pipeline.settings import Settings
from studio.cards import Shown
from studio.example import example_takes
from studio.takes import seconds_for

_KEPT_SECONDS = 30
"""For so long a pace is not read again: every edit shows what things cost."""


def seconds_needed(shown: Shown, *, draft: bool) -> float | None:
    """Give what a take of a story will need, in seconds; None where nobody knows yet.

    Args:
        shown: Whose story.
        draft: Whether a draft is asked for, else a final take.
    """
    record = shown.staging.pack.record
    own = seconds_for(shown.takes.all(), record, draft=draft)
    if own is None:
        own = _elsewhere(shown.settings, record, draft=draft)
    return own if own is not None else _in_the_example(record, draft=draft)


def _elsewhere(settings: Settings, record: PackRecord, *, draft: bool) -> float | None:
    """What such renders took on this machine, in whichever story; None where there was none.

    Where there was none of that quality, the other one is counted by its steps.
    """
    if not (settings.home / "jobs.sqlite").is_file():
        return None
    minute = int(time.monotonic() / _KEPT_SECONDS)
    paces = _paces(settings.home, settings.pack, minute)
    same, other = ("draft", "final") if draft else ("final", "draft")
    if pace := paces.of("render", same):
        return pace.seconds_per_step * pace.steps
    steps = record.draft_steps if draft else record.num_inference_steps
    pace = paces.of("render", other)
    return pace.seconds_per_step * steps if pace else None


def _in_the_example(record: PackRecord, *, draft: bool) -> float | None:
    takes = [one for one in example_takes() if one.pack == record.name]
    return seconds_for(takes, record, draft=draft)


@lru_cache(maxsize=16)
def _paces(home: Path, pack: str, _: int) -> Paces:
    return open_queue(Settings(home=home)).paces(pack)
