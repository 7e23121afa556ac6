"""The parts of the page that draw themselves: factories of `gr.HTML`, one ES module each."""

from __future__ import annotations

import html

import gradio as gr

from studio.media import STATIC_PREFIX

BANNER = '<a href="./"><h1>DreamRunner <em>Studio</em></h1></a><p>Tell a story, see it played.</p>'
ASK = "<h2>Your own story</h2>"


def banner() -> gr.HTML:
    """Give the name of the studio, a link back to the first page."""
    return _words(BANNER, "banner")


def ask() -> gr.HTML:
    """Give the words above the empty idea."""
    return _words(ASK, "ask-words")


def first(part: str) -> gr.HTML:
    """Give a part of the first page: 'top', 'film', 'bench', 'troupe' or 'foot'.

    All of them are drawn by `static/page/welcome`, which asks `api/first` for what they show.
    """
    return _panel("welcome/mount", events=(), elem_id=f"first-{part}", value={"part": part})


def planned_by(words: str, trouble: str = "") -> gr.HTML:
    """Give the line that says who plans, where there is no choice, and why there is none."""
    said = f"Planned by: {words}. {trouble}" if trouble else f"Planned by: {words}"
    return _words(f"<p>{html.escape(said)}</p>", "planned-by")


def shelf() -> gr.HTML:
    """Give the list of stories, which asks for them by itself."""
    return _panel("shelf", events=())


def studio() -> gr.HTML:
    """Give the page of a story, which talks to the routes of `studio.api`.

    Its value `{project, stamp, notice, selected}` names a story to be opened; event `replan`: a
    scene and what shall be different.
    """
    return _panel("studio", events=("replan",))


def opener() -> gr.HTML:
    """Give the link that opens a file of plans; event `opened` (its name, its text, a token)."""
    return _panel("opener", events=("opened",))


def thinking() -> gr.HTML:
    """Give the bar of a planning; value as `planners.thinking_view`, event `cancel`."""
    return _panel("thinking", events=("cancel",))


def _words(markup: str, elem_id: str) -> gr.HTML:
    return gr.HTML(markup, elem_id=elem_id, js_on_load="", apply_default_css=False)


def _panel(
    module: str, *, events: tuple[str, ...], elem_id: str = "", value: dict[str, str] | None = None
) -> gr.HTML:
    return gr.HTML(
        value=value or {},
        html_template="",  # static: words of a person never pass through a template
        js_on_load=_mount(module, events),
        apply_default_css=False,
        elem_id=elem_id or module,
    )


def _mount(module: str, events: tuple[str, ...]) -> str:
    # Gradio finds a custom event by its quoted name in this text.
    names = ", ".join(f"'{event}'" for event in events)
    parts = f"element, props, trigger, watch, events: [{names}]"
    return f"import({script(module)}).then((m) => m.mount({{{parts}}}));"


def script(module: str) -> str:
    """Give the address of one of the page's modules as JavaScript, wherever the page is mounted."""
    return f"new URL('{STATIC_PREFIX.lstrip('/')}/page/{module}.js', document.baseURI)"
