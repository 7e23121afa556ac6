"""When adapters act: in the noise alone, and with the text alone, as their files say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import torch
from diffusers.models.transformers.cogvideox_transformer_3d import CogVideoXTransformer3DModel
from safetensors.torch import load_file, save_file
from torch import Tensor

from pipeline.diffusion.adapter_config import Acting
from pipeline.diffusion.adapter_files import read_acting
from pipeline.diffusion.adapters import AdapterUse, RegionalAdapters
from pipeline.diffusion.regions import RegionLayout
from pipeline.diffusion.sampling import denoise
from pipeline.errors import InputError
from tests.pipeline.diffusion.lora_files import write_adapter
from tests.pipeline.diffusion.test_sampling import SCHEDULERS

Draw = Callable[..., Tensor]
Model = CogVideoXTransformer3DModel
GUIDANCE = 3.5


@pytest.fixture
def saying(transformer: Model, tmp_path: Path) -> Callable[..., Path]:
    """The file of one adapter, whose header says this of when it acts."""

    plain = write_adapter(transformer, tmp_path / "plain.st", blocks=(0,), seed=5)

    def make(**said: str) -> Path:
        file = tmp_path / f"{'-'.join(said.values())}.safetensors"
        save_file(load_file(plain), file, metadata={"format": "pt", **said})
        return file

    return make


def first_guess(
    model: Model,
    layout: RegionLayout,
    text: Tensor,
    uses: Sequence[AdapterUse],
    guidance: float = 1.0,
) -> Tensor:
    """The clean latents after one step from noise alone, all texts being the same."""
    steps = denoise(
        model,
        SCHEDULERS[0],
        noise=torch.randn(1, 3, 3, 8, 12, generator=torch.Generator().manual_seed(8)),
        prompt_embeds=text.expand(3, -1, -1),
        negative_prompt_embeds=text,
        regions=layout,
        adapters=RegionalAdapters(model, uses),
        guidance_scale=guidance,
        num_inference_steps=1,
    )
    return next(steps).predicted


def test_guidance_adds_to_an_adapter_that_is_off_without_text(
    transformer: Model, overlap: RegionLayout, draw: Draw, saying: Callable[..., Path]
) -> None:
    text = draw(5, 12)
    always_on = [AdapterUse("a", saying(), "motion", (0,))]
    base = first_guess(transformer, overlap, text, [])
    acting = first_guess(transformer, overlap, text, always_on)
    assert (acting - base).abs().max() > 0.05
    always = first_guess(transformer, overlap, text, always_on, GUIDANCE)
    torch.testing.assert_close(always, acting, atol=1e-4, rtol=0)
    of_the_text = [AdapterUse("a", saying(guided="true"), "motion", (0,))]
    guided = first_guess(transformer, overlap, text, of_the_text, GUIDANCE)
    here = cells(overlap, 0)
    wanted = torch.where(here, base + GUIDANCE * (acting - base), base)
    torch.testing.assert_close(guided, wanted, atol=1e-4, rtol=0)
    assert (acting - base)[(~here).expand_as(base)].abs().max() > 0.01
    RegionalAdapters(transformer, ())


def cells(layout: RegionLayout, segment: int) -> Tensor:
    """Where a segment is in the latents of 3 frames of 8 x 12, in patches of 2 x 2."""
    places = layout.membership[segment].view(3, 1, 4, 6)
    return places.repeat_interleave(2, 2).repeat_interleave(2, 3)


def test_beside_a_guided_adapter_one_that_always_acts_stays_as_it_is(
    transformer: Model, overlap: RegionLayout, draw: Draw, saying: Callable[..., Path]
) -> None:
    text = draw(5, 12)
    look = write_adapter(transformer, saying().parent / "look.st", blocks=(1,), seed=9)
    uses = [
        AdapterUse("look", look, "character", (0, 1)),
        AdapterUse("motion", saying(guided="true"), "motion", (0,)),
    ]
    both = first_guess(transformer, overlap, text, uses, GUIDANCE)
    looks = first_guess(transformer, overlap, text, uses[:1], GUIDANCE)
    here = cells(overlap, 0).expand_as(both)
    torch.testing.assert_close(both[~here], looks[~here], atol=1e-5, rtol=0)
    assert (both - looks)[here].abs().max() > 0.05
    RegionalAdapters(transformer, ())


def test_looks_and_movements_each_have_a_pass_and_a_weight(
    transformer: Model, overlap: RegionLayout, draw: Draw, saying: Callable[..., Path]
) -> None:
    text = draw(5, 12)
    files = [saying(guided="true", still="1.5", moving="0.0"), saying(guided="true", moving="2.0")]
    uses = [AdapterUse(str(at), file, "motion", (0,)) for at, file in enumerate(files)]
    base, acting = (
        first_guess(transformer, overlap, text, some)
        for some in ([], [AdapterUse("a", saying(), "motion", (0,))])
    )
    here = cells(overlap, 0)
    change = torch.where(here, acting - base, 0)
    still = torch.where(here, change.sum(1, keepdim=True) / here.sum(0).clamp(min=1), 0)
    one = first_guess(transformer, overlap, text, uses[:1], GUIDANCE)
    torch.testing.assert_close(one, base + GUIDANCE * 1.5 * still, atol=1e-4, rtol=0)
    other = first_guess(transformer, overlap, text, uses[1:], GUIDANCE)
    wanted = base + GUIDANCE * (still + 2 * (change - still))
    torch.testing.assert_close(other, wanted, atol=1e-4, rtol=0)
    assert still.abs().max() > 0.02 < (change - still).abs().max()
    RegionalAdapters(transformer, ())


def test_an_adapter_of_the_noise_is_off_below_it(
    transformer: Model, overlap: RegionLayout, draw: Draw, saying: Callable[..., Path]
) -> None:
    options = {
        "noise": draw(1, 3, 3, 8, 12),
        "prompt_embeds": draw(3, 5, 12),
        "negative_prompt_embeds": draw(5, 12),
        "regions": overlap,
        "guidance_scale": 1.0,
        "num_inference_steps": 4,  # at 999, 749, 499 and 249
    }

    def latents(file: Path | None) -> list[Tensor]:
        uses = [AdapterUse("a", file, "motion", (0,))] if file else []
        adapters = RegionalAdapters(transformer, uses)
        steps = denoise(transformer, SCHEDULERS[0], adapters=adapters, **options)
        return [one.latents for one in steps]

    never, always = latents(None), latents(saying())
    at_first = latents(saying(min_timestep="900"))
    assert torch.equal(at_first[0], always[0])
    assert not torch.equal(at_first[0], never[0])
    assert not torch.equal(at_first[1], always[1])
    RegionalAdapters(transformer, ())


@pytest.mark.parametrize("said", [{"min_timestep": "1000"}, {"guided": "maybe"}, {"still": "inf"}])
def test_what_cannot_be_is_refused(saying: Callable[..., Path], said: dict[str, str]) -> None:
    with pytest.raises(InputError, match=f"{next(iter(said))} in its metadata"):
        read_acting(saying(**said))


def test_a_header_says_when_it_acts_only_where_that_is_not_always(
    saying: Callable[..., Path],
) -> None:
    told = Acting(min_timestep=350, guided=True, still=0.25, moving=1.5)
    said = {"min_timestep": "350", "guided": "true", "still": "0.25", "moving": "1.5"}
    assert told.entries() == said
    assert read_acting(saying(**told.entries())) == told
    assert Acting().entries() == {}
    assert read_acting(saying()) == Acting()
