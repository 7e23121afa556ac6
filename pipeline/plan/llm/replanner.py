"""Changes one scene of a story by a note, with a language model; the other scenes stay."""

from __future__ import annotations

from collections.abc import Collection, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pipeline.errors import InputError
from pipeline.plan.draft import (
    DraftCharacter,
    DraftMotion,
    DraftRegion,
    DraftScene,
    DraftStory,
    draft_of,
)
from pipeline.plan.llm.answers import read_json
from pipeline.plan.llm.background import Report, work_of
from pipeline.plan.llm.checks import scene_problems
from pipeline.plan.llm.conversation import Errand, converse
from pipeline.plan.llm.drafting import draft_character, draft_motion, draft_scene, tidied
from pipeline.plan.llm.endpoint import Endpoint, Question
from pipeline.plan.llm.manner import Mode
from pipeline.plan.llm.options import LlmOptions
from pipeline.plan.llm.placing import Placed, known_id, placed_of_plan
from pipeline.plan.llm.planner import Planned, check_words, make_record
from pipeline.plan.llm.prompting import replan_prompt
from pipeline.plan.llm.scenes import read_placed
from pipeline.plan.llm.settling import settle, unusable
from pipeline.plan.llm.wire import WireCharacter, WireMotion, WireReplan, wire_schema
from pipeline.plan.troupe import Players
from pipeline.progress import Progress, Work
from pipeline.story import Scene, Story

_Item = TypeVar("_Item", WireCharacter, WireMotion)


def replan_scene(
    story: Story,
    scene_id: str,
    note: str,
    *,
    options: LlmOptions,
    troupe: Players | None = None,
    seed: int = 0,
) -> Work[Planned]:
    """Plan one scene again as a note asks; a work function, whose `close()` cancels at once.

    The story is one revision further; its other scenes are as they were. Regions that stay keep
    their ids and what was learned for them, locked ones are not changed at all. The record's
    `idea` is the note.

    Raises:
        InputError: there is no such scene, or the note, the key or the model cannot be used.
        PlanningError: the endpoint fails, or the model refuses or tells no scene.
    """
    check_words(note, "note")
    scene = next((one for one in story.scenes if one.id == scene_id), None)
    if scene is None:
        known = ", ".join(one.id for one in story.scenes)
        raise InputError(f"the story has no scene {scene_id[:60]!r}", hint=f"It has {known}.")

    def job(report: Report) -> Coroutine[Any, Any, Planned]:
        return _Replanning(story, scene, note, options, troupe, seed).run(report)

    told = f"{options.model} plans the scene again"
    first = Progress(stage="plan", step=0, total=1, note=told, scene_id=scene_id)
    return (yield from work_of(job, first))


