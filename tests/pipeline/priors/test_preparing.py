from __future__ import annotations

import pytest
import torch
from diffusers.hooks.group_offloading import apply_group_offloading

from pipeline.errors import TrainingError
from pipeline.priors.adapter import add_adapter
from pipeline.priors.preparing import is_large, mixed, ready
from tests.pipeline.priors.training import SHAPE, Model, predict, tiny_model, tiny_settings


def test_whatever_happens_the_model_is_as_it_was() -> None:
    model = tiny_model()
    before = predict(model)
    with pytest.raises(ValueError, match="already exists"), ready(model, checkpointing=True):
        _add_adapters(model)
    assert not model.training
    assert not model.is_gradient_checkpointing
    assert not hasattr(model, "peft_config")
    assert torch.equal(predict(model), before)


def _add_adapters(model: Model) -> None:
    assert model.training
    assert model.is_gradient_checkpointing
    add_adapter(model, "motion", tiny_settings(), torch.Generator())
    add_adapter(model, "motion", tiny_settings(), torch.Generator())


def test_a_model_that_streams_or_is_in_8_bits_is_refused() -> None:
    streaming, small = tiny_model(), tiny_model()
    apply_group_offloading(streaming, torch.device("cpu"), offload_type="leaf_level")
    small.enable_layerwise_casting(torch.float8_e4m3fn, torch.float32)
    for model, reason in ((streaming, "streams"), (small, "8 bits")):
        with pytest.raises(TrainingError, match=reason), ready(model, checkpointing=False):
            pass


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_products_are_taken_in_the_models_own_numbers(dtype: torch.dtype) -> None:
    model = tiny_model(dtype=dtype)
    with mixed(model):
        product = torch.ones(2, 2) @ torch.ones(2, 2)
    assert product.dtype == dtype


def test_a_model_is_large_where_its_backward_does_not_fit() -> None:
    model = tiny_model()
    assert not is_large(model, SHAPE, batch_size=4)
    assert is_large(model, (3, 3, 80_000, 120_000), batch_size=4)
