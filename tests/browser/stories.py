"""Stories that the browser tests open: one with a crowd on stage, one with many scenes."""

from __future__ import annotations

from pipeline.story import Box, Character, Key, Motion, Region, Scene, Story

KINDS = ("fox", "rabbit", "robot", "witch")
COLOURS = ("red", "yellow", "green", "blue", "purple")


def make_crowd(number: int = 8) -> Story:
    """Give a story of one scene with so many figures, each on a path of its own."""
    characters = tuple(_character(at) for at in range(number))
    regions = tuple(_walker(at, number) for at in range(number))
    scene = Scene(id="crowd", title="The crowd", setting="the forest", regions=regions)
    motions = (Motion(id="walks", words="walks", locomotion=True),)
    return Story(
        id="the-crowd", title="The crowd", characters=characters, motions=motions, scenes=(scene,)
    )


def make_long_story(number: int = 40) -> Story:
    """Give a story of so many scenes with two figures each."""
    crowd = make_crowd(2)
    scenes = tuple(
        crowd.scenes[0].model_copy(
            update={
                "id": f"scene-{at + 1}",
                "title": f"Scene number {at + 1}",
                "narration": f"On day {at + 1} they met again.",
            }
        )
        for at in range(number)
    )
    return crowd.model_copy(update={"id": "the-long-story", "scenes": scenes})


def make_pair() -> Story:
    """Give two scenes of a fox and a robot who stand apart."""
    fox = _standing("fox", Box(x0=0.1, y0=0.35, x1=0.4, y1=0.9))
    robot = _standing("robot", Box(x0=0.62, y0=0.4, x1=0.87, y1=0.92))
    scenes = (
        Scene(id="dawn", title="Dawn", setting="the forest", background="a quiet forest",
              narration="A fox woke up.", regions=(fox, robot)),
        Scene(id="dusk", title="Dusk", setting="the beach", background="a quiet beach",
              narration="It got dark.", regions=(fox,)),
    )  # fmt: skip
    characters = (
        Character(id="fox", name="Mia", kind="fox", look="a red fox"),
        Character(id="robot", name="Bolt", kind="robot", look="a blue robot"),
    )
    motions = (Motion(id="stands", words="stands"),)
    return Story(
        id="mia-and-bolt",
        title="Mia and Bolt",
        characters=characters,
        motions=motions,
        scenes=scenes,
    )


def _standing(who: str, box: Box) -> Region:
    keys = tuple(Key(box=box) if at in (0, 5) else None for at in range(6))
    words = {"fox": "the red fox stands", "robot": "the blue robot stands"}[who]
    return Region(id=who, character_id=who, motion_id="stands", description=words, keys=keys)


def _character(at: int) -> Character:
    kind, colour = KINDS[at % len(KINDS)], COLOURS[at % len(COLOURS)]
    return Character(id=f"one-{at}", name=f"{kind.title()} {at + 1}", kind=kind, look=colour)


def _walker(at: int, number: int) -> Region:
    left = 0.02 + 0.72 * at / max(1, number - 1)
    start = Box(x0=left, y0=0.3, x1=left + 0.2, y1=0.85)
    end = Box(x0=0.75 - left, y0=0.35, x1=0.95 - left, y1=0.9)
    keys = (Key(box=start), None, None, None, None, Key(box=end))
    return Region(
        id=f"one-{at}",
        character_id=f"one-{at}",
        motion_id="walks",
        description="walks",
        layer=at,
        keys=keys,
    )
