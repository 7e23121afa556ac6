"""The commands over model packs: packs list, fetch, remove, probe."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, TypeVar

from pipeline.cli.display import one_line, show
from pipeline.settings import load_settings, named_pack

if TYPE_CHECKING:
    from pipeline.devices import DeviceFacts
    from pipeline.packs.cards import PackCard

Parser = TypeVar("Parser", bound=argparse.ArgumentParser)
_GIB = 2**30
_STATES = {"ready": "ready", "partly": "partly fetched", "absent": "not here"}


def add_pack_commands(commands: argparse._SubParsersAction[Parser], home: Parser) -> None:
    """Add the commands; `home` holds the option that all of them take."""
    packs = commands.add_parser("packs", help="the models that scenes are rendered with")
    actions = packs.add_subparsers(title="commands", metavar="COMMAND", required=True)
    listed = actions.add_parser("list", parents=[home], help="all packs: size, terms, what fits")
    listed.set_defaults(run=_list)
    for name, run, words in (
        ("fetch", _fetch, "fetch the weights of a pack, or go on with it"),
        ("remove", _remove, "delete the fetched weights of a pack"),
        ("probe", _probe, "what this machine has, and how a pack would run on it"),
    ):
        command = actions.add_parser(name, parents=[home], help=words)
        command.add_argument("pack", metavar="NAME", help="as `packs list` names it, or a folder")
        command.set_defaults(run=run)


def _list(options: argparse.Namespace) -> int:
    from pipeline.packs.cards import pack_cards

    for card in pack_cards(load_settings(options.home)):
        print("\n".join(_lines(card)))
    return 0


def _lines(card: PackCard) -> list[str]:
    size = f", {card.size_gib:.1f} GiB to fetch" if card.fetched and card.state != "ready" else ""
    have = f", {card.have_gib:.1f} GiB here" if card.state == "partly" else ""
    plays = ", plays now" if card.default else ""
    return [
        f"{one_line(card.name)}: {one_line(card.title)} ({_STATES[card.state]}{size}{have}{plays})",
        f"  terms: {one_line(card.licence)}",
        f"  needs: disk {card.needs.disk}; memory {card.needs.ram}; graphics card "
        f"{card.needs.vram}",
        f"  here: {one_line(card.fits)}",
    ]


def _fetch(options: argparse.Namespace) -> int:
    from pipeline.packs.fetching import fetch_pack

    print(show(fetch_pack(named_pack(options.pack), load_settings(options.home))))
    return 0


def _remove(options: argparse.Namespace) -> int:
    from pipeline.packs.fetching import remove_pack

    freed = remove_pack(named_pack(options.pack), load_settings(options.home))
    print(f"{freed / _GIB:.1f} GiB are free again", file=sys.stderr)
    return 0


def _probe(options: argparse.Namespace) -> int:
    from pipeline.devices import probe_unloaded
    from pipeline.packs.cards import find_card

    settings, facts = load_settings(options.home), probe_unloaded()
    card = find_card(named_pack(options.pack), settings)
    print(f"device: {_describe(facts)}")
    print(f"here: {one_line(card.fits)}")
    if facts.vram_gib is not None:
        _print_placements(options, facts)
    return 0


def _describe(facts: DeviceFacts) -> str:
    memory = f"{facts.ram_gib:.1f} GiB memory free"
    if facts.vram_gib is None:
        return f"{one_line(facts.name)}; {memory}; {one_line(facts.no_card)}"
    kinds = ", ".join(
        words
        for has, words in ((facts.has_bfloat16, "bfloat16"), (facts.has_fp8, "weights in 8 bits"))
        if has
    )
    card = f"{facts.free_gib:.1f} of {facts.vram_gib:.1f} GiB free"
    return f"{one_line(facts.name)}, {card}, {kinds or 'float32 only'}; {memory}"


def _print_placements(options: argparse.Namespace, facts: DeviceFacts) -> None:
    from pipeline.packs.cards import sizes_of
    from pipeline.packs.placement import WORDS, fits, memory_gib, peak_gib

    sizes = sizes_of(named_pack(options.pack), load_settings(options.home), facts)
    for choice, words in WORDS.items():
        verdict = "fits" if fits(sizes, choice, facts) else "does not fit"
        card, memory = peak_gib(sizes, choice), memory_gib(sizes, choice)
        print(f"  {choice}: {verdict}: {card:.1f} GiB card, {memory:.1f} GiB memory ({words})")
