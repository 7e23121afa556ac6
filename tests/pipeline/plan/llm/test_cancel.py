from __future__ import annotations

import threading
import time

import pytest

from pipeline.plan.llm import plan_story
from tests.pipeline.plan.llm import told
from tests.pipeline.plan.llm.asking import chat_server, good, options_of, planned
from tests.pipeline.plan.llm.chat_server import Asked, Hangs, Reply, Says


@pytest.mark.parametrize("at_once", [1, 3])
def test_scenes_are_asked_side_by_side_and_no_more_than_allowed(at_once: int) -> None:
    def script(asked: Asked) -> Reply:
        said = good(asked)
        assert isinstance(said, Says)
        return Says(said.text, delay_seconds=0.15)

    with chat_server(script) as server:
        planned(server, at_once=at_once)
    assert server.most_at_once == at_once


@pytest.mark.parametrize("what", ["story", "scene"])
@pytest.mark.parametrize("pings", [True, False], ids=["stream", "silence"])
def test_close_ends_at_once_and_leaves_no_connection(what: str, pings: bool) -> None:
    def script(asked: Asked) -> Reply:
        return Hangs(pings) if asked.what.startswith(what) else good(asked)

    with chat_server(script) as server:
        work = plan_story(told.IDEA, options=options_of(server, timeout_seconds=60), troupe=None)
        for _ in work:
            if any(asked.what.startswith(what) for asked in server.asked):
                break
        start = time.monotonic()
        work.close()
        assert time.monotonic() - start < 1
        assert server.gone.wait(2)
        asked = len(server.asked)
        time.sleep(0.1)
        assert len(server.asked) == asked
    assert not [thread for thread in threading.enumerate() if thread.name == "planning"]


def test_waiting_is_heard_several_times_a_second() -> None:
    with chat_server(lambda _: Hangs()) as server:
        work = plan_story(told.IDEA, options=options_of(server), troupe=None)
        for _ in range(2):
            next(work)
        start = time.monotonic()
        for _ in range(3):
            next(work)
        assert time.monotonic() - start < 1.5
        work.close()


def test_a_planning_that_never_began_can_be_closed() -> None:
    with chat_server(good) as server:
        plan_story(told.IDEA, options=options_of(server), troupe=None).close()
        assert server.asked == []


def test_the_first_scene_that_fails_ends_the_others() -> None:
    def script(asked: Asked) -> Reply:
        if asked.what == "scene-2":
            return Says("no", refusal="never")
        return good(asked) if asked.what == "story" else Hangs()

    with chat_server(script) as server:
        start = time.monotonic()
        with pytest.raises(Exception, match="never"):
            planned(server, timeout_seconds=60)
        assert time.monotonic() - start < 5
