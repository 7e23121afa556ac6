"""Any story whatever: names, words and boxes as hypothesis finds them."""

from __future__ import annotations

from hypothesis import strategies as st

from pipeline.plan.exchange.plan_joining import is_nobody
from pipeline.story import (
    NUM_KEYFRAMES,
    Box,
    Character,
    Key,
    Motion,
    Overlap,
    Region,
    Scene,
    Story,
)

TEXT = st.text(max_size=60) | st.sampled_from(
    [
        'it\'s "so"',
        "line\nline",
        "a\\nb",
        "back\\",
        "]], [[",
        "Frame_2: [[",
        "  two  spaces  ",
        "🦊",
    ]
)
NAMES = TEXT.filter(lambda text: _is_name(text))
EDGES = st.floats(-0.5, 1.5, allow_nan=False)


def _is_name(text: str) -> bool:
    """Whether something is left of a name once the story has cut its ends."""
    cut = Scene(id="x", title=text).title
    return not is_nobody(cut)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    x0, x1 = sorted(draw(st.tuples(EDGES, EDGES).filter(lambda pair: pair[0] != pair[1])))
    y0, y1 = sorted(draw(st.tuples(EDGES, EDGES).filter(lambda pair: pair[0] != pair[1])))
    return Box(x0=x0, y0=y0, x1=x1, y1=y1)


KEYS = st.builds(Key, box=boxes(), visible=st.booleans(), ease=st.sampled_from(["linear", "hold"]))
TRACKS = st.tuples(*[st.none() | KEYS] * NUM_KEYFRAMES).filter(any)


@st.composite
def scenes(draw: st.DrawFn, number: int, people: int, motions: int) -> Scene:
    who = st.none() | st.sampled_from([f"who-{n}" for n in range(people)])
    how = st.none() | st.sampled_from([f"how-{n}" for n in range(motions)])
    regions = tuple(
        Region(
            id=f"region-{n}",
            character_id=draw(who),
            motion_id=draw(how),
            description=draw(TEXT),
            layer=n,
            keys=draw(TRACKS),
        )
        for n in range(draw(st.integers(0, 3)))
    )
    pair = tuple(region.id for region in regions[:2])
    overlap = (Overlap(region_ids=pair, description=draw(TEXT)),) if len(pair) == 2 else ()
    return Scene(
        id=f"scene-{number}",
        background=draw(TEXT),
        setting=draw(TEXT),
        narration=draw(TEXT),
        regions=regions,
        overlaps=overlap,
    )


@st.composite
def stories(draw: st.DrawFn) -> Story:
    names = draw(st.lists(NAMES, min_size=1, max_size=3))
    moves = draw(st.lists(NAMES, min_size=1, max_size=3))
    count = draw(st.integers(1, 3))
    return Story(
        id="any-story",
        title="Any story",
        revision=draw(st.integers(0, 7)),
        language=draw(st.sampled_from(["en", "pt-BR"])),
        characters=tuple(
            Character(id=f"who-{n}", name=name, look=draw(TEXT)) for n, name in enumerate(names)
        ),
        motions=tuple(Motion(id=f"how-{n}", words=words) for n, words in enumerate(moves)),
        scenes=tuple(draw(scenes(n, len(names), len(moves))) for n in range(count)),
    )
