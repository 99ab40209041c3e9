"""Scripts as tools on a given Windmill server: called in a turn with the job's own token, by its own workers, once by an id."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from deploy.bootstrap import Server

from f.tools.live_tools import ToolError
from f.tools.script_jobs import Job, has_run, stopped
from local.seed import CLINIC, wait_for
from tests.e2e.test_appointments import free, newest
from tests.e2e.test_delivery import change, deliver, envelope, message
from tests.windmill_server.conftest import ServerWorld
from tests.windmill_server.test_server import PATIENCE, answered, body_of, finished, start, why

LISTED = "f/tenant_tools/shared/list_appointments"


def ask(world: ServerWorld, text: str, customer: int = 0) -> tuple[str, str]:
    """A message to the clinic; its id and the whole answer."""
    sent = message(text, customer=customer)
    assert deliver(world, envelope(change(CLINIC, sent))) == 200
    return sent["id"], "\n".join(body_of(part) for part in answered(world, sent["id"], PATIENCE))


def jobs_of(world: ServerWorld, sent: str) -> list[dict[str, Any]]:
    """The jobs of the scripts that a message's turn called."""
    (row,) = world.rows(
        "select t.trace from turns t join inbound_messages i on i.turn_id = t.id where i.message_id = %s",
        sent,
    )
    assert row["trace"], why(world, sent)
    return [finished(world, call["job"]) for call in row["trace"] if call.get("job")]


def test_a_script_is_called_as_a_tool(world: ServerWorld) -> None:
    day, times = free(world)
    sent, answer = ask(world, f"Please book an appointment on {day} at {times[0]}")
    assert "is booked" in answer, (answer, why(world, sent))
    assert newest(world)["at"] == f"{day} {times[0]}"
    (job,) = jobs_of(world, sent)
    assert (job["script_path"], job["success"]) == ("f/tenant_tools/shared/book_appointment", True)
    assert job["tag"] == "tools", "no turn can take the worker that it waits for"
    assert job["parent_job"] == world.run_of(sent), "its page leads to the turn's"
    assert job["args"]["db"] == "$res:f/chatbot/database"
    moved = ask(world, f"Please move my appointment to {day} at {times[-1]}")[1]
    assert "is moved to" in moved and newest(world)["at"] == f"{day} {times[-1]}", moved
    cancelled = ask(world, "Please cancel my appointment")[1]
    assert "is cancelled" in cancelled and newest(world)["cancelled"], cancelled


def test_what_the_calls_rest_on(world: ServerWorld) -> None:
    """How Windmill lists and shows scripts, and answers a job's id that is there."""
    server = world.stack.windmill()
    listed = server.call("GET", "scripts/list?path_start=f/tenant_tools/shared/&per_page=1000").json()
    assert LISTED in [script["path"] for script in listed]
    assert server.call("GET", "flows/list?path_start=f/tenant_tools/&per_page=1000").json() == []
    script = server.call("GET", f"scripts/get/p/{LISTED}").json()
    assert script["schema"]["properties"]["db"]["default"] == "$res:f/chatbot/database"
    assert not script.get("archived") and script["summary"].startswith("Lists the appointments")
    missing = server.call("GET", f"scripts/get/p/{LISTED}_not_there", ok=(404,))
    assert missing.status_code == 404
    assert server.call("GET", "/workers/exists_workers_with_tags?tags=tools").json() == {"tools": True}


def run(world: ServerWorld, server: Server, job: str, **query: str) -> Any:
    (row,) = world.rows(
        "select tenant_id::text, gen_random_uuid()::text as contact_id from chatbots where phone_number_id = %s",
        CLINIC.phone_number_id,
    )
    asked = "&".join(f"{name}={value}" for name, value in {"job_id": job, "tag": "tools", **query}.items())
    arguments = {**row, "db": "$res:f/chatbot/database"}
    return server.call("POST", f"jobs/run/p/{LISTED}?{asked}", arguments, ok=(201, 400))


