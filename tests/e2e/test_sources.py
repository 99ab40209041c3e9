"""What a tenant's staff points the bot to or types in: web pages that are read again, questions with their answers. All through the portal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from local.portal.calls import start
from local.seed import CLINIC, wait_for
from tests.e2e.conftest import World
from tests.knowledge.website import Site


def portal(
    world: World, script: str, action: str, person: str = CLINIC.staff, **fields: Any
) -> dict[str, Any]:
    """What a person, the clinic's staff unless another is named, gets from a script behind the portal."""
    server = world.stack.as_person(person)
    run = start(server, script, f"f/portal_api/{script}", action, **fields)
    answer: dict[str, Any] = finished(world, run)["result"]
    assert answer.get("ok"), answer
    return answer


def finished(world: World, run: str) -> dict[str, Any]:
    """A job, once it is over."""

    def look() -> dict[str, Any] | None:
        job: dict[str, Any] = world.stack.windmill().call("GET", f"jobs_u/get/{run}").json()
        return job if job["type"] == "CompletedJob" else None

    job: dict[str, Any] = wait_for(look, 120)
    return job


def all_read(world: World) -> bool:
    return not world.rows("select from documents where state in ('received', 'processing')")


def read(world: World, run: str) -> dict[str, Any]:
    """The result of a reading, once its pages answer, too."""
    job = finished(world, run)
    wait_for(lambda: all_read(world), 120)
    result: dict[str, Any] = job["result"]
    return result


def embedded(world: World) -> int:
    """How many vectors all ingestions so far have asked for."""
    runs = world.jobs("&script_path_exact=f/ingest/embed")
    return sum(job["result"]["embedded"] for job in runs)


def administer(world: World, statement: str) -> None:
    with world.stack.connect() as conn:
        conn.execute(statement.encode())


@pytest.fixture
def site(world: World) -> Iterator[Site]:
    """A web site of the clinic."""
    yield from reachable(world, Site())


def reachable(world: World, one: Site) -> Iterator[Site]:
    """A web site on this machine, which the operator lets tenants reach, until the test is over."""
    server, path = world.stack.windmill(), "f/chatbot/settings"
    before = server.call("GET", f"resources/get_value/{path}").json()
    hosts = [*before["allowed_private_hosts"], one.host]
    wished = {**before, "allowed_private_hosts": hosts, "crawl_pause_s": 0}
    server.call("POST", f"resources/update/{path}", {"value": wished})
    yield one
    administer(world, "delete from knowledge_sources")  # a test that failed has left its own
    server.call("POST", f"resources/update/{path}", {"value": before})
    one.close()


def test_a_web_site_answers_and_follows_its_changes(world: World, site: Site) -> None:
    site.put("/", "Welcome to the clinic's pages.", "/travel /pets")
    site.put(
        "/travel", "Our travel vaccination hour for tourists is on Thursdays from 14:00 to 15:30 in room 7."
    )
    site.put("/pets", "Guide dogs are welcome in all waiting rooms of the clinic.")
    added = portal(world, "sources", "create", url=site.url, kind="crawl")
    assert read(world, added["run"])["new"] == 3
    assert "14:00 to 15:30" in world.ask(CLINIC, "When is the travel vaccination hour for tourists?")

    before = embedded(world)
    site.put(
        "/travel", "Our travel vaccination hour for tourists is on Mondays from 09:15 to 10:45 in room 7."
    )
    del site.pages["/pets"]
    again = portal(world, "sources", "refresh", source_id=added["source_id"])
    result = read(world, again["run"])
    assert (result["new"], result["unchanged"], result["gone"]) == (1, 1, 1)
    assert embedded(world) - before == 1, "only the page that changed"
    told = world.ask(CLINIC, "When is the travel vaccination hour for tourists?")
    assert "09:15 to 10:45" in told and "14:00" not in told
    (source,) = portal(world, "sources", "list")["sources"]
    assert (source["state"], source["pages"], source["ready"], source["failed"]) == ("ready", 2, 2, 0)
    assert portal(world, "sources", "delete", source_id=added["source_id"])["documents"] == 2
    assert "09:15" not in world.ask(CLINIC, "When is the travel vaccination hour for tourists?")


def test_a_reading_that_breaks_says_so_on_the_source(world: World, site: Site) -> None:
    site.put("/", "Start.")
    broken = "begin raise exception 'the disk is full'; end"
    administer(world, f"create function break_documents() returns trigger language plpgsql as $$ {broken} $$")
    administer(world, "create trigger broken before insert on documents execute function break_documents()")
    try:
        added = portal(world, "sources", "create", url=site.url, kind="page")
        assert finished(world, added["run"])["success"] is False
    finally:
        administer(world, "drop function break_documents cascade")
    (source,) = portal(world, "sources", "list")["sources"]
    assert (source["state"], source["error"]["code"]) == ("failed", "source_failed")
    assert "disk" not in source["error"]
    again = portal(world, "sources", "refresh", source_id=added["source_id"])
    assert read(world, again["run"])["new"] == 1
    portal(world, "sources", "delete", source_id=added["source_id"])


def test_a_private_address_is_refused(world: World) -> None:
    added = portal(world, "sources", "create", url="http://169.254.169.254/latest", kind="page")
    assert read(world, added["run"])["state"] == "failed"
    (source,) = portal(world, "sources", "list")["sources"]
    assert source["error"] == {"code": "site_private", "values": {"host": "169.254.169.254"}}
    portal(world, "sources", "delete", source_id=added["source_id"])


def test_typed_answers_are_given_and_a_changed_one_costs_one_vector(world: World) -> None:
    pairs = [
        {"question": "Can I pay the clinic with Bizum?", "answer": "Yes, Bizum payments go to 600 123 987."},
        {"question": "Do you lend wheelchairs?", "answer": "Wheelchairs are lent at the porter's desk for a deposit of 20 euros."},
        {"question": "Who is the hospital priest?", "answer": "Father Anselmo visits patients on Sundays."},
    ]  # fmt: skip
    portal(world, "qa_pairs", "import", pairs=pairs)
    wait_for(lambda: all_read(world), 120)
    assert "20 euros" in world.ask(CLINIC, "Do you lend wheelchairs?")
    before = embedded(world)
    listed = portal(world, "qa_pairs", "list")
    assert listed["document"]["state"] == "ready"
    wheelchairs = next(pair for pair in listed["pairs"] if "wheelchairs" in pair["question"])
    changed = {"question": wheelchairs["question"], "answer": "Wheelchairs are lent at the porter's desk for a deposit of 35 euros."}  # fmt: skip
    portal(world, "qa_pairs", "update", pair_id=wheelchairs["id"], **changed)
    wait_for(lambda: all_read(world), 120)
    assert embedded(world) - before == 1
    assert "35 euros" in world.ask(CLINIC, "Do you lend wheelchairs?")
    answered = "select pairs_version, run_id::text as run from turns where question = 'Do you lend wheelchairs?' order by opened_at"
    turns = wait_for(lambda: [row for row in world.rows(answered) if row["pairs_version"]][1:], 60)
    assert turns[-1]["pairs_version"] == portal(world, "qa_pairs", "list")["version"]
    job = world.stack.windmill().call("GET", f"jobs_u/get/{turns[-1]['run']}").json()
    assert job["result"]["pairs_version"] == turns[-1]["pairs_version"], "Windmill's run shows it"
    assert world.rows("select count(*)::int as n from documents where origin = 'qa_pairs'") == [{"n": 1}]
    for pair in portal(world, "qa_pairs", "list")["pairs"]:
        portal(world, "qa_pairs", "delete", pair_id=pair["id"])
