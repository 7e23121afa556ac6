"""Which stage of the search for clips is worth what: `python -m tests.benchmarks.retrieval`.

Searches the theatre's library, whose true motions are known, for every motion of the world in
phrases of four kinds, and prints precision@8 after each stage (the paper's Table 5, on our world)
as Markdown. Every figure comes from one real search for each phrase: what a stage would have shown
is read from its candidates. `--home FOLDER` keeps the drawn clips and what was seen in them.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.clips import Candidate, Retrieval, Track
from pipeline.packs.record import load_record
from pipeline.packs.sight import load_sight
from pipeline.progress import finish
from pipeline.retrieve.candidates import FILTER_STAGES
from pipeline.retrieve.libraries import OpenLibrary
from pipeline.retrieve.ranking import WEIGHTS, rank
from pipeline.retrieve.search import Query, search
from pipeline.retrieve.words import expand
from pipeline.retrieving import ready_libraries
from pipeline.settings import Settings, load_settings
from pipeline.theatre.library.phrases import asked_phrases, caption_words, training_phrase
from pipeline.theatre.library.specs import ClipSpec, approvable, load_specs
from pipeline.theatre.script import sample_script
from pipeline.theatre.world import load_world
from pipeline.vision.sight import Sight

FIRST = 8
SETS = ("words in captions", "training", "test: plain verbs", "test: thesaurus")
_QUICK_MOTIONS, _QUICK_PHRASES = 4, 1
_RESAMPLES = 2000
_SAME_FIGURE = 0.4

Stage = Callable[[Retrieval], list[Candidate]]


@dataclass(frozen=True)
class Asked:
    """A phrase that is searched for, and what its clips have to show."""

    kind: str
    motion: str
    words: str
    facing: str = ""


def after_captions(found: Retrieval) -> list[Candidate]:
    """Give what the captions alone would have shown, best first."""
    told = [one for one in found.candidates if one.scores.bm25]
    return sorted(told, key=lambda one: -(one.scores.bm25 or 0.0))


def after_filter(found: Retrieval) -> list[Candidate]:
    """Give what captions and attribute filter would have shown."""
    return [one for one in after_captions(found) if one.stage not in FILTER_STAGES]


def after_crop(found: Retrieval) -> list[Candidate]:
    """Give what was left of it when clips without their actor had gone."""
    return [one for one in after_filter(found) if one.crop is not None]


def after_frames(found: Retrieval) -> list[Candidate]:
    """Give what captions and CLIP would have shown; clips found by pictures are among them."""
    seen = [one for one in found.candidates if one.crop is not None and one.scores.clip is not None]
    return rank(seen, weights=WEIGHTS._replace(video_text=0.0))


def after_all(found: Retrieval) -> list[Candidate]:
    """Give what a person is shown: with the video-text model, duplicates folded."""
    return list(found.kept)


STAGES: dict[str, Stage] = {
    "BM25 alone": after_captions,
    "+ filter": after_filter,
    "+ crop": after_crop,
    "+ CLIP": after_frames,
    "+ video-text": after_all,
}


def is_hit(asked: Asked, candidate: Candidate, spec: ClipSpec) -> bool:
    """Whether a person would approve a candidate for what was asked.

    Of a clip with two figures the one that its crop follows counts; without a crop it is none.
    """
    figure = spec.figures[0]
    if spec.trouble == "two_actors" and candidate.crop is not None and candidate.track is not None:
        followed = followed_figure(candidate.track, _boxes(spec.path))
        if followed is None:
            return False
        figure = spec.figures[followed]
    elif not approvable(spec):
        return False
    return figure.motion == asked.motion and asked.facing in ("", figure.facing)


@lru_cache(maxsize=1000)
def _boxes(path: str) -> NDArray[np.float32]:
    return _specs()[path].boxes()


def followed_figure(track: Track, truth: NDArray[np.float32]) -> int | None:
    """Give the figure (of boxes (A, F, 4)) that a track follows; None = neither well enough."""
    boxes = np.array(track.boxes)
    overlaps = [_overlap(boxes, one[list(track.frames)].clip(0, 1)) for one in truth]
    best = int(np.argmax(overlaps))
    return best if overlaps[best] > _SAME_FIGURE else None


def _overlap(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """The mean intersection over union of boxes (F, 4) and (F, 4)."""
    low, high = np.maximum(one[:, :2], other[:, :2]), np.minimum(one[:, 2:], other[:, 2:])
    shared = np.prod(np.maximum(high - low, 0), 1)
    areas = [np.prod(box[:, 2:] - box[:, :2], 1) for box in (one, other)]
    return float((shared / np.maximum(areas[0] + areas[1] - shared, 1e-9)).mean())


def precision(asked: Asked, shown: Sequence[Candidate]) -> float:
    """Give precision@8: the share of eight that are right; places left empty are wrong."""
    hits = [is_hit(asked, one, _specs()[one.clip.source]) for one in shown[:FIRST]]
    return sum(hits) / FIRST


@lru_cache(maxsize=1)
def _specs() -> dict[str, ClipSpec]:
    return {spec.path: spec for spec in load_specs()}


def asked_phrases_of(motions: Iterable[str], *, most: int) -> list[Asked]:
    """Give the phrases of the four kinds, `most` of each kind and motion at most."""
    found: list[Asked] = []
    for motion in motions:
        sets = (caption_words(motion), learned_phrases(motion), *asked_phrases(motion).values())
        for kind, phrases in zip(SETS, sets, strict=True):
            found += [Asked(kind, motion, words) for words in phrases[:most]]
    return found


def learned_phrases(motion: str) -> list[str]:
    """Give six phrases of the kind that the theatre's CLIP was trained on."""
    rng = random.Random(f"learned of {motion}")
    script = sample_script(rng, num_actors=1, motions=[motion])
    return [training_phrase(rng, script.actors[0], script.backdrop) for _ in range(6)]


