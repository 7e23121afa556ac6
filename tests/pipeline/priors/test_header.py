"""What a prior's file says of itself: whole, in words anyone may read."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.priors.header import file_name, metadata_of, without_places
from tests.pipeline.priors.kept import make_plan, make_prior


def test_a_header_says_what_the_weights_are() -> None:
    texts = metadata_of(make_prior())
    sources, settings = json.loads(texts.pop("sources")), json.loads(texts.pop("settings"))
    assert texts == {
        "made_with": "DreamRunner Studio",
        "kind": "motion",
        "words": "dances",
        "trigger": "motion7",
        "base_pack": "tiny",
        "base_revision": "5e8d11ab3c907f24",
        "rank": "3",
        "alpha": "6",
        "blocks": "0,2",
        "steps": "300",
        "code_version": "0.1.0",
    }
    assert sources == [
        {
            "kind": "clip",
            "sha256": "a1" * 32,
            "prompt": "a blue fox motion7 facing left",
            "licence": "CC BY 4.0",
            "credit": "Ann ",
        },
        {
            "kind": "clip",
            "sha256": "b2" * 32,
            "prompt": "a red robot motion7",
            "licence": "unknown",
        },
    ]
    assert settings == make_plan().settings.model_dump()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("/home/ann/clips/dance.mp4", "dance.mp4"),
        (r"C:\Users\Ann\dance.mp4 and D:/x/y.png", "dance.mp4 and y.png"),
        ("file:///tmp/a/b.mp4", "b.mp4"),
        ("~/clips/a.mp4", "a.mp4"),
        (r"\\server\share\a.mp4", "a.mp4"),
        ("by ann.lee+x@mail.example.org, 2020", "by , 2020"),
        ("https://example.org/a/b and/or 24/7", "https://example.org/a/b and/or 24/7"),
        ("CC BY 4.0", "CC BY 4.0"),
    ],
)
def test_folders_and_e_mails_are_left_out_and_addresses_of_the_web_stay(
    text: str, left: str
) -> None:
    assert without_places(text) == left


@given(st.text(), st.text())
def test_the_sources_are_json_whatever_their_words(prompt: str, credit: str) -> None:
    plan = make_plan()
    source = plan.sources[0].model_copy(update={"prompt": prompt, "credit": credit})
    texts = metadata_of(make_prior(plan=plan.model_copy(update={"sources": (source,)})))
    (told,) = json.loads(texts["sources"])
    assert told.get("prompt", "") == without_places(prompt)


def test_the_last_part_of_any_path_is_its_name() -> None:
    assert [file_name(one) for one in ("/a/b.st", r"C:\a\c.st", "d.st")] == ["b.st", "c.st", "d.st"]
