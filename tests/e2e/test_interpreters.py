"""The steps run in the warm interpreter, and without it everything works, slower: LOCAL_COLD=1 runs all of these tests so, this part always is."""

from __future__ import annotations

import marshal
import os
from collections.abc import Iterator

import pytest
from worker.warm.patterns import MOST

from local.seed import CLINIC, SHOP
from tests.e2e.conftest import World
from tests.facts import FACTS

TRIES = 20


def restart_runner(world: World) -> None:
    world.stack.processes.stop("runner")
    world.stack.start_runner({"PYTHONDONTWRITEBYTECODE": ""})
    world.stack.processes.wait_until_answers("runner", world.stack.url("runner") + "/api/version")


@pytest.fixture
def cold(world: World) -> Iterator[World]:
    """The same product, its jobs in plain interpreters."""
    warm, world.stack.warm = world.stack.warm, None
    restart_runner(world)
    yield world
    world.stack.warm = warm
    restart_runner(world)


def logs_of_a_turn(world: World) -> str:
    """What the four steps of a new turn wrote."""
    world.ask(SHOP, "Where is my order CL-1042?")
    server = world.stack.windmill()
    listed = server.call("GET", "jobs/list?per_page=12").json()
    steps = [
        job
        for job in listed
        if str(job.get("script_path")).startswith("f/chatbot/") and job.get("parent_job")
    ]
    return "".join(
        server.call("GET", f"jobs_u/get/{job['id']}").json().get("logs") or "" for job in steps[:4]
    )


def test_the_steps_of_a_turn_run_warm(world: World) -> None:
    """A busy machine may send some to the plain interpreter, each with a line that says so; not all of them, again and again."""
    assert any("warm interpreter:" not in logs_of_a_turn(world) for _ in range(TRIES))


def test_what_a_turn_compiles_is_kept(world: World) -> None:
    """All of it: where a script's expressions were more than may be kept, a turn took a fifth more of the processor, and nothing else showed it."""
    logs_of_a_turn(world)
    warm = world.stack.warm
    if not warm:
        assert os.environ.get("LOCAL_COLD")
        return
    kept = [len(marshal.loads(file.read_bytes())) for file in warm.glob("modules-*/patterns-*")]
    assert 100 < max(kept) < MOST


def test_an_answer_an_order_and_words_for_what_is_not_known_without_it(cold: World) -> None:
    fact = next(fact for fact in FACTS if fact.tenant == "clinic" and fact.language == "en")
    assert fact.answer in cold.ask(CLINIC, fact.question)
    assert "SE40815162342ES" in cold.ask(SHOP, "Where is my order CL-1042?")
