import numpy as np

from pipeline.clips import Candidate, Clip, Scores, clip_id
from pipeline.retrieve.folding import fold, spread_sources


def _candidate(source: str, start: float = 0.0, final: float | None = None) -> Candidate:
    clip = Clip(
        id=clip_id(source, start, start + 2), library="own", source=source,
        start_seconds=start, end_seconds=start + 2,
    )  # fmt: skip
    return Candidate(clip=clip, scores=Scores(final=final))


def _hash(*flipped: int) -> np.ndarray:
    """Three hashes of 64 bits, of which the first has some bits turned."""
    found = np.zeros((3, 64), bool)
    found[0, list(flipped)] = True
    return found


def test_near_duplicates_fold_under_the_best() -> None:
    best, other, copy, blurred = map(_candidate, ("best.mp4", "other.mp4", "copy.mp4", "blur.mp4"))
    hashes = {
        best.clip.id: _hash(),
        other.clip.id: _hash(*range(20)),
        copy.clip.id: _hash(3),
        blurred.clip.id: _hash(*range(19)),
    }
    kept, folded = fold([best, other, copy, blurred], hashes, most_bits=2)
    assert [one.clip.source for one in kept] == ["best.mp4", "other.mp4"]
    assert kept[0].duplicates == (copy.clip.id,)
    assert kept[1].duplicates == (blurred.clip.id,)
    assert [(one.stage, one.clip.source) for one in folded] == [
        ("duplicate", "copy.mp4"), ("duplicate", "blur.mp4"),
    ]  # fmt: skip
    assert "best.mp4" in folded[0].reason


def test_the_limit_counts_the_frame_that_differs_most() -> None:
    one, other = _candidate("a.mp4"), _candidate("b.mp4")
    hashes = {one.clip.id: _hash(), other.clip.id: _hash(1, 2, 3)}
    assert len(fold([one, other], hashes, most_bits=3)[0]) == 1
    assert len(fold([one, other], hashes, most_bits=2)[0]) == 2


def test_a_clip_without_a_hash_is_kept() -> None:
    one, other = _candidate("a.mp4"), _candidate("b.mp4")
    assert fold([one, other], {one.clip.id: _hash()}) == ([one, other], [])


def test_no_source_floods_the_top() -> None:
    ranked = [_candidate("long.mp4", float(k), 0.9 - 0.01 * k) for k in range(8)]
    ranked += [_candidate(f"short {k}.mp4", 0.0, 0.84 - 0.01 * k) for k in range(4)]
    spread = spread_sources(ranked, first=6, penalty=0.05)
    sources = [one.clip.source for one in spread[:6]]
    assert sources == [
        "long.mp4", "long.mp4", "short 0.mp4", "short 1.mp4", "short 2.mp4", "short 3.mp4",
    ]  # fmt: skip
    assert sorted(one.clip.id for one in spread) == sorted(one.clip.id for one in ranked)


def test_what_stands_behind_the_first_keeps_its_order() -> None:
    ranked = [_candidate("long.mp4", float(k), 0.9) for k in range(9)]
    spread = spread_sources(ranked, first=3)
    assert spread == ranked
    assert spread_sources(ranked, first=3) == spread


def test_a_much_better_clip_of_the_same_source_stays_ahead() -> None:
    ranked = [
        _candidate("long.mp4", 0.0, 0.95), _candidate("long.mp4", 4.0, 0.9),
        _candidate("short.mp4", 0.0, 0.4),
    ]  # fmt: skip
    assert spread_sources(ranked, first=20, penalty=0.05) == ranked
