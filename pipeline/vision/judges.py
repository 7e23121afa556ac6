"""The theatre's judges: what a rendered clip shows, said by small networks trained on drawings.

They know what the theatre can draw and nothing else. The weights carry the names they know.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from pipeline.errors import ModelUnavailableError
from pipeline.vision.colour import box_overlap

if TYPE_CHECKING:
    import torch

    from pipeline.vision.judge_nets import BackdropNamer, FigureNamer, Finder, MotionNamer

WEIGHTS = Path(__file__).with_name("judges.safetensors")
PARTS = ("finder", "figure", "motion", "backdrop")
LEAST_SCORE = 0.3
FRAME_PX = (96, 144)
"""Height and width of the frames the judges are trained on; others are resized."""
_SAME_OVERLAP, _OTHER_OVERLAP = 0.4, 0.75
"""Of two finds that overlap more, the lower is dropped: of one colour, or of two colours."""


@dataclass(frozen=True)
class Seen:
    """One figure found in one frame.

    Attributes:
        box: float (4,), `[x0, y0, x1, y1]` in frame fractions, the whole figure, hidden parts
            included, clipped to the frame.
        kind: the kind it looks most like.
        colour: the colour it looks most like.
        score: 0 to 1, how sure it is that a figure is here.
    """

    box: np.ndarray
    kind: str
    colour: str
    score: float


@dataclass(frozen=True)
class Names:
    """What the judges can say, in the order of their networks' outputs."""

    kinds: tuple[str, ...]
    colours: tuple[str, ...]
    motions: tuple[str, ...]
    backdrops: tuple[str, ...]


@dataclass(frozen=True)
class Judges:
    """Four networks in eval mode on the CPU, and the names they give."""

    names: Names
    revision: str
    finder: Finder
    figure: FigureNamer
    motion: MotionNamer
    backdrop: BackdropNamer

    @classmethod
    def load(cls, path: Path | None = None) -> Judges:
        """The judges of a weights file, by default the shipped one.

        Raises:
            ModelUnavailableError: the file is missing or is not one of judges.
        """
        from safetensors import SafetensorError, safe_open

        path = path or WEIGHTS
        try:
            with safe_open(path, framework="pt") as file:
                metadata = file.metadata() or {}
                tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
            return cls.build(_read_names(metadata), metadata["revision"], tensors)
        except (OSError, SafetensorError, KeyError, ValueError, TypeError, RuntimeError) as error:
            raise ModelUnavailableError(
                f"the judges' weights {path} cannot be read: {error}",
                hint="Fetch the project's files again, or train new judges: "
                "python -m pipeline.theatre.judging.training --minutes 30 --out FILE",
            ) from error

    @classmethod
    def build(
        cls, names: Names, revision: str, tensors: dict[str, torch.Tensor] | None = None
    ) -> Judges:
        """Judges with these names; without tensors their weights are random."""
        from pipeline.vision.judge_nets import BackdropNamer, FigureNamer, Finder, MotionNamer

        judges = cls(
            names,
            revision,
            Finder(len(names.colours)),
            FigureNamer(len(names.kinds), len(names.colours)),
            MotionNamer(len(names.motions)),
            BackdropNamer(len(names.backdrops)),
        )
        for part in PARTS:
            net: torch.nn.Module = getattr(judges, part).eval()
            if tensors is not None:
                start = f"{part}."
                found = {
                    n.removeprefix(start): t for n, t in tensors.items() if n.startswith(start)
                }
                net.load_state_dict(found)
        return judges

    def find(self, frames: np.ndarray) -> list[list[Seen]]:
        """The figures in each frame, best first, of uint8 RGB frames (F, H, W, 3)."""
        import torch

        from pipeline.vision.judge_nets import to_input

        frames = _resized(frames, FRAME_PX)
        with torch.inference_mode():
            maps = self.finder(to_input(torch.from_numpy(frames)))
            heat = maps["heat"].sigmoid()
            peaks = heat == torch.nn.functional.max_pool2d(heat, 3, 1, 1)
            maps = {name: one.numpy() for name, one in (maps | {"heat": heat * peaks}).items()}
        return [
            self._name_figures(frame, read_maps({name: one[index] for name, one in maps.items()}))
            for index, frame in enumerate(frames)
        ]

    def _name_figures(self, frame: np.ndarray, peaks: list[Peak]) -> list[Seen]:
        """The peaks of one frame with the names of what is there."""
        import torch

        from pipeline.vision.judge_nets import to_input

        if not peaks:
            return []
        crops = np.stack([cut_figure(frame, peak.box) for peak in peaks])
        with torch.inference_mode():
            kinds, colours = self.figure(to_input(torch.from_numpy(crops)))
        return [
            Seen(peak.box, self.names.kinds[kind], self.names.colours[colour], peak.score)
            for peak, kind, colour in zip(
                peaks, kinds.argmax(-1).tolist(), colours.argmax(-1).tolist(), strict=True
            )
        ]

    def name_motion(self, frames: np.ndarray, boxes: np.ndarray) -> str:
        """The motion of the figure in `boxes` over uint8 RGB frames (F, H, W, 3).

        `boxes` float (F, 4) in frame fractions, NaN in the frames where it is absent.

        Raises:
            ValueError: the figure is absent from every frame.
        """
        import torch

        from pipeline.vision.judge_nets import to_input

        crops, tracks = (torch.from_numpy(one)[None] for one in crop_figure(frames, boxes))
        with torch.inference_mode():
            logits = self.motion(to_input(crops), tracks)
        return self.names.motions[int(logits.argmax())]

    def name_backdrop(self, frames: np.ndarray) -> str:
        """The stage behind the figures of uint8 RGB frames (F, H, W, 3)."""
        import torch

        from pipeline.vision.judge_nets import BACKDROP_PX, to_input

        some = frames[np.linspace(0, len(frames) - 1, min(len(frames), 6)).round().astype(int)]
        with torch.inference_mode():
            logits = self.backdrop(to_input(torch.from_numpy(_resized(some, BACKDROP_PX))))
        return self.names.backdrops[int(logits.log_softmax(-1).mean(0).argmax())]


