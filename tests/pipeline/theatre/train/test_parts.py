from __future__ import annotations

import json
from pathlib import Path

import cv2
import pytest
import torch
from diffusers.models.attention_processor import CogVideoXAttnProcessor2_0
from diffusers.pipelines.cogvideo.pipeline_cogvideox import CogVideoXPipeline

from pipeline.errors import PipelineError
from pipeline.theatre.train.batches import additive_mask
from pipeline.theatre.train.checkpoints import load_checkpoint
from pipeline.theatre.train.data import keyframe_boxes
from pipeline.theatre.train.export import export
from pipeline.theatre.train.loop import Limits
from pipeline.theatre.train.parts import Workshop
from pipeline.theatre.train.plans import TINY, get_plan
from pipeline.theatre.train.samples import Sampler, fixed_scenes, latest_sheet
from pipeline.theatre.train.transformer import (
    SMALLEST_NOISE,
    FusedAttention,
    PlainAttention,
    Positions,
    build_transformer,
    predict,
    sample_errors,
)


@pytest.mark.parametrize("part", ["text", "clips", "decoder"])
def test_a_part_continues_from_its_checkpoint(trained_folder: Path, part: str) -> None:
    path = trained_folder / f"{part}.safetensors"
    before, record = load_checkpoint(path)
    workshop = Workshop(TINY, trained_folder, limits=Limits(minutes=5, max_steps=2, seed=9))
    continued = getattr(workshop, part)()
    after, _ = load_checkpoint(path)
    assert continued.step == record["step"] + 2
    assert continued.samples > record["samples"]
    assert continued.seeds == [*record["seeds"], 9]
    assert before.keys() == after.keys()
    steps = [name for name in after if name.startswith("state.step.")]
    assert steps
    assert all(after[name] <= continued.step for name in steps)
    assert max(float(after[name]) for name in steps) == continued.step
    assert any(not torch.equal(before[n], after[n]) for n in after if n.startswith("master."))


def test_images_after_clips_begin_from_the_weights_of_the_clips(trained_folder: Path) -> None:
    clips, _ = load_checkpoint(trained_folder / "clips.safetensors")
    limits = Limits(minutes=5, max_steps=1, warmup_steps=1000)
    record = Workshop(TINY, trained_folder, limits=limits).images()
    images, _ = load_checkpoint(trained_folder / "images.safetensors")
    assert record.step == 4
    name = "transformer.patch_embed.proj.weight"
    left = float((images[f"master.{name}"] - clips[f"average.{name}"]).abs().max())
    assert 0 < left < 1e-4


@pytest.mark.parametrize("part", ["decoder", "clips"])
def test_curves_and_sheets_come_while_a_part_trains(trained_folder: Path, part: str) -> None:
    before = set((trained_folder / "samples").glob("*.png"))
    (trained_folder / "curves.png").unlink(missing_ok=True)
    limits = Limits(minutes=5, max_steps=1, checkpoint_seconds=0, look_seconds=0)
    getattr(Workshop(TINY, trained_folder, limits=limits), part)()
    (sheet,) = set((trained_folder / "samples").glob("*.png")) - before
    assert sheet.stem.endswith(part)
    assert sheet == latest_sheet(trained_folder)
    picture = cv2.imread(str(sheet))
    assert picture is not None
    assert picture.std() > 5
    assert (trained_folder / "curves.png").stat().st_size > 0


def test_parts_say_what_they_need_first(tmp_path: Path) -> None:
    workshop = Workshop(TINY, tmp_path, limits=Limits(minutes=1, max_steps=1))
    with pytest.raises(PipelineError, match="codec"):
        workshop.data(3)
    with pytest.raises(PipelineError, match="tiny"):
        get_plan("huge")


def test_rates_warm_up_and_fall_over_the_last_two_fifths() -> None:
    limits = Limits(minutes=1, warmup_steps=10)
    assert limits.rate_factor(4, 0.0) == 0.5
    assert limits.rate_factor(50, 0.59) == 1
    assert limits.rate_factor(50, 0.8) == pytest.approx(0.5)
    assert Limits(minutes=1, decay=False).rate_factor(99, 0.99) == 1