def asked_directions() -> list[Asked]:
    """Give phrases that name a direction, for the motions that travel."""
    world = load_world()
    return [
        Asked("left or right", motion, f"{motion} to the {side}", side)
        for motion, words in world.motions.items()
        if words.locomotion
        for side in ("left", "right")
    ]


@dataclass(frozen=True)
class Searcher:
    """Searches the theatre's library as the studio does."""

    settings: Settings
    libraries: Sequence[OpenLibrary]
    sight: Sight

    def search(self, asked: Asked) -> dict[str, float]:
        """Give precision@8 of one phrase after each stage."""
        record = load_record(self.settings.pack)
        query = Query(asked.motion, asked.words, tuple(expand(asked.words)))
        found = finish(
            search(
                query,
                self.libraries,
                self.sight,
                settings=self.settings,
                limits=record.search,
                aspect=record.width_px / record.height_px,
            )
        )
        return {name: precision(asked, stage(found)) for name, stage in STAGES.items()}


def mean_and_spread(values: Sequence[float]) -> tuple[float, float, float]:
    """Give the mean and the 95 % interval of it over queries, by resampling."""
    array, rng = np.array(values), np.random.default_rng(8)
    means = array[rng.integers(0, len(array), (_RESAMPLES, len(array)))].mean(1)
    low, high = np.percentile(means, (2.5, 97.5))
    return float(array.mean()), float(low), float(high)


def stage_table(results: dict[Asked, dict[str, float]]) -> str:
    """Give the table of stages and kinds of phrases, and what each stage adds."""
    kinds = list(dict.fromkeys(asked.kind for asked in results))
    lines = [f"| precision@{FIRST} | {' | '.join(kinds)} |", "|---" * (len(kinds) + 1) + "|"]
    before = ""
    for stage in STAGES:
        cells = [_cell(results, kind, stage, before) for kind in kinds]
        lines.append(f"| {stage} | {' | '.join(cells)} |")
        before = stage
    return "\n".join(lines)


def _cell(results: dict[Asked, dict[str, float]], kind: str, stage: str, before: str) -> str:
    rows = [by_stage for asked, by_stage in results.items() if asked.kind == kind]
    mean, low, high = mean_and_spread([row[stage] for row in rows])
    text = f"{mean:.2f} ({low:.2f} to {high:.2f})"
    if before:
        worth, low, high = mean_and_spread([row[stage] - row[before] for row in rows])
        text += f", {worth:+.2f} ({low:+.2f} to {high:+.2f})"
    return text


def motion_table(results: dict[Asked, dict[str, float]]) -> str:
    """Give the final precision of each motion and kind of phrases."""
    last, kinds = list(STAGES)[-1], list(dict.fromkeys(asked.kind for asked in results))
    lines = [f"| motion | {' | '.join(kinds)} |", "|---" * (len(kinds) + 1) + "|"]
    for motion in dict.fromkeys(asked.motion for asked in results):
        cells = []
        for kind in kinds:
            rows = [
                by_stage[last]
                for asked, by_stage in results.items()
                if (asked.kind, asked.motion) == (kind, motion)
            ]
            cells.append(f"{np.mean(rows):.2f}" if rows else "")
        lines.append(f"| {motion} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _search_all(searcher: Searcher, phrases: Sequence[Asked]) -> dict[Asked, dict[str, float]]:
    results: dict[Asked, dict[str, float]] = {}
    for number, asked in enumerate(phrases, start=1):
        results[asked] = searcher.search(asked)
        told = " ".join(f"{value:.2f}" for value in results[asked].values())
        print(f"{number}/{len(phrases)} {told} {asked.words}", file=sys.stderr)
    return results


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="What each stage of the search is worth.")
    parser.add_argument("--quick", action="store_true", help="four motions, one phrase of a kind")
    parser.add_argument("--home", type=Path, help="keep the library and the cache in this folder")
    parser.add_argument("--phrases", type=int, default=6, help="of each kind and motion (6)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        settings = load_settings(options.home or Path(temporary))
        libraries = [
            one for one in finish(ready_libraries(settings)) if one.record.kind == "theatre"
        ]
        searcher = Searcher(settings, libraries, load_sight(settings.pack, home=settings.home))
        motions = list(load_world().motions)
        if options.quick:
            motions = motions[:: len(motions) // _QUICK_MOTIONS]
        most = _QUICK_PHRASES if options.quick else options.phrases
        results = _search_all(searcher, asked_phrases_of(motions, most=most))
        turned = _search_all(searcher, asked_directions()[: 2 if options.quick else None])
    for table in (stage_table(results), motion_table(results), stage_table(turned)):
        print(f"{table}\n")


if __name__ == "__main__":
    main()
