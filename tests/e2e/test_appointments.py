"""The clinic's appointment book in the chat: a customer books, moves and cancels; the book's scripts run as jobs of their own."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local.seed import CLINIC, wait_for
from tests.e2e.conftest import CHAT_WORKERS, World

pytestmark = pytest.mark.timeout(300)
TENANT = "select set_config('app.tenant_id', tenant_id::text, false) from chatbots where phone_number_id = %s"
FREE = "select day, times from free_appointments('main', '-infinity', 20) order by day desc limit 1"
MINE = (
    "select 'A-' || a.number as name, to_char(a.starts_at at time zone 'Europe/Madrid', 'YYYY-MM-DD HH24:MI') as at,"
    " a.cancelled_at is not null as cancelled, c.name as customer from appointments a join contacts c on c.id = a.contact_id"
    " order by a.number desc limit 1"
)


def free(world: World) -> tuple[str, list[str]]:
    """A late day and its free times, so that no other test is in the way."""
    with world.stack.connect() as conn:
        conn.execute(TENANT.encode(), [CLINIC.phone_number_id])
        row = conn.execute(FREE.encode()).fetchone()
    assert row is not None
    return row["day"], row["times"]


def newest(world: World) -> dict[str, Any]:
    (row,) = world.rows(MINE)
    return row


def trace(world: World, question: str) -> list[dict[str, Any]]:
    query = "select trace, run_id::text from turns where question = %s and state <> 'active' order by opened_at desc limit 1"
    (row,) = world.rows(query, question)
    return [{**call, "run": row["run_id"]} for call in row["trace"]]


def test_a_customer_books_moves_and_cancels(world: World) -> None:
    day, times = free(world)
    first, second = times[0], times[-1]
    shown = world.ask(CLINIC, f"Which appointments are free on {day}?")
    assert day in shown and first in shown
    question = f"Please book an appointment on {day} at {first}"
    booked = world.ask(CLINIC, question)
    row = newest(world)
    assert f"appointment {row['name']} (Consultation) is booked" in booked and first in booked
    assert (row["at"], row["cancelled"], row["customer"]) == (f"{day} {first}", False, "Lucía Ferrer")
    assert first not in free(world)[1]
    moved = world.ask(CLINIC, f"Can you move my appointment to {day} at {second}?")
    assert row["name"] in moved and "is moved to" in moved and second in moved
    assert newest(world)["at"] == f"{day} {second}"
    assert second in world.ask(CLINIC, "When is my appointment?")
    assert "is cancelled" in world.ask(CLINIC, f"Please cancel my appointment {row['name']}")
    assert newest(world)["cancelled"] and second in free(world)[1]
    (call,) = [one for one in trace(world, question) if one["tool"] == "book_appointment"]
    job = world.stack.windmill().call("GET", f"jobs_u/get/{call['job']}").json()
    assert (job["script_path"], job["tag"]) == ("f/tenant_tools/shared/book_appointment", "tools")
    assert job["parent_job"] == call["run"] and job["args"]["db"] == "$res:f/chatbot/database"


def test_a_day_by_its_name_and_a_time_from_what_was_just_offered(world: World) -> None:
    offered = world.ask(CLINIC, f"Which appointments are free on {free(world)[0]}?")
    day, at = re.findall(r"(\d{4}-\d{2}-\d{2}): (?:\d\d:\d\d, )*(\d\d:\d\d)", offered)[0]
    assert f"{at}" in world.ask(CLINIC, f"Book {at} please") and newest(world)["at"] == f"{day} {at}"
    assert "Free on" in world.ask(CLINIC, "Is there a free appointment tomorrow?")
    assert "está cancelada" in world.ask(CLINIC, "Cancele mi cita, por favor")


def test_nobody_elses_appointment_is_moved_or_cancelled(world: World) -> None:
    day, times = free(world)
    world.ask(CLINIC, f"Please book an appointment on {day} at {times[0]}")
    name = newest(world)["name"]
    for wish in (
        f"Please cancel my appointment {name}",
        f"Move my appointment {name} to {day} at {times[1]}",
    ):
        assert "this customer has no such appointment" in world.ask(CLINIC, wish, customer="Jonas Weber")
    assert newest(world)["at"] == f"{day} {times[0]}" and not newest(world)["cancelled"]
    taken = world.ask(CLINIC, f"Please book an appointment on {day} at {times[0]}", customer="Jonas Weber")
    assert "that time is taken" in taken
    world.ask(CLINIC, f"Please cancel my appointment {name}")


def test_a_rule_of_the_guide_is_still_looked_up(world: World) -> None:
    assert "24 hours" in world.ask(CLINIC, "How do I cancel an appointment?")


def test_more_turns_than_workers_wait_for_scripts_and_one_gets_the_time(world: World) -> None:
    """Turns that wait for scripts hold all the chat's workers; the scripts have workers of their own."""
    day, times = free(world)
    wish = f"Please book an appointment on {day} at {times[2]}"
    body = {"phone_number_id": CLINIC.phone_number_id, "name": "Test"}
    written = {"type": "text", "text": {"body": wish}}

    def write(number: int) -> str:
        sent = {**body, "from": f"346777{number:05}", "message": written}
        return str(world.control("deliver", sent)["wamid"])

    with ThreadPoolExecutor(CHAT_WORKERS + 4) as pool:
        sent = list(pool.map(write, range(CHAT_WORKERS + 4)))
    query = "select count(*) as n from inbound_messages where state = 'answered' and message_id = any(%s)"
    wait_for(lambda: world.rows(query, sent)[0]["n"] == len(sent), 120)
    booked = world.rows(
        "select count(*) as n from appointments where to_char(starts_at at time zone 'Europe/Madrid', 'YYYY-MM-DD HH24:MI') = %s"
        " and cancelled_at is null",
        f"{day} {times[2]}",
    )
    assert booked == [{"n": 1}]


def test_what_a_tool_was_called_with_goes_with_the_customer(world: World) -> None:
    """The job of a script is blanked with the run that called it."""
    day, times = free(world)
    phone, wish = "34677888999", f"Please book an appointment on {day} at {times[4]}"
    body = {"phone_number_id": CLINIC.phone_number_id, "name": "Zenobia", "from": phone}
    world.control("deliver", {**body, "message": {"type": "text", "text": {"body": wish}}})
    query = "select t.trace, c.id::text as contact from turns t join contacts c on c.id = t.contact_id where c.phone = %s and t.state = 'done'"
    (row,) = wait_for(lambda: world.rows(query, phone), 60)
    (job,) = [call["job"] for call in row["trace"] if call["tool"] == "book_appointment"]
    server = world.stack.windmill()
    assert row["contact"] in json.dumps(server.call("GET", f"jobs_u/get/{job}").json())
    arguments = {
        "contact_id": row["contact"],
        "db": "$res:f/chatbot/database",
        "job_id_key": "$var:f/chatbot/job_id_key",
    }
    erased = server.call("POST", "jobs/run_wait_result/p/f/chatbot/erase_contact", arguments).json()
    blank = server.call("GET", f"jobs_u/get/{job}").json()
    assert erased["messages"] == 1 and blank["args"] is None and blank["result"] is None
    assert times[4] in free(world)[1], "and its time is free"
