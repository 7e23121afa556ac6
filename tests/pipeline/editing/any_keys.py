"""Any keys whatever, as hypothesis finds them."""

from __future__ import annotations

from hypothesis import strategies as st

from pipeline.story import NUM_KEYFRAMES, Box, Ease, Key

EASES: tuple[Ease, ...] = ("linear", "ease", "hold")


@st.composite
def any_key(draw: st.DrawFn) -> Key:
    x, y = draw(st.floats(-0.5, 1.2)), draw(st.floats(-0.5, 1.2))
    width, height = draw(st.floats(0.05, 0.3)), draw(st.floats(0.05, 0.3))
    box = Box(x0=x, y0=y, x1=x + width, y1=y + height)
    seen = draw(st.sampled_from((True, True, True, False)))
    return Key(box=box, visible=seen, ease=draw(st.sampled_from(EASES)))


def any_keys() -> st.SearchStrategy[tuple[Key | None, ...]]:
    one = st.one_of(st.none(), any_key())
    return st.tuples(*[one] * NUM_KEYFRAMES).filter(any)


def near_keys() -> st.SearchStrategy[tuple[Key | None, ...]]:
    return _wandering().filter(any)


@st.composite
def _wandering(draw: st.DrawFn) -> tuple[Key | None, ...]:
    """Keys that wander about a straight way, so that many of them can be left out."""
    keys: list[Key | None] = []
    for k in range(NUM_KEYFRAMES):
        off = draw(st.integers(-12, 12)) * 0.005
        box = Box(x0=0.1 * k + off, y0=0.2 + off, x1=0.1 * k + 0.23 + off, y1=0.61)
        seen, is_set = draw(st.integers(0, 19)) < 19, draw(st.integers(0, 5)) < 5
        ease = draw(st.sampled_from((*EASES, "linear", "linear", "linear")))
        keys.append(Key(box=box, visible=seen, ease=ease) if is_set else None)
    return tuple(keys)
