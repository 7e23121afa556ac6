"""The edits that a page sends of a scene's takes, and of what its boxes use of what was learned."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from pipeline.artifacts import Take
from pipeline.editing.scenes import as_before
from pipeline.editing.uses import with_use, without_use
from pipeline.errors import InputError, WorkspaceError
from pipeline.settings import Settings
from pipeline.story import NUM_KEYFRAMES, PriorUse, Record, Scene, Story
from pipeline.take_bin import binned_takes, is_recoverable, recover_take, throw_take
from pipeline.workspace import Project
from studio import edits
from studio.operations import Done, Name, SceneOperation, count_up
from studio.projects import find_scene
from studio.refusals import NotThereError
from studio.takes import compared_with

Keyframe = Annotated[int, Field(strict=True, ge=0, lt=NUM_KEYFRAMES)]
_LOST = "The scene as it was then is no longer kept"


class DropTake(SceneOperation):
    """A take that goes into the bin, with its comparisons."""

    op: Literal["drop_take"]
    take: Name
    fits_any: ClassVar[bool] = True

    def carry_out(self, project: Project, settings: Settings) -> Done:
        """Put it there."""
        takes = project.takes(find_scene(project.story, self.scene).id)
        dropped = _find(takes, self.take, "This take is no longer there")
        others = [one for one in takes if compared_with(one, takes) == dropped]
        count_up(project)
        for take in (dropped, *others):
            throw_take(project, self.scene, take.id)
        return Done()


class RecoverTake(SceneOperation):
    """A take that comes back out of the bin, with its comparisons."""

    op: Literal["recover_take"]
    take: Name
    fits_any: ClassVar[bool] = True

    def carry_out(self, project: Project, settings: Settings) -> Done:
        """Take it out."""
        binned = binned_takes(project, find_scene(project.story, self.scene).id)
        there = [one for one in binned if is_recoverable(project, one)]
        back = _find(there, self.take, "This take is no longer in the bin")
        others = [one for one in there if compared_with(one, there) == back]
        count_up(project)
        for take in (back, *others):
            recover_take(project, self.scene, take.id)
        return Done()


class SceneOfTake(SceneOperation):
    """The scene with the words and boxes that a take was made of."""

    op: Literal["scene_of_take"]
    take: Name

    def carry_out(self, project: Project, settings: Settings) -> Done:
        """Save the scene as it was in the version of the story that the take was made of."""
        scene = find_scene(project.story, self.scene)
        take = _find(project.takes(scene.id), self.take, "This take is no longer there")
        project.save_story(as_before(project.story, _scene_then(project, take)))
        return Done(selected=scene.id)


class Strength(Record):
    """How strongly a box uses a learned look or motion, and from which keyframe to which."""

    scale: Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)] = 1.0
    from_keyframe: Keyframe = 0
    to_keyframe: Keyframe = NUM_KEYFRAMES - 1

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_keyframe > self.to_keyframe:
            raise ValueError("the first keyframe lies after the last one")
        return self


class UseLearned(SceneOperation):
    """What a box uses of what was learned of a character or motion; None = as usual."""

    op: Literal["use"]
    region: Name
    character_id: Name | None = None
    motion_id: Name | None = None
    use: Strength | None = None

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.character_id is None) == (self.motion_id is None):
            raise ValueError("a look is of one character, or a motion is used")
        return self

    def about(self, story: Story) -> object:
        """Give what was said of it before, and the box's own character and motion."""
        scene = super().about(story)
        regions = scene.regions if isinstance(scene, Scene) else ()
        region = next((one for one in regions if one.id == self.region), None)
        return region and (region.character_id, region.motion_id, region.priors)

    def carry_out(self, project: Project, settings: Settings) -> Done:
        """Save it."""
        edits.find_region(find_scene(project.story, self.scene), self.region)
        strength = self.use or Strength()
        of = {"character_id": self.character_id, "motion_id": self.motion_id}
        use = PriorUse(**of, **strength.model_dump())
        change = with_use if self.use else without_use
        project.save_story(change(project.story, self.scene, self.region, use))
        return Done()


def _find(takes: list[Take], take_id: str, otherwise: str) -> Take:
    found = next((one for one in takes if one.id == take_id), None)
    if found is None:
        raise NotThereError(otherwise, hint="Reload the page.")
    return found


def _scene_then(project: Project, take: Take) -> Scene:
    """The scene that a take was made of."""
    try:
        then = project.version(take.story_revision)
    except WorkspaceError as error:
        hint = f"Only the last versions of a story are; its seed is {take.settings.seed}."
        raise InputError(_LOST, hint=hint) from error
    scene = next((one for one in then.scenes if one.id == take.scene_id), None)
    if scene is None:
        raise InputError(_LOST, hint="Render the scene as it is now.")
    return scene
