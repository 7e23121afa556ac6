"""The packs as cards: what each is, whether it is here, and whether it fits. No torch."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Literal

from pipeline.devices import DeviceFacts, probe_unloaded
from pipeline.errors import ModelUnavailableError, PipelineError
from pipeline.packs.placement import PackSizes, measure_pack, plan_placement
from pipeline.packs.record import Counts, Needs, PackRecord, built_in_packs, load_record
from pipeline.packs.weights import Weights, count_parameters, find_weights, look_at
from pipeline.settings import DEFAULT_PACK, Settings
from pipeline.story import Record

_GIB = 2**30
_LARGE_PARAMETERS = 500_000_000
"""A transformer above this takes hours on a processor: 50 steps of the 2B are 12 PFLOP."""
_SMALL = Needs(disk="part of the project", ram="2 GiB", vram="none needed")


class PackCard(Record):
    """What a person sees of a pack before it is there, and after."""

    name: str
    title: str
    state: Literal["ready", "partly", "absent"]
    size_gib: float
    """What is to be fetched in all."""
    have_gib: float
    """What of it is on the disk."""
    licence: str
    """Its terms in plain words."""
    needs: Needs
    fits: str
    """How it would run on this machine, or why it would not."""
    default: bool
    """Whether this is the pack that plays now."""
    fetched: bool
    """Whether its weights come from a hub, so that they can be fetched and removed."""


def pack_cards(settings: Settings) -> list[PackCard]:
    """Give a card for each built-in pack, the shipped one first, and for the one that plays.

    Loads no torch: weights are judged by their files' headers, the graphics card is asked by
    `nvidia-smi` (at most 10 seconds, some milliseconds as a rule).
    """
    names = sorted(built_in_packs(), key=lambda name: (name != DEFAULT_PACK, name))
    if settings.pack not in names:
        names.append(settings.pack)
    facts, cards = probe_unloaded(), []
    for name in names:
        with suppress(ModelUnavailableError):  # a record that cannot be read has no card
            cards.append(_card(name, settings, facts))
    return cards


def _card(name: str, settings: Settings, facts: DeviceFacts) -> PackCard:
    record = load_record(name)
    found = look_at(find_weights(name, record, home=settings.home), record)
    return PackCard(
        name=name,
        title=record.title or record.name.capitalize(),
        state=found.state,
        size_gib=record.size_gib or round(found.have_bytes / _GIB, 3),
        have_gib=round(found.have_bytes / _GIB, 3),
        licence=_licence(record),
        needs=record.needs or _SMALL,
        fits=how_it_fits(record, found, facts),
        default=name == settings.pack,
        fetched=record.hub_id is not None,
    )


def _licence(record: PackRecord) -> str:
    parts = (
        f"{one.licence} ({one.words})" if one.words else one.licence for one in record.licences
    )
    return "; ".join(dict.fromkeys(parts)) or "unknown"


def how_it_fits(record: PackRecord, found: Weights, facts: DeviceFacts) -> str:
    """Say in words how a pack would be laid out on a device, or why it does not fit."""
    try:
        counts = record.counts or count_parameters(found.folder)
    except PipelineError as error:
        return error.message
    slow = facts.vram_gib is None and counts.transformer > _LARGE_PARAMETERS
    # a small pack plays well without a card: a card is spoken of only where it is there, unused
    words = [facts.no_card] if slow or facts.driver_without_cuda else []
    try:
        words.append(plan_placement(_sizes(record, counts, facts), facts).reason)
    except PipelineError as error:
        return "; ".join([*words, error.message])
    return "; ".join([*words, "a scene takes many hours"] if slow else words)


def sizes_of(name: str | Path, settings: Settings, facts: DeviceFacts) -> PackSizes:
    """Give what a pack takes on a device.

    Raises:
        ModelUnavailableError: there is no such pack, or neither its record nor its files tell.
    """
    record = load_record(name)
    folder = find_weights(name, record, home=settings.home)
    return _sizes(record, record.counts or count_parameters(folder), facts)


def _sizes(record: PackRecord, counts: Counts, facts: DeviceFacts) -> PackSizes:
    return measure_pack(record, counts, element_bytes=2 if facts.has_bfloat16 else 4)


def find_card(name: str | Path, settings: Settings) -> PackCard:
    """Give the card of one pack, built-in or a folder.

    Raises:
        ModelUnavailableError: there is no such pack.
    """
    return _card(str(name), settings, probe_unloaded())
