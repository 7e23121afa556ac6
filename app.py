"""Open the studio in the browser: `python app.py`. Also the entry of a Hugging Face Space."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from pipeline import __version__
from pipeline.errors import PipelineError
from pipeline.settings import load_settings, on_space
from studio.guards import read_accounts
from studio.serving import Door, serve


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Open the studio in the browser.")
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("--host", default="0.0.0.0" if on_space() else "127.0.0.1")
    parser.add_argument("--port", type=int, default=7860)
    parser.add_argument("--home", type=Path, help="where stories and films are kept")
    parser.add_argument(
        "--no-browser", action="store_true", default=on_space(), help="do not open a browser"
    )
    parser.add_argument(
        "--visitors", action="store_true", help="give each browser stories of its own"
    )
    parser.add_argument(
        "--auth",
        default=os.environ.get("DREAMRUNNER_AUTH", ""),
        metavar="NAME:PASSWORD",
        help="ask who it is; also a file with one on each line: then each has own stories",
    )
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> None:
    """Serve the page until it is interrupted."""
    options = parse_arguments(arguments)
    try:
        accounts = read_accounts(options.auth) if options.auth else []
        several = len(accounts) > 1
        settings = load_settings(options.home, visitors=options.visitors, accounts=several)
        serve(settings, Door(options.host, options.port, not options.no_browser, accounts))
    except PipelineError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
