"""Clips of a motion as the page shows them: which there are, what was decided, and why.

A search lists clips; what a person decided of one outlives every later search.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from pipeline.clips import Candidate, Clip, ClipDecision, Retrieval, Scores, Verdict
from pipeline.retrieve.libraries import is_site_id
from pipeline.workspace import Project
from studio.cards import View, sentence
from studio.projects import checked_id
from studio.refusals import NotThereError

_FOUND = {"words": "by its caption", "pictures": "by its pictures", "own": "among your own"}
_SCORES = {
    "bm25": ("caption", "how well the caption fits the words (BM25)"),
    "picture": ("first sight", "how near the whole picture is to the words (CLIP)"),
    "clip": ("pictures", "how near the actor's pictures are to the words (CLIP)"),
    "video_text": ("movement", "how near the movement is to the words (video-text model)"),
    "final": ("all in all", "all of these together"),
}
_FITS = ("fits well", "fits fairly", "fits less")
_LEFT_OUT = {
    "duration": "Too short",
    "frames": "Too few single pictures",
    "aspect": "Too narrow",
    "unreadable": "Cannot be read",
    "actor": "Nobody is seen well",
    "duplicate": "Nearly the same as another",
    "rank": "Others fit better",
}


@dataclass(frozen=True)
class Judged:
    """A clip of a motion, and what was decided of it."""

    candidate: Candidate
    verdict: Verdict | None


@dataclass(frozen=True)
class Found:
    """All clips of a motion: those to decide on, best first, and those that a step dropped."""

    retrieval: Retrieval | None
    shown: tuple[Judged, ...]
    left_out: tuple[Candidate, ...]

    def number(self, verdict: Verdict) -> int:
        """Count the clips that were decided so."""
        return sum(one.verdict == verdict for one in self.shown)


def found(project: Project, motion_id: str, *, without: Container[str] = ()) -> Found:
    """Give the clips of a motion; a decided one is shown wherever the last search left it.

    Args:
        project: Whose story.
        motion_id: Of the story.
        without: Libraries whose clips are left out, but for the storyteller's own.
    """

    def fits(one: Candidate | ClipDecision) -> bool:
        return one.clip.own or one.clip.library not in without

    retrieval = project.retrieval(motion_id)
    decided = {id_: one for id_, one in project.clip_decisions(motion_id).items() if fits(one)}
    listed = [one for one in retrieval.candidates if fits(one)] if retrieval else []
    kept = [one for one in listed if not one.stage or one.clip.id in decided]
    there = {one.clip.id for one in kept}
    earlier = [_candidate(one) for one in decided.values() if one.clip.id not in there]
    verdicts: dict[str, Verdict] = {id_: one.verdict for id_, one in decided.items()}
    return Found(
        retrieval=retrieval,
        shown=tuple(Judged(one, verdicts.get(one.clip.id)) for one in (*kept, *earlier)),
        left_out=tuple(one for one in listed if one.clip.id not in there),
    )


def find_candidate(project: Project, motion_id: str, clip_id: str) -> Candidate:
    """Give a clip of a motion; NotThereError if neither search nor decision names it."""
    clips = found(project, checked_id(motion_id, "motion"))
    every = (*(one.candidate for one in clips.shown), *clips.left_out)
    for candidate in every:
        if candidate.clip.id == clip_id:
            return candidate
    raise NotThereError("This clip is no longer there", hint="Search again.")


def clip_words(candidate: Candidate) -> View:
    """Give all of a clip that is words; its addresses come from `studio.clip_media`."""
    clip = candidate.clip
    return {
        "id": clip.id,
        "caption": clip.caption,
        "source": source_words(clip),
        "licence": clip.licence or "licence unknown",
        "credit": clip.credit,
        "found_by": [_FOUND[one] for one in candidate.found_by],
        "reason": sentence(candidate.reason) if candidate.reason else "",
        "seconds": seconds_of(clip),
        "alike": len(candidate.duplicates),
        "own": clip.own,
        "follows": candidate.track is not None,
    }


def score_views(scores: Scores, others: Sequence[Scores]) -> list[View]:
    """Say how well a clip fits: each score in words, against those of the other clips.

    What the figures are worth differs from model to model; which third of the clips one belongs
    to does not.
    """
    views: list[View] = []
    for name, (short, told) in _SCORES.items():
        value = getattr(scores, name)
        if value is not None:
            all_of_it = [one for other in others if (one := getattr(other, name)) is not None]
            words = f"{short}: {_FITS[_third(value, all_of_it)]}"
            views.append({"name": name, "value": value, "words": words, "told": told})
    return views


def by_step(candidates: Iterable[Candidate]) -> dict[str, list[Candidate]]:
    """Give the dropped clips by what speaks against them, in the order of the steps."""
    steps: dict[str, list[Candidate]] = {words: [] for words in _LEFT_OUT.values()}
    for one in candidates:
        steps.setdefault(_LEFT_OUT.get(one.stage, one.stage), []).append(one)
    return {words: clips for words, clips in steps.items() if clips}


def source_words(clip: Clip) -> str:
    """Say where a clip comes from: its source, and from which second to which."""
    source = f"YouTube, {clip.source}" if is_site_id(clip.source) else clip.source
    if clip.start_seconds is None and clip.end_seconds is None:
        return source
    end = "its end" if clip.end_seconds is None else _clock(clip.end_seconds)
    return f"{source}, {_clock(clip.start_seconds or 0.0)} to {end}"


def seconds_of(clip: Clip) -> float | None:
    """Give how long a clip lasts, in s; None where nobody knows."""
    if clip.duration_seconds is not None:
        return round(clip.duration_seconds, 1)
    if clip.end_seconds is None:
        return None
    return round(clip.end_seconds - (clip.start_seconds or 0.0), 1)


def _candidate(decision: ClipDecision) -> Candidate:
    """A decided clip that the last search did not find, as a candidate."""
    return Candidate(clip=decision.clip, track=decision.track, crop=decision.crop)


def _third(value: float, others: Sequence[float]) -> int:
    """In which third a value is, from the best (0); the only one is in the first."""
    better = sum(one > value for one in others)
    return min(2, 3 * better // max(1, len(others)))


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds, 1), 60)
    return f"{int(minutes)}:{rest:04.1f}"
