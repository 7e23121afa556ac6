"""What the rules read: a draft with its boxes as they will be once they are boxes at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from pipeline.plan.draft import (
    DraftCharacter,
    DraftMotion,
    DraftRegion,
    DraftScene,
    DraftStory,
)
from pipeline.plan.lint.findings import Finding, Place, Severity
from pipeline.plan.lint.geometry import Limits, boxes_of
from pipeline.story import Box

Normalise = Callable[[str], tuple[str, tuple[str, ...]]]
"""A pack's reading of a text: its own words, and what was changed, one sentence each."""


@dataclass(frozen=True)
class Staged:
    """A region with its boxes."""

    region: DraftRegion
    limits: Limits

    @cached_property
    def boxes(self) -> tuple[Box | None, ...]:
        """The boxes at the six keyframes; None where the region is absent or hidden."""
        return boxes_of(self.region, self.limits)


@dataclass(frozen=True)
class StagedScene:
    """A scene with its regions' boxes."""

    scene: DraftScene
    staged: tuple[Staged, ...]

    def place(self, region: DraftRegion | None = None, *, at: int | None = None) -> Place:
        """Give the place of this scene, of one of its regions, or of a keyframe."""
        return Place(scene_id=self.scene.id, region_id=region.id if region else None, keyframe=at)


@dataclass(frozen=True)
class Sheet:
    """A draft ready to be read by the rules."""

    draft: DraftStory
    limits: Limits
    normalise: Normalise | None = None

    @cached_property
    def scenes(self) -> tuple[StagedScene, ...]:
        """The scenes with their boxes."""
        return tuple(
            StagedScene(s, tuple(Staged(r, self.limits) for r in s.regions))
            for s in self.draft.scenes
        )

    @cached_property
    def characters(self) -> dict[str, DraftCharacter]:
        """The characters by id; the first of those that share one."""
        return {c.id: c for c in reversed(self.draft.characters)}

    @cached_property
    def motions(self) -> dict[str, DraftMotion]:
        """The motions by id; the first of those that share one."""
        return {m.id: m for m in reversed(self.draft.motions)}

    def regions(self) -> Iterator[tuple[StagedScene, Staged]]:
        """Give each region with its scene."""
        for scene in self.scenes:
            for staged in scene.staged:
                yield scene, staged

    def character_of(self, region: DraftRegion) -> DraftCharacter | None:
        """Give who a region shows, if that is known."""
        return self.characters.get(region.character_id) if region.character_id else None

    def motion_of(self, region: DraftRegion) -> DraftMotion | None:
        """Give what a region does, if that is known."""
        return self.motions.get(region.motion_id) if region.motion_id else None


@dataclass(frozen=True)
class Fault:
    """What a rule found at one place; `fix` and `safe` as in `Finding`."""

    place: Place
    message: str
    fix: str = ""
    safe: bool = False


Mend = Callable[[Sheet, Place], DraftStory]


@dataclass(frozen=True)
class Rule:
    """A rule: what it finds in a sheet, and what mends a finding of it.

    `mend` changes everything at the finding's place that breaks the rule, and nothing else.
    """

    id: str
    severity: Severity
    find: Callable[[Sheet], Iterator[Fault]]
    mend: Mend | None = None

    def findings(self, sheet: Sheet) -> Iterator[Finding]:
        """Give what the rule says of a sheet."""
        for fault in self.find(sheet):
            yield Finding(
                rule=self.id,
                severity=self.severity,
                place=fault.place,
                message=fault.message,
                fix=fault.fix,
                safe=fault.safe,
            )


def change_scene(
    draft: DraftStory, place: Place, change: Callable[[DraftScene], DraftScene]
) -> DraftStory:
    """Give the draft with the scene at a place changed."""
    scenes = tuple(change(s) if s.id == place.scene_id else s for s in draft.scenes)
    return draft.model_copy(update={"scenes": scenes})


def change_region(
    sheet: Sheet, place: Place, change: Callable[[StagedScene, Staged], DraftRegion]
) -> DraftStory:
    """Give the draft with the region at a place changed."""

    def changed(scene: StagedScene) -> DraftScene:
        if scene.scene.id != place.scene_id:
            return scene.scene
        regions = tuple(
            change(scene, staged) if staged.region.id == place.region_id else staged.region
            for staged in scene.staged
        )
        return scene.scene.model_copy(update={"regions": regions})

    return sheet.draft.model_copy(update={"scenes": tuple(map(changed, sheet.scenes))})


def change_regions(
    draft: DraftStory, asked: Callable[[DraftRegion], bool], **fields: object
) -> DraftStory:
    """Give the draft with other fields in every region that `asked` picks."""

    def changed(scene: DraftScene) -> DraftScene:
        regions = tuple(r.model_copy(update=fields) if asked(r) else r for r in scene.regions)
        return scene.model_copy(update={"regions": regions})

    return draft.model_copy(update={"scenes": tuple(map(changed, draft.scenes))})
