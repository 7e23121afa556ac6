"""A folder of damaged and odd files: the scan ends, each bad one says why, none lies outside."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import pytest

from pipeline.clips import Clip
from pipeline.errors import UnreadableVideoError
from pipeline.progress import finish
from pipeline.retrieve.libraries import OpenLibrary, create_library
from pipeline.retrieve.sources.folder import scan_folder
from pipeline.retrieve.sources.reports import ScanReport
from pipeline.retrieve.sources.walking import is_video
from pipeline.settings import Settings
from tests.odd_videos import BAD, READABLE, OddVideo, make_odd_videos


class Scanned(NamedTuple):
    library: OpenLibrary
    report: ScanReport
    clips: dict[str, list[Clip]]
    """By their sources; what is painted on the frames looks like cuts here and there."""


def _clips_of(library: OpenLibrary) -> list[Clip]:
    return library.catalogue.by_rowids([rowid for rowid, _ in library.catalogue.rows(0, 1000)])


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Scanned:
    made = tmp_path_factory.mktemp("odd")
    make_odd_videos(made / "videos", made / "sources")
    settings = Settings(home=made / "home")
    library = create_library(settings, "Odd ones", "folder", root=made / "videos")
    report = finish(scan_folder(library))
    clips = dict[str, list[Clip]]()
    for one in _clips_of(library):
        clips.setdefault(one.source, []).append(one)
    return Scanned(library, report, clips)


def _plain_file(scanned: Scanned, odd: OddVideo) -> str:
    """The name of a file that the scan looks into; others are skipped."""
    path = scanned.library.root / odd.name
    if not (is_video(odd.name) and os.path.lexists(path)):
        pytest.skip("no such file here, or none that is taken for a video")
    return odd.name.encode(errors="backslashreplace").decode()


INSIDE = [one for one in READABLE if not one.leads_outside and "utf8" not in one.name]
PLAIN_BAD = [
    one for one in BAD
    if one.reason not in ("a folder", "a pipe or a device", "too many levels", "no such file")
]  # fmt: skip


@pytest.mark.parametrize("odd", INSIDE, ids=lambda odd: odd.name[:40])
def test_what_can_be_read_is_a_clip(scanned: Scanned, odd: OddVideo) -> None:
    clips = scanned.clips[_plain_file(scanned, odd)]
    assert {one.state for one in clips} == {"ok"}
    assert sum(one.num_frames or 0 for one in clips) == len(odd.numbers)
    assert {(one.width, one.height) for one in clips} == {odd.size}


@pytest.mark.parametrize("odd", PLAIN_BAD, ids=lambda odd: odd.name[:40])
def test_what_cannot_be_read_has_its_reason(scanned: Scanned, odd: OddVideo) -> None:
    (clip,) = scanned.clips[_plain_file(scanned, odd)]
    assert clip.state == "bad"
    assert odd.reason in clip.reason


def test_nothing_outside_the_folder_becomes_a_clip(scanned: Scanned) -> None:
    library, report, clips = scanned
    outside = [one.name for one in (*READABLE, *BAD) if one.leads_outside]
    assert outside
    assert clips.keys().isdisjoint(outside)
    assert {name for name in outside if any(name in told for told in report.problems)}
    for clip in _clips_of(library):
        if clip.state == "ok":
            assert library.file_of(clip).is_relative_to(library.root.resolve())


def test_links_that_lead_nowhere_are_told_and_left_out(scanned: Scanned) -> None:
    assert scanned.clips.keys().isdisjoint({"loop.mp4", "loop-a.mp4", "loop-b.mp4", "dangling.mp4"})
    assert scanned.report.broken >= 4


def test_a_file_that_becomes_a_link_outside_is_not_read(scanned: Scanned, tmp_path: Path) -> None:
    clip = scanned.clips["plain.mp4"][0]
    path = scanned.library.root / "plain.mp4"
    kept = path.rename(tmp_path / "kept.mp4")
    path.symlink_to(kept)
    try:
        with pytest.raises(UnreadableVideoError, match="outside"):
            scanned.library.file_of(clip)
    finally:
        path.unlink()
        kept.rename(path)


def test_scanning_again_looks_into_nothing(scanned: Scanned) -> None:
    before = _clips_of(scanned.library)
    again = finish(scan_folder(scanned.library))
    assert (again.added, again.gone) == (0, 0)
    assert again.unchanged == again.files
    assert _clips_of(scanned.library) == before
