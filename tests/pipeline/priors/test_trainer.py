from __future__ import annotations

import itertools
import math
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from pipeline.errors import InputError, TrainingError
from pipeline.prior import PriorKind
from pipeline.priors.state import StateFile
from pipeline.priors.trainer import Example, Trained, Wish, train
from pipeline.progress import Progress, finish
from tests.pipeline.priors import training_child
from tests.pipeline.priors.training import (
    SHAPE,
    Model,
    examples,
    predict,
    tiny_model,
    tiny_scheduler,
    tiny_settings,
)

ROOT = Path(__file__).parents[3]
Seen = list[Progress]


def run(
    model: Model | None = None,
    kind: PriorKind = "motion",
    taught: list[Example] | None = None,
    *,
    seen: Seen | None = None,
    state: StateFile | None = None,
    wishes: Callable[[], Wish] = lambda: "none",
    sample: Callable[[int], bytes] | None = None,
    keep: Callable[[Trained], None] | None = None,
    **settings: object,
) -> Trained:
    torch.set_num_threads(1)
    work = train(
        tiny_settings(**settings),
        kind,
        examples() if taught is None else taught,
        transformer=model or tiny_model(),
        scheduler=tiny_scheduler(),
        state=state,
        wishes=wishes,
        sample=sample,
        keep=keep,
    )
    while True:
        try:
            progress = next(work)
        except StopIteration as stop:
            return stop.value
        if seen is not None:
            seen.append(progress)


def same(first: dict[str, Tensor], second: dict[str, Tensor]) -> bool:
    return first.keys() == second.keys() and all(torch.equal(first[n], second[n]) for n in first)


@pytest.mark.parametrize("kind", ["motion", "character"])
@pytest.mark.parametrize("rotary", [False, True])
def test_the_same_seed_gives_the_same_weights(kind: PriorKind, rotary: bool) -> None:
    first = run(tiny_model(rotary=rotary), kind)
    torch.manual_seed(123)  # of no account
    again, other = (
        run(tiny_model(rotary=rotary), kind),
        run(tiny_model(rotary=rotary), kind, seed=6),
    )
    assert same(first.tensors, again.tensors)
    assert not same(first.tensors, other.tensors)
    assert (first.blocks, first.rank, first.alpha) == ((int(kind != "motion"),), 3, 6.0)
    assert all(bool(weight.count_nonzero()) for weight in first.tensors.values())
    assert [weight.dtype for weight in first.tensors.values()] == [torch.float32] * 12


def test_training_leaves_model_and_random_numbers_as_they_were() -> None:
    model = tiny_model()
    before, modules = predict(model), [type(m) for m in model.modules()]
    state = torch.get_rng_state()
    run(model, checkpointing=True)
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(predict(model), before)
    assert [type(m) for m in model.modules()] == modules
    assert not model.training
    assert not model.is_gradient_checkpointing


@pytest.mark.parametrize("kind", ["motion", "character"])
def test_one_example_is_learned(kind: PriorKind) -> None:
    trained = run(
        kind=kind,
        taught=examples(1),
        steps=150,
        batch_size=4,
        rank=8,
        dropout=0.0,
        schedule="cosine",
        learning_rate=2e-2,
    )
    means = [point.loss for point in trained.losses]
    assert sum(means[-10:]) < 0.9 * sum(means[:10])


@pytest.mark.parametrize("kind", ["motion", "character"])
@pytest.mark.parametrize("appearance", [False, True])
def test_gradients_are_the_same_with_checkpointing(kind: PriorKind, appearance: bool) -> None:
    plain, checked = (
        run(kind=kind, dropout=0.3, checkpointing=on, appearance=appearance) for on in (False, True)
    )
    assert same(plain.tensors, checked.tensors)


