"""A small story, its casting, and takes of a few bytes."""

from __future__ import annotations

from pipeline.artifacts import Casting, Part, PlacePart, RenderSettings, ScenePrompt, Take
from pipeline.story import Box, Character, Key, Region, Scene, Story
from pipeline.workspace import Project


def make_story() -> Story:
    """A fox and a dragon in two scenes."""
    path = tuple(
        Key(box=Box(x0=0.1 * k, y0=0.4, x1=0.1 * k + 0.2, y1=0.9)) if k in (0, 5) else None
        for k in range(6)
    )
    mia = Region(id="mia", character_id="mia", description="a red fox walks", keys=path)
    dragon = Region(id="dragon", character_id="dragon", description="it waves", keys=path, layer=1)
    return Story(
        id="the-shy-fox",
        title="The shy fox",
        characters=(
            Character(id="mia", name="Mia", kind="fox", look="a small red fox"),
            Character(id="dragon", name="Old Dragon", kind="dragon"),
        ),
        scenes=(
            Scene(id="dawn", title="Dawn", setting="the forest", narration="Once.", regions=(mia,)),
            Scene(id="dusk", title="Dusk", setting="the beach", regions=(mia, dragon)),
        ),
    )


def make_casting() -> Casting:
    """The fox plays itself, a robot plays the dragon."""
    return Casting(
        pack="theatre",
        parts=(
            Part(character_id="mia", kind="fox", colour="red", exact=True),
            Part(
                character_id="dragon",
                kind="robot",
                colour="green",
                exact=False,
                note="the dragon is played by the green robot",
            ),
        ),
        places=(PlacePart(scene_id="dawn", backdrop="forest", exact=True),),
    )


def add_take(
    project: Project,
    scene_id: str,
    *,
    seconds: float = 8.0,
    steps: int = 16,
    seed: int = 0,
    prompt: ScenePrompt | None = None,
    use_regions: bool = True,
    **more: object,
) -> Take:
    """Save a take with a video of a few bytes; `more` are other fields of its record."""
    take = Take(
        id=project.reserve_take_id(scene_id),
        scene_id=scene_id,
        pack="theatre",
        pack_revision="0" * 16,
        settings=RenderSettings(num_inference_steps=steps, seed=seed, use_regions=use_regions),
        prompt=prompt or ScenePrompt(scene_id=scene_id, regions=(), background="a stage"),
        num_frames=24,
        fps=8,
        width=144,
        height=96,
        seconds_taken=seconds,
        story_revision=project.story.revision,
        created=f"2024-05-0{len(project.takes(scene_id)) + 1}T10:00:00+00:00",
    )
    take = take.model_copy(update=more)
    video = project.path / "finished.mp4"
    video.write_bytes(b"video of " + take.id.encode() + bytes(range(100)))
    project.save_take(take, video)
    return take
