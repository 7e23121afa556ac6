"""One scene as a film of its own, made when somebody wants to keep it."""

from __future__ import annotations

import shutil
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path

from pipeline.crediting import film_credits
from pipeline.files import SCRATCH
from pipeline.progress import finish
from pipeline.workspace import Project
from studio.projects import find_scene, find_take

_making = threading.Lock()


def make_scene_film(project: Project, scene_id: str, take_id: str) -> Path:
    """Make a film of a take with its scene's narration; gives it in a folder of its own.

    Whoever asks removes that folder. One film is made at a time.

    Raises:
        NotThereError: there is no such scene or take.
        AssemblyError: the film could not be made.
    """
    from pipeline.assemble.join import scene_film

    story = project.story
    scene, video = find_scene(story, scene_id), find_take(project, scene_id, take_id)
    credits = film_credits(project, story.model_copy(update={"scenes": (scene,)}))
    with ExitStack() as stack, _making:
        folder = Path(tempfile.mkdtemp(prefix=SCRATCH))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        out = folder / "scene.mp4"
        finish(scene_film(video, scene.narration, out, title=scene.title, credits=credits))
        stack.pop_all()
        return out
