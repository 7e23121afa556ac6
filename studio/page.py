"""The page: its components, and which handler each event calls. No logic.

Gradio makes the first page and plans; a story's own page draws itself and asks `studio.api`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from gradio import themes

from pipeline.queue import Queue
from pipeline.settings import Settings
from studio import panels
from studio.api import api_routes
from studio.guards import guards
from studio.handlers import Handlers
from studio.media import STATIC_DIR, make_routes
from studio.planners import model_trouble, planner_choices
from studio.projects import Example, example_ideas

_AT_ONCE: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
_QUIET: dict[str, Any] = {**_AT_ONCE, "concurrency_limit": 4, "concurrency_id": "story"}
_PLANNING: dict[str, Any] = {  # a model thinks for a minute: nothing else waits for it
    **_AT_ONCE,
    "concurrency_limit": 4,
    "concurrency_id": "planning",
}


_PLANS = {
    "builtin": "Plan my story: 1 s, free",
    "openai": "Plan my story: about a minute",
}
"""The button that plans, by who does."""


@dataclass(frozen=True)
class Start:
    """What the first page asks with."""

    idea: gr.Textbox
    begin: gr.Button
    planner: gr.Radio
    opener: gr.HTML
    token: gr.Textbox


def build_page(settings: Settings) -> gr.Blocks:
    """Give the whole page, ready to launch with `launch_options`."""
    handlers = Handlers(settings)
    with gr.Blocks(title="DreamRunner Studio", analytics_enabled=False) as page:
        with gr.Row(elem_id="head"):
            panels.banner()
            panels.first("top")
        with gr.Column(elem_id="welcome"):  # the page's own script shows this or the story
            start = _welcome(settings, example_ideas())
        with gr.Column(elem_id="story"):
            story = panels.studio()
        with gr.Column(elem_id="bars"):
            thinking = panels.thinking()
        planned = [story, thinking, start.begin]
        asked = [start.idea, start.planner, start.token]
        begun = [start.begin.click, start.idea.submit]
        planning = [
            gr.on(begun, handlers.make_story, asked, planned, js=_signing(), **_PLANNING),
            # one that follows a cancelled one at once would be dropped by the usual "once"
            story.replan(handlers.replan, None, planned, trigger_mode="multiple", **_PLANNING),
        ]
        ended = thinking.cancel(None, None, None, cancels=planning, **_AT_ONCE)
        ended.then(handlers.cancelled, None, [thinking, start.begin], **_AT_ONCE)
        start.opener.opened(handlers.open_plan, None, story, **_QUIET)
    return page


def launch_options(
    settings: Settings, queue: Queue, *, host: str = "127.0.0.1", signs_in: bool = False
) -> dict[str, Any]:
    """Give what the page needs of `launch`: its look, its routes, nothing of Gradio's own.

    `host` is the address to be served; `signs_in` says that nobody is answered without an account.
    """
    routes = [*api_routes(settings, queue), *make_routes(settings, queue)]
    return {
        "ssr_mode": False,
        "run_history": False,
        "footer_links": [],
        "theme": make_theme(),
        "css_paths": _style_sheets(),
        "max_file_size": "1kb",  # for Gradio's own uploads, which the page has none of
        "app_kwargs": {
            "routes": routes,
            "middleware": guards(settings, host=host, signs_in=signs_in),
        },
    }


def make_theme() -> themes.Base:
    """Give the look of warm paper, by day and by lamplight."""
    return themes.Base(
        primary_hue=themes.colors.red,
        neutral_hue=themes.colors.stone,
        font=["Avenir Next", "Segoe UI", "system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
        radius_size=themes.sizes.radius_md,
    ).set(
        body_background_fill="#f7f1e5",
        body_background_fill_dark="#201b18",
        body_text_color="#3a2f28",
        body_text_color_dark="#f1e7d8",
        body_text_color_subdued="#7b6c5f",
        body_text_color_subdued_dark="#b3a493",
        background_fill_primary="#fffcf5",
        background_fill_primary_dark="#2a2420",
        background_fill_secondary="#f1e8d8",
        background_fill_secondary_dark="#352d28",
        border_color_primary="#e0d4bf",
        border_color_primary_dark="#463b34",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        color_accent="#b5443a",
        button_primary_background_fill="#b5443a",
        button_primary_background_fill_dark="#b5443a",
        button_primary_background_fill_hover="#c5544a",
        button_primary_background_fill_hover_dark="#c5544a",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#ffffff",
        button_secondary_background_fill="#fffcf5",
        button_secondary_background_fill_dark="#2a2420",
        button_secondary_background_fill_hover="#f1e8d8",
        button_secondary_background_fill_hover_dark="#352d28",
        button_secondary_text_color="#3a2f28",
        button_secondary_text_color_dark="#f1e7d8",
        input_background_fill="#fffcf5",
        input_background_fill_dark="#2a2420",
        input_border_width="1px",
    )


def _welcome(settings: Settings, examples: list[Example]) -> Start:
    panels.first("film")
    with gr.Column(elem_id="ask"):
        start = _ask(settings, examples)
    panels.first("bench")
    panels.shelf()
    panels.first("foot")
    return start


def _ask(settings: Settings, examples: list[Example]) -> Start:
    """The field for an idea, some ideas, who can play, and the button that plans."""
    panels.ask()
    idea = gr.Textbox(
        label="Your idea",
        show_label=False,
        lines=3,
        max_lines=12,
        elem_id="idea",
        placeholder="Once upon a time …",
    )
    with gr.Column(elem_id="examples"):
        for example in examples:
            button = gr.Button(example.name, size="md", min_width=0)
            button.click(None, None, idea, js=_filling(example.idea), **_QUIET)
    panels.first("troupe")
    planner = _planner(planner_choices(settings), model_trouble(settings))
    begin = gr.Button(_PLANS["builtin"], variant="primary", elem_id="begin")
    planner.change(None, planner, begin, js=f"(who) => ({json.dumps(_PLANS)})[who]", **_QUIET)
    return Start(idea, begin, planner, panels.opener(), gr.Textbox(visible=False))


def _planner(choices: list[tuple[str, str]], trouble: str) -> gr.Radio:
    several = len(choices) > 1
    if trouble and not several:
        panels.planned_by(choices[0][0], trouble)
    return gr.Radio(
        choices,
        value=choices[0][1],
        label="Planned by",
        visible=several,
        elem_id="planner",
        interactive=True,
    )


def _style_sheets() -> list[Path]:
    """The page's style sheets; the general one goes first."""
    return sorted(STATIC_DIR.glob("*.css"), key=lambda path: (path.stem != "studio", path.stem))


def _signing() -> str:
    """The last value as the browser's token, which no component of the page ever holds."""
    module = panels.script("api")
    return f"async (idea, planner) => [idea, planner, (await import({module})).token()]"


def _filling(idea: str) -> str:
    return f"() => {json.dumps(idea)}"
