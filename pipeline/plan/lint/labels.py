"""Rules about a draft's labels: version, language, title, names, layers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType

from pipeline.plan.draft import DraftCharacter, DraftMotion, DraftRegion, DraftStory
from pipeline.plan.lint.findings import Place
from pipeline.plan.lint.sheet import Fault, Rule, Sheet, Staged, StagedScene, change_region
from pipeline.plan.lint.texts import SHORT, cut
from pipeline.plan.lint.verbs import words_of_id
from pipeline.story import SCHEMA_VERSION

MOST_LAYER = 99
_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_TAGS = MappingProxyType(
    {"english": "en", "german": "de", "french": "fr", "spanish": "es", "italian": "it",
     "portuguese": "pt", "dutch": "nl", "polish": "pl", "russian": "ru", "chinese": "zh",
     "japanese": "ja", "arabic": "ar", "hindi": "hi"}
)  # fmt: skip
_UNDETERMINED = "und"
"""BCP 47 for a language that nobody knows."""


def _version(sheet: Sheet) -> Iterator[Fault]:
    if sheet.draft.schema_version != SCHEMA_VERSION:
        message = f"it says schema version {sheet.draft.schema_version}"
        yield Fault(Place(), message, f"read it as version {SCHEMA_VERSION}", safe=True)


def _mend_version(sheet: Sheet, _: Place) -> DraftStory:
    return sheet.draft.model_copy(update={"schema_version": SCHEMA_VERSION})


def _language(sheet: Sheet) -> Iterator[Fault]:
    if not _TAG.fullmatch(sheet.draft.language):
        message = f"the language “{sheet.draft.language[:20]}” is no tag such as “en” or “pt-BR”"
        yield Fault(Place(), message, f"call it “{_tag_of(sheet.draft.language)}”", safe=True)


def _mend_language(sheet: Sheet, _: Place) -> DraftStory:
    return sheet.draft.model_copy(update={"language": _tag_of(sheet.draft.language)})


def _tag_of(language: str) -> str:
    head, *rest = language.strip().replace("_", "-").split("-")
    tag = "-".join([_TAGS.get(head.lower(), head.lower()), *rest])
    return tag if _TAG.fullmatch(tag) else _UNDETERMINED


def _no_title(sheet: Sheet) -> Iterator[Fault]:
    if not sheet.draft.title.strip():
        title = _title_of(sheet.draft)
        yield Fault(Place(), "the title is empty", f"call it “{title}”", safe=True)


def _mend_title(sheet: Sheet, _: Place) -> DraftStory:
    return sheet.draft.model_copy(update={"title": _title_of(sheet.draft)})


def _title_of(draft: DraftStory) -> str:
    """What a story without a title is called: its first scene's title, or who is in it."""
    names = [character.name.strip() for character in draft.characters]
    found = [*(scene.title for scene in draft.scenes), " and ".join(filter(None, names[:2]))]
    return next((cut(text, SHORT) for text in found if text.strip()), "A story")


def _no_name(sheet: Sheet) -> Iterator[Fault]:
    for character in sheet.draft.characters:
        if not character.name.strip():
            fix = f"call them “{_name_of(character)}”"
            yield Fault(Place(character_id=character.id), "the name is empty", fix, safe=True)


def _mend_name(sheet: Sheet, place: Place) -> DraftStory:
    def changed(one: DraftCharacter) -> DraftCharacter:
        named = one.id != place.character_id or one.name.strip()
        return one if named else one.model_copy(update={"name": _name_of(one)})

    characters = tuple(map(changed, sheet.draft.characters))
    return sheet.draft.model_copy(update={"characters": characters})


def _name_of(character: DraftCharacter) -> str:
    return cut(character.kind, SHORT) or words_of_id(character.id).capitalize() or "Somebody"


def _no_words(sheet: Sheet) -> Iterator[Fault]:
    for motion in sheet.draft.motions:
        if not motion.words.strip():
            fix = f"call it “{_motion_words(motion)}”"
            yield Fault(Place(motion_id=motion.id), "the motion has no words", fix, safe=True)


def _mend_words(sheet: Sheet, place: Place) -> DraftStory:
    def changed(one: DraftMotion) -> DraftMotion:
        told = one.id != place.motion_id or one.words.strip()
        return one if told else one.model_copy(update={"words": _motion_words(one)})

    return sheet.draft.model_copy(update={"motions": tuple(map(changed, sheet.draft.motions))})


def _motion_words(motion: DraftMotion) -> str:
    return words_of_id(motion.id) or "moves"


def _layer(sheet: Sheet) -> Iterator[Fault]:
    for scene, staged in sheet.regions():
        if not 0 <= staged.region.layer <= MOST_LAYER:
            message = f"the layer is {staged.region.layer}, not 0 to {MOST_LAYER}"
            yield Fault(scene.place(staged.region), message, "take the nearest", safe=True)


def _mend_layer(sheet: Sheet, place: Place) -> DraftStory:
    def changed(_: StagedScene, staged: Staged) -> DraftRegion:
        layer = min(MOST_LAYER, max(0, staged.region.layer))
        return staged.region.model_copy(update={"layer": layer})

    return change_region(sheet, place, changed)


RULES = (
    Rule("version-unknown", "error", _version, _mend_version),
    Rule("language-unknown", "error", _language, _mend_language),
    Rule("title-missing", "error", _no_title, _mend_title),
    Rule("name-missing", "error", _no_name, _mend_name),
    Rule("motion-nameless", "error", _no_words, _mend_words),
    Rule("layer-outside", "error", _layer, _mend_layer),
)
