"""A take looked at closely: the boxes asked for and those seen in it, and how it was made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import get_args

from pipeline.artifacts import KeyframeReport, Mark, RegionPrompt, RegionReport, Take, Timings
from pipeline.story import NUM_KEYFRAMES
from studio.cards import Shown, View, counted, duration_words, sentence
from studio.figures import region_marks, spare_colour
from studio.projects import find_scene
from studio.refusals import NotThereError
from studio.takes import is_draft

_MARKS: tuple[Mark, ...] = get_args(Mark)
_NOBODY_LOOKED = "nobody has looked at this take"
_TIMINGS = {
    "interpolate": "on their way from keyframe to keyframe",
    "hold": "held for each keyframe's part of the scene",
    "reference": "as the paper's code has them",
}
_PARTS = {"text": "words", "denoise": "picture", "decode": "frames", "report": "looking at it"}
_REVISION_DIGITS = 12
Facts = Iterator[tuple[str, str]]


def find_take_record(shown: Shown, scene_id: str, take_id: str) -> Take:
    """Give a take of a scene; NotThereError if there is none."""
    scene = find_scene(shown.project.story, scene_id)
    for take in shown.takes.of(scene.id):
        if take.id == take_id:
            return take
    raise NotThereError("This take is no longer there", hint="Reload the page.")


def take_view(shown: Shown, take: Take) -> View:
    """Give what `static/page/details.js` asks for of a take: it never changes but for names."""
    report = take.report
    missing = (report.not_measured if report else _NOBODY_LOOKED) or ""
    return {
        "id": take.id,
        "timing": take.settings.box_timing or "hold",
        "seconds": take.num_frames / take.fps,
        "actors": _actors(shown, take),
        "not_measured": sentence(f"not measured: {missing}") if missing else "",
        "facts": [list(fact) for fact in _facts(shown, take)],
        "words": [list(told) for told in _words_given(shown, take)],
        "changes": [sentence(words) for words in take.prompt.substitutions],
    }


def _actors(shown: Shown, take: Take) -> list[View]:
    figures = _figures(shown, take)
    looked = {one.region_id: one for one in take.report.regions} if take.report else {}
    views: list[View] = []
    for region in take.prompt.regions:
        name, colour = figures[region.region_id]
        seen = looked.get(region.region_id)
        views.append({"name": name, "colour": colour, **_asked(region), **_seen(seen)})
    return views


def _figures(shown: Shown, take: Take) -> dict[str, tuple[str, str]]:
    """Name and colour of each box; one that the scene has no more is called by its words."""
    story = shown.project.story
    marks = region_marks(find_scene(story, take.scene_id), story, shown.staging.casting)
    return {
        region.region_id: marks.get(region.region_id, (region.text, spare_colour(at)))
        for at, region in enumerate(take.prompt.regions)
    }


def _asked(region: RegionPrompt) -> View:
    return {
        "id": region.region_id,
        "boxes": [box and box.as_list() for box in region.boxes],
        "held": list(region.held),
    }


def _seen(report: RegionReport | None) -> View:
    """What is told of an actor: a mark per keyframe, and all of them in a few words."""
    marks: list[View | None] = [None] * NUM_KEYFRAMES
    if report is None:
        return {"marks": marks, "words": "", "not_measured": ""}
    for one in report.keyframes:
        marks[one.keyframe] = _mark(one)
    reason = report.not_measured
    return {
        "marks": marks,
        "words": _words(report.keyframes),
        "not_measured": f"not measured: {reason.rstrip('.')}" if reason else "",
    }


def _mark(report: KeyframeReport) -> View:
    figures = f"{round(100 * report.iou)} % of both boxes is shared"
    if report.centre_distance is not None:
        away = round(100 * report.centre_distance)
        figures += f", the middles are {away} % of the picture apart"
    told = figures if report.seen else "nothing like it was seen"
    return {
        "mark": report.mark,
        "seen": report.seen and report.seen.as_list(),
        "words": f"Keyframe {report.keyframe + 1}: {report.mark} ({told})",
    }


def _words(keyframes: tuple[KeyframeReport, ...]) -> str:
    """All marks of an actor: 'on its mark', or 'on its mark at 4, near at 2'."""
    counts = Counter(one.mark for one in keyframes)
    told = [mark for mark in _MARKS if counts[mark]]
    if len(told) == 1:
        return told[0]
    return ", ".join(f"{mark} at {counts[mark]}" for mark in told)


def _facts(shown: Shown, take: Take) -> Facts:
    """How a take was made, as names and values; what nobody knows is left out."""
    how, record = take.settings, shown.staging.pack.record
    kind = "draft" if is_draft(take, record) else "final"
    scheduler = f" of {how.scheduler.upper()}" if how.scheduler else ""
    yield "Seed", str(how.seed)
    yield "Quality", f"{kind}, {counted(how.num_inference_steps, 'step')}{scheduler}"
    yield "Follows its words", f"guidance {how.guidance_scale:g}"
    yield "Size", _size(take)
    yield "Boxes", _boxes(take)
    if how.negative_prompt:
        yield "Should not show", how.negative_prompt
    yield "Time", _time(take.seconds_taken, take.timings)
    yield from _machine(take)
    for prior in take.priors:
        told = f"{prior.binding.prior} ({prior.sha256[:_REVISION_DIGITS]})"
        yield f"Learned {'look' if prior.binding.kind == 'character' else 'motion'}", told
    made = datetime.fromisoformat(take.created).astimezone()
    yield "Made", f"{made:%Y-%m-%d %H:%M}, of change {take.story_revision} of the story"


def _words_given(shown: Shown, take: Take) -> Facts:
    """The words that a take was rendered with: each actor's, then what is behind them."""
    prompt = take.prompt
    if not take.settings.use_regions:
        yield "The whole scene", prompt.caption
        return
    names = {region_id: name for region_id, (name, _) in _figures(shown, take).items()}
    for region in prompt.regions:
        yield names[region.region_id], region.text
    for overlap in prompt.overlaps:
        yield " and ".join(names.get(one, one) for one in overlap.region_ids), overlap.text
    yield "Behind them", prompt.background


def _machine(take: Take) -> Facts:
    facts = {
        "Model": f"{take.pack}, {take.pack_revision[:_REVISION_DIGITS]}",
        "Region attention": take.attention,
        "Where the model lay": take.placement,
        "Ran on": take.device,
        "With": ", ".join(f"{name} {number}" for name, number in take.versions.items()),
    }
    yield from ((name, value) for name, value in facts.items() if value)


def _size(take: Take) -> str:
    how = take.settings
    shown = f"{take.width} by {take.height}"
    made = f"{how.width_px} by {how.height_px}" if how.width_px and how.height_px else shown
    larger = "" if made == shown else f", shown as {shown}"
    return f"{counted(take.num_frames, 'frame')} of {made}{larger}, {take.fps} in a second"


def _boxes(take: Take) -> str:
    if not take.settings.use_regions:
        return "left out: rendered from the words alone"
    return _TIMINGS[take.settings.box_timing or "hold"]


def _time(seconds: float, timings: Timings | None) -> str:
    parts = timings.model_dump() if timings else {}
    told = [f"{_PARTS[name]} {spent:.1f} s" for name, spent in parts.items() if spent >= 0.05]
    return ": ".join(filter(None, [duration_words(seconds), ", ".join(told)]))
