"""A scene as the page shows it: its words, boxes, findings and takes, in plain records."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from pipeline.artifacts import Take
from pipeline.assemble.timeline import READING_SPEED, readable
from pipeline.plan.lint import Finding, tell
from pipeline.settings import Settings
from pipeline.story import Scene, Story
from pipeline.workspace import Project
from studio.figures import backdrop_address, overlap_views, region_views
from studio.signing import Links
from studio.staging import PlayedPack, StagedScene, Staging, finding_key
from studio.staleness import change_since
from studio.takes import Takes, compared_with, is_draft, same_but_learned
from studio.uses import uses_view

_SKETCH = "The picture is a sketch: a take shows what the words say."
View = dict[str, Any]


@dataclass(frozen=True)
class Shown:
    """A project while it is shown: whose it is, how it is staged, its takes, its addresses."""

    project: Project
    settings: Settings
    staging: Staging
    takes: Takes
    links: Links

    def address(self, path: str) -> str:
        """Give the signed address of a medium of the project ('films/film-01.mp4')."""
        return self.links.link(self.settings, f"{self.project.path.name}/{path}")

    def is_stale(self, take: Take) -> bool:
        """Whether a take shows other words or boxes than would be rendered now."""
        return bool(self.changed(take))

    def changed(self, take: Take) -> str:
        """Say why a take is outdated; empty where it is not."""
        change = change_since(take, self.staging.scenes[take.scene_id])
        return change.words if change else ""

    def state(self, scene: Scene) -> str:
        """Say how far a scene is: 'draft', 'planned', 'done', or 'stale'."""
        chosen = self.takes.chosen(scene.id)
        if chosen is not None:
            return "stale" if self.is_stale(chosen) else "done"
        return "planned" if scene.regions else "draft"


def scene_view(shown: Shown, scene: Scene, cost: Mapping[str, str]) -> View:
    """Give a scene for `static/page`; `cost` says in words what a draft and a final take need."""
    story, staging = shown.project.story, shown.staging
    staged, mine = staging.scenes[scene.id], shown.takes.picture(scene.id)
    return {
        "id": scene.id,
        "title": scene.title,
        "setting": scene.setting,
        "narration": scene.narration,
        "background": scene.background,
        "camera": scene.camera,
        "shot_size": scene.shot_size,
        "backdrop": staged.backdrop,
        "picture": backdrop_address(staged.backdrop),
        "mine": shown.address(f"pictures/{mine}.jpg") if mine else None,
        "place": _place_words(staged),
        "regions": region_views(scene, story, staging.casting, staged.prompt),
        "overlaps": overlap_views(scene, story, staged.prompt),
        "findings": [finding_view(one, story) for one in staged.findings],
        "takes": _takes(shown, scene),
        "binned": _binned(shown, scene),
        "uses": uses_view(scene, story, staging),
        "reading": reading_view(scene.narration, staging.pack),
        "state": shown.state(scene),
        "changed": _changed(shown, scene),
        "cost": dict(cost),
    }


def _changed(shown: Shown, scene: Scene) -> str:
    """Why a scene is outdated, in two or three words; empty where it is not."""
    chosen = shown.takes.chosen(scene.id)
    change = change_since(chosen, shown.staging.scenes[scene.id]) if chosen else None
    return change.short if change else ""


def finding_view(finding: Finding, story: Story) -> View:
    """Give a finding in words, where it is, and what a fix of it would do."""
    return {
        "key": finding_key(finding),
        "severity": finding.severity,
        "words": sentence(tell(finding, story, with_scene=False)),
        "fix": finding.fix,
        "keyframe": finding.place.keyframe,
        "region": finding.place.region_id,
    }


def reading_view(narration: str, pack: PlayedPack) -> View:
    """Say how long a narration is read and its scene plays, in seconds and in words."""
    seconds = round(len(readable(narration)) / READING_SPEED, 1)
    plays = pack.record.num_frames / pack.record.fps
    reads = f"Reads {math.ceil(seconds)} s, plays {plays:g} s"
    words = reads if seconds else ""
    if seconds > plays:
        words = f"{reads}: the last picture is held for {math.ceil(seconds - plays)} s"
    return {"seconds": seconds, "plays": plays, "words": words}


def sentence(words: str) -> str:
    """Give words as a sentence: with a capital and a full stop."""
    return words[:1].upper() + words[1:].rstrip(".") + "."


def counted(number: int, word: str) -> str:
    """Say how many there are: 'no takes', '1 take', '2 takes'."""
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"


def duration_words(seconds: float) -> str:
    """Say a time as a person would: '8 s', '1 min 20 s'."""
    whole = max(1, round(seconds))
    if whole >= 90:
        whole = round(whole / 10) * 10
    minutes, rest = divmod(whole, 60)
    words = [f"{minutes} min"] if minutes else []
    return " ".join([*words, f"{rest} s"] if rest else words)


def _place_words(staged: StagedScene) -> str:
    """Say that the picture behind the boxes is not what the scene's words ask for."""
    if staged.place is None:
        return _SKETCH if staged.backdrop else ""
    return sentence(staged.place.note) if staged.place.note else ""


