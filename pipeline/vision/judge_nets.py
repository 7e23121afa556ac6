"""The judges' networks: where figures are, who they are, how one moves, and on which stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

if TYPE_CHECKING:
    from torch import Tensor

CELL_PX = 4
"""The side of one cell of the finder's maps."""
FIGURE_PX = 40
"""The side of the square crop the figure namer sees."""
CROP_PX, NUM_TIMES, NUM_TRACKS = 48, 12, 7
"""What the motion namer sees: square crops at 12 times, and 7 numbers about the box at each."""
BACKDROP_PX = (48, 72)


def to_input(frames: Tensor) -> Tensor:
    """Pictures uint8 (..., H, W, C) as float32 (..., C, H, W) in [-1, 1]."""
    return frames.movedim(-1, -3).float() / 127.5 - 1


def _conv(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
    )


def _double(coarse: Tensor) -> Tensor:
    return functional.interpolate(coarse, scale_factor=2.0, mode="nearest")


class Finder(nn.Module):
    """Finds figures: maps at 1/4 of the picture's size, one cell for each 4x4 px.

    Gives `heat` (B, h, w), logits that a figure's centre lies in the cell; `sides` (B, 4, h, w),
    the distances in px from the cell's centre to the box's left, top, right and bottom; `colours`
    (B, names, h, w), logits. Pictures (B, 3, H, W) have sides that are multiples of 16.
    """

    def __init__(self, num_colours: int) -> None:
        super().__init__()
        self.fine = nn.Sequential(_conv(3, 16, 2), _conv(16, 32, 2), _conv(32, 32))
        self.middle = nn.Sequential(_conv(32, 64, 2), _conv(64, 64), _conv(64, 64))
        self.coarse = nn.Sequential(_conv(64, 64, 2), _conv(64, 64), nn.Conv2d(64, 64, 1))
        self.join_middle = _conv(64, 48)
        self.lift_fine = nn.Conv2d(32, 48, 1)
        self.join_fine = _conv(48, 48)
        self.place = nn.Sequential(_conv(48, 48), nn.Conv2d(48, 5, 1))
        self.name = nn.Sequential(_conv(48, 64), nn.Conv2d(64, num_colours, 1))

    def forward(self, pictures: Tensor) -> dict[str, Tensor]:
        """The maps of pictures in [-1, 1]."""
        fine = self.fine(pictures)
        middle = self.middle(fine)
        middle = self.join_middle(middle + _double(self.coarse(middle)))
        fine = self.join_fine(self.lift_fine(fine) + _double(middle))
        place = self.place(fine)
        sides = functional.softplus(place[:, 1:].float()) * 16
        # Training starts from "nothing here", which is right nearly everywhere.
        return {"heat": place[:, 0] - 4, "sides": sides, "colours": self.name(fine)}


class FigureNamer(nn.Module):
    """Names the kind and the colour of a figure: logits (B, kinds) and (B, colours).

    Sees crops (B, 4, S, S) in [-1, 1], RGB and the inside of the figure's box.
    """

    def __init__(self, num_kinds: int, num_colours: int) -> None:
        super().__init__()
        self.look = nn.Sequential(
            _conv(4, 24, 2), _conv(24, 48, 2), _conv(48, 48), _conv(48, 48, 2), nn.Flatten()
        )
        self.think = nn.Sequential(
            nn.Dropout(0.2), nn.Linear(48 * (FIGURE_PX // 8) ** 2, 64), nn.ReLU()
        )
        self.kind = nn.Linear(64, num_kinds)
        self.colour = nn.Linear(64, num_colours)

    def forward(self, crops: Tensor) -> tuple[Tensor, Tensor]:
        """The logits of each figure's kind and colour."""
        thought = self.think(self.look(crops))
        return self.kind(thought), self.colour(thought)


class MotionNamer(nn.Module):
    """Names a figure's motion: logits (B, names).

    Sees `crops` (B, T, 4, S, S) in [-1, 1], RGB and the inside of the figure's box, and `tracks`
    (B, T, 7), where the box lies in the crop and how it moves.
    """

    def __init__(self, num_motions: int) -> None:
        super().__init__()
        self.look = nn.Sequential(
            _conv(4, 16, 2), _conv(16, 32, 2), _conv(32, 64, 2), _conv(64, 64), _conv(64, 64, 2),
            nn.Flatten(), nn.Dropout(0.1), nn.Linear(64 * (CROP_PX // 16) ** 2, 128 - NUM_TRACKS),
        )  # fmt: skip
        self.steps = nn.ModuleList(_time_conv(128) for _ in range(2))
        self.choose = nn.Linear(256, num_motions)

    def forward(self, crops: Tensor, tracks: Tensor) -> Tensor:
        """The logits of each figure's motion."""
        seen = self.look(crops.flatten(0, 1)).unflatten(0, crops.shape[:2])
        flow = torch.cat([seen, tracks], dim=-1).transpose(1, 2)
        for step in self.steps:
            flow = flow + step(flow)
        return self.choose(torch.cat([flow.mean(-1), flow.amax(-1)], dim=-1))


def _time_conv(width: int) -> nn.Sequential:
    return nn.Sequential(nn.BatchNorm1d(width), nn.ReLU(), nn.Conv1d(width, width, 3, padding=1))


class BackdropNamer(nn.Module):
    """Names the stage behind the figures: logits (B, names) of pictures (B, 3, 48, 72)."""

    def __init__(self, num_backdrops: int) -> None:
        super().__init__()
        self.look = nn.Sequential(_conv(3, 12, 2), _conv(12, 20, 2), _conv(20, 32, 2))
        self.choose = nn.Linear(32 * 6, num_backdrops)

    def forward(self, pictures: Tensor) -> Tensor:
        """The logits of each picture's backdrop."""
        seen = functional.adaptive_avg_pool2d(self.look(pictures), (2, 3))
        return self.choose(seen.flatten(1))
