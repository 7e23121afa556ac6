"""Drafts of any shape, for properties: ids that are none, boxes anywhere, texts of all lengths."""

from __future__ import annotations

from hypothesis import strategies as st

from pipeline.plan.draft import (
    DraftBox,
    DraftCharacter,
    DraftKey,
    DraftMotion,
    DraftOverlap,
    DraftRegion,
    DraftScene,
    DraftStory,
)
from pipeline.story import NUM_KEYFRAMES, PriorUse

_IDS = ["fox", "fox-2", "The Fox", "Mara", "walks", "is-waving", "", "?", "лиса", "a" * 70, "b\n"]
_PHRASES = [
    "", " ", "\x1c", "fox", "Mara", "the fox", "walks", "is waving", "the fox walks, Mara waves.",
    "она машет", "狐狸挥手", "moonwalking", "no-one's", "left", "box " * 60, "long " * 900,
    "x" * 4100,
]  # fmt: skip
_EDGES = [-7.0, -0.5, -0.4999, 0.0, 0.1, 0.3, 0.3000001, 0.55, 0.9, 1.0, 1.5, 1.7, 130.0, 1e300]

ids = st.sampled_from(_IDS)
texts = st.one_of(st.sampled_from(_PHRASES), st.text(max_size=30))
edges = st.one_of(
    st.sampled_from(_EDGES), st.floats(-0.6, 1.6), st.floats(allow_nan=False, allow_infinity=False)
)
boxes = st.builds(DraftBox, x0=edges, y0=edges, x1=edges, y1=edges)
keys = st.builds(
    DraftKey, box=boxes, visible=st.booleans(), ease=st.sampled_from(["linear", "ease", "hold"])
)
priors = st.builds(PriorUse, motion_id=st.sampled_from(["walks", "flies"]))
regions = st.builds(
    DraftRegion,
    id=ids,
    character_id=st.none() | ids,
    motion_id=st.none() | ids,
    description=texts,
    layer=st.integers(-3, 120),
    keys=st.tuples(*[st.none() | keys] * NUM_KEYFRAMES),
    priors=st.lists(priors, max_size=2).map(tuple),
)
overlaps = st.builds(
    DraftOverlap, region_ids=st.lists(ids, max_size=3).map(tuple), description=texts
)
scenes = st.builds(
    DraftScene,
    id=ids,
    title=texts,
    setting=texts,
    background=texts,
    narration=texts,
    camera=texts,
    regions=st.lists(regions, max_size=4).map(tuple),
    overlaps=st.lists(overlaps, max_size=2).map(tuple),
)
characters = st.builds(
    DraftCharacter,
    id=ids,
    name=texts,
    kind=texts,
    look=texts,
    trigger=texts,
    pictures=st.lists(ids, max_size=2).map(tuple),
)
motions = st.builds(DraftMotion, id=ids, words=texts, locomotion=st.booleans())
stories = st.builds(
    DraftStory,
    schema_version=st.sampled_from([3, 1, 99]),
    id=ids,
    title=texts,
    language=st.sampled_from(["en", "pt-BR", "EN", "German", "", "klingon speech"]) | texts,
    characters=st.lists(characters, max_size=3).map(tuple),
    motions=st.lists(motions, max_size=3).map(tuple),
    scenes=st.lists(scenes, max_size=4).map(tuple),
)
