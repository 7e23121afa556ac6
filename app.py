"""Open the studio in the browser: `python app.py`. Also the entry of a Hugging Face Space."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from pathlib import Path

from pipeline.queue import open_queue
from pipeline.settings import load_settings, on_space
from studio.jobs import WorkerProcess
from studio.page import build_page, launch_options


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Open the studio in the browser.")
    parser.add_argument("--host", default="0.0.0.0" if on_space() else "127.0.0.1")
    parser.add_argument("--port", type=int, default=7860)
    parser.add_argument("--home", type=Path, help="where stories and films are kept")
    parser.add_argument(
        "--no-browser", action="store_true", default=on_space(), help="do not open a browser"
    )
    parser.add_argument(
        "--visitors", action="store_true", help="give each browser stories of its own"
    )
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> None:
    """Start the worker and serve the page until it is interrupted."""
    options = parse_arguments(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for requests in ("httpx", "httpx2", "openai"):
        logging.getLogger(requests).setLevel(logging.WARNING)
    settings = load_settings(options.home, visitors=options.visitors)
    queue = open_queue(settings)
    worker = WorkerProcess(settings)
    worker.start()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that the worker is stopped, too
    try:
        build_page(settings).launch(
            server_name=options.host,
            server_port=options.port,
            inbrowser=not options.no_browser,
            **launch_options(settings, queue, host=options.host),
        )
    except OSError as error:
        address = f"{options.host}:{options.port}"
        sys.exit(f"error: {address} cannot be opened; choose another --port ({error})")
    finally:
        worker.stop()


if __name__ == "__main__":
    main()