def test_nothing_below_the_lowest_adapted_block_gets_a_gradient() -> None:
    model, reached = tiny_model(), []

    def note(name: str) -> Callable[[torch.nn.Module, object, Tensor | tuple[Tensor, ...]], None]:
        def hook(
            _module: torch.nn.Module, _inputs: object, out: Tensor | tuple[Tensor, ...]
        ) -> None:
            tensors = out if isinstance(out, tuple) else (out,)
            reached.append((name, any(t.requires_grad for t in tensors)))

        return hook

    for name in ("patch_embed", "transformer_blocks.0", "transformer_blocks.1"):
        model.get_submodule(name).register_forward_hook(note(name))
    run(model, "character", steps=1)
    assert reached == [
        ("patch_embed", False),
        ("transformer_blocks.0", False),
        ("transformer_blocks.1", True),
    ]
    assert all(p.grad is None and not p.requires_grad for p in model.parameters())


def test_what_is_set_matters() -> None:
    each: list[dict[str, Any]] = [
        {},
        {"debias": 0.0},
        {"dropout": 0.0},
        {"schedule": "cosine"},
        {"warmup_steps": 4},
        {"max_grad_norm": 0.01},
        {"weight_decay": 0.5},
        {"appearance": True},
    ]
    found = [
        run(**settings).tensors["transformer_blocks.0.attn1.to_q.lora_B.weight"].tolist()
        for settings in each
    ]
    assert all(first != second for first, second in itertools.combinations(found, 2))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_models_in_halves_learn_nearly_the_same(dtype: torch.dtype) -> None:
    whole, halves = run(dropout=0.0), run(tiny_model(dtype=dtype), dropout=0.0)
    for name, weight in whole.tensors.items():
        close = torch.cosine_similarity(weight.flatten(), halves.tensors[name].flatten(), dim=0)
        assert close > 0.95, name
    assert halves.losses[-1].loss == pytest.approx(whole.losses[-1].loss, rel=0.02)


def test_a_single_latent_is_learned_from_too() -> None:
    trained = run(kind="character", taught=examples(3, (1, *SHAPE[1:])))
    assert trained.steps == 6


def test_every_step_is_told_with_its_loss_and_the_time_left() -> None:
    seen: Seen = []
    trained = run(seen=seen, steps=3, debias=0.5)
    assert [(p.stage, p.step, p.total) for p in seen] == [("train", n, 3) for n in (1, 2, 3)]
    assert seen[0].note.startswith(f"loss {trained.losses[0].loss:.3f}, step 1 of 3, about ")
    assert seen[0].note.endswith(" s left")
    assert seen[2].note.endswith("step 3 of 3")
    assert [point.step for point in trained.losses] == [1, 2, 3]
    assert all((point.debiased or 0) > point.loss for point in trained.losses)
    assert run(steps=1, debias=0).losses[0].debiased is None


def test_samples_are_made_when_due_when_asked_and_at_the_end() -> None:
    model, acted = tiny_model(), []
    base = predict(model)

    def sample(step: int) -> bytes:
        acted.append(not torch.equal(predict(model), base) and not model.training)
        return f"picture {step}".encode()

    asked: list[Wish] = ["none", "none", "sample_now", "none", "none", "none", "none"]
    seen: Seen = []
    trained = run(
        model,
        seen=seen,
        steps=7,
        sample_every=2,
        appearance=True,
        wishes=lambda: asked.pop(0),
        sample=sample,
    )
    assert [p.step for p in seen if p.preview] == [2, 3, 4, 6, 7]
    assert trained.samples == {n: f"picture {n}".encode() for n in (2, 3, 4, 6, 7)}
    assert acted == [True] * 5
    assert same(trained.tensors, run(steps=7, appearance=True).tensors)


