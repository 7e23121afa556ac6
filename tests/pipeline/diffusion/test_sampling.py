from __future__ import annotations

import copy
from collections.abc import Callable, Generator
from typing import Any

import pytest
import torch
from diffusers.models.autoencoders.autoencoder_kl_cogvideox import AutoencoderKLCogVideoX
from diffusers.models.transformers.cogvideox_transformer_3d import CogVideoXTransformer3DModel
from diffusers.pipelines.cogvideo.pipeline_cogvideox import CogVideoXPipeline
from diffusers.schedulers.scheduling_ddim_cogvideox import CogVideoXDDIMScheduler
from diffusers.schedulers.scheduling_dpm_cogvideox import CogVideoXDPMScheduler
from torch import Tensor

from pipeline.diffusion.positions import rotary_positions
from pipeline.diffusion.regions import RegionLayout
from pipeline.diffusion.sampling import DenoiseStep, build_scheduler, denoise, initial_noise

Draw = Callable[..., Tensor]
Scheduler = CogVideoXDDIMScheduler | CogVideoXDPMScheduler
Build = Callable[..., CogVideoXPipeline]
SHAPE = (1, 3, 3, 8, 12)
OPTIONS = {
    "prediction_type": "v_prediction",
    "rescale_betas_zero_snr": True,
    "timestep_spacing": "trailing",
    "snr_shift_scale": 1.0,
    "clip_sample": False,
}
SCHEDULERS = [CogVideoXDDIMScheduler(**OPTIONS), CogVideoXDPMScheduler(**OPTIONS)]


@pytest.fixture(params=SCHEDULERS, ids=["ddim", "dpm"])
def scheduler(request: pytest.FixtureRequest) -> Scheduler:
    return copy.deepcopy(request.param)


def seeded() -> torch.Generator:
    return torch.Generator().manual_seed(21)


def finish(steps: Generator[DenoiseStep, None, Tensor]) -> tuple[list[DenoiseStep], Tensor]:
    records: list[DenoiseStep] = []
    while True:
        try:
            records.append(next(steps))
        except StopIteration as stop:
            return records, stop.value


def take(model: CogVideoXTransformer3DModel, scheduler: Scheduler, **changes: object) -> Tensor:
    numbers = torch.Generator().manual_seed(3)
    generator = seeded()
    options = {
        "noise": initial_noise(SHAPE, generator=generator),
        "prompt_embeds": torch.randn(3, 5, 12, generator=numbers),
        "negative_prompt_embeds": torch.randn(5, 12, generator=numbers),
        "guidance_scale": 4.0,
        "num_inference_steps": 3,
        "generator": generator,
    }
    return finish(denoise(model, scheduler, **{**options, **changes}))[1]


@pytest.mark.parametrize("guidance_scale", [1.0, 5.0])
def test_one_full_region_equals_the_stock_pipeline(
    transformer: CogVideoXTransformer3DModel,
    vae: AutoencoderKLCogVideoX,
    scheduler: Scheduler,
    full_cover: RegionLayout,
    build_stock: Build,
    draw: Draw,
    guidance_scale: float,
) -> None:
    prompt, background, empty = draw(3, 5, 12)
    pipe = build_stock(vae=vae, transformer=transformer, scheduler=copy.deepcopy(scheduler))
    texts: dict[str, Any] = {
        "prompt_embeds": prompt[None],
        "negative_prompt_embeds": empty[None],
    }
    expected = pipe(
        **texts,
        height=64,
        width=96,
        num_frames=9,
        num_inference_steps=4,
        guidance_scale=guidance_scale,
        use_dynamic_cfg=False,
        generator=seeded(),
        output_type="latent",
        return_dict=False,
    )[0]
    actual = take(
        transformer,
        scheduler,
        prompt_embeds=torch.stack([prompt, background]),
        negative_prompt_embeds=empty,
        regions=full_cover,
        guidance_scale=guidance_scale,
        num_inference_steps=4,
    )
    assert expected.std() > 0.1
    assert (actual - expected).abs().max() <= 1e-5


