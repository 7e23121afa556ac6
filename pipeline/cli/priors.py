"""The commands over learned motions and looks: priors list, show, import, export, remove."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pipeline.cli.display import one_line
from pipeline.errors import InputError
from pipeline.settings import load_settings, named_pack

if TYPE_CHECKING:
    from pipeline.prior import Prior, PriorPlan
    from pipeline.priors.matching import Fit
    from pipeline.priors.store import PriorStore, Stored
    from pipeline.settings import Settings

Parser = TypeVar("Parser", bound=argparse.ArgumentParser)
_KINDS = ("motion", "character")


def add_prior_commands(commands: argparse._SubParsersAction[Parser], home: Parser) -> None:
    """Add the commands; `home` holds the option that all of them take."""
    priors = commands.add_parser("priors", help="learned motions and looks")
    actions = priors.add_subparsers(title="commands", metavar="COMMAND", required=True)
    listed = actions.add_parser("list", parents=[home], help="your own, and the shipped ones")
    listed.add_argument("--pack", metavar="NAME", help="only those that this pack can use")
    listed.set_defaults(run=_list)
    _add_import(actions, home)
    for name, run, words in (
        ("show", _show, "all about one"),
        ("export", _export, "write one as a model repository"),
        ("remove", _remove, "delete one"),
    ):
        command = actions.add_parser(name, parents=[home], help=words)
        command.add_argument("key", metavar="KEY", help="as `priors list` names it, or its start")
        command.set_defaults(run=run)
        if run is _export:
            command.add_argument("out", type=Path, metavar="OUT", help="a new folder, or a .zip")
        if run is _remove:
            command.add_argument("--yes", action="store_true", help="even where stories use it")


def _add_import(actions: argparse._SubParsersAction[Parser], home: Parser) -> None:
    brought = actions.add_parser("import", parents=[home], help="bring in a LoRA made elsewhere")
    brought.add_argument("file", type=Path, metavar="FILE", help=".safetensors, or an export's zip")
    brought.add_argument("--kind", choices=_KINDS, help="what it was learned for")
    for name, words in (
        ("words", "the motion's words, or the character's name"),
        ("figure", "the character's kind, such as witch"),
        ("trigger", "the words in texts that call it"),
        ("licence", "its terms"),
    ):
        brought.add_argument(f"--{name}", default="", help=words)
    brought.add_argument("--pack", metavar="NAME", help="the pack it was made for")
    brought.set_defaults(run=_import)


def _list(options: argparse.Namespace) -> int:
    store = _store(options)
    found = store.all()
    if options.pack is not None:
        found = [one for one in found if _is_for(one.prior, options.pack, store.settings)]
    for one in found:
        print(_line(one, len(store.used_by(one.key))))
    if not found:
        print("nothing is learned yet; `python -m pipeline train` learns", file=sys.stderr)
    return 0


def _is_for(prior: Prior, pack: str, settings: Settings) -> bool:
    from pipeline.packs.record import load_record
    from pipeline.packs.weights import played_revision

    name = named_pack(pack)
    record = load_record(name)
    revision = played_revision(name, record, home=settings.home)
    return prior.pack == record.name and revision in ("", prior.pack_revision)


def _line(stored: Stored, num_uses: int) -> str:
    prior = stored.prior
    about = [
        prior.pack,
        "brought in" if prior.plan is None else _steps(prior, prior.plan),
        f"{stored.size_bytes / 1e6:.1f} MB",
        "shipped" if stored.shipped else "",
        f"in {num_uses} {'place' if num_uses == 1 else 'places'}"
        if num_uses
        else "in no story of this home",
    ]
    return f"{prior.key}: {_named(prior)} ({', '.join(filter(None, about))})"


def _named(prior: Prior) -> str:
    figure = f", {prior.figure}" if prior.figure else ""
    return one_line(f"{prior.kind} “{prior.words}”{figure}")


def _steps(prior: Prior, plan: PriorPlan) -> str:
    wanted = plan.settings.steps
    return f"{prior.steps} of {wanted} steps" if prior.steps < wanted else f"{prior.steps} steps"


def _show(options: argparse.Namespace) -> int:
    store = _store(options)
    stored = _find(store, options.key)
    for name, words in _facts(stored).items():
        if words:
            print(f"{name}: {one_line(words)}")
    for source in stored.prior.plan.sources if stored.prior.plan else ():
        terms = ", ".join(filter(None, (source.licence or "licence unknown", source.credit)))
        print(one_line(f"{source.kind} {source.name}: {source.prompt or 'no text'} ({terms})"))
    for use in store.used_by(stored.key):
        print(one_line(f"used in {use.title}: {use.where}"))
    return 0


def _facts(stored: Stored) -> dict[str, str]:
    prior, plan = stored.prior, stored.prior.plan
    losses = [f"{prior.losses[0].loss:.3f}", f"{prior.losses[-1].loss:.3f}"] if prior.losses else []
    return {
        "key": prior.key,
        "learned": _named(prior),
        "trigger": prior.trigger,
        "pack": f"{prior.pack}, revision {prior.pack_revision}",
        "file": str(stored.file),
        "size": f"{stored.size_bytes / 1e6:.1f} MB",
        "rank": f"{prior.rank}, alpha {prior.alpha:g}",
        "blocks": ", ".join(map(str, prior.blocks)),
        "steps": _steps(prior, plan) if plan else "",
        "took": f"{prior.seconds_taken:.0f} s on {prior.device}" if prior.seconds_taken else "",
        "loss": " to ".join(losses),
        "settings": plan.settings.model_dump_json() if plan else "",
        "origin": prior.origin,
        "licence": prior.licence,
        "made": prior.created,
        "story": prior.title,
        "previews": ", ".join(map(str, prior.samples)),
        "came with the pack": "yes" if stored.shipped else "",
    }


def _import(options: argparse.Namespace) -> int:
    from pipeline.priors.importing import import_prior

    settings = load_settings(options.home)
    given = {name: getattr(options, name) for name in ("words", "figure", "trigger", "licence")}
    fit = _fit(options, settings)
    stored = import_prior(_store(options), options.file, fit, kind=options.kind, **given)
    print(_line(stored, 0))
    return 0


def _export(options: argparse.Namespace) -> int:
    from pipeline.packs.record import built_in_packs, load_record
    from pipeline.priors.publishing import export_prior

    stored = _find(_store(options), options.key)
    pack = stored.prior.pack
    hub_id = load_record(pack).hub_id if pack in built_in_packs() else None
    print(export_prior(stored, options.out, base_model=hub_id))
    return 0


def _remove(options: argparse.Namespace) -> int:
    store = _store(options)
    stored = _find(store, options.key)
    uses = store.used_by(stored.key)
    if uses and not stored.shipped and not options.yes:
        places = "; ".join(one_line(f"{use.title}: {use.where}") for use in uses)
        raise InputError(
            f"stories use {_named(stored.prior)} ({places})",
            hint="With --yes it goes all the same, and they play without it.",
        )
    store.remove(stored.key)
    return 0


def _store(options: argparse.Namespace) -> PriorStore:
    from pipeline.priors.store import PriorStore

    return PriorStore(load_settings(options.home))


def _find(store: PriorStore, key: str) -> Stored:
    """The prior whose key begins so; InputError unless there is exactly one."""
    found = [one for one in store.all() if key and one.key.startswith(key.lower())]
    if len(found) == 1:
        return found[0]
    raise InputError(
        f"{len(found) or 'no'} learned motions or looks have a key like {key[:40]!r}",
        hint="`python -m pipeline priors list` names them.",
    )


def _fit(options: argparse.Namespace, settings: Settings) -> Fit:
    """What an adapter must fit to be used by the pack of the options, or the one that plays."""
    from pipeline.packs.record import load_record
    from pipeline.packs.weights import find_weights, played_revision
    from pipeline.priors.matching import fit_of

    pack = named_pack(options.pack) if options.pack else settings.pack
    record = load_record(pack)
    folder = find_weights(pack, record, home=settings.home)
    return fit_of(folder, record.name, played_revision(pack, record, home=settings.home))
