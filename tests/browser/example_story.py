"""The story that the first page shows: six scenes, with a learned look and a learned motion."""

from __future__ import annotations

from pipeline.story import Box, Character, Key, Motion, Region, Scene, Story

Edges = tuple[float, float, float, float]
"""Left, top, right, bottom: fractions of the frame."""

FOX = Character(id="fox", name="Rusty", kind="fox", look="red fox")
ROBOT = Character(id="robot", name="Bolt", kind="robot", look="blue robot")
LUNA = Character(id="luna", name="Luna", kind="witch", look="witch")
"""Her look is learned, and so is how Bolt bows; both travel with the theatre."""

SEEDS = {"scene-2": 1, "scene-3": 5, "scene-4": 4, "scene-5": 4}
"""The noise of the scenes that another one than 0 suits better."""


def make_example() -> Story:
    """Give the story of Bolt and his party."""
    return Story(
        id="bolt-gives-a-party",
        title="Bolt gives a party",
        characters=(FOX, ROBOT, LUNA),
        motions=tuple(
            Motion(id=words, words=words, locomotion=words == "walks")
            for words in ("stands", "walks", "waves", "bows", "jumps")
        ),
        scenes=(_waiting(), _forest(), _beach(), _way(), _gate(), _dance()),
    )


def _waiting() -> Scene:
    robot = _moving("robot", "stands", (0.34, 0.24, 0.66, 0.92))
    words = "Bolt gave a party at his castle. Nobody came."
    return _scene(1, "Nobody comes", "the castle", words, robot)


def _forest() -> Scene:
    fox = _moving("fox", "walks", (0.04, 0.36, 0.38, 0.92), (0.56, 0.36, 0.9, 0.92))
    words = "In the forest a fox heard the music and followed it."
    return _scene(2, "The fox in the forest", "the forest", words, fox)


def _beach() -> Scene:
    fox = _moving("fox", "stands", (0.08, 0.34, 0.42, 0.92))
    luna = _moving("luna", "stands", (0.54, 0.22, 0.92, 0.94))
    words = "On the beach stood Luna, a witch with a crown. “May I come along?”"
    return _scene(3, "A witch", "the beach", words, fox, luna)


def _way() -> Scene:
    fox = _moving("fox", "walks", (0.03, 0.36, 0.35, 0.92), (0.15, 0.36, 0.47, 0.92))
    luna = _moving("luna", "walks", (0.54, 0.32, 0.84, 0.92), (0.66, 0.32, 0.96, 0.92))
    words = "So they walked on through the forest, one behind the other."
    return _scene(4, "Two on their way", "the forest", words, fox, luna)


def _gate() -> Scene:
    robot = _moving("robot", "bows", (0.06, 0.24, 0.46, 0.92))
    luna = _moving("luna", "stands", (0.56, 0.22, 0.94, 0.94))
    words = "And there stood Bolt before his castle, and bowed to Luna."
    return _scene(5, "Bolt bows", "the castle", words, robot, luna)


def _dance() -> Scene:
    fox = _moving("fox", "jumps", (0.08, 0.32, 0.44, 0.92))
    robot = _moving("robot", "jumps", (0.56, 0.24, 0.9, 0.92))
    words = "They jumped about the room until the sun came up."
    return _scene(6, "Until the morning", "the room", words, fox, robot)


def _scene(number: int, title: str, place: str, words: str, *regions: Region) -> Scene:
    layered = (one.model_copy(update={"layer": at}) for at, one in enumerate(regions))
    return Scene(
        id=f"scene-{number}",
        title=title,
        setting=place,
        background=place,
        narration=words,
        regions=tuple(layered),
    )


def _moving(who: str, motion: str, start: Edges, end: Edges | None = None) -> Region:
    """Give a box that goes from one place to another, or stays."""
    first, last = _key(start), _key(end or start)
    name = next(one.name for one in (FOX, ROBOT, LUNA) if one.id == who)
    return Region(
        id=who,
        character_id=who,
        motion_id=motion,
        description=f"{name} {motion}",
        keys=(first, None, None, None, None, last),
    )


def _key(edges: Edges) -> Key:
    x0, y0, x1, y1 = edges
    return Key(box=Box(x0=x0, y0=y0, x1=x1, y1=y1))
