"""An exported prior is a model repository that stock diffusers loads and anyone may read."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from diffusers.pipelines.cogvideo.pipeline_cogvideox import CogVideoXPipeline
from huggingface_hub import ModelCard

from pipeline.errors import WorkspaceError
from pipeline.files import read_record
from pipeline.prior import Prior
from pipeline.priors.header import metadata_of
from pipeline.priors.importing import import_prior
from pipeline.priors.matching import fit_of
from pipeline.priors.publishing import export_prior
from pipeline.priors.store import PriorStore, Stored
from tests.pipeline.diffusion.conftest import build_transformer
from tests.pipeline.diffusion.lora_files import write_adapter
from tests.pipeline.priors.kept import WEBP, config, make_prior, make_settings, write_lora


@pytest.fixture
def store(tmp_path: Path) -> PriorStore:
    return PriorStore(make_settings(tmp_path / "home"))


@pytest.fixture
def kept(store: PriorStore, tmp_path: Path) -> Stored:
    prior = make_prior(origin="/home/ann/loras/dance.st", licence="")
    adapter = write_lora(tmp_path / "a.st", metadata={**config(), **metadata_of(prior)})
    return store.save(prior, adapter, {100: WEBP + b"1", 300: WEBP})


def test_a_repository_holds_weights_page_record_and_samples(kept: Stored, tmp_path: Path) -> None:
    out = export_prior(kept, tmp_path / "new" / "dance", base_model="someone/CogVideoX-2b")
    names = sorted(one.relative_to(out).as_posix() for one in out.rglob("*") if one.is_file())
    assert names == [
        "README.md",
        "prior.json",
        "pytorch_lora_weights.safetensors",
        "samples/100.webp",
        "samples/300.webp",
    ]
    assert (out / "pytorch_lora_weights.safetensors").read_bytes() == kept.file.read_bytes()
    assert (out / "samples" / "100.webp").read_bytes() == WEBP + b"1"
    card = ModelCard.load(out / "README.md")
    assert card.data.to_dict() == {
        "base_model": "someone/CogVideoX-2b",
        "library_name": "diffusers",
        "license": "other",
        "license_name": "see-sources",
        "pipeline_tag": "text-to-video",
        "tags": ["cogvideox", "diffusers", "lora", "text-to-video"],
        "instance_prompt": "motion7",
        "widget": [
            {"text": "a blue fox motion7 facing left", "output": {"url": "samples/300.webp"}}
        ],
    }
    assert "CogVideoXPipeline.from_pretrained('someone/CogVideoX-2b')" in card.text
    assert "- clip `a1a1a1a1a1a1a1a1` (CC BY 4.0, Ann): a blue fox motion7 facing left" in card.text
    assert [path.name for path in out.parent.iterdir()] == ["dance"]


def test_a_zip_holds_the_same(kept: Stored, tmp_path: Path) -> None:
    folder = export_prior(kept, tmp_path / "dance")
    with zipfile.ZipFile(export_prior(kept, tmp_path / "dance.zip")) as archive:
        assert archive.testzip() is None
        packed = {name: archive.read(name) for name in archive.namelist()}
    files = [one for one in folder.rglob("*") if one.is_file()]
    assert packed == {one.relative_to(folder).as_posix(): one.read_bytes() for one in files}
    assert b"base_model" not in packed["README.md"]


def test_nobodys_folders_and_e_mail_get_out(kept: Stored, tmp_path: Path) -> None:
    out = export_prior(kept, tmp_path / "dance")
    everything = b"".join(one.read_bytes() for one in out.rglob("*") if one.is_file())
    for private in (b"/home", b"ann@example", b"The lost kite", str(tmp_path).encode()):
        assert private not in everything
    prior = read_record(out / "prior.json", Prior)
    assert prior.plan is not None
    assert [source.name for source in prior.plan.sources] == ["dance.mp4", "a fox dances"]
    assert (prior.origin, prior.key, prior.sha256) == ("dance.st", kept.key, kept.prior.sha256)


@pytest.mark.parametrize(
    ("licence", "said"),
    [("AGPL-3.0-only", "agpl-3.0"), ("CC BY 4.0", "cc-by-4.0"), ("own", "other")],
)
def test_terms_are_named_as_the_hub_names_them(
    store: PriorStore, tmp_path: Path, licence: str, said: str
) -> None:
    prior = make_prior(licence=licence, plan=None, words="x: *y* # <b>")
    stored = store.save(prior, write_lora(tmp_path / "a.st"))
    card = ModelCard.load(export_prior(stored, tmp_path / "out") / "README.md")
    assert card.data.to_dict()["license"] == said
    assert r"# x: \*y\* \# \<b\>" in card.text


@pytest.mark.parametrize("name", ["dance", "dance.zip"])
def test_what_is_there_stays(kept: Stored, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(WorkspaceError, match=f"{name} is there already"):
        export_prior(kept, tmp_path / name)
    assert (tmp_path / name).read_text() == "mine"


def test_a_lost_adapter_leaves_nothing(kept: Stored, tmp_path: Path) -> None:
    kept.file.unlink()
    with pytest.raises(WorkspaceError, match="cannot write"):
        export_prior(kept, tmp_path / "deep" / "dance.zip")
    assert list((tmp_path / "deep").iterdir()) == []


@pytest.mark.parametrize("rslora", [False, True])
def test_stock_diffusers_loads_it_with_its_alpha(
    store: PriorStore, tmp_path: Path, rslora: bool
) -> None:
    model = build_transformer(rotary=False)
    file = write_adapter(
        model, tmp_path / "a.safetensors", blocks=[1], seed=5, rank=4, alpha=10.0, use_rslora=rslora
    )
    model.save_config(tmp_path / "weights" / "transformer")
    fit = fit_of(tmp_path / "weights", "tiny", "abc")
    kept = import_prior(store, file, fit, kind="motion", words="bows")
    out = export_prior(kept, tmp_path / "out")

    def render(load: Callable[[CogVideoXPipeline], None]) -> torch.Tensor:
        pipe = CogVideoXPipeline(None, None, None, build_transformer(rotary=False), None)  # pyright: ignore[reportArgumentType]
        load(pipe)
        pipe.transformer.eval()  # its own dropout would act
        generator = torch.Generator().manual_seed(3)
        latents = torch.randn(1, 3, 3, 8, 12, generator=generator)
        texts = torch.randn(1, 5, 12, generator=generator)
        with torch.no_grad():
            return pipe.transformer(latents, texts, torch.tensor([7])).sample

    theirs = render(
        lambda pipe: pipe.transformer.load_lora_adapter(
            str(tmp_path), weight_name="a.safetensors", prefix=None, use_safetensors=True
        )
    )
    ours = render(lambda pipe: pipe.load_lora_weights(str(out)))
    base = render(lambda pipe: None)
    assert torch.equal(ours, theirs)
    assert (ours - base).abs().max() > 0.01
