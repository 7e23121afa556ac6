"""How well the theatre's CLIP and video-text model find motions among drawn clips."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from pipeline.theatre.library.phrases import asked_phrases, training_phrase
from pipeline.theatre.sight.contrast import to_input, tokenize
from pipeline.theatre.world import load_world

if TYPE_CHECKING:
    from pipeline.theatre.sight.contrast import Towers
    from pipeline.theatre.sight.pairs import Pairs

NUM_FIRST = 8
_BATCH, _PHRASES = 50, 6


def score(towers: Towers, pairs: Pairs, *, seed: int = 0) -> dict[str, float]:
    """Measure on clips that training never saw; all scores are shares, 0 to 1.

    `accuracy` is how often the nearest bare verb is that of the clip's motion. For each set of
    phrases, the share of right motions among the eight clips nearest to a phrase. `turned` is
    the same for "walks left" and the like, where the direction has to be right as well.
    """
    towers.module.eval()
    with torch.inference_mode():
        clips = encode_pairs(towers, pairs)
        motions = np.array([one.motion for one in pairs.actors])
        found = {"accuracy": _accuracy(towers, clips, motions)}
        for name, phrases in _phrase_sets(pairs, random.Random(seed)).items():
            shares = [
                np.mean(motions[_first(towers, clips, phrase)] == motion)
                for motion, phrase in phrases
            ]
            found[name] = float(np.mean(shares))
        found["turned"] = _turned(towers, clips, pairs)
    towers.module.train()
    return found


def encode_pairs(towers: Towers, pairs: Pairs) -> np.ndarray:
    """Encode every clip: float32 (N, D), unit vectors."""
    starts = range(0, len(pairs), _BATCH)
    return np.concatenate(
        [towers.encode_clips(to_input(pairs.frames[k : k + _BATCH])).numpy() for k in starts]
    )


def _encode_texts(towers: Towers, texts: Sequence[str]) -> np.ndarray:
    return towers.encode_words(tokenize(towers.tokenizer, texts)).numpy()


def _first(towers: Towers, clips: np.ndarray, phrase: str) -> np.ndarray:
    return np.argsort(-(clips @ _encode_texts(towers, [phrase])[0]), kind="stable")[:NUM_FIRST]


def _accuracy(towers: Towers, clips: np.ndarray, motions: np.ndarray) -> float:
    names = list(load_world().motions)
    nearest = np.argmax(clips @ _encode_texts(towers, names).T, axis=1)
    return float(np.mean(np.array(names)[nearest] == motions))


def _phrase_sets(pairs: Pairs, rng: random.Random) -> dict[str, list[tuple[str, str]]]:
    sets: dict[str, list[tuple[str, str]]] = {"training": [], "plain": [], "thesaurus": []}
    for motion in load_world().motions:
        shown = [k for k, one in enumerate(pairs.actors) if one.motion == motion]
        for index in rng.sample(shown, _PHRASES):
            text = training_phrase(rng, pairs.actors[index], pairs.backdrops[index])
            sets["training"].append((motion, text))
        for name, phrases in asked_phrases(motion).items():
            sets[name] += [(motion, phrase) for phrase in phrases]
    return sets


def _turned(towers: Towers, clips: np.ndarray, pairs: Pairs) -> float:
    shares: list[float] = []
    for motion, words in load_world().motions.items():
        for side in ("left", "right"):
            phrase = f"{motion} {side}" if words.locomotion else f"{motion} facing {side}"
            first = _first(towers, clips, phrase)
            actors = [pairs.actors[index] for index in first]
            shares += [one.motion == motion and one.facing == side for one in actors]
    return float(np.mean(shares))
