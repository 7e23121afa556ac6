"""What plays the story here, in a few words: 'Paper theatre, this CPU, about 15 s a scene'."""

from __future__ import annotations

from functools import lru_cache

from pipeline.devices import probe_unloaded
from pipeline.packs.record import PackRecord
from studio.cards import View

_CPU = "this CPU"


def plays_view(record: PackRecord, cost: str) -> View:
    """Give which model plays, on what, and what a final take costs.

    Args:
        record: The pack that plays.
        cost: 'about 15 s'; empty where nobody knows yet.
    """
    pack, here = pack_words(record), device_words()
    a_scene = f"{cost} a scene" if cost else ""
    words = ", ".join(part for part in (pack, here, a_scene) if part)
    return {"words": words, "pack": pack, "device": here, "cost": a_scene}


def pack_words(record: PackRecord) -> str:
    """Give a pack's name without its article: 'Paper theatre'."""
    title = (record.title or record.name).removeprefix("The ")
    return title[:1].upper() + title[1:]


@lru_cache(maxsize=1)
def device_words() -> str:
    """Say what models run on: 'this CPU', or the graphics card by its maker's name.

    Asked once: an edit must not wait for the driver.
    """
    facts = probe_unloaded()
    return facts.name if facts.vram_gib is not None else _CPU
