"""The keyframes of the film's scenes as pictures in one zip."""

from __future__ import annotations

import tempfile
import zipfile
from contextlib import ExitStack
from typing import BinaryIO

from pipeline.assemble.stills import keyframe_stills
from pipeline.files import workspace_errors
from pipeline.filming import film_edit_of
from pipeline.settings import Settings
from pipeline.story import NUM_KEYFRAMES
from pipeline.workspace import Project
from studio.refusals import NotThereError


def stills_zip(project: Project, settings: Settings) -> BinaryIO:
    """Give a zip of six PNG of each scene, in a file that is gone once it is closed.

    They are of the chosen takes, of what the film shows of them; scenes that are left out of the
    film, or have no take, are left out here too.

    Raises:
        NotThereError: no scene has a take.
        AssemblyError: a take cannot be read.
    """
    with ExitStack() as stack:
        file = stack.enter_context(tempfile.TemporaryFile())
        with workspace_errors("put the pictures into a zip"), zipfile.ZipFile(file, "w") as archive:
            _fill(archive, project, settings)
            names = archive.namelist()
        if not names:
            raise NotThereError("No scene is rendered yet", hint="Render a scene first.")
        stack.pop_all()
        return file


def _fill(archive: zipfile.ZipFile, project: Project, settings: Settings) -> None:
    edit = film_edit_of(project, settings)
    for number, scene in enumerate(project.story.scenes, 1):
        take, place = project.chosen_take(scene.id), edit.of(scene.id)
        if take is None or place.left_out:
            continue
        shown = slice(*place.shown(take.num_frames))
        pictures = keyframe_stills(project.take_video(take), NUM_KEYFRAMES, shown=shown)
        for keyframe, picture in enumerate(pictures, 1):
            archive.writestr(f"{number:02d}-{scene.id}/keyframe-{keyframe}.png", picture)
