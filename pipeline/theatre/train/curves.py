"""The loss curves of a training folder as one picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.theatre.train.checkpoints import load_record

if TYPE_CHECKING:
    from pathlib import Path

    from PIL.ImageDraw import ImageDraw

PARTS = ("decoder", "encoder", "text", "images", "clips")
_WIDTH, _HEIGHT, _MARGIN = 640, 200, 20
_COLOURS = ("#c33", "#36c", "#393", "#a3a", "#c83", "#088")
_UNDRAWN = {"step", "samples", "s_per_step", "norm"}


def read_records(folder: Path) -> dict[str, dict[str, Any]]:
    """The records of all parts trained so far, by part."""
    paths = {part: folder / f"{part}.safetensors" for part in PARTS}
    return {part: load_record(path) for part, path in paths.items() if path.exists()}


def draw_curves(records: dict[str, dict[str, Any]], path: Path) -> None:
    """Write one panel per part with the logged values over the steps as a PNG."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (_WIDTH, _HEIGHT * max(1, len(records))), "white")
    canvas = ImageDraw.Draw(image)
    for row, (part, record) in enumerate(records.items()):
        canvas.text((8, row * _HEIGHT + 4), f"{part}: {record['step']} steps", fill="black")
        for number, name in enumerate(curve_names(record)):
            _draw_curve(canvas, record["history"], name, row=row, number=number)
    image.save(path)


def _draw_curve(
    canvas: ImageDraw, history: list[dict[str, float]], name: str, *, row: int, number: int
) -> None:
    points = [(entry["step"], entry[name]) for entry in history if name in entry]
    low, high = min(y for _, y in points), max(y for _, y in points)
    across = (_WIDTH - 2 * _MARGIN) / history[-1]["step"]
    up = 0.7 * _HEIGHT / (high - low or 1)
    line = [(_MARGIN + across * x, (row + 0.92) * _HEIGHT - up * (y - low)) for x, y in points]
    colour = _COLOURS[number % len(_COLOURS)]
    canvas.line(line, fill=colour)
    label = f"{name} {points[-1][1]:.3f} [{low:.3f}, {high:.3f}]"
    place = 150 + 240 * (number % 2), row * _HEIGHT + 4 + 12 * (number // 2)
    canvas.text(place, label, fill=colour)


def curve_names(record: dict[str, Any]) -> list[str]:
    """The logged values worth a curve."""
    return sorted({name for entry in record["history"] for name in entry} - _UNDRAWN)
