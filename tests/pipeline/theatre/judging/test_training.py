"""Losses, weights files, growing with the world, and the counting behind the scores."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from pipeline.theatre.judging.batches import Examples
from pipeline.theatre.judging.scores import match
from pipeline.theatre.judging.training import (
    build_parser,
    finder_losses,
    read_world_names,
    save,
    take_over,
    train,
)
from pipeline.vision.judge_nets import BackdropNamer, FigureNamer, Finder, MotionNamer
from pipeline.vision.judges import PARTS, Judges, Names, Seen

NAMES = Names(("fox", "owl"), ("red", "blue", "green"), ("hops", "naps"), ("attic", "lake"))


def test_networks_give_maps_and_logits_of_the_right_shape() -> None:
    maps = Finder(3)(torch.zeros(1, 3, 96, 144))
    shapes = {name: tuple(one.shape) for name, one in maps.items()}
    assert shapes == {
        "heat": (1, 24, 36),
        "sides": (1, 4, 24, 36),
        "colours": (1, 3, 24, 36),
    }
    assert (maps["sides"] > 0).all()
    kinds, colours = FigureNamer(2, 3)(torch.zeros(4, 4, 40, 40))
    assert (kinds.shape, colours.shape) == ((4, 2), (4, 3))
    assert MotionNamer(5)(torch.zeros(2, 12, 4, 48, 48), torch.zeros(2, 12, 7)).shape == (2, 5)
    assert BackdropNamer(7)(torch.zeros(3, 3, 48, 72)).shape == (3, 7)


def make_maps() -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
    """Maps asked for, with one figure, and maps that say just that."""
    heat = torch.zeros(1, 4, 6)
    heat[0, 1, 2] = 1
    sides = torch.tensor([5.0, 9.0, 7.0, 11.0]).view(1, 4, 1, 1).expand(1, 4, 4, 6)
    wanted = {"heat": heat, "care": torch.ones(1, 4, 6), "weight": heat.clone()}
    wanted |= {"sides": sides, "colours": torch.full((1, 4, 6), 2)}
    given = {"heat": 40 * heat - 20, "sides": sides, "colours": torch.zeros(1, 3, 4, 6)}
    given["colours"][:, 2] = 30
    return given, wanted


def test_losses_are_zero_for_what_was_asked() -> None:
    given, wanted = make_maps()
    assert {name: float(x) for name, x in finder_losses(given, wanted).items()} == pytest.approx(
        {"heat": 0, "boxes": 0, "colours": 0}, abs=1e-4
    )


@pytest.mark.parametrize("part", ["heat", "sides", "colours"])
def test_each_loss_grows_with_its_own_mistake(part: str) -> None:
    given, wanted = make_maps()
    given[part] = given[part].flip(1) if part == "colours" else given[part] * 0 + 1
    losses = finder_losses(given, wanted)
    grown = {name for name, loss in losses.items() if float(loss) > 0.01}
    assert grown == {"boxes" if part == "sides" else part}


def test_where_either_answer_is_right_heat_costs_nothing() -> None:
    given, wanted = make_maps()
    given["heat"][0, 3, 4] = 20
    assert float(finder_losses(given, wanted)["heat"]) > 1
    wanted["care"][0, 3, 4] = 0
    assert float(finder_losses(given, wanted)["heat"]) == pytest.approx(0, abs=1e-4)


def test_weights_come_back_in_half_precision_with_their_names(tmp_path: Path) -> None:
    judges = Judges.build(NAMES, revision="")
    save(judges, tmp_path / "weights.safetensors")
    back = Judges.load(tmp_path / "weights.safetensors")
    assert back.names == NAMES
    assert len(back.revision) == 16
    weight = judges.motion.choose.weight.detach()
    assert torch.equal(back.motion.choose.weight, weight.half().float())


def test_judges_of_a_larger_world_keep_what_they_knew() -> None:
    start = Judges.build(NAMES, revision="")
    names = replace(NAMES, kinds=("owl", "bear", "fox"), backdrops=("lake", "attic", "moon"))
    grown = Judges.build(names, revision="")
    take_over(grown, start)
    pictures = torch.randn(1, 3, 96, 144)
    old, new = start.finder(pictures), grown.finder(pictures)
    assert torch.equal(new["heat"], old["heat"])
    assert torch.equal(new["colours"], old["colours"])
    crops = torch.randn(1, 4, 40, 40)
    assert torch.allclose(grown.figure(crops)[0][:, [2, 0]], start.figure(crops)[0], atol=1e-5)
    small = torch.randn(1, 3, 48, 72)
    assert torch.allclose(grown.backdrop(small)[:, [1, 0]], start.backdrop(small), atol=1e-5)


def test_a_moment_of_training_changes_every_network() -> None:
    examples = Examples(random.Random(6), read_world_names(), coded=[])
    start = Judges.build(examples.names, revision="")
    trained = train(0.05, examples, start=start)
    for part in PARTS:
        before, after = (getattr(one, part).state_dict() for one in (start, trained))
        assert any(not torch.equal(before[name], after[name]) for name in before), part
        assert not getattr(trained, part).training


def seen(x0: float, x1: float) -> Seen:
    return Seen(np.array([x0, 0.2, x1, 0.8]), "fox", "red", 0.5)


def test_finds_are_matched_to_the_nearest_figure_once() -> None:
    boxes = np.array([[0.1, 0.2, 0.3, 0.8], [0.2, 0.2, 0.4, 0.8], [0.7, 0.2, 0.9, 0.8]])
    first, second, extra = seen(0.1, 0.3), seen(0.18, 0.38), seen(0.12, 0.32)
    pairs = match(boxes, np.array([1.0, 1.0, 1.0]), [extra, second, first])
    assert pairs == {0: first, 1: second}


def test_hidden_figures_match_nothing() -> None:
    boxes = np.array([[0.1, 0.2, 0.3, 0.8]])
    assert match(boxes, np.array([0.05]), [seen(0.1, 0.3)]) == {}


def test_options_have_sound_defaults() -> None:
    options = build_parser().parse_args(["--score"])
    assert (options.out, options.weights, options.score) == (None, None, True)
