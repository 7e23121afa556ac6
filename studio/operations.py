"""The edits that a page sends of one scene: what each holds, what it is about, how it is done.

An edit is about a part of the story. Where that part was changed in another window meanwhile, it
is a conflict; where only other parts were, both edits stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, StringConstraints

from pipeline.editing.cast import enter
from pipeline.editing.changes import next_revision
from pipeline.editing.patch import LayoutPatch, apply_patch
from pipeline.packs.record import load_record
from pipeline.playing import names_of
from pipeline.settings import Settings
from pipeline.story import MAX_REGIONS, Character, Record, ShortText, ShotSize, Story, Text
from pipeline.workspace import Project
from studio import edits
from studio.projects import find_scene, find_take
from studio.refusals import NotThereError

Name = Annotated[str, StringConstraints(max_length=200)]
"""An id that may lead nowhere: what is looked up by it is then not there."""


@dataclass(frozen=True)
class Done:
    """What there is to tell of an edit that was saved."""

    notice: dict[str, Any] | None = None
    selected: str | None = None
    """The scene to show next; None = the one that is shown."""


class Operation(Record):
    """One edit of a story."""

    project: Name
    base: Any = None
    """The revision that the page saw last."""
    stamp: Annotated[str, StringConstraints(max_length=64)] | None = None
    """The page's own name of this edit: one that is sent again is not done again."""
    fits_any: ClassVar[bool] = False
    """Whether it can be done whatever else was changed meanwhile."""

    @property
    def touched(self) -> str | None:
        """Give the scene that looks otherwise afterwards, even where its words are the same."""
        return None

    def about(self, story: Story) -> object:
        """Give the part of a story that the edit is about, None where it is not there."""
        return None

    def carry_out(self, project: Project, settings: Settings) -> Done:
        """Do the edit and save it; raises PipelineError, and then nothing has changed."""
        raise AssertionError


class SceneOperation(Operation):
    """An edit of one scene."""

    scene: Name

    @property
    def touched(self) -> str | None:
        """Give that scene."""
        return self.scene

    def about(self, story: Story) -> object:
        """Give the scene, None where the story does not have it."""
        return next((one for one in story.scenes if one.id == self.scene), None)


class EditWords(SceneOperation):
    """Other words in one field of a scene."""

    op: Literal["edit"]
    field: edits.SceneField
    value: Text

    def carry_out(self, project: Project, settings: Settings) -> Done:
        """Save the words."""
        project.save_story(edits.with_words(project.story, self.scene, self.field, self.value))
        return Done()


class ChooseShot(SceneOperation):
    """A scene seen from nearer or farther."""

    op: Literal["shot"]
    value: ShotSize

    def carry_out(self, project: Project, settings: Settings) -> Done:
        """Save the shot."""
        names = names_of(load_record(settings.pack))
        project.save_story(edits.with_shot(project.story, self.scene, self.value, names))
        return Done()


class Describe(SceneOperation):
    """Other words for what one actor does."""

    op: Literal["describe"]
    region: Name
    value: Text

    def carry_out(self, project: Project, settings: Settings) -> Done:
        """Save the words, and the motion that they name."""
        story = edits.with_description(project.story, self.scene, self.region, self.value)
        project.save_story(story)
        return Done()


class ChooseMotion(SceneOperation):
    """Another motion of one actor."""

    op: Literal["motion"]
    region: Name
    words: ShortText

    def carry_out(self, project: Project, settings: Settings) -> Done:
        """Save the motion."""
        names = names_of(load_record(settings.pack))
        story = edits.with_motion(project.story, self.scene, self.region, self.words, names)
        project.save_story(story)
        return Done()


class DescribeOverlap(SceneOperation):
    """Words for the place where boxes overlap."""

    op: Literal["overlap"]
    regions: Annotated[tuple[Name, ...], Field(max_length=MAX_REGIONS)]
    value: Text

    def carry_out(self, project: Project, settings: Settings) -> Done:
        """Save the words, or take them out."""
        story = edits.with_overlap(project.story, self.scene, self.regions, self.value)
        project.save_story(story)
        return Done()


class Patch(SceneOperation):
    """What the layout editor changed, undid or did again."""

    op: Literal["patch"]
    patch: LayoutPatch
    label: ShortText = ""

    def carry_out(self, project: Project, settings: Settings) -> Done:
        """Save the layout."""
        scene = find_scene(project.story, self.scene)
        for name in (one for one, change in self.patch.regions.items() if change is None):
            edits.find_region(scene, name)
        project.save_story(apply_patch(project.story, self.scene, self.patch))
        return Done()


class Enter(SceneOperation):
    """A character that comes into a scene."""

    op: Literal["enter"]
    character: Name

    def carry_out(self, project: Project, settings: Settings) -> Done:
        """Save the scene with the character standing where there is room."""
        find_scene(project.story, self.scene)
        check_character(project.story, self.character)
        names = names_of(load_record(settings.pack))
        story, _ = enter(project.story, self.scene, self.character, troupe=names)
        project.save_story(story)
        return Done()


class ChooseTake(SceneOperation):
    """The take that goes into the film."""

    op: Literal["choose"]
    take: Name
    fits_any: ClassVar[bool] = True

    def carry_out(self, project: Project, settings: Settings) -> Done:
        """Save the choice."""
        find_take(project, find_scene(project.story, self.scene).id, self.take)
        count_up(project)
        project.choose_take(self.scene, self.take)
        return Done()


class DropPicture(SceneOperation):
    """No picture of the storyteller's own behind the boxes any more."""

    op: Literal["picture"]
    value: None = None
    fits_any: ClassVar[bool] = True

    def carry_out(self, project: Project, settings: Settings) -> Done:
        """Take the picture away."""
        find_scene(project.story, self.scene)
        count_up(project)
        project.choose_picture(self.scene, None)
        return Done()


def character_of(story: Story, character_id: str) -> Character | None:
    """Give the character of that id; None where the story has none."""
    return next((one for one in story.characters if one.id == character_id), None)


def check_character(story: Story, character_id: str) -> None:
    """Refuse an id (NotThereError) that no character of the story has."""
    if character_of(story, character_id) is None:
        raise NotThereError("This character is no longer in the story", hint="Reload the page.")


def count_up(project: Project) -> None:
    """Save the story as the next revision: what lies beside it changes, other pages shall hear.

    This goes first: where another program saved the story meanwhile, nothing beside it changes.
    """
    project.save_story(next_revision(project.story))
