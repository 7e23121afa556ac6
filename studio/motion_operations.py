"""The edit that lets somebody move like a clip: its actor's path becomes the boxes."""

from __future__ import annotations

from typing import Literal

from pipeline.clips import Candidate
from pipeline.editing.changes import changed, with_scene
from pipeline.errors import InputError
from pipeline.packs.record import load_record
from pipeline.retrieve.moves import keys_of
from pipeline.settings import Settings
from pipeline.story import Key, Story
from pipeline.workspace import Project
from studio.clips import find_candidate
from studio.edits import find_region
from studio.operations import Done, Name, SceneOperation
from studio.projects import find_scene


class MoveLike(SceneOperation):
    """The boxes of one actor along the path of a clip's actor."""

    op: Literal["like"]
    region: Name
    motion: Name
    clip: Name

    def carry_out(self, project: Project, settings: Settings) -> Done:
        """Save the boxes, and the clip that they come from."""
        candidate = find_candidate(project, self.motion, self.clip)
        keys = keys_like(candidate, settings)
        story = moving_like(project.story, self.scene, self.region, candidate.clip.id, keys)
        project.keep_footage(candidate.clip)  # first, so that no box moves like a clip unnamed
        project.save_story(story)
        return Done()


def moving_like(
    story: Story, scene_id: str, region_id: str, clip_id: str, keys: tuple[Key | None, ...]
) -> Story:
    """Give the story with a region along a clip's path, bound to the clip, revision + 1.

    Raises:
        InputError: the boxes are locked.
        NotThereError: there is no such scene or box.
    """
    scene = find_scene(story, scene_id)
    region = find_region(scene, region_id)
    if region.locked:
        raise InputError("This box is locked", hint="Unlock it first, then choose the clip again.")
    moved = changed(region, keys=keys, clip=clip_id)
    regions = tuple(moved if one.id == region.id else one for one in scene.regions)
    return with_scene(story, changed(scene, regions=regions))


def keys_like(candidate: Candidate, settings: Settings) -> tuple[Key | None, ...]:
    """Give a region's keys along the path of a clip's actor, in the frame of the pack.

    Raises:
        InputError: nobody was followed through the clip.
    """
    track, clip, record = candidate.track, candidate.clip, load_record(settings.pack)
    frame_aspect = record.width_px / record.height_px
    keys = track and keys_of(
        track,
        clip.num_frames or track.frames[-1] + 1,
        clip_aspect=clip.aspect or frame_aspect,
        frame_aspect=frame_aspect,
    )
    if not keys or not any(keys):
        hint = "Choose a clip in which somebody is seen from beginning to end."
        raise InputError("Nobody could be followed through this clip", hint=hint)
    return keys
