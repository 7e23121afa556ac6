"""The edit of a film in its project: kept, read again, carried in a bundle, filmed, and told."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from pydantic import ValidationError

from pipeline.__main__ import main
from pipeline.artifacts import Casting, FilmSettings, RenderSettings, ScenePrompt, Take
from pipeline.bundle import read_bundle, write_bundle
from pipeline.errors import InputError, WorkspaceError
from pipeline.film_edit import (
    FilmEdit,
    SceneEdit,
    Voice,
    read_film_edit,
    save_film_edit,
    voice_file,
)
from pipeline.filming import SMOOTHED, film_edit_of, film_timeline, make_film
from pipeline.preferences import Preferences, write_preferences
from pipeline.progress import finish
from pipeline.settings import Settings
from pipeline.story import Scene, Story
from pipeline.vision.encode import read_comment
from pipeline.vision.ffmpeg import probe, read_ffmpeg
from pipeline.workspace import Project, create_project
from tests.pipeline.assemble.films import greys_of, write_greys

GREYS = {"dusk": range(40, 88, 6), "dawn": range(140, 188, 6)}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def project(settings: Settings, tmp_path: Path) -> Project:
    scenes = (Scene(id="dusk", narration="A fox."), Scene(id="dawn"))
    story = Story(id="tale", title="A Tale", scenes=scenes)
    made = create_project(story, Casting(pack="theatre"), settings=settings)
    for scene_id, greys in GREYS.items():
        keep_take(made, scene_id, write_greys(tmp_path / f"{scene_id}.mp4", [*greys]))
    return made


def keep_take(project: Project, scene_id: str, video: Path) -> Take:
    take = Take(
        id=project.reserve_take_id(scene_id),
        scene_id=scene_id,
        pack="theatre",
        pack_revision="0",
        settings=RenderSettings(),
        prompt=ScenePrompt(scene_id=scene_id, regions=(), background=""),
        num_frames=8,
        fps=8,
        width=96,
        height=64,
        seconds_taken=0,
        story_revision=0,
        created="2026-01-02T03:04:05+00:00",
    )
    return project.save_take(take, video)


def spoken(project: Project, path: Path) -> Path:
    read_ffmpeg(["-f", "lavfi", "-i", "sine=f=330:d=1.5,volume=4", "-y", path])
    return path


def film(project: Project, settings: Settings, *options: str) -> Path:
    """The newest film of a project, made by the command line with these options."""
    arguments = ["film", str(project.path), "--home", str(settings.home), *options]
    assert main(arguments) == 0
    return project.films()[-1]


def test_an_edit_is_kept_and_read_again(project: Project) -> None:
    place = SceneEdit(from_frame=2, to_frame=7, join="crossfade")
    saved = save_film_edit(project, FilmEdit(scenes={"dusk": place, "gone": SceneEdit()}))
    assert saved.revision == 1
    assert read_film_edit(project) == saved
    assert read_film_edit(project).of("dusk") == place


@pytest.mark.parametrize("text", ["{", '{"schema_version": 1, "music": "slow"}'])
def test_an_edit_that_cannot_be_made_out_is_not_begun_anew(
    project: Project, settings: Settings, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = project.path / "film.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"Take film\.json out of the story's folder"):
        read_film_edit(project)
    assert main(["film", str(project.path), "--home", str(settings.home), "--byline", "x"]) == 1
    assert "another program, or a later version" in capsys.readouterr().err
    assert (file.read_text(encoding="utf-8"), project.films()) == (text, [])


def test_an_edit_that_cannot_be_read_now_is_not_begun_anew(
    project: Project, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    saved = save_film_edit(project, FilmEdit(settings=FilmSettings(byline="told by Mia")))
    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", refuse)
        with pytest.raises(WorkspaceError, match="too many open files"):
            film_edit_of(project, settings)
    assert film_edit_of(project, settings) == saved


def test_an_edit_that_could_not_be_read_again_is_not_kept(project: Project) -> None:
    places = {f"scene-{number}": SceneEdit() for number in range(1000)}
    saved = save_film_edit(project, FilmEdit(scenes=places))
    many = saved.with_voice("dusk", "voice-a", Voice(seconds=1))
    with pytest.raises(InputError, match="at most 1000 items"):
        save_film_edit(project, many)
    assert read_film_edit(project) == saved


@pytest.mark.parametrize(
    "edit",
    [
        {"scenes": {"dusk": {"from_frame": 5, "to_frame": 5}}},
        {"scenes": {"dusk": {"voice": "voice-a"}}},
        {"settings": {"rate": "60"}},
        {"settings": {"transition_seconds": 0}},
    ],
)
def test_an_edit_that_cannot_be_filmed_is_no_edit(edit: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        FilmEdit.model_validate(edit)


def test_recordings_that_were_replaced_stay_for_a_while(project: Project) -> None:
    edit = FilmEdit()
    for number in range(12):
        name = f"voice-{number}"
        voice_file(project, name).parent.mkdir(exist_ok=True)
        voice_file(project, name).write_bytes(b"")
        edit = save_film_edit(project, edit.with_voice("dusk", name, Voice(seconds=1)))
    assert [*edit.voices] == [f"voice-{number}" for number in range(3, 12)]
    left = {path.stem for path in (project.path / "media").iterdir()}
    assert left == {*edit.voices}


def test_the_command_keeps_what_it_is_told(project: Project, settings: Settings) -> None:
    made = film(project, settings, "--trim", "dusk=3:6", "--rate", "takes", "--subtitles", "off")
    assert greys_of(made)[:5] == pytest.approx([52, 58, 64, 70, 140], abs=4)
    assert not probe(made).has_subtitles
    assert greys_of(film(project, settings)) == pytest.approx(greys_of(made), abs=1)
    made = film(project, settings, "--leave-out", "dawn", "--trim", "dusk=all")
    assert greys_of(made) == pytest.approx([*GREYS["dusk"]], abs=4)
    line = film_timeline(made)
    assert line is not None
    assert [cut.scene_id for cut in line.cuts] == ["dusk"]


def test_the_command_brings_a_recording(
    project: Project, settings: Settings, tmp_path: Path
) -> None:
    voice = spoken(project, tmp_path / "mine.mp3")
    made = film(project, settings, "--voice", f"dusk={voice}", "--join", "dusk=crossfade")
    line = film_timeline(made)
    assert line is not None
    assert line.cuts[0].spoken_frames == pytest.approx(1.5 * 24, abs=2)
    assert line.cuts[0].fade_frames == 12
    said = read_ffmpeg(["-i", made, "-map", "0:a:0", "-f", "s16le", "-"])
    assert len(said) / 4 / 48_000 == pytest.approx(probe(made).duration_seconds, abs=0.05)
    made = film(project, settings, "--no-voice", "dusk", "--title-card", "--byline", "by Mia")
    assert film_timeline(made) != line
    assert main(["film", str(project.path), "--no-title-card"]) == 0
    assert read_film_edit(project).settings.byline == "by Mia"


@pytest.mark.parametrize(
    "options",
    [
        ["--trim", "dusk=6:3"],
        ["--trim", "dusk=soon"],
        ["--trim", "noon=1:3"],
        ["--join", "dusk=wipe"],
        ["--crossfade", "9"],
        ["--voice", "dusk=absent.wav"],
        ["--leave-out", "dusk", "--leave-out", "dawn"],
    ],
)
def test_what_cannot_be_filmed_is_refused(
    project: Project,
    settings: Settings,
    options: Sequence[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["film", str(project.path), "--home", str(settings.home), *options]) == 1
    assert capsys.readouterr().err.startswith("error: ")
    assert project.films() == []


def test_a_smooth_film_says_so(project: Project, settings: Settings) -> None:
    made = film(project, settings, "--rate", "smooth", "--end-card")
    assert read_comment(made) == SMOOTHED
    line = film_timeline(made)
    assert line is not None
    assert line.end_card is not None
    assert line.end_card.lines == (SMOOTHED,)


def test_a_recording_whose_file_is_gone_is_not_waited_for(
    project: Project, settings: Settings
) -> None:
    save_film_edit(project, FilmEdit().with_voice("dusk", "voice-a", Voice(seconds=9)))
    line = film_timeline(finish(make_film(project, settings)))
    assert line is not None
    assert line.cuts[0].voice is None


def test_a_film_needs_a_take_of_what_it_shows(project: Project, settings: Settings) -> None:
    scenes = (*project.story.scenes, Scene(id="noon"))
    project.save_story(project.story.revised(scenes=scenes))
    with pytest.raises(InputError, match="noon"):
        finish(make_film(project, settings))
    assert finish(make_film(project, settings, only_rendered=True)).is_file()
    save_film_edit(project, FilmEdit(scenes={"noon": SceneEdit(left_out=True)}))
    assert finish(make_film(project, settings)).is_file()


def test_a_story_that_says_nothing_is_filmed_as_its_home_has_it(
    project: Project, settings: Settings
) -> None:
    write_preferences(settings.home, Preferences(film_rate="takes"))
    assert film_edit_of(project, settings).settings.rate == "takes"
    save_film_edit(project, FilmEdit())
    assert film_edit_of(project, settings).settings.rate == "held"


def test_a_bundle_holds_the_edit_its_recordings_and_what_films_were_made_of(
    project: Project, settings: Settings, tmp_path: Path
) -> None:
    voice = spoken(project, tmp_path / "mine.wav")
    made = film(project, settings, "--voice", f"dawn={voice}", "--trim", "dusk=2:5")
    write_bundle(project, tmp_path / "tale.zip")
    other = read_bundle(tmp_path / "tale.zip", settings)
    edit = read_film_edit(other)
    assert edit == read_film_edit(project)
    (name,) = edit.voices
    assert voice_file(other, name).read_bytes() == voice_file(project, name).read_bytes()
    assert film_timeline(other.films()[-1]) == film_timeline(made)
