"""The recorded narration in the film: each recording where its scene is seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from pipeline.artifacts import Timeline
from pipeline.assemble.timeline import breath_frames, duration_seconds, placed_cuts

VOICES = "[voices]"
"""The name of what comes out."""
_RATE_HZ = 48_000
_MILLISECONDS = 1000
AAC = ("-c:a", "aac", "-b:a", "128k", "-ar", str(_RATE_HZ), "-ac", "2")


def spoken_cuts(timeline: Timeline) -> Iterator[tuple[float, str]]:
    """When each recording begins, in seconds, and which one it is."""
    for first, _, cut in placed_cuts(timeline):
        if cut.voice is not None:
            yield (first + breath_frames(timeline.fps)) / timeline.fps, cut.voice


def voice_inputs(timeline: Timeline, voices: Mapping[str, Path]) -> list[str | Path]:
    """Give what makes ffmpeg read the recordings, one input each; none are spoken: nothing."""
    arguments: list[str | Path] = []
    for _, voice in spoken_cuts(timeline):
        arguments += ["-f", "mov", "-i", voices[voice]]
    return arguments


def voice_graph(timeline: Timeline, first_input: int) -> str:
    """Give the filters that lay the recordings over silence as long as the film."""
    seconds = duration_seconds(timeline)
    silence = f"anullsrc=r={_RATE_HZ}:cl=stereo,atrim=end={seconds:.6f}[silence]"
    chains, names = [silence], ["[silence]"]
    for number, (start, _) in enumerate(spoken_cuts(timeline)):
        delayed = f"adelay={round(start * _MILLISECONDS)}:all=1"
        plain = f"aresample={_RATE_HZ},aformat=channel_layouts=stereo"
        chains.append(f"[{first_input + number}:a:0]{plain},{delayed}[voice{number}]")
        names.append(f"[voice{number}]")
    mixed = f"amix=inputs={len(names)}:duration=first:normalize=0"
    return ";".join([*chains, f"{''.join(names)}{mixed}{VOICES}"])