def test_an_id_runs_once_and_keeps_its_result(world: ServerWorld) -> None:
    server, job = world.stack.windmill(), str(uuid.uuid4())
    assert run(world, server, job, timeout="60").status_code == 201
    path = f"jobs_u/completed/get_result_maybe/{job}?get_started=true"
    done = wait_for(lambda: (state := server.call("GET", path).json())["completed"] and state, PATIENCE)
    assert (done["success"], done["result"]) == (True, {"appointments": []})
    again = run(world, server, job)
    assert again.status_code == 400 and "already exists" in again.text


def test_a_job_that_waits_can_be_cancelled(world: ServerWorld) -> None:
    """Of a tag that nobody takes: it does not run later, when nobody waits for it any more."""
    server, job = world.stack.windmill(), str(uuid.uuid4())
    assert run(world, server, job, scheduled_in_secs="3600").status_code == 201
    path = f"jobs_u/completed/get_result_maybe/{job}?get_started=true"
    waits = server.call("GET", path).json()
    assert waits["completed"] is False and not waits.get("started")
    server.call("POST", f"jobs_u/queue/cancel/{job}", {"reason": "no worker took it in time"})
    state = wait_for(lambda: (now := server.call("GET", path).json())["completed"] and now, PATIENCE)
    assert not state.get("success") and state["result"]["error"]["name"] == "Canceled"


def test_a_waiting_job_of_a_turn_is_over_once_it_is_cancelled(
    world: ServerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has a parent: Windmill marks it, and a worker takes it at once only to end it. A turn may say that it was not made and never is."""
    server, parent, job = world.stack.windmill(), str(uuid.uuid4()), str(uuid.uuid4())
    assert run(world, server, parent).status_code == 201
    finished(world, parent)
    query = {"scheduled_in_secs": "3600", "parent_job": parent, "root_job": parent}
    assert run(world, server, job, **query).status_code == 201
    waits = world.job(job)
    assert (waits["type"], waits["running"], waits["parent_job"]) == ("QueuedJob", False, parent)
    step = {"WM_TOKEN": server.token, "WM_WORKSPACE": server.workspace, "BASE_INTERNAL_URL": server.url}
    for name, value in step.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ToolError) as told:
        stopped(Job(job, "list_appointments"), "no worker took it in time")
    assert told.value.is_final, "Windmill shows the mark, or the end"
    ended = finished(world, job)
    assert ended["success"] is False and ended["result"]["error"]["name"] == "Canceled", ended["result"]
    assert run(world, server, job).status_code == 400, "nobody can start it again"


def test_a_job_with_a_parent_that_was_cancelled_before_its_turn_has_not_run(world: ServerWorld) -> None:
    """It is only marked. The worker that takes it ends it, and then it has a start; its log tells."""
    server, job = world.stack.windmill(), str(uuid.uuid4())
    parent = run(world, server, str(uuid.uuid4())).text.strip('"')
    assert run(world, server, job, parent_job=parent, scheduled_in_secs="3600").status_code == 201
    server.call("POST", f"jobs_u/queue/cancel/{job}", {"reason": "no worker took it in time"})
    ended = finished(world, job)
    assert ended["result"]["error"]["name"] == "Canceled"
    assert not has_run(ended), ended["logs"]
    assert has_run(finished(world, parent))


@pytest.mark.parametrize("script", ["cancel_appointment", "move_appointment"])
def test_a_script_that_refuses_says_so_in_words(world: ServerWorld, script: str) -> None:
    (row,) = world.rows(
        "select tenant_id::text, gen_random_uuid()::text as contact_id from chatbots where phone_number_id = %s",
        CLINIC.phone_number_id,
    )
    wish = {"day": "2099-01-01", "time": "09:00"} if script == "move_appointment" else {}
    arguments = {**row, **wish, "db": "$res:f/chatbot/database"}
    job = start(world, f"p/f/tenant_tools/shared/{script}", arguments)
    assert job["success"] is False
    error = job["result"]["error"]
    assert (error["name"], error["message"]) == (
        "ValueError",
        "Not done: this customer has no such appointment.",
    )
    assert "password" not in json.dumps(error)
