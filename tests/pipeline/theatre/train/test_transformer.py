from __future__ import annotations

import torch

from pipeline.theatre.train.transformer import movement


def test_movement_is_where_a_cell_differs_from_the_frame_before() -> None:
    latents = torch.zeros(1, 3, 2, 1, 4)  # (B, f, C, h, w)
    latents[0, 2, :, 0, 1] = torch.tensor([0.3, -0.5])
    latents[0, 2, :, 0, 3] = 7.0
    moved = movement(latents)
    assert moved.shape == (1, 3, 1, 1, 4)
    assert moved[0, 0].flatten().tolist() == [0, 0, 0, 0]
    assert torch.allclose(moved[0, 2].flatten(), torch.tensor([0, 0.4, 0, 1]))


def test_a_frame_alone_does_not_move() -> None:
    assert movement(torch.randn(2, 1, 3, 2, 2)).count_nonzero() == 0


def test_the_first_frame_moves_as_the_second_does() -> None:
    latents = torch.randn(1, 2, 3, 2, 2, generator=torch.Generator().manual_seed(5))
    moved = movement(latents)
    assert torch.equal(moved[:, 0], moved[:, 1])
    assert moved.count_nonzero() > 0
