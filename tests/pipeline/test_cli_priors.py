"""The commands over learned motions and looks."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.__main__ import main
from pipeline.artifacts import Casting, Learned
from pipeline.packs.record import load_record
from pipeline.priors.store import PriorStore, Stored
from pipeline.settings import Settings
from pipeline.workspace import create_project
from tests.pipeline.priors.kept import WEBP, lora, make_prior, make_settings, write_lora
from tests.pipeline.stories import make_story

REVISION = load_record("theatre").revision


@pytest.fixture
def settings(home: Path) -> Settings:
    return make_settings(home)


@pytest.fixture
def kept(settings: Settings, tmp_path: Path) -> Stored:
    adapter = write_lora(tmp_path / "a.safetensors")
    return PriorStore(settings).save(make_prior(), adapter, {300: WEBP})


def use_in_story(settings: Settings, key: str) -> None:
    learned = (Learned(motion_id="walks", prior=key),)
    create_project(make_story(), Casting(pack="tiny", learned=learned), settings=settings)


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, list[str], str]:
    """Run a command of `priors`; its exit code, the lines of its results, what else it said."""
    code = main(["priors", *map(str, arguments)])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return code, captured.out.splitlines(), captured.err


def test_priors_are_listed(
    capsys: pytest.CaptureFixture[str], kept: Stored, settings: Settings
) -> None:
    size = f"{kept.size_bytes / 1e6:.1f} MB"
    line = f"{kept.key}: motion “dances” (tiny, 300 steps, {size}, "
    assert run(capsys, "list")[1][0] == f"{line}in no story of this home)"
    use_in_story(settings, kept.key)
    assert run(capsys, "list")[1][0] == f"{line}in 1 place)"
    code, lines, _ = run(capsys, "list", "--pack", "theatre")
    assert code == 0
    assert not any(kept.key in line for line in lines)


def test_one_is_shown_with_its_sources_and_uses(
    capsys: pytest.CaptureFixture[str], kept: Stored, settings: Settings
) -> None:
    use_in_story(settings, kept.key)
    code, lines, _ = run(capsys, "show", kept.key[:6])
    assert code == 0
    for line in (
        "learned: motion “dances”",
        "trigger: motion7",
        "steps: 300 steps",
        "loss: 0.410 to 0.170",
        "previews: 300",
        "used in The lost kite: walks",
        "clip a fox dances: a red robot motion7 (licence unknown)",
    ):
        assert line in lines


def test_a_file_is_brought_in_written_out_and_removed(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path
) -> None:
    file = write_lora(tmp_path / "bow.safetensors", lora(blocks=[1, 3], width=192))
    given = ("--kind", "motion", "--words", "bows", "--trigger", "motion9")
    code, lines, _ = run(capsys, "import", file, *given)
    key = lines[0].partition(":")[0]
    assert code == 0
    assert lines[0].startswith(f"{key}: motion “bows” (theatre, brought in, ")
    kept = PriorStore(make_settings(home)).find(key)
    assert kept is not None
    assert (kept.prior.blocks, kept.prior.pack_revision) == ((1, 3), REVISION)
    code, lines, _ = run(capsys, "export", key, tmp_path / "bow.zip")
    assert (code, lines) == (0, [str(tmp_path / "bow.zip")])
    assert run(capsys, "remove", key)[:2] == (0, [])
    assert PriorStore(make_settings(home)).find(key) is None
    code, lines, _ = run(capsys, "import", tmp_path / "bow.zip")
    assert code == 0
    assert lines[0].startswith(f"{PriorStore(make_settings(home)).all()[0].key}: motion “bows”")


def test_one_in_use_goes_only_if_that_is_meant(
    capsys: pytest.CaptureFixture[str], kept: Stored, settings: Settings
) -> None:
    use_in_story(settings, kept.key)
    code, lines, said = run(capsys, "remove", kept.key)
    assert (code, lines) == (1, [])
    assert "stories use motion “dances” (The lost kite: walks). With --yes it goes" in said
    assert kept.file.is_file()
    assert run(capsys, "remove", kept.key, "--yes")[0] == 0
    assert not kept.folder.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "zz"), "no learned motions or looks have a key like 'zz'"),
        (("remove", ""), "no learned motions or looks have a key like ''"),
        (("import", "gone.safetensors"), "cannot read the adapter: no such file"),
        (("import", "gone", "--pack", "cogvideox-2b"), "packs fetch cogvideox-2b"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    capsys: pytest.CaptureFixture[str], home: Path, arguments: tuple[str, ...], said: str
) -> None:
    code, lines, complaint = run(capsys, *arguments)
    assert (code, lines, home.exists()) == (1, [], False)
    assert complaint.startswith("error: ")
    assert said in complaint


def test_a_lora_of_another_model_is_refused(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path
) -> None:
    file = write_lora(tmp_path / "bow.safetensors")
    code, _, said = run(capsys, "import", file, "--kind", "motion", "--words", "bows")
    assert (code, home.exists()) == (1, False)
    assert "the model needs (rank, 192) and (192, rank)" in said
