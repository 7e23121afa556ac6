from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import torch
from diffusers.pipelines.cogvideo.pipeline_cogvideox import CogVideoXPipeline
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast, T5Config, T5EncoderModel

from pipeline.diffusion.model import Part, VideoModel
from pipeline.diffusion.text import TextCache, encode_texts, scene_embeds

WORDS = ["<pad>", "</s>", "<unk>", "a", "blue", "fox", "robot", "walks", "jumps", "left"]
Build = Callable[..., CogVideoXPipeline]


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    vocabulary = {word: number for number, word in enumerate(WORDS)}
    inner = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()  # type: ignore[assignment]
    inner.post_processor = processors.TemplateProcessing(  # type: ignore[assignment]
        single="$A </s>", special_tokens=[("</s>", 1)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=inner, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    )


@pytest.fixture(scope="module")
def encoder() -> T5EncoderModel:
    torch.manual_seed(9)
    config = T5Config(
        vocab_size=len(WORDS),
        d_model=12,
        d_kv=6,
        d_ff=16,
        num_layers=1,
        num_heads=2,
        dropout_rate=0,
    )
    return T5EncoderModel(config).eval()


def test_equals_the_pipelines_own_encoding(
    tokenizer: PreTrainedTokenizerFast, encoder: T5EncoderModel, build_stock: Build
) -> None:
    texts = ["a blue fox walks", "a robot jumps left", ""]
    pipe = build_stock(tokenizer=tokenizer, text_encoder=encoder)
    with torch.no_grad():
        expected = [pipe._get_t5_prompt_embeds([text], max_sequence_length=7) for text in texts]
    embeds = encode_texts(texts, tokenizer=tokenizer, text_encoder=encoder, max_sequence_length=7)
    assert embeds.shape == (3, 7, 12)
    assert not embeds.requires_grad
    assert torch.equal(embeds, torch.cat(expected))


def test_equal_texts_are_encoded_once_and_come_back_in_order(
    tokenizer: PreTrainedTokenizerFast, encoder: T5EncoderModel
) -> None:
    batches: list[int] = []
    hook = encoder.register_forward_pre_hook(lambda _, args: batches.append(len(args[0])))
    texts = ["a fox", "", "a fox", "a robot", ""]
    embeds = encode_texts(texts, tokenizer=tokenizer, text_encoder=encoder, max_sequence_length=7)
    hook.remove()
    assert batches == [1, 1, 1]
    assert torch.equal(embeds[2], embeds[0])
    assert torch.equal(embeds[4], embeds[1])
    assert len({embeds[i].sum().item() for i in (0, 1, 3)}) == 3


def test_a_cut_text_is_logged(
    tokenizer: PreTrainedTokenizerFast, encoder: T5EncoderModel, caplog: pytest.LogCaptureFixture
) -> None:
    fits, long = "a blue fox", "a blue fox walks left"
    with caplog.at_level(logging.WARNING):
        embeds = encode_texts(
            [fits, long], tokenizer=tokenizer, text_encoder=encoder, max_sequence_length=4
        )
    assert embeds.shape == (2, 4, 12)
    assert [record.getMessage() for record in caplog.records] == [
        "text of 6 tokens is cut to 4: 'a blue fox walks left'"
    ]


@dataclass(frozen=True)
class Counted(VideoModel):
    """A model of words only; says which parts were used."""

    used: list[Part] = field(default_factory=list)

    @contextmanager
    def using(self, part: Part) -> Iterator[torch.nn.Module]:
        self.used.append(part)
        yield getattr(self, part)


@pytest.fixture
def model(tokenizer: PreTrainedTokenizerFast, encoder: T5EncoderModel) -> Counted:
    cpu = torch.device("cpu")
    return Counted(tokenizer, encoder, None, None, None, device=cpu)


def embeds_of(texts: Sequence[str], model: Counted, cache: TextCache | None) -> torch.Tensor:
    return scene_embeds(texts, model=model, max_sequence_length=7, cache=cache)


def test_kept_texts_do_not_touch_the_encoder(model: Counted, tmp_path: Path) -> None:
    texts = ["a blue fox", "", "a robot jumps", "a blue fox"]
    plain = embeds_of(texts, model, None)
    assert torch.equal(embeds_of(texts[:2], model, TextCache(tmp_path, "r1")), plain[:2])
    assert torch.equal(embeds_of(texts, model, TextCache(tmp_path, "r1")), plain)
    assert model.used == ["text_encoder"] * 3
    assert torch.equal(embeds_of(texts, model, TextCache(tmp_path, "r1")), plain)
    assert len(model.used) == 3
    embeds_of(texts, model, TextCache(tmp_path, "r2"))
    scene_embeds(texts, model=model, max_sequence_length=6, cache=TextCache(tmp_path, "r1"))
    assert len(model.used) == 5


@pytest.mark.parametrize("content", [b"", b"no embedding", bytes(400)])
def test_a_damaged_file_is_encoded_again(model: Counted, tmp_path: Path, content: bytes) -> None:
    cache = TextCache(tmp_path, "r1")
    plain = embeds_of(["a fox"], model, cache)
    [file] = cache.folder.iterdir()
    whole = file.read_bytes()
    file.write_bytes(content)
    assert torch.equal(embeds_of(["a fox"], model, cache), plain)
    assert file.read_bytes() == whole


def test_a_disk_that_refuses_only_costs_time(
    model: Counted, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_bytes(b"in the way")
    with caplog.at_level(logging.WARNING):
        embeds = embeds_of(["a fox"], model, TextCache(tmp_path / "file", "r1"))
    assert torch.equal(embeds, embeds_of(["a fox"], model, None))
    assert "not kept" in caplog.text


@given(st.text(max_size=60), st.text(max_size=60), st.integers(1, 9), st.integers(1, 9))
def test_every_text_and_length_has_a_file_of_its_own(
    first: str, second: str, length: int, other: int
) -> None:
    cache = TextCache(Path("kept"), "r1")
    same = (first, length) == (second, other)
    assert (cache._path(first, length) == cache._path(second, other)) == same
