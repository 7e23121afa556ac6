"""Keys of learned looks and motions: the same clips, texts and settings give the same key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from pipeline.diffusion.adapter_config import Acting
from pipeline.prior import TrainSettings

if TYPE_CHECKING:
    from pipeline.prior import PriorKind, PriorPlan, Source

_LENGTH = 24
_VERSION = "1"
"""To be raised where the trainer gives other weights for the same plan."""
_NO_MATTER = {"recipe", "sample_every", "checkpointing"}
"""Settings that the weights do not follow from."""
_OTHER_KINDS: dict[PriorKind, set[str]] = {
    "motion": {"pictures", "background"},
    "character": {"debias", "appearance", "form", "cropped", "aligned"},
}
"""Settings that a kind of prior is trained without."""
_SINCE = {"form", "cropped", "aligned", *Acting.model_fields}
"""Settings that came later: left as they are by default, they leave earlier keys as they were."""


def key_of(plan: PriorPlan) -> str:
    """Give the key of a prior: 24 hex digits, made of all that its weights follow from.

    These are the pack's revision, kind, trigger, the sources with their texts and crops in any
    order, and the settings of that kind. What the sources are called is no part of it, nor are
    the words that people know the prior by.
    """
    settings = plan.settings.model_dump(exclude=_NO_MATTER | _OTHER_KINDS[plan.kind])
    for name in _SINCE & settings.keys():
        if settings[name] == TrainSettings.model_fields[name].default:
            del settings[name]
    sources = [json.loads(_identity(one)) for one in ordered(plan.sources)]
    return _hash([plan.pack_revision, plan.kind, plan.trigger, sources, settings])


def ordered(sources: Iterable[Source]) -> tuple[Source, ...]:
    """Give sources in the order that the key takes them in; to be trained in it too."""
    return tuple(sorted(sources, key=_identity))


def import_key(
    sha256: str, pack_revision: str, kind: PriorKind, words: str, figure: str, trigger: str
) -> str:
    """Give the key of a prior that was brought in: of its file, and of what it is said to be."""
    return _hash(["imported", sha256, pack_revision, kind, words, figure, trigger])


def _identity(source: Source) -> str:
    crop = None if source.crop is None else source.crop.model_dump(mode="json")
    told: list[object] = [source.sha256, source.prompt, crop]
    if source.track is not None:
        told += [source.surroundings, source.track.model_dump(mode="json")]
    return _canonical(told)


def _hash(parts: list[object]) -> str:
    return hashlib.sha256(_canonical([_VERSION, *parts]).encode()).hexdigest()[:_LENGTH]


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
