"""The settings of one person's studio, as its window shows, keeps and tries them.

The key of the language model comes in and never goes out: the window hears how it ends.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

from pipeline import __version__
from pipeline.devices import probe_unloaded
from pipeline.errors import InputError, InvalidStoryError, PipelineError
from pipeline.packs.cards import pack_cards
from pipeline.packs.record import load_record
from pipeline.plan.llm.greeting import greet
from pipeline.plan.llm.options import DEFAULT_BASE_URL, DEFAULT_MODEL, NO_KEY, LlmOptions
from pipeline.preferences import (
    PREFERENCES_FILE,
    Preferences,
    checked_key,
    key_end,
    read_key,
    read_preferences,
    stored_preferences,
    write_key,
    write_preferences,
)
from pipeline.progress import finish
from pipeline.queue import Queue
from pipeline.settings import DEVICE_VARIABLE, PACK_VARIABLE, Settings
from studio.cards import counted, sentence
from studio.desk_bodies import Choices, Model
from studio.planners import is_model_named, model_options, planner_choices
from studio.refusals import NotAllowedError

View = dict[str, Any]

_SHARED = (
    "Whoever runs this studio has chosen the models and keeps no keys of visitors. "
    "Open a studio of your own to choose yours."
)
_OF_PACK = ("draft_steps", "final_steps")
"""Of these None is a choice: as the pack has it."""
_FIELDS = {
    "OPENAI_BASE_URL": "the address",
    "OPENAI_MODEL": "the model",
    "OPENAI_API_KEY": "the key",
}
"""What hints call the variables of the environment, and the window its fields."""
_choosing = threading.Lock()
"""Held from reading what is chosen until it is kept, or until its key is known."""


def settings_view(settings: Settings) -> View:
    """Give all that the window shows; of a studio with visitors, that nothing can be changed."""
    base = {"version": __version__, "shared": settings.visitors, "planners": _planners(settings)}
    if settings.visitors:
        return {**base, "why": _SHARED, "allowance": _allowance(settings)}
    kept, record = read_preferences(settings.home), load_record(settings.pack)
    return {
        **base,
        **_model_view(settings, kept),
        "why": "",
        "pack": settings.pack,
        "packs": [[one.name, one.title, one.state] for one in pack_cards(settings)],
        "pack_fixed": _fixed(PACK_VARIABLE),
        "device": settings.device,
        "devices": _devices(settings.device),
        "device_fixed": _fixed(DEVICE_VARIABLE),
        "draft_steps": kept.draft_steps,
        "final_steps": kept.final_steps,
        "pack_draft_steps": record.draft_steps,
        "pack_final_steps": record.num_inference_steps,
        "film_rate": kept.film_rate,
        "home": str(settings.home),
    }


def keep_choices(settings: Settings, queue: Queue, told: Choices) -> None:
    """Keep what was chosen.

    Raises:
        NotAllowedError: the studio has visitors.
        InputError: a value cannot be used, the model or device changes while work goes on, or
            what was chosen before cannot be made out.
        WorkspaceError: what was chosen cannot be read or written.
    """
    _check_own(settings)
    _check_calm(settings, queue, told)
    if told.pack is not None:
        _check_pack(settings, told.pack)
    named = told.model_dump(exclude={"key"}, exclude_unset=True)
    given = {k: v for k, v in named.items() if v is not None or k in _OF_PACK}
    with _choosing:
        kept = _stored(settings.home)
        wanted = kept.model_copy(update=given)
        _check_steps(told.pack or settings.pack, wanted)
        key = _key_for(settings, kept, wanted, told)
        if wanted.endpoint or key:
            _options(wanted, key)
        if not _same_host(kept, wanted):
            write_key(settings.home, "")  # first, so that it never lies beside another address
        write_preferences(settings.home, wanted)
        if told.key is not None:
            write_key(settings.home, key)


def try_model(settings: Settings, told: Model) -> View:
    """Ask the language model one word and say plainly what came of it: `{ok, words}`.

    Raises:
        NotAllowedError: the studio has visitors, so that the address is not theirs to choose.
    """
    _check_own(settings)
    try:
        with _choosing:
            kept = _stored(settings.home)
            wanted = kept.model_copy(update=told.model_dump(exclude={"key"}, exclude_none=True))
            key = _key_for(settings, kept, wanted, told)
        options = _options(wanted, key) if wanted.endpoint or key else model_options(settings)
        if options is None:
            return {"ok": False, "words": "Give an address or a key first."}
        greeting = finish(greet(options))
    except PipelineError as error:
        return {"ok": False, "words": _plainly(error)}
    words = f"{options.model} at {options.host} answered in {greeting.seconds:.1f} s."
    return {"ok": True, "words": words}


def _check_own(settings: Settings) -> None:
    if settings.visitors:
        raise NotAllowedError("The settings of this studio are its owner's", hint=_SHARED)


def _check_calm(settings: Settings, queue: Queue, told: Choices) -> None:
    """Refuse another model or device while work goes on: it would end as another's work."""
    other = told.pack not in (None, settings.pack) or told.device not in (None, settings.device)
    active = queue.jobs(active=True) if other else []
    if active:
        raise InputError(
            f"{counted(len(active), 'piece')} of work waits or goes on",
            hint="Wait for it or cancel it, then choose another model or device.",
        )
    for asked, now, variable in (
        (told.pack, settings.pack, PACK_VARIABLE),
        (told.device, settings.device, DEVICE_VARIABLE),
    ):
        if asked not in (None, now) and _fixed(variable):
            raise InputError(
                f"{variable} says what plays here", hint="Start the studio without it to choose."
            )


