"""Starts the studio: its log, its worker, its upkeep and its page, until it is interrupted."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from dataclasses import dataclass

from pipeline.errors import PipelineError
from pipeline.logs import LOG_DIR, log_to_file
from pipeline.queue import open_queue
from pipeline.settings import Settings, current
from studio.guards import Accounts
from studio.jobs import WorkerProcess
from studio.origins import is_this_machine
from studio.page import build_page, launch_options
from studio.upkeep import Upkeep

_LOG = logging.getLogger(__name__)
_FOLLOW_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 60.0
_TALKATIVE = ("httpx", "httpx2", "openai")
_UNGUARDED = (
    "everybody who can reach %s can open and change your stories; "
    "--auth NAME:PASSWORD asks who it is, --visitors gives each browser stories of its own"
)


class Follower:
    """Starts the worker anew once another model or device is chosen.

    Where that fails it is tried again, after a wait that doubles.
    """

    def __init__(self, worker: WorkerProcess, settings: Settings) -> None:
        self._worker, self._settings = worker, settings
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)

    def start(self) -> None:
        """Begin to watch what is chosen."""
        self._thread.start()

    def stop(self) -> None:
        """End, and leave the worker to whoever made it."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        playing, wait = self._settings, _FOLLOW_SECONDS
        while not self._over.wait(wait):
            try:
                playing, wait = self._follow(playing), _FOLLOW_SECONDS
            except (PipelineError, OSError):
                wait = min(wait * 2, _LONGEST_WAIT_SECONDS)
                _LOG.exception("what is chosen cannot be followed; trying again in %.0f s", wait)

    def _follow(self, playing: Settings) -> Settings:
        """Let the worker play what is chosen now, and give that."""
        chosen = current(self._settings)
        if chosen != playing:
            _LOG.info("the worker starts anew: %s on %s", chosen.pack, chosen.device)
            self._worker.restart(chosen)
        return chosen


@dataclass(frozen=True)
class Door:
    """Where the studio is served and for whom."""

    host: str
    port: int
    opens_browser: bool
    accounts: Accounts
    """Who may sign in; nobody has to where there is none."""


def serve(settings: Settings, door: Door) -> None:
    """Serve the studio until it is interrupted; SystemExit where its port is taken.

    Raises:
        WorkspaceError: the home cannot be written.
    """
    _keep_log(settings)
    queue = open_queue(settings)
    worker, upkeep = WorkerProcess(settings), Upkeep(settings, queue)
    follower = Follower(worker, settings)
    if not (door.accounts or settings.visitors or is_this_machine(door.host)):
        _LOG.warning(_UNGUARDED, f"{door.host}:{door.port}")
    worker.start()
    follower.start()
    upkeep.start()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that the worker is stopped, too
    try:
        build_page(settings).launch(
            server_name=door.host,
            server_port=door.port,
            inbrowser=door.opens_browser,
            auth=door.accounts or None,
            **launch_options(settings, queue, host=door.host, signs_in=bool(door.accounts)),
        )
    except OSError as error:
        address = f"{door.host}:{door.port}"
        sys.exit(f"error: {address} cannot be opened; choose another --port ({error})")
    finally:
        upkeep.stop()
        follower.stop()
        worker.stop()


def _keep_log(settings: Settings) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    log_to_file(settings.home / LOG_DIR / "studio.log")
