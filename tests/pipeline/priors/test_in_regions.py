"""Learning in the form of rendering: what acts in training acts so in a render."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from pipeline.diffusion.adapter_config import Acting
from pipeline.diffusion.adapters import AdapterUse, RegionalAdapters
from pipeline.diffusion.attention import region_attention
from pipeline.diffusion.positions import joint_text, video_positions
from pipeline.diffusion.regions import RegionLayout, make_layout
from pipeline.packs.record import load_record
from pipeline.priors.adapter import add_adapter, write_adapter
from pipeline.priors.in_regions import FigureAdapter, figure_layout, placed
from pipeline.priors.trainer import Example, train
from pipeline.progress import finish
from tests.pipeline.priors.training import (
    SHAPE,
    Model,
    examples,
    tiny_model,
    tiny_scheduler,
    tiny_settings,
)

TEXT = examples()[0].prompt_embeds.shape[0]


def layout(left: float = 0.0) -> RegionLayout:
    box = torch.tensor([left, 0.0, left + 0.5, 1.0]).expand(1, SHAPE[0], 4)
    rows, columns = SHAPE[2] // 2, SHAPE[3] // 2
    return make_layout(box, grid_height=rows, grid_width=columns, text_length=TEXT)


def taught() -> list[Example]:
    """Examples of two texts, their figures to the left and to the right."""
    return [
        replace(
            one,
            prompt_embeds=torch.cat([one.prompt_embeds, -one.prompt_embeds]),
            regions=layout(0.5 * (number % 2)),
        )
        for number, one in enumerate(examples())
    ]


def predict(model: Model, shown: Example) -> torch.Tensor:
    latents = shown.latents[None]
    with torch.no_grad(), joint_text(model, video_positions(model, latents)):
        return model(
            hidden_states=latents,
            encoder_hidden_states=shown.prompt_embeds[None],
            timestep=torch.tensor([400]),
            attention_kwargs={"regions": shown.regions},
            return_dict=False,
        )[0]


def test_an_adapter_acts_in_training_as_it_does_in_a_render(tmp_path: Path) -> None:
    settings, file, shown = tiny_settings(dropout=0.0), tmp_path / "a.safetensors", taught()[1]
    model, generator = tiny_model(), torch.Generator().manual_seed(4)
    adapter = add_adapter(model, "motion", settings, generator)
    for weight in adapter.parameters():
        weight.data = torch.randn(weight.shape, generator=generator) * 0.2
    with placed(model, shown.regions):
        trained = predict(model, shown)
    write_adapter(file, adapter.state(), rank=adapter.rank, alpha=adapter.alpha)
    other = tiny_model()
    adapters = RegionalAdapters(other, [AdapterUse("a", file, "motion", (0,))])
    with region_attention(other, "classes"), adapters.active(shown.regions):  # pyright: ignore[reportArgumentType]
        rendered = predict(other, shown)
        assert torch.allclose(trained, rendered, atol=1e-5)
    with region_attention(other, "classes"):
        assert not torch.allclose(trained, predict(other, shown), atol=1e-3)


def test_an_adapter_of_the_noise_and_of_the_words_acts_then_alone() -> None:
    model, shown = tiny_model(), taught()[1]
    plain = predict(model, shown)
    adapter = add_adapter(model, "motion", tiny_settings(), torch.Generator().manual_seed(4))
    for weight in adapter.parameters():
        weight.data = torch.randn(weight.shape, generator=torch.Generator().manual_seed(7))
    adapters = FigureAdapter(model, Acting(min_timestep=400, guided=True))
    assert adapters.guided(layout(), timestep=399) == ()
    (one,) = adapters.guided(layout(), timestep=400)
    assert one.acting == adapters.acting
    assert torch.equal(one.tokens, layout().membership[0])
    always = FigureAdapter(model, Acting(min_timestep=400))
    assert always.guided(layout(), timestep=400) == ()
    for timestep, guided, acts in ((400, None, True), (399, None, False), (999, (), False)):
        with adapters.active(layout(), timestep=timestep, guided=guided):
            assert torch.equal(predict(model, shown), plain) is not acts
    assert not torch.equal(predict(model, shown), plain)


def test_each_example_keeps_to_its_own_place_and_the_seed_tells_the_weights() -> None:
    def learn(seed: int, told: list[Example]) -> dict[str, torch.Tensor]:
        torch.set_num_threads(1)
        work = train(
            tiny_settings(seed=seed, steps=3),
            "motion",
            told,
            transformer=tiny_model(),
            scheduler=tiny_scheduler(),
        )
        return finish(work).tensors

    once, again, other = learn(5, taught()), learn(5, taught()), learn(6, taught())
    assert all(torch.equal(once[name], again[name]) for name in once)
    assert any(not torch.equal(once[name], other[name]) for name in once)
    elsewhere = [replace(one, regions=layout(0.25)) for one in taught()]
    moved = learn(5, elsewhere)
    assert any(not torch.equal(once[name], moved[name]) for name in once)


def test_a_figures_words_are_bound_to_its_box() -> None:
    clip = load_record("theatre")
    made = figure_layout(np.array([0.0, 0.5, 1 / 3, 1.0]), clip, 24)
    cells = made.membership.unflatten(1, (clip.latent_frames, 6, 9))
    assert made.num_segments == 2
    assert cells[0, 5].nonzero().tolist() == [[r, c] for r in (3, 4, 5) for c in (0, 1, 2)]
    assert torch.equal(cells[1], ~cells[0])
