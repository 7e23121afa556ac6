"""What the built-in theatre pack plays, as its record says: part of the theatre's world."""

from __future__ import annotations

from pipeline.packs.record import load_record
from pipeline.plan.troupe import Troupe, troupe_of


def _played() -> Troupe:
    names = load_record("theatre").troupe
    assert names is not None
    return troupe_of(names)


PLAYED = _played()