@pytest.mark.filterwarnings("ignore")
def test_exported_folder_loads_and_runs_in_the_stock_pipeline(trained_folder: Path) -> None:
    folder = export(TINY, trained_folder)
    pipe = CogVideoXPipeline.from_pretrained(folder)
    pipe.set_progress_bar_config(disable=True)
    frames = pipe(
        "a blue fox walks left in the forest",
        height=TINY.height_px,
        width=TINY.width_px,
        num_frames=TINY.num_frames,
        num_inference_steps=2,
        max_sequence_length=24,
        output_type="np",
        return_dict=False,
        generator=torch.Generator().manual_seed(1),
    )[0]
    assert frames.shape == (1, 24, 32, 48, 3)
    assert frames.std() > 0
    ids = pipe.tokenizer("A blue fox walks quickly").input_ids
    assert ids[-1] == 1
    assert ids.count(2) == 1
    record = json.loads((trained_folder / "training.json").read_text())
    assert record["parts"]["images"]["step"] >= 3
    assert (trained_folder / "curves.png").stat().st_size > 0


@pytest.mark.parametrize("in_regions", [True, False])
def test_plain_attention_is_the_stock_attention(in_regions: bool) -> None:
    torch.manual_seed(11)
    model = build_transformer(TINY)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    membership = torch.rand(2, 3, 6 * 6) < 0.5
    prompt_embeds = torch.randn(2, 3 * 24, TINY.text.d_model)
    positions = Positions(model, TINY, "cpu")
    noisy = torch.randn(2, 6, 8, 4, 6)
    answers = []
    for processor in (CogVideoXAttnProcessor2_0(), PlainAttention(), FusedAttention()):
        model.set_attn_processor(processor)
        with torch.no_grad():
            answer = predict(
                model,
                positions,
                noisy,
                prompt_embeds=prompt_embeds,
                timesteps=torch.tensor([100, 700]),
                first_frames=torch.zeros(2, dtype=torch.long),
                mask=additive_mask(membership, 24, torch.float32) if in_regions else None,
            )
        answers.append(answer)
    assert answers[0].std() > 0.1
    assert torch.allclose(answers[0], answers[1], atol=1e-4)
    assert torch.allclose(answers[0], answers[2], atol=1e-4)


def test_error_of_clean_latents_is_the_error_of_the_velocity_they_imply() -> None:
    generator = torch.Generator().manual_seed(4)
    clean, noise, predicted = torch.randn(3, 5, 2, 8, 4, 6, generator=generator, dtype=torch.double)
    shares = (0.0, 0.3, 0.7, 0.95, 1 - SMALLEST_NOISE)
    signal = torch.tensor(shares, dtype=torch.double).view(-1, 1, 1, 1, 1)
    noisy = signal.sqrt() * clean + (1 - signal).sqrt() * noise
    velocity = signal.sqrt() * noise - (1 - signal).sqrt() * clean
    implied = (signal.sqrt() * noisy - predicted) / (1 - signal).sqrt()
    errors = sample_errors(predicted, clean, signal)
    torch.testing.assert_close(errors, (implied - velocity).pow(2))
    late = sample_errors(predicted, clean, torch.full_like(signal, 0.999))
    torch.testing.assert_close(late, (predicted - clean).pow(2) / SMALLEST_NOISE)


def test_sampler_renders_fixed_scenes(trained_folder: Path) -> None:
    (script, clip), *_ = fixed_scenes(TINY, 1)
    sampler = Sampler(TINY, trained_folder)
    latents = sampler.sample(script, keyframe_boxes(clip.boxes, TINY), seed=2, frames=slice(1, 3))
    assert latents.shape == (2, 8, 4, 6)
    assert sampler.coder.decode(latents).shape == (8, 32, 48, 3)
    assert len(sampler.texts(script)) == 1 + len(script.actors)
