"""The files in which a story can be kept: where they are, and what is lost in each."""

from __future__ import annotations

from functools import lru_cache

from pipeline.plan.exchange import FORMATS
from studio.cards import Shown, View, sentence
from studio.staging import StagedScene

_SHOWN_LOSSES = 3
_KEPT_SCENES = 400
_FILES = {
    "story": "The whole story",
    "plan": "The scenes as plan text, as the paper writes it",
    "jsonl": "One line per scene, for benchmarks",
}
_FIRST = "scene 1:"


def file_views(shown: Shown) -> list[View]:
    """Give every file of a story: all of it as one zip, then the formats of its words and boxes."""
    name = shown.project.path.name
    bundle = {
        "words": "Everything, with takes and films (.zip)",
        "address": shown.address("export.zip"),
        "file": f"{name}.zip",
        "note": "",
    }
    formats = [
        {
            "words": f"{_FILES.get(kind, one.title)} ({one.suffix})",
            "address": shown.address(f"story/{kind}"),
            "file": f"{name}{one.suffix}",
            "note": _lost(losses(shown, kind)),
        }
        for kind, one in FORMATS.items()
        if one.write is not None
    ]
    return [bundle, *formats]


def losses(shown: Shown, kind: str) -> tuple[str, ...]:
    """Say what a format cannot hold of a story, as its `losses` does of the whole story."""
    notes: list[str] = []
    for number, staged in enumerate(shown.staging.scenes.values(), start=1):
        notes += (
            note.replace(_FIRST, f"scene {number}:", 1) if note.startswith(_FIRST) else note
            for note in _scene_losses(kind, staged)
        )
    return tuple(dict.fromkeys(notes))


@lru_cache(maxsize=_KEPT_SCENES)
def _scene_losses(kind: str, staged: StagedScene) -> tuple[str, ...]:
    """The losses of a story of one scene: an edit changes those of its own scene only."""
    return FORMATS[kind].losses(staged.story)


def _lost(notes: tuple[str, ...]) -> str:
    told = [sentence(note) for note in notes[:_SHOWN_LOSSES]]
    return " ".join([*told, "…"] if len(notes) > _SHOWN_LOSSES else told)
