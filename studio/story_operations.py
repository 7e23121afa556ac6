"""The edits that a page sends of the whole story, and the list of all edits by their names."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, TypeAdapter

from pipeline import checking
from pipeline.editing.cast import add_character, change_character
from pipeline.errors import StaleStoryError
from pipeline.plan.questions import recast
from pipeline.planning import load_troupe
from pipeline.settings import Settings
from pipeline.story import ShortText, Story, Text
from pipeline.workspace import Project
from studio import edits
from studio.arrivals import mended_notice
from studio.board_operations import Add, Duplicate, Merge, Recover, Remove, Reorder, Split
from studio.motion_operations import MoveLike
from studio.operations import (
    ChooseMotion,
    ChooseShot,
    ChooseTake,
    Describe,
    DescribeOverlap,
    Done,
    DropPicture,
    EditWords,
    Enter,
    Name,
    Operation,
    Patch,
    character_of,
    check_character,
    count_up,
)
from studio.refusals import NotThereError
from studio.staging import finding_key, stage
from studio.take_operations import DropTake, RecoverTake, SceneOfTake, UseLearned


class Retitle(Operation):
    """Another title."""

    op: Literal["title"]
    value: ShortText

    def about(self, story: Story) -> object:
        """Give the title."""
        return story.title

    def carry_out(self, project: Project, settings: Settings) -> Done:
        """Save the title."""
        project.save_story(edits.with_title(project.story, self.value))
        return Done()


class Recast(Operation):
    """Another figure of the troupe that plays a character; a hat is not played yet."""

    op: Literal["recast"]
    character: Name
    kind: Name
    colour: Name
    hat: None = None
    was: tuple[Name, Name] | None = None
    """The kind and colour that the page saw; casting has no revisions to compare."""

    def about(self, story: Story) -> object:
        """Give the character."""
        return character_of(story, self.character)

    def carry_out(self, project: Project, settings: Settings) -> Done:
        """Keep the choice with the story."""
        check_character(project.story, self.character)
        before, troupe = stage(project, settings).casting, load_troupe(settings.pack)
        part = before.part_of(self.character)
        if self.was and part and self.was != (part.kind, part.colour):
            raise StaleStoryError("Somebody else plays this character by now")
        figure = (self.character, self.kind, self.colour)
        casting = recast(before, project.story, *figure, troupe=troupe)
        count_up(project)
        project.save_casting(casting)
        return Done()


class ChangeCharacter(Operation):
    """Another name, kind or look of a character; without an id somebody new."""

    op: Literal["character"]
    id: Name | None = None
    name: ShortText | None = None
    kind: ShortText | None = None
    look: Text | None = None

    def about(self, story: Story) -> object:
        """Give the character; nobody where somebody new comes."""
        return self.id and character_of(story, self.id)

    def carry_out(self, project: Project, settings: Settings) -> Done:
        """Save the cast."""
        story = project.story
        if self.id is None:
            story, _ = add_character(
                story, name=self.name or "", kind=self.kind or "", look=self.look or ""
            )
        else:
            check_character(story, self.id)
            words = {"name": self.name, "kind": self.kind, "look": self.look}
            story = change_character(story, self.id, **words)
        project.save_story(story)
        return Done()


class Fix(Operation):
    """The fix that a finding offers."""

    op: Literal["fix"]
    finding: Name
    fits_any: ClassVar[bool] = True

    def carry_out(self, project: Project, settings: Settings) -> Done:
        """Save the mended story."""
        findings = stage(project, settings).findings
        found = next((one for one in findings if finding_key(one) == self.finding), None)
        if found is None:
            raise NotThereError("This is mended already", hint="Look at the scene again.")
        checking.fix(project, found, settings=settings)
        return Done()


class Mend(Operation):
    """Every safe fix of the story."""

    op: Literal["mend"]

    def about(self, story: Story) -> object:
        """Give the whole story."""
        return _whole(story)

    def carry_out(self, project: Project, settings: Settings) -> Done:
        """Save the mended story and tell what was mended."""
        changes = checking.mend(project.path, settings=settings).changes
        project.reload()
        return Done(mended_notice(changes))


class Restore(Operation):
    """An earlier version of the story."""

    op: Literal["restore"]
    revision: Annotated[int, Field(strict=True, ge=0)]

    def about(self, story: Story) -> object:
        """Give the whole story."""
        return _whole(story)

    def carry_out(self, project: Project, settings: Settings) -> Done:
        """Save the earlier version as the next revision."""
        project.restore(self.revision)
        return Done()


AnyOperation = Annotated[
    Retitle
    | EditWords
    | ChooseShot
    | Describe
    | ChooseMotion
    | DescribeOverlap
    | Patch
    | MoveLike
    | Enter
    | ChooseTake
    | DropTake
    | RecoverTake
    | SceneOfTake
    | UseLearned
    | DropPicture
    | Recast
    | ChangeCharacter
    | Fix
    | Mend
    | Reorder
    | Add
    | Duplicate
    | Remove
    | Recover
    | Split
    | Merge
    | Restore,
    Field(discriminator="op"),
]
OPERATIONS: TypeAdapter[AnyOperation] = TypeAdapter(AnyOperation)
"""Every edit that a page may send, told apart by its `op`."""


def _whole(story: Story) -> Story:
    return story.model_copy(update={"revision": 0})
