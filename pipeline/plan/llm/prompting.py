"""The prompts: files to read and edit beside this one, filled here and nowhere else."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from string import Template

from pipeline.errors import PlanningError
from pipeline.files import read_text
from pipeline.plan.llm.manner import Mode
from pipeline.plan.llm.wire import (
    Wire,
    WireCharacter,
    WirePlan,
    WireReplan,
    WireSetting,
    WireStory,
    WireWords,
    wire_schema,
)
from pipeline.plan.staging import HEIGHTS
from pipeline.plan.troupe import Players
from pipeline.story import Box, Character, Region, Scene, ShotSize, Story

_FOLDER = Path(__file__).with_name("prompts")
_VERSION = re.compile(r"version: (\S+)\n+")


def prompts_version() -> str:
    """Give the versions of the prompts and a hash of all their words: 'story 1, scene 1, ...'."""
    words = hashlib.sha256()
    for path in sorted(_FOLDER.glob("*.md")):
        words.update(f"{path.name}\n{_read(path.stem)[1]}\n".encode())
    versions = ", ".join(
        f"{name} {_read(name)[0]}" for name in ("story", "scene", "replan", "words")
    )
    return f"{versions} ({words.hexdigest()[:8]})"


def story_prompt(idea: str, mode: Mode, troupe: Players | None) -> str:
    """Give the question of the story level."""
    return _fill("story", idea=idea, troupe=_troupe(troupe), form=_form(WireStory, mode))


def scene_prompt(story: WireStory, number: int, mode: Mode) -> str:
    """Give the question of the scene level for the scene of that number, from 1 on."""
    scene = story.scenes[number - 1]
    acting = {act.character_id for act in scene.acts}
    told = {
        "story": story.title,
        "number": f"{number} of {len(story.scenes)}",
        **scene.model_dump(),
        "characters": [c.model_dump() for c in story.cast if c.id in acting or not acting],
        "motions": [motion.model_dump() for motion in story.motions],
    }
    return _fill(
        "scene",
        **_shot(scene.shot_size),
        form=_form(WirePlan, mode),
        example=_part("scene_example_text" if mode == "plan_text" else "scene_example"),
        scene=_shown(told),
    )


def replan_prompt(story: Story, scene: Scene, note: str, mode: Mode, troupe: Players | None) -> str:
    """Give the question that changes one scene as a note asks."""
    told = {
        "story": story.title,
        **scene.model_dump(include=set(WireSetting.model_fields)),
        "characters": [_told_character(c) for c in story.characters],
        "motions": [motion.model_dump() for motion in story.motions],
        "regions": [_told_region(region) for region in scene.regions],
        "overlaps": [overlap.model_dump() for overlap in scene.overlaps],
    }
    locked = ", ".join(region.id for region in scene.regions if region.locked)
    return _fill(
        "replan",
        **_shot(scene.shot_size),
        locked=f"\n{_part('locked', regions=locked)}\n" if locked else "",
        troupe=_troupe(troupe),
        form=_form(WireReplan, mode),
        example=_part("scene_example_text" if mode == "plan_text" else "replan_example"),
        scene=_shown(told),
        note=note,
    )


def words_prompt(movement: str, most: int, mode: Mode) -> str:
    """Give the question for other words of a movement."""
    return _fill("words", movement=movement, most=str(most), form=_form(WireWords, mode))


def again_prompt(problems: Sequence[str]) -> str:
    """Give the words that send an answer back, its problems numbered."""
    numbered = (f"{number}. {problem}" for number, problem in enumerate(problems, start=1))
    return _part("again", problems="\n".join(numbered))


def _fill(name: str, **words: str) -> str:
    """A whole prompt; parts that are left empty leave no gap."""
    return re.sub(r"\n{3,}", "\n\n", _part(name, **words))


def _part(name: str, **words: str) -> str:
    text = _read(name)[1]
    try:
        return Template(text).substitute(words)
    except (KeyError, ValueError) as error:
        raise PlanningError(
            f"the prompt {name}.md has a placeholder that nothing fills: {error}",
            hint="Write $$ for a dollar sign, or take the placeholder out.",
        ) from error


@lru_cache(maxsize=32)
def _read(name: str) -> tuple[str, str]:
    """The version of a prompt's file, and its words."""
    text = read_text(_FOLDER / f"{name}.md", "prompt").replace("\r\n", "\n")
    version = _VERSION.match(text)
    if version is None:
        raise PlanningError(
            f"the prompt {name}.md has no version",
            hint="Its first line is 'version: 1', then comes an empty line.",
        )
    return version[1], text[version.end() :].strip()


def _form(kind: type[Wire], mode: Mode) -> str:
    """How to answer. A server that holds answers to the schema may show it to no model."""
    if mode == "plan_text" and kind not in (WireStory, WireWords):
        return _part("plan_text")
    if mode == "json_schema":
        return _part("json")
    return _part("schema", schema=json.dumps(wire_schema(kind), separators=(",", ":")))


def _troupe(troupe: Players | None) -> str:
    if troupe is None:
        return ""
    learnable = f"It can learn: {', '.join(troupe.learnable)}." if troupe.learnable else ""
    told = _part(
        "troupe",
        kinds=", ".join(troupe.kinds),
        colours=", ".join(troupe.colours),
        motions=", ".join(troupe.motions),
        backdrops=", ".join(troupe.backdrops),
        learnable=learnable,
    )
    return f"\n{told}\n"


def _shot(size: ShotSize) -> dict[str, str]:
    heights = {shot: f"{100 * height:.0f}" for shot, height in HEIGHTS.items()}
    return {"shot": size, "height": heights[size], **heights}


def _shown(told: Mapping[str, object]) -> str:
    return f"The scene:\n{json.dumps(told, ensure_ascii=False, indent=1)}"


def _told_character(character: Character) -> dict[str, str]:
    return character.model_dump(include=set(WireCharacter.model_fields))


def _told_region(region: Region) -> dict[str, object]:
    boxes = [
        {"keyframe": k, **dict(zip(("left", "top", "right", "bottom"), _percent(box), strict=True))}
        for k, box in enumerate(region.boxes(), start=1)
        if box
    ]
    words = region.model_dump(include={"id", "character_id", "motion_id", "description"})
    return {**words, "keyframes": boxes}


def _percent(box: Box) -> list[int]:
    return [round(edge * 100) for edge in box.as_list()]
