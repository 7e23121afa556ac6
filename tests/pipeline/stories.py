"""A story of two scenes, its casting and its takes, with no two numbers alike."""

from __future__ import annotations

from pathlib import Path

from pipeline.artifacts import Casting, Part, RegionPrompt, RenderSettings, ScenePrompt, Take
from pipeline.story import Box, Character, Key, Motion, Region, Scene, Story

FIRST_BOX = Box(x0=0.1, y0=0.2, x1=0.34, y1=0.75)
LAST_BOX = Box(x0=0.6, y0=0.25, x1=0.9, y1=0.85)


def make_region() -> Region:
    keys = (Key(box=FIRST_BOX, ease="ease"), None, None, None, Key(box=LAST_BOX), None)
    return Region(id="fox-walks", character_id="fox", motion_id="walks", layer=3, keys=keys)


def make_story(story_id: str = "lost-kite", *, revision: int = 0) -> Story:
    scenes = (
        Scene(
            id="meadow", title="The kite", narration="A fox had a kite.", regions=(make_region(),)
        ),
        Scene(id="shore", title="The storm", setting="beach", shot_size="wide"),
    )
    return Story(
        id=story_id,
        revision=revision,
        title="The lost kite",
        characters=(Character(id="fox", name="Fen", kind="fox", look="a small red fox"),),
        motions=(Motion(id="walks", words="walks", locomotion=True),),
        scenes=scenes,
    )


def make_casting() -> Casting:
    part = Part(character_id="fox", kind="fox", colour="red", exact=True)
    return Casting(pack="theatre", parts=(part,))


def make_take(take_id: str, *, scene_id: str = "meadow", seed: int = 5) -> Take:
    region = RegionPrompt(
        region_id="fox-walks", text="a red fox walks", boxes=make_region().boxes()
    )
    return Take(
        id=take_id,
        scene_id=scene_id,
        pack="theatre",
        pack_revision="r1",
        settings=RenderSettings(seed=seed, num_inference_steps=7, guidance_scale=2.5),
        prompt=ScenePrompt(scene_id=scene_id, regions=(region,), background="a meadow"),
        num_frames=24,
        fps=8,
        width=144,
        height=96,
        seconds_taken=11.5,
        story_revision=2,
        created="2031-04-05T06:07:08+00:00",
    )


def make_video(path: Path, content: bytes = b"frames") -> Path:
    path.write_bytes(content)
    return path
