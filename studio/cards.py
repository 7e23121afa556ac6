"""A scene as its card shows it: plain records for `static/page/card.js`."""

from __future__ import annotations

import itertools
from typing import Any

from pipeline.artifacts import Casting, Part, ScenePrompt, Take
from pipeline.plan.lint import Finding, tell
from pipeline.plan.lint.company import TOUCHING
from pipeline.plan.lint.geometry import area, shared_part
from pipeline.story import Region, Scene, Story
from pipeline.theatre.world import load_world
from pipeline.workspace import Project
from studio.projects import Staging, finding_key, media_address

_SPARE_COLOURS = ("#a0673c", "#5f7f6a", "#7d5f8c", "#4f728f")
_NAME_CHARACTERS = 24

View = dict[str, Any]


def scene_view(project: Project, scene: Scene, staging: Staging, cost: str) -> View:
    """Give the card of a scene; `cost` as in `views.board_view`."""
    story, casting, prompt = project.story, staging.casting, staging.prompts[scene.id]
    chosen = project.chosen_take(scene.id)
    takes = enumerate(project.takes(scene.id), 1)
    place = next((one for one in casting.places if one.scene_id == scene.id), None)
    words = {region.region_id: region.text for region in prompt.regions}
    return {
        "id": scene.id,
        "title": scene.title,
        "setting": scene.setting,
        "narration": scene.narration,
        "background": scene.background,
        "shot_size": scene.shot_size,
        "camera": scene.camera,
        "backdrop": place.backdrop if place else "plain",
        "place": sentence(place.note) if place and place.note else "",
        "regions": [
            {**_region(region, story, casting, at), "played": words.get(region.id, "")}
            for at, region in enumerate(scene.regions)
        ],
        "overlaps": _overlaps(story, scene),
        "findings": [
            finding_view(one, story) for one in staging.findings if one.place.scene_id == scene.id
        ],
        "takes": [_take(project, take, number, chosen, prompt) for number, take in takes],
        "cost": cost,
    }


def finding_view(finding: Finding, story: Story) -> View:
    """Give a finding in words, and what a fix of it would do."""
    return {
        "key": finding_key(finding),
        "severity": finding.severity,
        "words": sentence(tell(finding, story, with_scene=False)),
        "fix": finding.fix,
        "keyframe": finding.place.keyframe,
    }


def sentence(words: str) -> str:
    """Give words as a sentence: with a capital and a full stop."""
    return words[:1].upper() + words[1:].rstrip(".") + "."


def actor_colour(part: Part | None, at: int) -> str:
    """Give the colour that marks the character at that place of the cast."""
    rgb = load_world().colours.get(part.colour) if part else None
    if rgb is None:
        return _SPARE_COLOURS[at % len(_SPARE_COLOURS)]
    return "#{:02x}{:02x}{:02x}".format(*rgb)


def part_of(casting: Casting, character_id: str) -> Part | None:
    """Give who plays a character."""
    return next((part for part in casting.parts if part.character_id == character_id), None)


def duration_words(seconds: float) -> str:
    """Say a time as a person would: '8 s', '1 min 20 s'."""
    whole = max(1, round(seconds))
    if whole >= 90:
        whole = round(whole / 10) * 10
    minutes, rest = divmod(whole, 60)
    words = [f"{minutes} min"] if minutes else []
    return " ".join([*words, f"{rest} s"] if rest else words)


def _region(region: Region, story: Story, casting: Casting, at: int) -> View:
    colour = _SPARE_COLOURS[at % len(_SPARE_COLOURS)]
    if region.character_id is not None:
        order = [character.id for character in story.characters].index(region.character_id)
        colour = actor_colour(part_of(casting, region.character_id), order)
    learning = {part.motion_id for part in casting.motions if part.state == "to_learn"}
    return {
        "id": region.id,
        "name": _name(region, story),
        "colour": colour,
        "layer": region.layer,
        "description": region.description,
        "to_learn": story.motion(region.motion_id).words if region.motion_id in learning else "",
        "boxes": [box.as_list() if box else None for box in region.boxes()],
    }


def _name(region: Region, story: Story) -> str:
    if region.character_id is not None:
        return story.character(region.character_id).name
    return region.description[:_NAME_CHARACTERS] or region.id


def _overlaps(story: Story, scene: Scene) -> list[View]:
    """The words for overlapping boxes, and the pairs of boxes that could have some."""
    said = [(overlap.region_ids, overlap.description) for overlap in scene.overlaps]
    told = [{*ids} for ids, _ in said]
    for one, other in itertools.combinations(scene.regions, 2):
        if _touch(one, other) and not any({one.id, other.id} <= ids for ids in told):
            said.append(((one.id, other.id), ""))
    names = {region.id: _name(region, story) for region in scene.regions}
    return [
        {"regions": list(ids), "who": " and ".join(names[i] for i in ids), "description": words}
        for ids, words in said
    ]


def _touch(one: Region, other: Region) -> bool:
    """Whether the boxes of two actors lie over each other so far that words of both may blur."""
    if one.character_id == other.character_id:
        return False
    pairs = zip(one.boxes(), other.boxes(), strict=True)
    shares = (shared_part(a, b) / min(area(a), area(b)) for a, b in pairs if a and b)
    return any(share > TOUCHING for share in shares)


def _take(
    project: Project, take: Take, number: int, chosen: Take | None, prompt: ScenePrompt
) -> View:
    same = (take.prompt.regions, take.prompt.background) == (prompt.regions, prompt.background)
    changed = "" if same else "; the scene has changed since"
    return {
        "id": take.id,
        "label": f"Take {number}",
        "chosen": chosen is not None and chosen.id == take.id,
        "video": f"{media_address(project)}/takes/{take.scene_id}/{take.id}.mp4",
        "note": f"Take {number}, rendered in {duration_words(take.seconds_taken)}{changed}",
    }
