"""The models that can play a story: their cards, fetching and deleting them."""

from __future__ import annotations

from dataclasses import replace

from fastapi import FastAPI
from starlette.testclient import TestClient

from pipeline.progress import Progress
from pipeline.queue import Queue
from pipeline.settings import Settings
from pipeline.workspace import Project, create_project
from studio.api import api_routes
from studio.visitors import Visitors
from tests.studio.fixtures import make_casting, make_story
from tests.studio.talking import MINE, Page


def keep_some(settings: Settings, name: str) -> None:
    """Let a part of a model's weights be here."""
    folder = settings.home / "models" / name / "vae"
    folder.mkdir(parents=True)
    (folder / "diffusion_pytorch_model.safetensors").write_bytes(bytes(64 << 20))


def test_every_model_has_a_card(page: Page, project: Project, settings: Settings) -> None:
    keep_some(settings, "cogvideox-5b")
    packs = page.ask("packs", project=project.id)["packs"]
    theatre, smaller, larger = packs
    assert [pack["name"] for pack in packs] == ["theatre", "cogvideox-2b", "cogvideox-5b"]
    assert [pack["state"] for pack in packs] == ["ready", "absent", "partly"]
    assert [pack["plays"] for pack in packs] == [True, False, False]
    assert [pack["removable"] for pack in packs] == [False, False, True]
    assert dict(theatre["facts"])["Size"].endswith("part of the studio")
    assert "Apache-2.0" in dict(smaller["facts"])["Licence"]
    assert dict(larger["facts"])["Size"].endswith("GiB, 0.1 GiB of it here")
    assert {"Disk", "Memory", "Graphics memory"} < {*dict(larger["facts"])}
    assert all(pack["fits"] for pack in packs)


def test_a_model_is_fetched_once_at_a_time(page: Page, project: Project, queue: Queue) -> None:
    for _ in range(2):
        page.ask("pack_fetch", project=project.id, pack="cogvideox-2b")
    (job,) = queue.jobs(active=True)
    assert (job.kind, job.arguments) == ("fetch", {"pack": "cogvideox-2b"})
    queue.claim("worker-1")
    note = "0.5 of 13.0 GiB"
    queue.report(job.id, Progress(stage="fetch", step=500, total=13000, note=note))
    (view,) = page.ask("watch", project=project.id)["jobs"]
    assert (view["pack"], view["aside"]) == ("cogvideox-2b", note)
    assert view["eta"] is None  # the note says how long it takes
    assert view["title"] == "Fetching the model cogvideox-2b"


def test_what_need_not_be_fetched_is_not(page: Page, project: Project, queue: Queue) -> None:
    for name in ("theatre", "../theatre", "cogvideox-9b"):
        page.refused("pack_fetch", 404, project=project.id, pack=name)
    assert queue.jobs(active=True) == []


def test_what_was_fetched_can_be_deleted(
    page: Page, project: Project, settings: Settings, queue: Queue
) -> None:
    keep_some(settings, "cogvideox-2b")
    page.refused("pack_remove", 400, project=project.id, pack="theatre")
    page.refused("pack_remove", 400, project=project.id, pack="cogvideox-5b")
    page.ask("pack_fetch", project=project.id, pack="cogvideox-2b")
    page.refused("pack_remove", 400, project=project.id, pack="cogvideox-2b")
    queue.control(queue.jobs(active=True)[0].id, "cancel")
    packs = page.ask("pack_remove", project=project.id, pack="cogvideox-2b")["packs"]
    assert [pack["state"] for pack in packs] == ["ready", "absent", "absent"]
    assert not (settings.home / "models" / "cogvideox-2b").exists()


def test_visitors_neither_see_nor_change_the_models(settings: Settings, queue: Queue) -> None:
    public = replace(settings, visitors=True)
    page = Page(TestClient(FastAPI(routes=api_routes(public, queue))))
    mine = Visitors(public).settings_of(MINE)
    project = create_project(make_story(), make_casting(), settings=mine)
    page.refused("packs", 403, project=project.id)
    for route in ("pack_fetch", "pack_remove"):
        page.refused(route, 403, project=project.id, pack="cogvideox-2b")
    assert page.ask("open", project=project.id)["head"]["models"] is False
    assert queue.jobs(active=True) == []
