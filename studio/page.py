"""The page: its components, and which handler each event calls. No logic."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio import themes

from pipeline.queue import Queue
from pipeline.settings import Settings
from studio import panels
from studio.handlers import DRAFT, FULL, Handlers
from studio.jobs import JobDesk
from studio.media import STATIC_DIR, make_routes
from studio.planners import model_trouble, planner_choices
from studio.projects import Example, example_ideas

_AT_ONCE: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
_QUIET: dict[str, Any] = {
    **_AT_ONCE,
    "concurrency_limit": 1,  # edits and renders of one page keep their order
    "concurrency_id": "story",
}
_PLANNING: dict[str, Any] = {  # a model thinks for a minute: edits need not wait for it
    **_AT_ONCE,
    "concurrency_limit": 4,
    "concurrency_id": "planning",
}


@dataclass(frozen=True)
class Start:
    """What the first page asks with."""

    idea: gr.Textbox
    begin: gr.Button
    planner: gr.Radio
    opener: gr.HTML
    shelf: gr.HTML


def build_page(settings: Settings, queue: Queue) -> gr.Blocks:
    """Give the whole page, ready to launch with `launch_options`."""
    handlers = Handlers(settings, queue)
    with gr.Blocks(title="DreamRunner Studio", analytics_enabled=False) as page:
        project_id = gr.State("")
        panels.banner()
        with gr.Column(visible=False, elem_id="welcome") as welcome:
            start = _welcome(example_ideas())
        with gr.Column(visible=False, elem_id="story") as story:
            with gr.Row(elem_id="tools"):
                render_all = gr.Button("Render all scenes", variant="primary", elem_id="render-all")
                make_film = gr.Button("Make the film", elem_id="make-film")
            film = panels.film()
            board = panels.board()
            with gr.Accordion("Advanced", open=False, elem_id="advanced"):
                quality, seed = _advanced()
        with gr.Column(elem_id="bars"):
            thinking = panels.thinking()
            jobs = panels.job_panel(JobDesk(settings, queue))
        shown = [project_id, welcome, story, board, jobs, film, start.shelf, render_all, make_film]
        planned = [thinking, start.begin]
        page.load(handlers.open_page, None, shown, **_QUIET)
        asked = [start.idea, seed, start.planner]
        begun = [start.begin.click, start.idea.submit]
        planning = [
            gr.on(begun, handlers.make_story, asked, [*shown, *planned], **_PLANNING),
            # one that follows a cancelled one at once would be dropped by the usual "once"
            board.replan(
                handlers.replan,
                quality,
                [*shown, *planned],
                trigger_mode="multiple",
                **_PLANNING,
            ),
        ]
        ended = thinking.cancel(None, None, None, cancels=planning, **_AT_ONCE)
        ended.then(handlers.cancelled, None, planned, **_AT_ONCE)
        start.opener.opened(handlers.open_plan, None, shown, **_QUIET)
        board.op(handlers.change, [quality, seed], shown, trigger_mode="multiple", **_QUIET)
        jobs.finished(handlers.finished, quality, shown, trigger_mode="multiple", **_QUIET)
        render_all.click(handlers.render_all, [project_id, quality, seed], shown, **_QUIET)
        make_film.click(handlers.make_film, [project_id, quality], shown, **_QUIET)
        quality.input(handlers.reprice, [project_id, quality], shown, **_QUIET)
    return page


def launch_options(settings: Settings, queue: Queue) -> dict[str, Any]:
    """Give what the page needs of `launch`: its look, its routes, nothing of Gradio's own."""
    return {
        "ssr_mode": False,
        "run_history": False,
        "footer_links": [],
        "theme": make_theme(),
        "css_paths": [STATIC_DIR / "studio.css"],
        "app_kwargs": {"routes": make_routes(settings, queue)},
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


def _welcome(examples: list[Example]) -> Start:
    panels.invitation()
    idea = gr.Textbox(
        show_label=False,
        lines=4,
        max_lines=12,
        elem_id="idea",
        placeholder="A shy fox wants to learn to fly, and meets a witch who …",
    )
    begin = gr.Button("Make the storyboard", variant="primary", elem_id="begin")
    with gr.Row(elem_id="ways"):
        planner = _planner(planner_choices())
        opener = panels.opener()
    if examples:
        panels.examples_line()
        with gr.Row(elem_id="examples"):
            for example in examples:
                button = gr.Button(example.name, size="md", min_width=0)
                button.click(None, None, idea, js=_filling(example.idea), **_QUIET)
    return Start(idea, begin, planner, opener, panels.shelf())


def _planner(choices: list[tuple[str, str]]) -> gr.Radio:
    several = len(choices) > 1
    if not several:
        panels.planned_by(choices[0][0], model_trouble())
    return gr.Radio(
        choices,
        value=choices[0][1],
        label="Planned by",
        visible=several,
        elem_id="planner",
        interactive=True,
    )


def _advanced() -> tuple[gr.Radio, gr.Number]:
    with gr.Row():
        quality = gr.Radio(
            [DRAFT, FULL],
            value=FULL,
            label="Quality of a take",
            info="A draft is quicker and rougher.",
            interactive=True,
        )
        seed = gr.Number(
            0,
            precision=0,
            minimum=0,
            label="Seed",
            info="Counts up by one with each further take of a scene.",
            interactive=True,
        )
    return quality, seed


def _filling(idea: str) -> str:
    return f"() => {json.dumps(idea)}"
