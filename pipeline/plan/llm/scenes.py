"""The scene level: one scene's question, what is made of its answers, and a scene without any."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.plan.draft import DraftRegion
from pipeline.plan.llm.answers import read_json, read_plan
from pipeline.plan.llm.checks import scene_problems
from pipeline.plan.llm.conversation import Errand
from pipeline.plan.llm.drafting import draft_scene, draft_story, scene_id_of
from pipeline.plan.llm.endpoint import Question
from pipeline.plan.llm.manner import Mode
from pipeline.plan.llm.placing import Placed, placed_of_plan, placed_of_text
from pipeline.plan.llm.prompting import scene_prompt
from pipeline.plan.llm.wire import WirePlan, WireStory, wire_schema
from pipeline.story import NUM_KEYFRAMES, slug


def scene_errand(story: WireStory, number: int) -> Errand[Placed]:
    """Give what is asked about the scene of that number, from 1 on; ids and acts hold together."""
    people, moves = {c.id: c.id for c in story.cast}, {m.id: m.id for m in story.motions}
    empty = draft_story(story, [Placed(())] * len(story.scenes))
    words, scene_id = story.scenes[number - 1], scene_id_of(number)

    def prompt(mode: Mode) -> str:
        return scene_prompt(story, number, mode)

    def read(text: str, mode: Mode) -> Placed:
        return read_placed(text, mode, characters=people, motions=moves)

    def check(placed: Placed) -> tuple[str, ...]:
        scene = draft_scene(words, placed, scene_id=scene_id)
        return (*placed.problems, *scene_problems(empty, scene))

    question = Question("scene", wire_schema(WirePlan), prompt)
    return Errand("scene", scene_id, question, read, check)


def read_placed(
    text: str, mode: Mode, *, characters: Mapping[str, str], motions: Mapping[str, str]
) -> Placed:
    """Read an answer of the scene level; InvalidStoryError if it cannot be read."""
    if mode == "plan_text":
        return placed_of_text(read_plan(text), characters=characters, motions=motions)
    return placed_of_plan(read_json(text, WirePlan), characters=characters, motions=motions)


def unplaced(story: WireStory, number: int) -> Placed:
    """Give the regions of a scene that no answer placed: no boxes, for `repair` to make."""
    looks = {c.id: c.look or c.kind or c.name for c in story.cast}
    words = {m.id: m.words for m in story.motions}
    first = {act.character_id: act for act in reversed(story.scenes[number - 1].acts)}
    regions = (
        DraftRegion(
            id=slug(f"{act.character_id} {act.motion_id}"),
            character_id=act.character_id,
            motion_id=act.motion_id,
            description=f"{looks[act.character_id]} {words[act.motion_id]}",
            layer=layer,
            keys=(None,) * NUM_KEYFRAMES,
        )
        for layer, act in enumerate(reversed(first.values()))
    )
    return Placed(regions=tuple(regions))