def _read_names(metadata: dict[str, str]) -> Names:
    lists = json.loads(metadata["names"])
    return Names(**{field: tuple(names) for field, names in lists.items()})


def _resized(frames: np.ndarray, size: Sequence[int]) -> np.ndarray:
    if frames.dtype != np.uint8 or frames.ndim != 4 or frames.shape[-1] != 3:
        raise ValueError(f"frames must be uint8 (F, H, W, 3), not {frames.dtype} {frames.shape}")
    if frames.shape[1:3] == tuple(size):
        return np.ascontiguousarray(frames)
    height, width = size
    way = cv2.INTER_AREA if frames.shape[1] > height else cv2.INTER_LINEAR
    return np.stack([cv2.resize(frame, (width, height), interpolation=way) for frame in frames])


@dataclass(frozen=True)
class Peak:
    """Where the finder sees a figure: box in frame fractions, number of its colour, 0 to 1."""

    box: np.ndarray
    colour: int
    score: float


def read_maps(maps: dict[str, np.ndarray]) -> list[Peak]:
    """The figures of one frame, best first, from the finder's maps (each ..., h, w).

    `heat` is 0 to 1 here, and 0 beside each peak.
    """
    heat = maps["heat"]
    kept: list[Peak] = []
    for at in np.argsort(-heat, axis=None)[: int((heat >= LEAST_SCORE).sum())]:
        row, column = (int(place) for place in np.unravel_index(at, heat.shape))
        peak = Peak(
            box=_cell_box(maps["sides"][:, row, column], row, column),
            colour=int(maps["colours"][:, row, column].argmax()),
            score=float(heat[row, column]),
        )
        if not any(_is_same(peak, other) for other in kept):
            kept.append(peak)
    return kept


def _cell_box(sides: np.ndarray, row: int, column: int) -> np.ndarray:
    """The box, in frame fractions, that a cell's four distances in px span."""
    from pipeline.vision.judge_nets import CELL_PX

    x, y = (column + 0.5) * CELL_PX, (row + 0.5) * CELL_PX
    left, top, right, bottom = sides.tolist()
    height, width = FRAME_PX
    corners = [(x - left) / width, (y - top) / height, (x + right) / width, (y + bottom) / height]
    return np.array(corners).clip(0, 1)


