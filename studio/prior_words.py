"""A learned motion or look in words: what it is, how it was learned, and what from."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.errors import ModelUnavailableError
from pipeline.packs.record import load_record
from pipeline.prior import Prior, TrainSettings
from pipeline.priors.store import Stored
from studio.cards import counted, duration_words

UNKNOWN = "licence unknown"


def title_of(prior: Prior) -> str:
    """Say what was learned: 'dances'; of a look 'Luna, a witch'."""
    if prior.kind == "motion" or not prior.figure:
        return prior.words
    article = "an" if prior.figure[:1].lower() in "aeiou" else "a"
    return f"{prior.words}, {article} {prior.figure}"


def sources_words(prior: Prior) -> str:
    """Say what it was learned from: '7 clips'; empty of one that was brought in."""
    sources = prior.plan.sources if prior.plan else ()
    number = len({source.sha256 for source in sources})
    return counted(number, "clip" if prior.kind == "motion" else "picture") if number else ""


def settings_words(settings: TrainSettings) -> list[list[str]]:
    """Say how it was trained, as pairs of words."""
    debias = f"{settings.debias:g}" if settings.debias else "not used"
    texts = {"each": "one for each", "shared": "one for all", "none": "none"}
    size = (settings.num_frames, settings.height_px, settings.width_px)
    facts: Sequence[tuple[str, object]] = (
        ("Recipe", settings.recipe),
        ("Steps", settings.steps),
        ("Examples at a step", settings.batch_size),
        ("Learning rate", f"{settings.learning_rate:g}, {settings.schedule}"),
        ("Rank", settings.rank),
        ("Weight of what it adds (alpha)", f"{settings.alpha:g}"),
        ("Blocks", settings.blocks),
        ("Texts", texts[settings.prompts]),
        ("Weight against copying looks", debias),
        ("Background", {"keep": "kept", "remove": "cut away"}[settings.background]),
        ("Frames, height, width", ", ".join(str(one) for one in size if one)),
        ("Seed", settings.seed),
    )
    return [[name, str(value)] for name, value in facts if str(value)]


def made_words(stored: Stored) -> str:
    """Say when it was learned and how long that took."""
    prior, day = stored.prior, stored.prior.created[:10]
    if stored.shipped:
        return "came with the studio"
    if prior.plan is None:
        return f"brought in on {day}"
    return f"learned in {duration_words(prior.seconds_taken)}, {day}"


def licences_of(prior: Prior) -> list[str]:
    """Give the terms of what it was learned from, each once."""
    sources = prior.plan.sources if prior.plan else ()
    licences = [source.licence or UNKNOWN for source in sources] or [prior.licence or UNKNOWN]
    return list(dict.fromkeys(licences))


def pack_title(pack: str) -> str:
    """Give the name of a pack for people; its own where nobody knows it here."""
    try:
        return load_record(pack).title or pack
    except ModelUnavailableError:
        return pack


def base_model(prior: Prior) -> str | None:
    """Give the hub id of the model it belongs to; None where that has none."""
    try:
        return load_record(prior.pack).hub_id
    except ModelUnavailableError:
        return None
