from __future__ import annotations

from collections import Counter

import torch
from hypothesis import given
from hypothesis import strategies as st

from pipeline.priors.draws import choose, draw_step, generator_of

SHAPE = torch.Size((5, 3, 4, 6))


@given(st.integers(0, 2**62), st.integers(1, 9), st.integers(1, 5), st.integers(1, 12))
def test_every_example_comes_as_often(seed: int, count: int, batch: int, steps: int) -> None:
    chosen = [
        number
        for step in range(1, steps + 1)
        for number in choose(seed, step, num_examples=count, batch_size=batch)
    ]
    times = Counter(chosen)
    assert len(chosen) == steps * batch
    assert times.keys() <= {*range(count)}
    assert max(times.values()) - min(times[number] for number in range(count)) <= 1


def test_rounds_differ_in_their_order() -> None:
    rounds = {tuple(choose(3, step, num_examples=7, batch_size=7)) for step in range(1, 9)}
    assert len(rounds) == 8


def test_a_draw_follows_from_seed_step_and_purpose_alone() -> None:
    def draw(seed: int, step: int, purpose: str = "step") -> tuple[object, ...]:
        found = draw_step(
            seed, step, chosen=[1, 4], shape=SHAPE, num_timesteps=1000, purpose=purpose
        )
        assert found.noise.shape == (2, *SHAPE)
        return found.noise.sum().item(), tuple(found.timesteps.tolist()), found.dropout_seed

    torch.manual_seed(1)
    first = draw(2, 3)
    torch.manual_seed(4)
    assert draw(2, 3) == first
    assert len({first, draw(3, 2), draw(2, 4), draw(2, 3, "look")}) == 4


def test_times_and_frames_are_uniform() -> None:
    draws = [
        draw_step(6, step, chosen=[0], shape=SHAPE, num_timesteps=1000) for step in range(2000)
    ]
    times = torch.cat([draw.timesteps for draw in draws]).float()
    assert 0 <= times.min() < 10
    assert 990 <= times.max() < 1000
    assert abs(times.mean() - 499.5) < 25
    frames = Counter(draw.frame for draw in draws)
    assert frames.keys() == {*range(5)}
    assert min(frames.values()) > 300


def test_times_lie_above_the_least() -> None:
    draws = [
        draw_step(6, step, chosen=[0], shape=SHAPE, num_timesteps=1000, min_timestep=700)
        for step in range(500)
    ]
    times = torch.cat([draw.timesteps for draw in draws]).float()
    assert 700 <= times.min() < 710
    assert 990 <= times.max() < 1000


def test_generators_of_neighbours_have_nothing_in_common() -> None:
    rows = torch.stack([torch.randn(400, generator=generator_of(1, "x", n)) for n in range(20)])
    others = torch.corrcoef(rows) - torch.eye(20)
    assert others.abs().max() < 0.25
