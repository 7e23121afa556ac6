"""A report of a problem that can be attached to a message: nothing secret, no words unless asked.

Versions, settings, the last work and the last lines of the logs, as one small zip. Keys never stand
in it. Words of stories, names made of them, and what errors say of either are left out unless they
are asked for.
"""

from __future__ import annotations

import io
import os
import platform
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pipeline import __version__
from pipeline.disk import disk_use, free_bytes, size_words
from pipeline.job import Job
from pipeline.logs import LOG_DIR, last_lines
from pipeline.preferences import read_key, read_preferences
from pipeline.project import Project
from pipeline.queue import open_queue
from pipeline.settings import Settings

_PACKAGES = (
    *("torch", "diffusers", "transformers", "peft", "accelerate", "gradio", "fastapi"),
    *("pydantic", "numpy", "opencv-python", "openai", "huggingface_hub"),
)
_LOG_LINES = 500
_JOBS = 60
_SECRETS = ("OPENAI_API_KEY", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
_VARIABLES = re.compile(r"(DREAMRUNNER|OPENAI|CUDA|OMP|HF|GRADIO|SPACE)_\w+")
_KEYS = re.compile(r"\b(?:sk|key|gsk|hf|pk)[-_][\w*.-]{6,}|(?<=\bs=)[0-9a-f]{32,}")
_USERS = re.compile(r"\b[va]-[0-9a-f]{24}\b")
_PLACES = re.compile(r"(?<=projects[/\\])[\w./\\-]+")
_QUOTED = re.compile(
    r"“[^”\n]*”"
    r"|(?<!\w)'(?:\\.|[^'\\\n])*'(?!\w)"
    r'|(?<!File )"(?:\\.|[^"\\\n])*"'  # a traceback keeps its files
)
_STAMP = r"\d{4}-\d\d-\d\d [\d:,]+ [A-Z]+ "
"""How an entry of a log begins (see `pipeline.logs`)."""
_TOLD = re.compile(
    rf"^((?:{_STAMP}(?<!INFO )(?:pipeline|studio)[\w.]*: [^:\n]*"  # 'job 3 failed: ...'
    r"|[ |]*[\w.]*(?:Error|Exception)): )"  # the end of a traceback
    rf".*?(?=\n+(?:{_STAMP}|During handling|The above exception|Traceback)|\Z)",
    re.MULTILINE | re.DOTALL,
)
"""What an error says, behind what it is about: many name things without any quotes."""
_ABOUT = """A report of a problem with DreamRunner Studio.

It holds versions, settings, the list of the last work and the last lines of the logs.
It holds no keys and no passwords. {words}
Look through the files before you give them away.
"""
_WITH = "The words of the story are in it, as was asked for."
_WITHOUT = "What was written in stories is left out, and what errors say of it, too."


def problem_report(
    settings: Settings,
    *,
    project: Project | None = None,
    words: bool = False,
    visitor: bool = False,
) -> bytes:
    """Give the report as a zip.

    Args:
        settings: Whose studio it is.
        project: The story that it is about.
        words: Whether the story itself, and words in what went wrong, are part of it.
        visitor: Whether it is for the visitor of `settings`: their own work alone, and no logs.
    """
    plain = scrubber(settings, words=words)
    files = {
        "read-me.txt": _ABOUT.format(words=_WITH if words else _WITHOUT),
        "versions.txt": "\n".join(_versions()),
        "settings.txt": "\n".join(_settings(settings)),
        "work.txt": "\n".join(_work(settings, plain, words=words, visitor=visitor)),
    }
    if not visitor:
        files["disk.txt"] = "\n".join(_disk(settings))
        files |= dict(_logs(settings.home, plain))
    if words and project is not None:
        files |= dict(_story(project))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text + "\n")
    return packed.getvalue()


def scrubber(settings: Settings, *, words: bool) -> Callable[[str], str]:
    """Give what strikes secrets out of a text, the places of files, and words unless asked for."""
    secrets = {os.environ.get(name, "").strip() for name in _SECRETS} | {read_key(settings.home)}
    places = {str(settings.home): "HOME", str(Path.home()): "~"}

    def plain(text: str) -> str:
        for secret in sorted(filter(lambda one: len(one) > 3, secrets), key=len, reverse=True):
            text = text.replace(secret, "***")
        for place, name in places.items():
            text = text.replace(place, name)
        text = _USERS.sub("visitor", _KEYS.sub("***", text))
        if words:
            return text
        return _QUOTED.sub("'…'", _PLACES.sub("…", _TOLD.sub(r"\1…", text)))

    return plain


def _versions() -> Iterator[str]:
    yield f"made: {datetime.now(UTC).isoformat(timespec='seconds')}"
    yield f"DreamRunner Studio: {__version__}"
    yield f"Python: {sys.version.split()[0]}"
    yield f"system: {platform.platform()}"
    for name in _PACKAGES:
        try:
            yield f"{name}: {version(name)}"
        except PackageNotFoundError:
            yield f"{name}: not installed"


def _settings(settings: Settings) -> Iterator[str]:
    kept = read_preferences(settings.home)
    yield f"pack: {Path(settings.pack).name}"
    yield f"device: {settings.device}"
    yield f"visitors: {settings.visitors}, accounts: {settings.accounts}"
    yield f"steps of a draft and of a final take: {kept.draft_steps}, {kept.final_steps}"
    yield f"pictures per second of a film: {kept.film_rate}"
    yield f"language model: {'chosen' if kept.endpoint else 'not chosen'} in the settings window"
    yield f"key: {'kept' if read_key(settings.home) else 'none kept'}"
    named = sorted(name for name in os.environ if _VARIABLES.fullmatch(name))
    yield f"set in the environment, by name alone: {', '.join(named) or 'nothing'}"


def _disk(settings: Settings) -> Iterator[str]:
    for use in disk_use(settings):
        yield f"{use.kind}: {size_words(use.num_bytes)} in {use.num_files} files"
    yield f"free: {size_words(free_bytes(settings.home))}"


def _work(
    settings: Settings, plain: Callable[[str], str], *, words: bool, visitor: bool
) -> Iterator[str]:
    queue = open_queue(settings)
    jobs = queue.of_user(settings.user) if visitor else queue.jobs()
    for job in sorted(jobs, key=lambda one: one.id)[-_JOBS:]:
        yield _job_line(job)
        if words:
            yield plain(f"    {job.arguments}")
        if words and job.error:
            yield plain(f"    {job.error}. {job.hint or ''}")


def _job_line(job: Job) -> str:
    took = f", {job.finished - job.started:.0f} s" if job.finished and job.started else ""
    again = f", interrupted {job.interruptions} times" if job.interruptions else ""
    at = datetime.fromtimestamp(job.created, UTC).isoformat(timespec="seconds")
    return f"{at} {job.id} {job.kind} {job.state} {job.step}/{job.total}{took}{again}"


def _logs(home: Path, plain: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    for path in sorted((home / LOG_DIR).glob("*.log")):
        yield f"log/{path.name}", plain("\n".join(last_lines(path, _LOG_LINES)))


def _story(project: Project) -> Iterator[tuple[str, str]]:
    for name in ("story.json", "casting.json", "planning.json"):
        path = project.path / name
        if path.is_file():
            yield f"story/{name}", path.read_text(encoding="utf-8", errors="replace")
