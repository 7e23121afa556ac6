"""The boxes of a scene's regions at each latent frame, and the token cells they cover."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from pipeline.story import NUM_KEYFRAMES

if TYPE_CHECKING:
    from torch import Tensor

    from pipeline.artifacts import BoxTiming, RegionPrompt
    from pipeline.diffusion.model import ClipFormat

REFERENCE_LATENTS_PER_KEYFRAME = 2
"""The paper's code makes 12 latents of 48 frames and gives two to each keyframe."""


def latent_boxes(
    regions: Sequence[RegionPrompt], clip: ClipFormat, timing: BoxTiming = "hold"
) -> Tensor:
    """Boxes (R, f, 4) of the regions at each latent frame, as frame fractions.

    NaN where a region is absent. Boxes may reach out of the frame; `rasterise` clips them. They
    are float32, as in the editor; float64 for "reference", whose rounding is that of Python floats.

    Args:
        regions: their boxes at the six keyframes.
        clip: how many frames and latent frames there are.
        timing: "interpolate" reads the path at the middle of each latent's frames (`box_at`);
            "hold" gives each latent the box of its keyframe, by the clip's map; "reference" gives
            keyframe k the latents 2k and 2k + 1 as the paper's code does, whatever the clip: a
            13th latent has no boxes.
    """
    dtype = torch.float64 if timing == "reference" else torch.float32
    boxes = torch.full((len(regions), clip.latent_frames, 4), torch.nan, dtype=dtype)
    for row, region in zip(boxes, regions, strict=True):
        if timing == "interpolate":
            for latent in range(clip.latent_frames):
                row[latent] = row.new_tensor(box_at(region, keyframe_time(latent, clip)))
            continue
        for keyframe, box in enumerate(region.boxes):
            if box is not None:
                row[_latents_of(keyframe, clip, timing)] = row.new_tensor(box.as_list())
    return boxes


def _latents_of(keyframe: int, clip: ClipFormat, timing: BoxTiming) -> slice | list[int]:
    if timing == "hold":
        return list(clip.keyframe_to_latent[keyframe])
    start = REFERENCE_LATENTS_PER_KEYFRAME * keyframe
    return slice(start, start + REFERENCE_LATENTS_PER_KEYFRAME)


def keyframe_time(latent: int, clip: ClipFormat) -> float:
    """The middle of a latent's frames, counted in keyframes: k = the middle of the k-th sixth.

    The result lies in (-0.5, 5.5).
    """
    frames = clip.frames_of(latent)
    middle = (frames.start + frames.stop) / 2
    return middle / clip.num_frames * NUM_KEYFRAMES - 0.5


def box_at(region: RegionPrompt, time: float) -> list[float]:
    """The box of a region at a time counted in keyframes; four NaN where it is absent.

    Between two keyframes that both have a box, the box is on its straight way from one to the
    other, or stays where the first one is held. Where only one of them has a box, the region is
    there on that keyframe's half of the way.
    """
    before = int(time // 1)
    start, end = (region.boxes[k] if 0 <= k < NUM_KEYFRAMES else None for k in (before, before + 1))
    amount = time - before
    if start is not None and end is not None:
        return (start if before in region.held else start.lerp(end, amount)).as_list()
    nearest = start if amount < 0.5 else end
    return [torch.nan] * 4 if nearest is None else nearest.as_list()


def rasterise(boxes: Tensor, *, grid_height: int, grid_width: int) -> Tensor:
    """The grid cells each box covers: (..., 4) -> bool (..., grid_height, grid_width).

    Edges are frame fractions. They are clipped to the frame, then rounded to the nearest grid line
    (ties to the even line), so boxes that touch neither gap nor overlap. Where a box lies inside
    the frame but is so thin that both edges of an axis round to one line, that axis gets the one
    cell holding its clipped centre. A box wholly outside the frame, inverted, flat, or with a NaN
    edge (absent) covers nothing.
    """
    left, top, right, bottom = boxes.double().unbind(-1)
    rows = _cells_between(top, bottom, grid_height)
    columns = _cells_between(left, right, grid_width)
    return rows.unsqueeze(-1) & columns.unsqueeze(-2)


def _cells_between(low: Tensor, high: Tensor, num_cells: int) -> Tensor:
    """Cells of one axis between two edges given as fractions: (...) -> bool (..., num_cells)."""
    low, high = low.clamp(0, 1) * num_cells, high.clamp(0, 1) * num_cells
    start, stop = torch.round(low), torch.round(high)
    centre = ((low + high) / 2).floor().clamp(max=num_cells - 1)
    thin = start == stop
    start, stop = torch.where(thin, centre, start), torch.where(thin, centre + 1, stop)
    cells = torch.arange(num_cells, device=low.device)
    inside = (cells >= start.unsqueeze(-1)) & (cells < stop.unsqueeze(-1))
    return inside & (low < high).unsqueeze(-1)


def reference_rasterise(boxes: Tensor, *, grid_height: int, grid_width: int) -> Tensor:
    """The cells each box covers in the paper's code: (R, f, 4) -> bool (R, f, rows, columns).

    Edges are rounded as Python does and used as slice bounds as they are: a negative edge counts
    from the other side (which mostly leaves nothing), a box that rounds to nothing is nothing.
    Differs on purpose from `rasterise`; only for comparison with the paper's results.
    """
    cells = torch.zeros(*boxes.shape[:2], grid_height, grid_width, dtype=torch.bool)
    for grid, box in zip(cells.flatten(0, 1), boxes.double().flatten(0, 1), strict=True):
        if not bool(box.isnan().any()):
            left, top, right, bottom = box.tolist()
            rows = slice(round(top * grid_height), round(bottom * grid_height))
            columns = slice(round(left * grid_width), round(right * grid_width))
            grid[rows, columns] = True
    return cells
