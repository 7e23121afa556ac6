"""The commands over model packs."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.__main__ import main


@pytest.fixture(autouse=True)
def _home(home: Path) -> None:
    """Keep what is fetched in a home of the test's own."""


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str], str]:
    """Run a command of `packs`; its exit code, the lines of its results, what else it said."""
    code = main(["packs", *arguments])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return code, captured.out.splitlines(), captured.err


def test_packs_are_listed_with_terms_and_needs(capsys: pytest.CaptureFixture[str]) -> None:
    code, lines, _ = run(capsys, "list")
    assert code == 0
    assert lines[0] == "theatre: The paper theatre (ready, plays now)"
    assert "cogvideox-2b: CogVideoX 2B (not here, 12.8 GiB to fetch)" in lines
    assert "  needs: disk 20 GiB; memory 24 GiB; graphics card 8 GiB; fastest from 24 GiB" in lines
    assert sum(line.startswith("  here: ") for line in lines) == 3


def test_a_pack_is_probed(capsys: pytest.CaptureFixture[str]) -> None:
    code, lines, _ = run(capsys, "probe", "theatre")
    assert code == 0
    assert lines[0].startswith("device: ")
    assert any(line.startswith("here: ") for line in lines)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("fetch", "theatre"), "the theatre pack is here already"),
        (("fetch", "cogvideox-2b"), "the hub cannot be reached"),
        (("remove", "cogvideox-2b"), "no weights of the cogvideox-2b pack were fetched"),
        (("probe", "nothing"), "there is no pack 'nothing'"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    code, lines, complaint = run(capsys, *arguments)
    assert (code, lines) == (1, [])
    assert complaint.splitlines()[-1].startswith(
        f"error: {'the weights of' if 'hub' in said else ''}"
    )
    assert said in complaint


def test_fetched_weights_are_removed(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    folder = home / "models" / "cogvideox-5b"
    folder.mkdir(parents=True)
    (folder / "x.part").write_bytes(bytes(2**28))
    code, _, said = run(capsys, "remove", "cogvideox-5b")
    assert (code, folder.exists()) == (0, False)
    assert "0.2 GiB are free again" in said
