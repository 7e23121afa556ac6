"""What a learned look or motion says of itself in its file's header, fit for anyone to read."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from pipeline.diffusion.adapter_config import Acting

if TYPE_CHECKING:
    from pipeline.prior import Prior, Source, TrainSettings

MADE_WITH = "DreamRunner Studio"
_EMAIL = re.compile(r"(?:mailto:)?[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_FOLDERS = re.compile(
    r"(?:file://|(?<![\w:/.\\]))(?:[A-Za-z]:[\\/]|~?/|\\\\)(?:[^\s\\/\"'<>|]+[\\/])+"
)
"""The folders of a file's path on some machine; addresses of the web are none."""


def metadata_of(prior: Prior) -> dict[str, str]:
    """Give the entries of a safetensors header that tell what its weights are.

    They are kind, words, figure, trigger, base_pack, base_revision, rank, alpha, blocks, steps,
    sources (JSON: hash, text, licence and credit of each), settings (JSON), licence,
    code_version, and when it acts (see `Acting`); what is empty is left out. Neither the file's own
    hash nor losses are among them.
    """
    said = {
        "made_with": MADE_WITH,
        "kind": prior.kind,
        "words": prior.words,
        "figure": prior.figure,
        "trigger": prior.trigger,
        "base_pack": prior.pack,
        "base_revision": prior.pack_revision,
        "rank": str(prior.rank),
        "alpha": f"{prior.alpha:g}",
        "blocks": ",".join(map(str, prior.blocks)),
        "steps": str(prior.steps),
        "licence": prior.licence,
        "code_version": prior.code_version,
    }
    texts = {name: without_places(words) for name, words in said.items() if words}
    if prior.plan is not None:
        texts |= acting_of(prior.plan.settings).entries()
        texts["sources"] = json.dumps([_said_of(one) for one in prior.plan.sources])
        texts["settings"] = prior.plan.settings.model_dump_json()
    return texts


def acting_of(settings: TrainSettings) -> Acting:
    """Give when and how an adapter that is trained so acts in renders."""
    return Acting.model_validate(settings.model_dump(include={*Acting.model_fields}))


def without_places(text: str) -> str:
    """Give a text without e-mail addresses and without the folders of paths in it."""
    return _FOLDERS.sub("", _EMAIL.sub("", text))


def file_name(text: str) -> str:
    """Give the last part of what may be a path, of any system."""
    return re.split(r"[\\/]", text)[-1]


def _said_of(source: Source) -> dict[str, object]:
    said = source.model_dump(mode="json", exclude={"name", "crop"}, exclude_defaults=True)
    said["licence"] = source.licence or "unknown"
    return {
        name: without_places(one) if isinstance(one, str) else one for name, one in said.items()
    }