def _is_same(one: Peak, other: Peak) -> bool:
    """Two finds of one figure: figures side by side overlap as much, but differ in colour."""
    limit = _SAME_OVERLAP if one.colour == other.colour else _OTHER_OVERLAP
    return box_overlap(one.box, other.box) > limit


def cut_figure(frame: np.ndarray, box: np.ndarray) -> np.ndarray:
    """What the figure namer sees: a crop uint8 (S, S, 4) that is a little larger than the box."""
    from pipeline.vision.judge_nets import FIGURE_PX

    box_px = box * np.tile([frame.shape[1], frame.shape[0]], 2)
    span = 1.25 * max(float((box_px[2:] - box_px[:2]).max()), 4.0)
    return _cut(frame, box_px, (box_px[:2] + box_px[2:]) / 2, span, FIGURE_PX)


def crop_figure(frames: np.ndarray, boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What the motion namer sees: crops uint8 (T, S, S, 4) and tracks float32 (T, 7).

    The crops follow the straight line nearest to the figure's way, in one size, so that hops stay
    visible and walking does not leave the picture; their fourth channel is 255 inside the box.
    `boxes` (F, 4) may be NaN in some frames. A track's numbers: the box's centre beside that line
    (2), its sides (2), the line's slope (2), all in crop sides, and 1 where the box was given.

    Raises:
        ValueError: all boxes are NaN.
    """
    from pipeline.vision.judge_nets import CROP_PX, NUM_TIMES

    present = np.asarray(np.isfinite(boxes).all(axis=1))
    if not present.any():
        raise ValueError("the figure is absent from every frame: there is no motion to name")
    chosen = ((np.arange(NUM_TIMES) + 0.5) * len(frames) / NUM_TIMES).astype(int)
    size = np.tile([frames.shape[2], frames.shape[1]], 2)
    filled = _steadied(_fill_gaps(boxes, present)[chosen]) * size
    centres, sides = (filled[:, :2] + filled[:, 2:]) / 2, filled[:, 2:] - filled[:, :2]
    span = 1.6 * max(float(np.median(sides.max(axis=1))), 4.0)
    times = np.linspace(-1, 1, NUM_TIMES)
    speed = (times[:, None] * (centres - centres.mean(0))).sum(0) / (times**2).sum()
    line = centres.mean(0) + times[:, None] * speed
    crops = np.stack([
        _cut(frames[frame], box, at, span, CROP_PX)
        for frame, box, at in zip(chosen, filled, line, strict=True)
    ])  # fmt: skip
    still = np.tile(speed / span, (NUM_TIMES, 1))
    tracks = np.hstack([(centres - line) / span, sides / span, still, present[chosen, None]])
    return crops, tracks.astype(np.float32)


def _fill_gaps(boxes: np.ndarray, present: np.ndarray) -> np.ndarray:
    """Boxes (F, 4) with missing ones drawn from the frames around them."""
    frames = np.arange(len(boxes))
    known = frames[present]
    return np.stack([np.interp(frames, known, boxes[present, k]) for k in range(4)], axis=1)


def _steadied(boxes: np.ndarray) -> np.ndarray:
    """Boxes (T, 4), each the median of itself and its neighbours: finders tremble."""
    padded = np.concatenate([boxes[:1], boxes, boxes[-1:]])
    return np.median([padded[:-2], padded[1:-1], padded[2:]], axis=0)


def _cut(frame: np.ndarray, box: np.ndarray, at: np.ndarray, span: float, size: int) -> np.ndarray:
    """The square of `span` px around a point, with the inside of the box as fourth channel."""
    zoom = size / span
    shift = size / 2 - zoom * at
    matrix = np.array([[zoom, 0, shift[0]], [0, zoom, shift[1]]])
    crop = np.zeros((size, size, 4), np.uint8)
    crop[..., :3] = cv2.warpAffine(frame, matrix, (size, size), borderValue=(128, 128, 128))
    x0, y0, x1, y1 = np.rint(box * zoom + np.tile(shift, 2)).clip(0, size).astype(int)
    crop[y0:y1, x0:x1, 3] = 255
    return crop