def test_one_record_per_step_ending_in_the_latents(
    transformer: CogVideoXTransformer3DModel, overlap: RegionLayout, draw: Draw
) -> None:
    records, latents = finish(
        denoise(
            transformer,
            SCHEDULERS[0],
            noise=draw(*SHAPE),
            prompt_embeds=draw(3, 5, 12),
            negative_prompt_embeds=draw(5, 12),
            regions=overlap,
            guidance_scale=3.0,
            num_inference_steps=4,
        )
    )
    assert [(record.step, record.total) for record in records] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert {record.predicted.shape for record in records} == {latents.shape}
    # the last step of DDIM lands on its own prediction of the clean latents
    torch.testing.assert_close(records[-1].predicted, latents, atol=0.1, rtol=0)
    assert (records[0].predicted - latents).abs().max() > 0.1


def test_the_record_shows_the_clean_latents_the_model_predicts(
    transformer: CogVideoXTransformer3DModel, scheduler: Scheduler, draw: Draw
) -> None:
    """At the first step nothing is left of the picture, so the clean latents are -v."""
    noise, text = draw(*SHAPE), draw(1, 5, 12)
    velocity = transformer(
        hidden_states=noise,
        encoder_hidden_states=text,
        timestep=torch.tensor([999]),
        image_rotary_emb=rotary_positions(transformer, noise),
        return_dict=False,
    )[0]
    steps = denoise(
        transformer,
        scheduler,
        noise=noise,
        prompt_embeds=text,
        negative_prompt_embeds=text[0],
        guidance_scale=1.0,
        num_inference_steps=3,
    )
    torch.testing.assert_close(next(steps).predicted, -velocity, atol=1e-5, rtol=0)


def test_same_seed_same_latents(
    transformer: CogVideoXTransformer3DModel, scheduler: Scheduler, overlap: RegionLayout
) -> None:
    """All noise is the generator's, that of DPM's steps too: nothing draws on the global one."""
    untouched = torch.get_rng_state()
    first = take(transformer, scheduler, regions=overlap)
    assert torch.equal(torch.get_rng_state(), untouched)
    assert torch.equal(take(transformer, scheduler, regions=overlap), first)
    other = initial_noise(SHAPE, generator=torch.Generator().manual_seed(22))
    assert not torch.equal(take(transformer, scheduler, regions=overlap, noise=other), first)


def test_two_takes_at_once_equal_one_by_one(
    transformer: CogVideoXTransformer3DModel, overlap: RegionLayout, draw: Draw
) -> None:
    noise = draw(2, *SHAPE[1:])
    together = take(transformer, SCHEDULERS[0], noise=noise, regions=overlap)
    for number in range(2):
        alone = take(transformer, SCHEDULERS[0], noise=noise[[number]], regions=overlap)
        torch.testing.assert_close(together[[number]], alone, atol=1e-5, rtol=0)


def test_guidance_runs_the_empty_text_under_the_same_regions(
    transformer: CogVideoXTransformer3DModel, overlap: RegionLayout, draw: Draw
) -> None:
    """With all texts equal to the negative one, guidance has nothing to push."""
    text = draw(5, 12)
    same = {"prompt_embeds": text.expand(3, -1, -1), "negative_prompt_embeds": text}
    guided = take(transformer, SCHEDULERS[0], regions=overlap, **same)
    plain = take(transformer, SCHEDULERS[0], regions=overlap, guidance_scale=1.0, **same)
    torch.testing.assert_close(guided, plain, atol=1e-4, rtol=0)


def test_model_and_scheduler_are_whole_between_steps(
    transformer: CogVideoXTransformer3DModel,
    scheduler: Scheduler,
    overlap: RegionLayout,
    draw: Draw,
) -> None:
    processors, length = transformer.attn_processors, transformer.patch_embed.max_text_seq_length
    settings = copy.deepcopy(scheduler.__dict__)
    steps = denoise(
        transformer,
        scheduler,
        noise=draw(*SHAPE),
        prompt_embeds=draw(3, 5, 12),
        negative_prompt_embeds=draw(5, 12),
        regions=overlap,
        guidance_scale=3.0,
        num_inference_steps=3,
    )
    next(steps)
    assert transformer.attn_processors == processors
    assert transformer.patch_embed.max_text_seq_length == length
    assert scheduler.num_inference_steps is None
    assert torch.equal(scheduler.timesteps, settings["timesteps"])


