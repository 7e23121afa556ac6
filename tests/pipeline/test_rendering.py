"""A prompt rendered with what was learned, from the store to the take's record."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from pipeline.artifacts import (
    AppliedPrior,
    PriorBinding,
    RegionPrompt,
    RenderSettings,
    ScenePrompt,
    Take,
)
from pipeline.errors import InputError
from pipeline.priors.store import PriorStore
from pipeline.progress import finish
from pipeline.rendering import Rendered, render_prompt, take_of
from pipeline.runner import Runner
from pipeline.settings import Settings
from pipeline.story import Box
from tests.pipeline.diffusion.lora_files import write_adapter
from tests.pipeline.packs.fixtures import build_tiny_pack
from tests.pipeline.priors.kept import make_prior

QUICK = RenderSettings(seed=3, num_inference_steps=2, guidance_scale=2)
LUNA = PriorBinding(prior="luna", kind="character", region_ids=("witch",), scale=0.75)
WITCH = RegionPrompt(
    region_id="witch", text="a red witch waves", boxes=(Box(x0=0, y0=0, x1=0.4, y1=1),) * 6
)
PLAIN = ScenePrompt(scene_id="harbour", regions=(WITCH,), background="an empty stage")
TAUGHT = PLAIN.model_copy(update={"priors": (LUNA,)})


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    folder = tmp_path_factory.mktemp("rendering")
    pack = build_tiny_pack(folder / "tiny")
    return Runner(Settings(home=folder / "home", user="ada", pack=str(pack)), device="cpu")


@pytest.fixture(scope="module")
def luna(runner: Runner, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of what was learned, in the store of the user who renders."""
    transformer = finish(runner.loaded("harbour")).transformer
    folder = tmp_path_factory.mktemp("luna")
    file = write_adapter(transformer, folder / "adapter.safetensors", blocks=(1,), seed=6)
    prior = make_prior(key="luna", kind="character", words="Luna", blocks=(1,))
    return PriorStore(runner.settings).save(prior, file).file


def render(runner: Runner, prompt: ScenePrompt, **changes: object) -> Rendered:
    return finish(render_prompt(runner, prompt, QUICK.model_copy(update=changes)))


def take(rendered: Rendered) -> Take:
    return take_of(rendered, take_id="take-01", story_revision=0)


def test_a_take_tells_what_was_learned_and_where_it_worked(runner: Runner, luna: Path) -> None:
    rendered = render(runner, TAUGHT)
    sha256 = hashlib.sha256(luna.read_bytes()).hexdigest()
    assert take(rendered).priors == (AppliedPrior(binding=LUNA, sha256=sha256),)
    assert not np.array_equal(rendered.clip.frames, render(runner, PLAIN).clip.frames)


@pytest.mark.usefixtures("luna")
@pytest.mark.parametrize("change", [{"use_priors": False}, {"use_regions": False}])
def test_without_it_the_model_is_the_plain_one(runner: Runner, change: dict[str, bool]) -> None:
    prompts = (one.model_copy(update={"caption": "a witch waves"}) for one in (TAUGHT, PLAIN))
    without, plain = (render(runner, prompt, **change) for prompt in prompts)
    assert np.array_equal(without.clip.frames, plain.clip.frames)
    assert take(without).priors == take(without).prompt.priors == ()


def test_what_is_not_in_the_store_is_named(runner: Runner) -> None:
    rusty = LUNA.model_copy(update={"prior": "rusty"})
    with pytest.raises(InputError, match="rusty"):
        render(runner, PLAIN.model_copy(update={"priors": (rusty,)}))
