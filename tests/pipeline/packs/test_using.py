"""Parts of a pack where its placement wants them, and the same numbers wherever they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers.models.autoencoders.autoencoder_kl_cogvideox import AutoencoderKLCogVideoX

from pipeline.devices import DeviceChoice
from pipeline.packs.load import Pack, decode_in_tiles, load_pack, stream_weights
from pipeline.packs.record import find_pack
from tests.pipeline.packs.fixtures import build_tiny_pack

CPU = DeviceChoice(torch.device("cpu"), torch.float32, "asked for", 1)
TOKENS = torch.tensor([[5, 9, 2, 1]])


@pytest.fixture(scope="module")
def tiny_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_tiny_pack(tmp_path_factory.mktemp("packs") / "tiny")


@pytest.fixture
def pack(tiny_pack: Path) -> Pack:
    return load_pack(tiny_pack, CPU)


def test_a_small_pack_stays_where_it_is(pack: Pack) -> None:
    assert pack.placement.kind == "resident"
    with pack.using("text_encoder") as encoder, pack.using("vae") as vae:
        assert (encoder, vae) == (pack.text_encoder, pack.vae)


def test_a_text_encoder_on_the_disk_is_read_and_forgotten(pack: Pack) -> None:
    expected = pack.text_encoder(TOKENS)[0]
    short = replace(
        pack, text_encoder=None, placement=replace(pack.placement, keeps_text_encoder=False)
    )
    with short.using("text_encoder") as encoder:
        assert torch.equal(encoder(TOKENS)[0], expected)
        assert not any(one.requires_grad for one in encoder.parameters())
    assert all(one.is_meta for one in encoder.parameters())
    with short.using("text_encoder") as again:
        assert torch.equal(again(TOKENS)[0], expected)


def test_a_text_encoder_that_waits_in_memory_is_read_once(pack: Pack) -> None:
    later = replace(pack, text_encoder=None)
    with later.using("text_encoder") as first:
        pass
    with later.using("text_encoder") as second:
        assert first is second


def test_streamed_weights_give_the_same_numbers_with_adapters_added_later(pack: Pack) -> None:
    from peft import LoraConfig

    inputs = {
        "hidden_states": torch.randn(1, 6, 4, 4, 6, generator=torch.Generator().manual_seed(3)),
        "encoder_hidden_states": torch.randn(1, 12, 16),
        "timestep": torch.tensor([500]),
    }
    with torch.no_grad():
        expected = pack.transformer(**inputs).sample
        stream_weights(pack.transformer, torch.device("cpu"), by_block=True)
        assert torch.equal(pack.transformer(**inputs).sample, expected)
        pack.transformer.add_adapter(LoraConfig(r=2, target_modules=["to_q"]), "fox")
        assert torch.equal(pack.transformer(**inputs).sample, expected)
        stream_weights(pack.text_encoder, torch.device("cpu"), by_block=False)
        assert pack.text_encoder(TOKENS)[0].shape == (1, 4, 16)


def test_tiles_are_used_where_the_placement_says(tiny_pack: Path) -> None:
    whole = load_pack(tiny_pack, CPU)
    tiled = load_pack(tiny_pack, CPU, placement="resident_tiled")
    assert (whole.vae.use_tiling, tiled.vae.use_tiling) == (False, True)


@pytest.mark.parametrize("size", [(12, 18), (8, 12), (16, 24)])
def test_tiles_are_put_together_to_frames_of_the_right_size(size: tuple[int, int]) -> None:
    folder = find_pack("theatre") / "vae"
    whole, tiled = (AutoencoderKLCogVideoX.from_pretrained(folder) for _ in range(2))
    decode_in_tiles(tiled)
    latents = torch.randn(1, 16, 2, *size, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        expected, frames = (vae.decode(latents, return_dict=False)[0] for vae in (whole, tiled))
    assert frames.shape == expected.shape == (1, 3, 4, 8 * size[0], 8 * size[1])
    assert float((frames - expected).abs().mean()) < 0.1 * float(expected.std())


def test_tiles_of_the_real_models_are_half_their_frames() -> None:
    blocks: dict[str, Any] = {"block_out_channels": (32, 32, 32, 32), "layers_per_block": 1}
    with torch.device("meta"):
        vae = AutoencoderKLCogVideoX(**blocks)
    decode_in_tiles(vae)
    assert (vae.tile_sample_min_height, vae.tile_sample_min_width) == (240, 360)


@pytest.mark.gpu
@pytest.mark.parametrize("choice", ["resident", "model_offload_tiled", "group_offload"])
def test_each_placement_gives_the_same_texts_on_a_card(tiny_pack: Path, choice: str) -> None:
    device = DeviceChoice(torch.device("cuda", 0), torch.float32, "asked for", 1)
    pack = load_pack(tiny_pack, device, placement=choice)
    with pack.using("text_encoder") as encoder, torch.no_grad():
        embeds = encoder(TOKENS.cuda())[0]
    expected = load_pack(tiny_pack, CPU).text_encoder(TOKENS)[0]
    assert torch.allclose(embeds.cpu(), expected, atol=1e-4)