def test_a_layout_for_other_texts_is_refused(
    transformer: CogVideoXTransformer3DModel, overlap: RegionLayout, draw: Draw
) -> None:
    with pytest.raises(ValueError, match="15 text and 72 visual tokens, the model got 10 and 72"):
        take(transformer, SCHEDULERS[0], regions=overlap, prompt_embeds=draw(2, 5, 12))


@pytest.mark.parametrize("done", [1, 3, 4])
def test_a_run_that_goes_on_gives_the_same_latents(
    transformer: CogVideoXTransformer3DModel,
    scheduler: Scheduler,
    overlap: RegionLayout,
    draw: Draw,
    done: int,
) -> None:
    generator = seeded()
    options: dict[str, Any] = {
        "noise": draw(*SHAPE),
        "prompt_embeds": draw(3, 5, 12),
        "negative_prompt_embeds": draw(5, 12),
        "regions": overlap,
        "guidance_scale": 3.0,
        "num_inference_steps": 4,
    }
    whole = denoise(transformer, scheduler, generator=generator, **options)
    step = [next(whole) for _ in range(done)][-1]
    state = generator.get_state()
    expected = finish(whole)[1]
    again = torch.Generator()
    again.set_state(state)
    rest = denoise(transformer, scheduler, generator=again, after=step, **options)
    records, latents = finish(rest)
    assert [record.step for record in records] == list(range(done + 1, 5))
    assert torch.equal(latents, expected)


def test_a_scheduler_of_another_kind_keeps_the_packs_noise(scheduler: Scheduler) -> None:
    built = build_scheduler(scheduler, "ddim"), build_scheduler(scheduler, "dpm")
    assert tuple(map(type, built)) == (CogVideoXDDIMScheduler, CogVideoXDPMScheduler)
    for one in built:
        assert torch.equal(one.alphas_cumprod, scheduler.alphas_cumprod)
        assert one.config["timestep_spacing"] == "trailing"
    own = build_scheduler(scheduler, None)
    assert type(own) is type(scheduler)
    assert own is not scheduler


def test_the_step_says_how_attention_was_done(
    transformer: CogVideoXTransformer3DModel, overlap: RegionLayout, draw: Draw
) -> None:
    options: dict[str, Any] = {
        "noise": draw(*SHAPE),
        "prompt_embeds": draw(3, 5, 12),
        "negative_prompt_embeds": draw(5, 12),
        "guidance_scale": 1.0,
        "num_inference_steps": 1,
    }
    asked = denoise(transformer, SCHEDULERS[0], regions=overlap, attention="classes", **options)
    assert next(asked).attention.startswith("place by place (classes): ")
    assert next(denoise(transformer, SCHEDULERS[0], **options)).attention.startswith("plain")


def test_there_are_as_many_steps_as_asked_for_whatever_rounding_makes_of_it(
    transformer: CogVideoXTransformer3DModel, scheduler: Scheduler, draw: Draw
) -> None:
    stock = copy.deepcopy(scheduler)
    stock.set_timesteps(61)
    assert (len(stock.timesteps), stock.timesteps[-1]) == (62, -1)
    small = initial_noise((1, 1, 3, 2, 2), generator=seeded())
    options: dict[str, Any] = {
        "prompt_embeds": draw(1, 5, 12),
        "negative_prompt_embeds": draw(5, 12),
    }
    steps = denoise(
        transformer, scheduler, noise=small, guidance_scale=1, num_inference_steps=61, **options
    )
    assert [(step.step, step.total) for step in finish(steps)[0]][-1] == (61, 61)
