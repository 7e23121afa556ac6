"""Takes that show their scenes as they are now: eight frames, each of another grey."""

from __future__ import annotations

from pathlib import Path

from pipeline.packs.record import load_record
from pipeline.settings import Settings
from pipeline.workspace import Project
from studio.staging import stage
from tests.pipeline.assemble.films import write_greys
from tests.pipeline.test_filming import keep_take

GREYS = range(60, 140, 10)


def keep_takes(project: Project, settings: Settings, folder: Path) -> None:
    """Keep a take of each scene of a project."""
    revision = load_record("theatre").revision
    for scene_id, prompt in stage(project, settings).prompts.items():
        take = keep_take(project, scene_id, write_greys(folder / f"{scene_id}.mp4", [*GREYS]))
        fresh = take.model_copy(update={"prompt": prompt, "pack_revision": revision})
        file = project.take_video(take).with_suffix(".json")
        file.write_text(fresh.model_dump_json(), encoding="utf-8")