def _check_pack(settings: Settings, name: str) -> None:
    """Refuse a model that is none of those shown: a name from the page opens no folder."""
    card = next((one for one in pack_cards(settings) if one.name == name), None)
    if card is None:
        raise InputError("There is no such model", hint="Reload the page.")
    if card.state != "ready":
        raise InputError(f"{card.title} is not here yet", hint="Fetch it in the window of models.")


def _check_steps(pack: str, wanted: Preferences) -> None:
    """Refuse final takes of no more steps than drafts: each would count as a draft."""
    record = load_record(pack)
    draft = wanted.draft_steps or record.draft_steps
    final = wanted.final_steps or record.num_inference_steps
    if final <= draft:
        raise InputError(
            f"A final take would have {counted(final, 'step')}, a draft {draft}",
            hint="Give final takes more steps than drafts; "
            f"left empty, they have {record.num_inference_steps} and {record.draft_steps}.",
        )


def _stored(home: Path) -> Preferences:
    """What was chosen, to be changed: what cannot be made out is not written over."""
    try:
        return stored_preferences(home)
    except InvalidStoryError as error:
        hint = f"Mend {PREFERENCES_FILE} in the studio's folder, or delete it to choose anew."
        raise InputError(error.message, hint=hint) from error


def _key_for(settings: Settings, kept: Preferences, wanted: Preferences, told: Model) -> str:
    """The key that goes with what is wanted: one that was given for another address does not."""
    if told.key is not None:
        return checked_key(told.key) if told.key else ""
    return read_key(settings.home) if _same_host(kept, wanted) else ""


def _same_host(one: Preferences, other: Preferences) -> bool:
    return _host(one.endpoint) == _host(other.endpoint)


def _host(endpoint: str) -> str:
    return endpoint.partition("://")[2].partition("/")[0] or endpoint


def _options(wanted: Preferences, key: str) -> LlmOptions:
    try:
        return LlmOptions(
            base_url=wanted.endpoint or DEFAULT_BASE_URL,
            api_key=key or NO_KEY,
            model=wanted.model or DEFAULT_MODEL,
        )
    except InputError as error:
        raise InputError(error.message, hint=_in_words(error.hint)) from error


def _model_view(settings: Settings, kept: Preferences) -> View:
    key, options = read_key(settings.home), model_options(settings)
    chosen = bool(kept.endpoint or key)
    named = "environment" if is_model_named(settings) else "nowhere"
    return {
        "endpoint": kept.endpoint,
        "model": kept.model,
        "key": key_end(key),
        "from": "window" if chosen else named,
        "asks": f"{options.model} at {options.host}" if options else "",
        "default_endpoint": DEFAULT_BASE_URL,
        "default_model": DEFAULT_MODEL,
    }


def _planners(settings: Settings) -> list[list[str]]:
    return [[name, words] for words, name in planner_choices(settings)]


def _devices(now: str) -> list[list[str]]:
    """What models can run on, by the names that `devices.choose` takes, in words."""
    facts = probe_unloaded()
    card = facts.vram_gib is not None
    found = [["auto", f"the fastest here ({facts.name})" if card else "the fastest here"]]
    found += [["cpu", "the processor"]]
    found += [["cuda", f"the graphics card ({facts.name})"]] if card else []
    return found if any(name == now for name, _ in found) else [*found, [now, now]]


def _fixed(variable: str) -> str:
    """The variable of the environment that has settled a choice; empty where none has."""
    return variable if os.environ.get(variable, "").strip() else ""


def _allowance(settings: Settings) -> list[str]:
    allowed = settings.allowance
    lines = [
        f"Your stories, takes and clips may take {allowed.gigabytes:g} GB.",
        f"You may learn motions and looks for {allowed.training_minutes:g} minutes a day.",
    ]
    if not settings.accounts:
        lines.append(f"What nobody opens for {allowed.days:g} days is deleted.")
    return lines


def _plainly(error: PipelineError) -> str:
    return _in_words(" ".join(sentence(part) for part in (error.message, error.hint) if part))


def _in_words(hint: str) -> str:
    for variable, field in _FIELDS.items():
        hint = hint.replace(variable, field)
    return hint
