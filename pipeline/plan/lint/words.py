"""Rules about what the texts say: motions in descriptions, no character in backgrounds."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.plan.draft import DraftCharacter, DraftMotion, DraftRegion, DraftScene, DraftStory
from pipeline.plan.lint.findings import Place
from pipeline.plan.lint.sheet import (
    Fault,
    Rule,
    Sheet,
    Staged,
    StagedScene,
    change_region,
    change_scene,
)
from pipeline.plan.lint.texts import LONG, cut
from pipeline.plan.lint.verbs import has_verb, moving_verb, named_in, says_motion

_PAUSE = re.compile(r"\s*[,;.!?]\s*")


def _unsaid(sheet: Sheet) -> Iterator[Fault]:
    for scene, staged in sheet.regions():
        motion = sheet.motion_of(staged.region)
        if motion is None or says_motion(staged.region.description, motion.words):
            continue
        other = moving_verb(staged.region.description)
        fix = f"add “{motion.words}” to the description"
        message = f"the description leaves out the motion “{motion.words}”"
        if other:
            message = f"the description says “{other}”, the motion is “{motion.words}”"
        yield Fault(scene.place(staged.region), message, fix, safe=other is None)


def _say_motion(sheet: Sheet, place: Place) -> DraftStory:
    def changed(_: StagedScene, staged: Staged) -> DraftRegion:
        region, motion = staged.region, sheet.motion_of(staged.region)
        if motion is None or says_motion(region.description, motion.words):
            return region
        said = _with_motion(region.description, motion, sheet.character_of(region))
        return region.model_copy(update={"description": said})

    return change_region(sheet, place, changed)


def _with_motion(description: str, motion: DraftMotion, who: DraftCharacter | None) -> str:
    """The description with its motion at the end: 'the red fox' is 'the red fox waves'."""
    told = description.strip().rstrip(".,;:!") or (who.name.strip() if who else "")
    between = ", " if has_verb(told) else " "
    room = LONG - len(motion.words) - len(between)
    return f"{cut(told, max(1, room))}{between}{motion.words}".strip()


def _names_somebody(sheet: Sheet) -> Iterator[Fault]:
    for scene in sheet.scenes:
        named = named_in(scene.scene.background, sheet.draft.characters)
        if named:
            names = " and ".join(dict.fromkeys(character.name for character in named))
            message = f"the background names {names}, who would be painted into it"
            place = scene.place().model_copy(update={"character_id": named[0].id})
            yield Fault(place, message, "keep what names nobody, or else the setting")


def _name_nobody(sheet: Sheet, place: Place) -> DraftStory:
    cast = sheet.draft.characters

    def changed(scene: DraftScene) -> DraftScene:
        if not named_in(scene.background, cast):
            return scene
        pieces = _PAUSE.split(scene.background)
        kept = ", ".join(piece for piece in pieces if piece and not named_in(piece, cast))
        setting = "" if named_in(scene.setting, cast) else scene.setting
        clean = "" if named_in(kept, cast) else kept
        return scene.model_copy(update={"background": clean or setting})

    return change_scene(sheet.draft, place, changed)


def _unknown_words(sheet: Sheet) -> Iterator[Fault]:
    if sheet.normalise is None:
        return
    for scene in sheet.scenes:
        for region in scene.scene.regions:
            for told in sheet.normalise(region.description)[1]:
                yield Fault(scene.place(region), told)
        for told in sheet.normalise(scene.scene.background)[1]:
            yield Fault(scene.place(), f"background: {told}")


def _no_narration(sheet: Sheet) -> Iterator[Fault]:
    for scene in sheet.scenes:
        if not scene.scene.narration.strip():
            yield Fault(scene.place(), "nothing is narrated, so the film has no subtitle here")


RULES = (
    Rule("motion-unsaid", "warning", _unsaid, _say_motion),
    Rule("background-names", "warning", _names_somebody, _name_nobody),
    Rule("word-unknown", "hint", _unknown_words),
    Rule("narration-missing", "hint", _no_narration),
)
