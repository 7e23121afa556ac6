"""Make the story that the first page shows, with its takes and films: `make example`.

Each scene is rendered with its boxes and, from the same noise, without them; both are joined to a
film. The videos are encoded once more, smaller: they travel with the studio.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from pipeline.artifacts import Casting, RenderSettings
from pipeline.bundle import write_bundle
from pipeline.packs.record import load_record
from pipeline.progress import finish
from pipeline.rendering import render_settings
from pipeline.runner import Runner
from pipeline.settings import Settings
from pipeline.vision.encode import H264
from pipeline.vision.ffmpeg import run_ffmpeg
from pipeline.workspace import Project, create_project
from studio.example import BUNDLE
from tests.browser.example_story import SEEDS, make_example

MOST_BYTES = 1_500_000
_SMALLER = ("-crf", "34", "-preset", "slower", "-tune", "animation")


def main() -> None:
    """Render, join, pack."""
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home))
        project = create_project(make_example(), Casting(pack="theatre"), settings=settings)
        make_films(project, Runner(settings))
        for video in project.path.rglob("*.mp4"):
            encode_smaller(video)
        write_bundle(project, BUNDLE)
    size = BUNDLE.stat().st_size
    print(f"{BUNDLE}: {size:,} bytes")
    if size > MOST_BYTES:
        raise SystemExit(f"That is more than {MOST_BYTES:,}.")


def make_films(project: Project, runner: Runner) -> None:
    """Render every scene without its boxes and with them, and make a film of each."""
    record = load_record(runner.settings.pack)
    for use_regions in (False, True):
        for scene in project.story.scenes:
            seed = SEEDS.get(scene.id, 0)
            how = render_settings(record, seed=seed, use_regions=use_regions)
            _render(project, runner, scene.id, how)
        finish(runner.film(project))


def encode_smaller(video: Path) -> None:
    """Encode a video in place so that it takes less room; its words and tags stay."""
    smaller = video.with_suffix(".small")
    copied = ("-map", "0", "-c", "copy", "-map_metadata", "0", "-f", "mp4")
    for _ in run_ffmpeg(["-i", video, *copied, *H264, *_SMALLER, smaller]):
        pass
    smaller.replace(video)


def _render(project: Project, runner: Runner, scene_id: str, how: RenderSettings) -> None:
    take = finish(runner.render(project, scene_id, how))
    regions = take.report.regions if take.report else ()
    marks = Counter(mark.mark for one in regions for mark in one.keyframes)
    said = ", ".join(f"{number} {mark}" for mark, number in marks.items())
    boxes = "with boxes" if how.use_regions else "without"
    print(f"{scene_id} {boxes}, {take.seconds_taken:.1f} s: {said}", flush=True)


if __name__ == "__main__":
    main()
