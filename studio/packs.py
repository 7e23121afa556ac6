"""The models that can play a story, as cards: what each needs, and how to get it."""

from __future__ import annotations

from pipeline.errors import InputError
from pipeline.packs.cards import PackCard, pack_cards
from pipeline.packs.fetching import remove_pack
from pipeline.queue import Queue
from pipeline.settings import Settings
from pipeline.workspace import Project
from studio.cards import View, sentence
from studio.refusals import NotAllowedError, NotThereError
from studio.rendering import check_queue

FETCH = "fetch"
"""The kind of work that fetches a model's weights."""
_STATES = {"ready": "ready to play", "partly": "partly fetched", "absent": "not fetched yet"}


def packs_view(settings: Settings) -> View:
    """Give the cards of all models; NotAllowedError in a studio of several visitors."""
    _check_alone(settings)
    return {"packs": [_card(card) for card in pack_cards(settings)]}


def fetch(project: Project, settings: Settings, queue: Queue, name: str) -> None:
    """Queue the fetching of a model's weights; what is there already is kept.

    Raises:
        NotAllowedError: the studio has several visitors.
        NotThereError: there is no such model, or nothing of it is to be fetched.
        InputError: too much waits already.
    """
    card = _find(settings, name)
    if card.state == "ready":
        raise NotThereError("This model is here already", hint="It can be used.")
    if not _is_fetched(queue, name):
        check_queue(queue, settings.user, 1)
        queue.submit(FETCH, project.path, {"pack": card.name}, user=settings.user)


def remove(settings: Settings, queue: Queue, name: str) -> None:
    """Delete what was fetched of a model.

    Raises:
        NotAllowedError: the studio has several visitors.
        NotThereError: there is no such model.
        InputError: it plays now, is being fetched, or was not fetched by the studio.
    """
    card = _find(settings, name)
    if card.default:
        raise InputError("This model plays now", hint="Start the studio with another one first.")
    if _is_fetched(queue, name):
        raise InputError("This model is being fetched", hint="Cancel that first.")
    remove_pack(card.name, settings)


def _is_fetched(queue: Queue, name: str) -> bool:
    active = queue.jobs(active=True)
    return any(job.kind == FETCH and job.arguments.get("pack") == name for job in active)


def _find(settings: Settings, name: str) -> PackCard:
    _check_alone(settings)
    for card in pack_cards(settings):
        if card.name == name:
            return card
    raise NotThereError("There is no such model", hint="Reload the page.")


def _check_alone(settings: Settings) -> None:
    if settings.visitors:
        raise NotAllowedError(
            "The models of this studio are chosen by whoever runs it",
            hint="Open a studio of your own to choose another one.",
        )


def _card(card: PackCard) -> View:
    needs = card.needs
    facts = {
        "Size": _size(card),
        "Licence": card.licence,
        "Disk": needs.disk,
        "Memory": needs.ram,
        "Graphics memory": needs.vram,
    }
    return {
        "name": card.name,
        "title": card.title,
        "state": card.state,
        "state_words": _STATES[card.state],
        "facts": [[name, value] for name, value in facts.items() if value],
        "fits": sentence(card.fits),
        "plays": card.default,
        "removable": card.fetched and card.have_gib > 0 and not card.default,
        "command": f"DREAMRUNNER_PACK={card.name} make run",
    }


def _size(card: PackCard) -> str:
    if not card.fetched:
        return f"{round(1024 * card.size_gib)} MiB, part of the studio"
    have = f", {card.have_gib:.1f} GiB of it here" if card.state == "partly" else ""
    return f"{card.size_gib:.1f} GiB{have}"