def test_saving_now_keeps_the_state_and_an_adapter(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "state", "k")
    kept: list[Trained] = []
    asked: list[Wish] = ["none", "save_now"]
    work = train(
        tiny_settings(),
        "motion",
        examples(),
        transformer=tiny_model(),
        scheduler=tiny_scheduler(),
        state=file,
        wishes=lambda: asked.pop(0) if asked else "none",
        keep=kept.append,
    )
    for _ in range(2):
        next(work)
    (saved,), state = kept, file.load()
    assert saved.steps == 2
    assert state is not None
    assert state.step == 2
    assert same(state.adapter, saved.tensors)
    finish(work)
    assert len(kept) == 1


def test_a_stopped_training_goes_on_to_the_same_weights(tmp_path: Path) -> None:
    whole = finish(training_child.start(None))
    state = tmp_path / "state.safetensors"
    for steps in (2, 3):
        work = training_child.start(state)
        for _ in range(steps):
            next(work)
        work.close()
    resumed = finish(training_child.start(state))
    assert (resumed.resumed_from, resumed.steps) == (5, 9)
    assert same(resumed.tensors, whole.tensors)
    assert resumed.losses == whole.losses
    done = finish(training_child.start(state))
    assert (done.resumed_from, done.losses) == (9, whole.losses)
    assert same(done.tensors, whole.tensors)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows")
def test_a_killed_training_goes_on_to_the_same_weights(tmp_path: Path) -> None:
    state = tmp_path / "state.safetensors"
    command = [sys.executable, "-m", training_child.__name__, str(state)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert any("step 4 of 9" in line for line in child.stdout or ())
        os.kill(child.pid, signal.SIGKILL)
    resumed = finish(training_child.start(state))
    assert resumed.resumed_from >= 4
    assert same(resumed.tensors, finish(training_child.start(None)).tensors)


def spoiled(at: int, value: float) -> list[Example]:
    """Examples, one of which holds a number that is none."""
    found = examples(4)
    found[at].latents[0, 0, 0, 0] = value
    return found


@pytest.mark.parametrize("value", [math.nan, math.inf])
@pytest.mark.parametrize("appearance", [False, True])
def test_numbers_that_are_not_finite_stop_it_with_the_last_good_state(
    tmp_path: Path, value: float, appearance: bool
) -> None:
    model, file, seen = tiny_model(), StateFile(tmp_path / "state", "k"), []
    with pytest.raises(TrainingError, match="not finite at step") as caught:
        run(model, taught=spoiled(1, value), seen=seen, state=file, steps=40, appearance=appearance)
    state = file.load()
    assert state is not None
    assert state.step == len(seen)
    assert f"learned by step {state.step} is kept" in caught.value.message
    assert "lower learning rate (it was 0.01)" in caught.value.hint
    assert all(bool(weight.isfinite().all()) for weight in state.adapter.values())
    assert not hasattr(model, "peft_config")


def test_losses_that_run_away_stop_it(tmp_path: Path) -> None:
    """Steps whose losses are a hundred times what they were; the state before them stays."""
    file, seen = StateFile(tmp_path / "state", "k", seconds_between=0), []
    run(steps=20, state=file)
    before = file.load()
    assert before is not None
    file.save(replace(before, history=before.history / 100))
    with pytest.raises(
        TrainingError, match=r"ran away by step 21, .* by step 20 is kept"
    ) as caught:
        run(steps=40, state=file, seen=seen)
    kept = file.load()
    assert kept is not None
    assert same(kept.adapter, before.adapter)
    assert "use what is kept" in caught.value.hint


def test_examples_must_be_there_and_of_one_shape() -> None:
    with pytest.raises(ValueError, match="of one shape"):
        run(taught=[])
    with pytest.raises(ValueError, match="of one shape"):
        run(taught=[*examples(1), *examples(1, (2, *SHAPE[1:]))])


def test_a_pack_that_predicts_noise_is_refused() -> None:
    scheduler = tiny_scheduler()
    scheduler.register_to_config(prediction_type="epsilon")
    work = train(
        tiny_settings(), "motion", examples(), transformer=tiny_model(), scheduler=scheduler
    )
    with pytest.raises(InputError, match="predicts 'epsilon'"):
        next(work)