@dataclass(frozen=True)
class _Again:
    """A scene planned again, who and what is new in it, and what else was wrong."""

    scene: DraftScene
    characters: tuple[DraftCharacter, ...] = ()
    motions: tuple[DraftMotion, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Replanning:
    """One run: what is asked of which scene."""

    story: Story
    scene: Scene
    note: str
    options: LlmOptions
    troupe: Players | None
    seed: int

    async def run(self, report: Report) -> Planned:
        """Ask for the scene, settle it, and put it in the place of the old one."""

        def hear(told: str) -> None:
            report(Progress(stage="plan", step=0, total=1, note=told, scene_id=self.scene.id))

        question = Question("replan", wire_schema(WireReplan), self._prompt)
        errand = Errand("scene", self.scene.id, question, self._read, self._check)
        async with Endpoint(self.options, seed=self.seed) as endpoint:
            told = await converse(endpoint, errand, tries=self.options.max_tries, hear=hear)
        if told.value is None:
            raise unusable(told.problems, self.options, attempts=told.attempts)
        whole = draft_of(self.story)
        settled = settle(self._alone(told.value), self.options, numbered_in=whole)
        record = make_record(
            self.note,
            options=self.options,
            seed=self.seed,
            attempts=told.attempts,
            repairs=settled.repairs,
        )
        return Planned(self._joined(settled.story), record)

    def _prompt(self, mode: Mode) -> str:
        return replan_prompt(self.story, self.scene, self.note, mode, self.troupe)

    def _read(self, text: str, mode: Mode) -> _Again:
        people = {character.id: character.id for character in self.story.characters}
        moves = {motion.id: motion.id for motion in self.story.motions}
        if mode == "plan_text":
            placed = read_placed(text, mode, characters=people, motions=moves)
            return _Again(self._kept(self._with_background(placed.background), placed))
        answer = read_json(text, WireReplan)
        cast, people = _with_new(answer.new_characters, people, fallback="character")
        motions, moves = _with_new(answer.new_motions, moves, fallback="motion")
        placed = placed_of_plan(answer.plan, characters=people, motions=moves)
        scene = draft_scene(answer.scene, placed, scene_id=self.scene.id)
        cast = _used(cast, [region.character_id for region in placed.regions])
        motions = _used(motions, [region.motion_id for region in placed.regions])
        return _Again(
            self._kept(scene, placed),
            tuple(map(draft_character, cast)),
            tuple(map(draft_motion, motions)),
            placed.problems,
        )

    def _check(self, again: _Again) -> tuple[str, ...]:
        alone = self._alone(again)
        return (*again.problems, *scene_problems(alone, again.scene, with_words=True))

    def _with_background(self, background: str) -> DraftScene:
        """The scene as it is before another background: all that a plan text can tell of it."""
        old = DraftScene.model_validate(self.scene.model_dump())
        return old.model_copy(update={"background": background or old.background})

    def _kept(self, scene: DraftScene, placed: Placed) -> DraftScene:
        """The new regions in the scene, those that were there before as they were known."""
        old = {r.id: DraftRegion.model_validate(r.model_dump()) for r in self.scene.regions}
        ids = _old_ids(placed.regions, old)
        regions = [_as_known(region, ids[region.id], old) for region in placed.regions]
        here = {region.id for region in regions}
        regions += [r for r in old.values() if r.locked and r.id not in here]
        here |= {region.id for region in regions}
        overlaps = [
            overlap.model_copy(
                update={"region_ids": tuple(ids.get(one, one) for one in overlap.region_ids)}
            )
            for overlap in placed.overlaps
        ]
        kept = [o for o in scene.overlaps if not placed.overlaps and here.issuperset(o.region_ids)]
        update = {"regions": tuple(regions), "overlaps": (*overlaps, *kept)}
        return scene.model_copy(update=update)

    def _alone(self, again: _Again) -> DraftStory:
        """The story with this scene only, so that no other one is judged or mended."""
        draft = draft_of(self.story)
        update = {
            "characters": (*draft.characters, *again.characters),
            "motions": (*draft.motions, *again.motions),
            "scenes": (again.scene,),
        }
        return draft.model_copy(update=update)

    def _joined(self, settled: Story) -> Story:
        people = {character.id for character in self.story.characters}
        moves = {motion.id for motion in self.story.motions}
        locked = {region.id: region for region in self.scene.regions if region.locked}
        scene = settled.scenes[0]
        regions = tuple(locked.get(region.id, region) for region in scene.regions)
        scene = scene.model_copy(update={"regions": regions})
        return self.story.revised(
            characters=(
                *self.story.characters,
                *(one for one in settled.characters if one.id not in people),
            ),
            motions=(*self.story.motions, *(m for m in settled.motions if m.id not in moves)),
            scenes=tuple(scene if s.id == scene.id else s for s in self.story.scenes),
        )


def _with_new(
    items: Sequence[_Item], known: Mapping[str, str], *, fallback: str
) -> tuple[tuple[_Item, ...], dict[str, str]]:
    """The items that are not known yet, and the ids of all by what the model calls them."""
    new = [one for one in items if known_id(one.id, known) is None]
    made, ids = tidied(new, fallback=fallback, taken=known)
    return made, {**ids, **known}


def _used(items: Sequence[_Item], ids: Collection[str | None]) -> list[_Item]:
    return [one for one in items if one.id in ids]


def _old_ids(regions: Sequence[DraftRegion], old: Mapping[str, DraftRegion]) -> dict[str, str]:
    """By its new id, the id of each region: the old one where it shows who did that before."""
    free = [one for one in old.values() if one.id not in {region.id for region in regions}]
    ids: dict[str, str] = {}
    for region in regions:
        same = (r for r in free if r.id not in ids.values() and _who(r) == _who(region))
        found = next(same, None) if region.id not in old else None
        ids[region.id] = found.id if found else region.id
    return ids


def _who(region: DraftRegion) -> tuple[str | None, str | None]:
    return region.character_id, region.motion_id


def _as_known(region: DraftRegion, known: str, old: Mapping[str, DraftRegion]) -> DraftRegion:
    """The region by its known id, with what was learned for it; a locked one as it was."""
    before = old.get(known)
    if before is None:
        return region.model_copy(update={"id": known})
    if before.locked:
        return before
    priors = before.priors if _who(before) == _who(region) else ()
    return region.model_copy(update={"id": known, "layer": before.layer, "priors": priors})
