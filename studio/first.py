"""The first page: a finished story to look at and to touch, and who can play in one's own."""

from __future__ import annotations

import logging

from pipeline.errors import PipelineError
from pipeline.packs.record import PackRecord
from pipeline.settings import Settings
from pipeline.workspace import ProjectSummary, list_projects
from studio.cards import Shown, View
from studio.drawings import THEATRE_PREFIX
from studio.example import example_settings, shared_example
from studio.figures import backdrop_address
from studio.playing_words import plays_view
from studio.projects import open_by_id
from studio.reels import reel_views
from studio.reports import take_view
from studio.signing import Links
from studio.staging import PlayedPack, played_pack
from studio.views import costs, show, story_view

_LOG = logging.getLogger(__name__)
_OPENED = 1
"""The scene that is open in the example, from 0."""
_SMALL = (
    "This is a small model of our own: it plays paper figures in {} x {} dots on any computer. "
    "With a graphics card the same boxes can go to CogVideoX, which draws 720 x 480 dots and "
    "whatever words can say; the button at the top right says "
    "what plays now."
)
_LARGE = "{} plays here; without a graphics card the studio plays with its own small paper theatre."


def first_view(settings: Settings, links: Links) -> View:
    """Give the first page of a visitor for `static/page/welcome`.

    `first` is their own last story (`mine`), else the finished one that all look at; None in a
    studio without one. `troupe` says who can play.
    """
    pack = played_pack(settings)
    stories = list_projects(settings)
    mine = _mine(stories, settings, links)
    example = None if mine else shared_example(settings)
    shown = show(example, example_settings(settings), links) if example else mine
    return {
        "mine": bool(mine),
        "first": _story(shown) if shown else None,
        "plays": plays_view(pack.record, costs(shown)["final"] if shown else ""),
        "troupe": troupe_view(pack),
        "foot": foot_words(pack.record),
    }


def troupe_view(pack: PlayedPack) -> View:
    """Give who can play, as faces of several colours, what they do, and where.

    A pack whose cast is open plays anybody; then there is nobody to show.
    """
    if pack.record.troupe is None:
        return {"players": [], "does": [], "places": []}
    names, prefix = pack.names, THEATRE_PREFIX.lstrip("/")
    return {
        "players": [
            {
                "name": kind,
                "faces": [f"{prefix}/faces/{kind}-{colour}.png" for colour in names.colours],
                "colours": list(names.colours),
            }
            for kind in names.kinds
        ],
        "does": list(names.motions),
        "places": [{"name": one, "picture": backdrop_address(one)} for one in names.backdrops],
    }


def foot_words(record: PackRecord) -> str:
    """Say in a sentence what the model that plays is, and what another machine would give."""
    if record.hub_id is None:
        return _SMALL.format(record.width_px, record.height_px)
    return _LARGE.format(record.title or record.name)


def _mine(stories: list[ProjectSummary], settings: Settings, links: Links) -> Shown | None:
    """The last edited story that can be shown."""
    for one in stories:
        try:
            return show(open_by_id(settings, one.path.name), settings, links)
        except PipelineError as error:
            _LOG.warning("a story is left out of the first page: %s", error)
    return None


def _story(shown: Shown) -> View:
    """A story as the first page shows it: all of it, its films with their boxes, what to touch."""
    scenes = shown.project.story.scenes
    scene = scenes[min(_OPENED, len(scenes) - 1)]
    return {
        "story": story_view(shown),
        "reels": reel_views(shown),
        "scene": scene.id,
        "region": scene.regions[0].id if scene.regions else None,
        "takes": _takes(shown),
    }


def _takes(shown: Shown) -> View:
    """What is told of the chosen take of each scene, which a page cannot ask for of an example."""
    chosen = {scene.id: shown.takes.chosen(scene.id) for scene in shown.project.story.scenes}
    return {scene_id: take_view(shown, take) for scene_id, take in chosen.items() if take}