def _takes(shown: Shown, scene: Scene) -> list[View]:
    """The takes in their order; a comparison has the number of the take that it belongs to."""
    takes, chosen = shown.takes.of(scene.id), shown.takes.chosen(scene.id)
    numbers = _numbers(shown, scene)
    return [
        {
            **_take(shown, take, numbers[take.id]),
            "chosen": take == chosen,
            "of": other.id if (other := compared_with(take, takes)) else None,
        }
        for take in takes
    ]


def _binned(shown: Shown, scene: Scene) -> list[View]:
    """The takes that can come back, the last one first; comparisons come back with theirs."""
    takes, numbers = shown.takes.recoverable(scene.id), _numbers(shown, scene)
    record = shown.staging.pack.record
    return [
        {
            "id": take.id,
            "label": f"Take {numbers[take.id]}",
            "note": f"{'draft' if is_draft(take, record) else 'final'}, seed {take.settings.seed}",
        }
        for take in reversed(takes)
        if compared_with(take, takes) is None
    ]


def _numbers(shown: Shown, scene: Scene) -> dict[str, int]:
    """The number of each take, the bin's too, so that none gets another when one is taken out.

    A comparison has that of the take it belongs to.
    """
    both = [*shown.takes.of(scene.id), *shown.takes.binned(scene.id)]
    takes = sorted(both, key=lambda take: (len(take.id), take.id))
    belongs = {take.id: compared_with(take, takes) for take in takes}
    numbers = count(1)
    numbered = {take.id: next(numbers) for take in takes if belongs[take.id] is None}
    return {take.id: numbered[(belongs[take.id] or take).id] for take in takes}


def _take(shown: Shown, take: Take, number: int) -> View:
    outdated = shown.changed(take)
    draft = is_draft(take, shown.staging.pack.record)
    changed = f"; {outdated}" if outdated else ""
    what = "Draft" if draft else "Take"
    path = f"takes/{take.scene_id}/{take.id}"
    return {
        "id": take.id,
        "label": f"Take {number}",
        "without": _left_out(take),
        "learned": bool(take.priors),
        "stale": bool(outdated),
        "moved": not same_but_learned(take.prompt, shown.staging.scenes[take.scene_id].prompt),
        "seed": take.settings.seed,
        "recipe": _recipe(take),
        "quality": "draft" if draft else "final",
        "video": shown.address(f"{path}.mp4"),
        "width": take.width,
        "height": take.height,
        "sheet": shown.address(f"{path}.jpg"),
        "keep": shown.address(f"{path}/film.mp4"),
        "file": f"{shown.project.path.name}-{take.scene_id}.mp4",
        "note": f"{what} {number}, rendered in {duration_words(take.seconds_taken)}{changed}",
    }


def _recipe(take: Take) -> View:
    how = take.settings
    return {
        "seed": how.seed,
        "steps": how.num_inference_steps,
        "guidance": how.guidance_scale,
        "unwanted": how.negative_prompt,
        "seconds": take.seconds_taken,
    }


def _left_out(take: Take) -> str:
    """What a take was rendered without, to compare it: 'boxes', 'priors', or nothing."""
    if not take.settings.use_regions:
        return "boxes"
    return "" if take.settings.use_priors else "priors"
