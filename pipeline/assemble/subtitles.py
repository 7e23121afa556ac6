"""The narration as subtitles: cues short enough to read, one after another over each cut."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.artifacts import Cut, Timeline
from pipeline.assemble.timeline import breath_frames, cut_frames, placed_cuts, readable
from pipeline.files import short, workspace_errors

if TYPE_CHECKING:
    from pysubs2 import SSAFile

LINE_CHARACTERS = 42
CUE_LINES = 2
_SHORT_CUE = 20  # characters; a shorter cue stays as long as one of these, or it would flash by
_IN_PICTURE = "WEBVTT\n\nNOTE These words are in the picture too.\n"
_SENTENCE_END = re.compile("(?<=[.!?\u2026]) +|(?<=[.!?\u2026][\"'\u201d\u2019]) +")


def subtitles(timeline: Timeline) -> SSAFile:
    """The film's narration as cues of at most two lines, timed on the film's frames.

    The cues of a scene fill its cut without gaps, each as long as its share of the words; where
    the narration is spoken they come as it is.
    """
    import pysubs2

    file = pysubs2.SSAFile()
    for first, end, text in film_cues(timeline):
        event = pysubs2.SSAEvent(
            start=_milliseconds(first, timeline.fps), end=_milliseconds(end, timeline.fps)
        )
        event.plaintext = text
        file.append(event)
    return file


def write_subtitles(timeline: Timeline, srt: Path, vtt: Path) -> bool:
    """Write the narration as SRT and as WebVTT, UTF-8; gives whether there is any.

    The VTT notes where the film's frames show the words too.
    """
    file = subtitles(timeline)
    web = file.to_string("vtt", fps=timeline.fps).replace("&", "&amp;")
    if timeline.burn_subtitles:
        web = web.replace("WEBVTT\n", f"{_IN_PICTURE}\n", 1)
    srt.write_text(file.to_string("srt", fps=timeline.fps), encoding="utf-8", newline="\n")
    vtt.write_text(web, encoding="utf-8", newline="\n")
    return bool(file)


def are_in_picture(vtt: Path) -> bool:
    """Whether a film's frames show the words of this VTT; False where there is no such file.

    Raises:
        WorkspaceError: the file cannot be read.
    """
    with workspace_errors(f"read {short(vtt)}"):
        if not vtt.is_file():
            return False
        with vtt.open("rb") as file:
            return file.read(len(_IN_PICTURE)) == _IN_PICTURE.encode()


def film_cues(timeline: Timeline) -> Iterator[tuple[int, int, str]]:
    """First frame, end frame and text of each cue, counted from the start of the film."""
    for start_frame, end_frame, cut in placed_cuts(timeline):
        for first, end, text in _told(cut, end_frame - start_frame, timeline.fps):
            yield start_frame + first, start_frame + end, text


def cue_texts(narration: str) -> list[str]:
    """Narration split into cues of one or two lines, at the ends of sentences where they fit."""
    texts: list[str] = []
    for sentence in _SENTENCE_END.split(readable(narration)):
        joined = f"{texts[-1]} {sentence}" if texts else sentence
        if texts and len(textwrap.wrap(joined, LINE_CHARACTERS)) <= CUE_LINES:
            texts[-1] = joined
        else:
            texts += _pieces(sentence)
    return ["\n".join(_even_lines(text)) for text in texts]


def _pieces(sentence: str) -> list[str]:
    """A sentence in as few parts of two lines as it takes."""
    lines = _even_lines(sentence)
    return [" ".join(lines[i : i + CUE_LINES]) for i in range(0, len(lines), CUE_LINES)]


def _even_lines(text: str) -> list[str]:
    """Lines of nearly equal length, no more cues of them than the widest lines would need."""
    if len(text) <= LINE_CHARACTERS:
        return [text] if text else []
    widest = textwrap.wrap(text, LINE_CHARACTERS)
    most_lines = -(-len(widest) // CUE_LINES) * CUE_LINES
    for width in range(LINE_CHARACTERS // 2, LINE_CHARACTERS):
        lines = textwrap.wrap(text, width)
        if len(lines) <= most_lines:
            return lines
    return widest


def timed_cues(cut: Cut) -> Iterator[tuple[int, int, str]]:
    """First frame, end frame and text of each cue, counted from the start of the cut."""
    return _spread(cut.narration, cut_frames(cut))


def _told(cut: Cut, num_frames: int, fps: int) -> Iterator[tuple[int, int, str]]:
    """The cues of a cut: as it is spoken, where somebody does, the last one to the cut's end."""
    if not cut.spoken_frames:
        yield from _spread(cut.narration, num_frames)
        return
    starts = breath_frames(fps)
    spoken = [*_spread(cut.narration, cut.spoken_frames)]
    for number, (first, end, text) in enumerate(spoken, 1):
        yield starts + first, num_frames if number == len(spoken) else starts + end, text


def _spread(narration: str, num_frames: int) -> Iterator[tuple[int, int, str]]:
    """The cues of a narration over so many frames."""
    texts = cue_texts(narration)
    weights = (max(len(text), _SHORT_CUE) for text in texts)
    sums = list(accumulate(weights, initial=0))
    borders = [round(weight / max(1, sums[-1]) * num_frames) for weight in sums]
    for (first, last), text in zip(pairwise(borders), texts, strict=True):
        yield first, last, text


def _milliseconds(frame: int, fps: int) -> int:
    return round(frame * 1000 / fps)
