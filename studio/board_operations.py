"""The edits that a page sends of the board: scenes ordered, added, taken out, cut and joined."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from pipeline.editing.halves import merge_scenes, split_scene
from pipeline.editing.scenes import (
    add_scene,
    duplicate_scene,
    insert_scene,
    remove_scene,
    reorder,
)
from pipeline.settings import Settings
from pipeline.story import MAX_SCENES, Story
from pipeline.workspace import Project
from studio.operations import Done, Name, Operation, SceneOperation
from studio.projects import find_binned, find_scene


class Reorder(Operation):
    """Another order of the scenes."""

    op: Literal["reorder"]
    order: Annotated[tuple[Name, ...], Field(max_length=MAX_SCENES)]

    def about(self, story: Story) -> object:
        """Give the order."""
        return [scene.id for scene in story.scenes]

    def carry_out(self, project: Project, settings: Settings) -> Done:
        """Save the order."""
        project.save_story(reorder(project.story, self.order))
        return Done()


class Add(Operation):
    """A new scene after another, or at the end."""

    op: Literal["add"]
    after: Name | None = None

    def about(self, story: Story) -> object:
        """Give whether the scene before it is there."""
        return self.after is None or self.after in {scene.id for scene in story.scenes}

    def carry_out(self, project: Project, settings: Settings) -> Done:
        """Save the story with the scene, and show that."""
        if self.after is not None:
            find_scene(project.story, self.after)
        story, new = add_scene(project.story, self.after, taken=project.used_scene_ids())
        project.save_story(story)
        return Done(selected=new)


class Duplicate(SceneOperation):
    """A copy of a scene, after it."""

    op: Literal["duplicate"]

    def carry_out(self, project: Project, settings: Settings) -> Done:
        """Save the story with the copy, and show that."""
        find_scene(project.story, self.scene)
        story, new = duplicate_scene(project.story, self.scene, taken=project.used_scene_ids())
        project.save_story(story)
        return Done(selected=new)


class Remove(SceneOperation):
    """A scene that goes into the bin; its takes stay in the folder."""

    op: Literal["remove"]

    def carry_out(self, project: Project, settings: Settings) -> Done:
        """Put the scene into the bin, then save the story without it."""
        find_scene(project.story, self.scene)
        story, scene, index = remove_scene(project.story, self.scene)
        project.throw(scene, index)
        project.save_story(story)
        return Done()


class Recover(Operation):
    """A scene that comes back out of the bin; `scene` is its id there."""

    op: Literal["recover"]
    scene: Name
    fits_any: ClassVar[bool] = True

    def carry_out(self, project: Project, settings: Settings) -> Done:
        """Save the story with the scene, show that, and take it out of the bin."""
        binned, taken = find_binned(project, self.scene), project.used_scene_ids()
        story, new = insert_scene(project.story, binned.scene, binned.index, taken=taken)
        project.save_story(story)
        project.take_back(self.scene)
        return Done(selected=new)


class Split(SceneOperation):
    """One scene as two."""

    op: Literal["split"]

    def carry_out(self, project: Project, settings: Settings) -> Done:
        """Save the story with both halves."""
        find_scene(project.story, self.scene)
        story, _ = split_scene(project.story, self.scene, taken=project.used_scene_ids())
        project.save_story(story)
        return Done(selected=self.scene)


class Merge(SceneOperation):
    """A scene and the next one as one."""

    op: Literal["merge"]

    def about(self, story: Story) -> object:
        """Give both scenes."""
        ids = [scene.id for scene in story.scenes]
        at = ids.index(self.scene) if self.scene in ids else len(ids)
        return story.scenes[at : at + 2]

    def carry_out(self, project: Project, settings: Settings) -> Done:
        """Save the story with the one scene; the history keeps the two."""
        find_scene(project.story, self.scene)
        project.save_story(merge_scenes(project.story, self.scene))
        return Done(selected=self.scene)
