"""The product through a given Windmill server: what Meta, a customer, a tenant's staff and an operator do."""

from __future__ import annotations

import json
import os
import secrets
from typing import Any

import pytest
from deploy import wmill

from local.documents.writer import render
from local.seed import CLINIC, CUSTOMERS, SHOP, document_state, upload, wait_for
from tests.e2e import test_delivery
from tests.e2e.test_delivery import change, deliver, envelope, message
from tests.windmill_server.conftest import ServerWorld

PATIENCE = float(
    os.environ.get("TEST_PATIENCE_S") or 240
)  # seconds: a server's workers may be cold, and fetch packages first


def body_of(part: dict[str, Any]) -> str:
    return str(part["content"]["text"]["body"])


def ask(world: ServerWorld, text: str, customer: int = 0) -> tuple[str, str]:
    """A message to the shop; its id and the whole answer."""
    sent = message(text, customer=customer)
    assert deliver(world, envelope(change(SHOP, sent))) == 200
    answer = "\n".join(body_of(part) for part in answered(world, sent["id"], PATIENCE))
    return sent["id"], answer


def answered(world: ServerWorld, sent: str, seconds: float = PATIENCE) -> list[dict[str, Any]]:
    """The parts of the answer to a message; where there is none, an error with what is known of its turn and its run."""
    try:
        return test_delivery.answered(world, sent, seconds)
    except TimeoutError:
        raise AssertionError(f"no answer within {seconds:.0f} s: {why(world, sent)}") from None


def why(world: ServerWorld, sent: str) -> str:
    """What message, turn and run of a message say of themselves, for whoever reads a failed test."""
    rows = world.rows(
        "select i.state as message, i.reason, i.run_id, t.state as turn, t.outcome, t.error, t.run_id as run_of_turn"
        " from inbound_messages i left join turns t on i.turn_id = t.id where i.message_id = %s",
        sent,
    )
    runs = {str(run) for row in rows for run in (row["run_id"], row["run_of_turn"]) if run}
    return json.dumps({"rows": rows, "runs": [state_of(world, run) for run in runs]}, default=str)


def state_of(world: ServerWorld, run: str) -> dict[str, Any]:
    """What a job says of itself, and what waits for workers beside it."""
    server = world.stack.windmill()
    response = server.call("GET", f"jobs_u/get/{run}", ok=(200, 404))
    if response.status_code == 404:
        return {"id": run, "type": "unknown to the server"}
    job = response.json()
    names = ("id", "type", "script_path", "tag", "running", "success", "started_at", "result", "flow_status")
    waiting = server.call("GET", "/workers/queue_counts", ok=(200, 400, 403, 404))
    return {name: job.get(name) for name in names} | {"waiting_by_tag": waiting.text[:500]}


def finished(world: ServerWorld, run: str, seconds: float = PATIENCE) -> dict[str, Any]:
    """The job once it is done; where it is not, an error with what it says of itself."""

    def done() -> dict[str, Any] | None:
        job = world.job(run)
        return job if job["type"] == "CompletedJob" else None

    try:
        return wait_for(done, seconds, 0.3)  # type: ignore[no-any-return]
    except TimeoutError:
        raise AssertionError(
            f"not done within {seconds:.0f} s: {json.dumps(state_of(world, run), default=str)}"
        ) from None


def start(world: ServerWorld, path: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Runs a script or flow as the operator; the finished job."""
    return finished(world, world.stack.windmill().call("POST", f"jobs/run/{path}", arguments).text.strip('"'))


def test_a_second_push_changes_nothing(world: ServerWorld) -> None:
    if not world.stack.is_local_runner:  # it reads the files themselves
        count, words = wmill.diff(world.stack.windmill())
        assert count == 0, words


def test_a_question_is_answered_from_a_document_with_its_page(world: ServerWorld) -> None:
    sent, answer = ask(world, "How long is a gift card valid?")
    assert "24 months" in answer, (answer, why(world, sent))
    assert "Returns and delivery, p. " in answer, answer
    run = finished(world, world.run_of(sent))
    assert run["success"] is True, run["result"]
    assert run["script_path"] == "f/chatbot/whatsapp_message"


def test_a_tool_tells_where_the_order_is(world: ServerWorld) -> None:
    sent, answer = ask(world, "Where is my order CL-1042?")
    assert "SE40815162342ES" in answer, (answer, why(world, sent))


def test_a_burst_is_merged_and_answered_in_order(world: ServerWorld) -> None:
    burst = [message(f"How long is a gift card valid? {n}", customer=1) for n in range(6)]
    for sent in burst:
        assert deliver(world, envelope(change(SHOP, sent))) == 200
    for sent in burst:
        answered(world, sent["id"], PATIENCE)
    rows = world.rows(
        "select i.seq, i.turn_id, t.opened_at from inbound_messages i join turns t on t.id = i.turn_id"
        " where i.message_id = any(%s) order by i.seq",
        [sent["id"] for sent in burst],
    )
    opened = [row["opened_at"] for row in rows]
    assert opened == sorted(opened), "what came first is answered first"
    assert len({row["turn_id"] for row in rows}) < len(burst), "what came meanwhile is answered together"


def test_a_member_uploads_by_the_app_and_the_flow_reads_it(world: ServerWorld) -> None:
    told = upload(world.stack, SHOP, render("winter-sale"), "winter-sale.pdf", "Winter sale")
    wait_for(lambda: document_state(world.stack, told["document_id"]) in ("ready", "failed"), PATIENCE)
    (row,) = world.rows("select state, error from documents where id = %s", told["document_id"])
    assert row["state"] == "ready", row
    sent, answer = ask(world, "When does the winter sale begin?")
    assert "Winter sale, p. " in answer, (answer, why(world, sent))


def test_the_ingestion_flow_reads_a_stored_document_again(world: ServerWorld) -> None:
    (row,) = world.rows(
        "select d.id::text, d.tenant_id::text from documents d join chatbots c using (tenant_id)"
        " where c.phone_number_id = %s order by d.created_at limit 1",
        CLINIC.phone_number_id,
    )
    job = start(
        world, "f/f/ingest/ingest_document", {"document_id": row["id"], "tenant_id": row["tenant_id"]}
    )
    assert job["success"] is True, job["result"]
    assert document_state(world.stack, row["id"]) == "ready"


def test_a_replay_of_a_finished_run_sends_nothing(world: ServerWorld) -> None:
    sent, _ = ask(world, "How much does express delivery cost?")
    before = len(world.sent(SHOP))
    arguments = finished(world, world.run_of(sent))["args"]
    job = start(world, "f/f/chatbot/whatsapp_message", arguments)
    assert job["success"] is True, job["result"]
    assert job["result"]["status"] == "ended", job["result"]
    assert job["result"]["reason"], "the run's page says why it ended early"
    assert len(world.sent(SHOP)) == before


def test_a_dry_run_shows_the_answer_and_sends_nothing(world: ServerWorld) -> None:
    before = len(world.sent(SHOP))
    logs = world.rows("select count(*) from conversation_logs")
    arguments = {
        **envelope(change(SHOP, message("How long is a gift card valid?", customer=1))),
        "mode": "dry_run",
    }
    job = start(world, "f/f/chatbot/whatsapp_message", arguments)
    assert job["success"] is True, job["result"]
    assert job["result"]["dry_run"] is True
    steps = [j for j in world.jobs() if j.get("parent_job") == job["id"]]
    assert "24 months" in json.dumps(steps), "the run's page shows what would be said"
    assert len(world.sent(SHOP)) == before
    assert world.rows("select count(*) from conversation_logs") == logs


def test_a_mode_that_there_is_not_sends_nothing(world: ServerWorld) -> None:
    before = len(world.sent(SHOP))
    arguments = {
        **envelope(change(SHOP, message("How long is a gift card valid?", customer=1))),
        "mode": "dry-run",
    }
    job = start(world, "f/f/chatbot/whatsapp_message", arguments)
    assert job["success"] is False, job["result"]
    assert "mode is live or dry_run" in json.dumps(job["result"])
    assert len(world.sent(SHOP)) == before


def test_the_recovery_script_dispatches_what_nobody_took(world: ServerWorld) -> None:
    """As if the ingress had died right after storing the message."""
    sent = message("How long is a gift card valid?", customer=1)
    payload = json.dumps(envelope(change(SHOP, sent)))
    with world.stack.connect() as conn, conn.transaction():
        conn.execute(
            "insert into inbound_messages (phone_number_id, message_id, kind, sender, payload) values (%s, %s, 'message', %s, %s)",
            [SHOP.phone_number_id, sent["id"], sent["from"], payload],
        )
    arguments = world.stack.windmill().call("GET", "schedules/get/f/chatbot/recover").json()["args"]
    job = start(world, "p/f/chatbot/recover", arguments)
    assert job["success"] is True, job["result"]
    assert "24 months" in body_of(answered(world, sent["id"], PATIENCE)[0])


@pytest.mark.field_failure(23)
@pytest.mark.parametrize(
    "reference",
    [
        "$var:f/chatbot/master_key",
        "$res:f/chatbot/database",
        "$jsonvar:f/chatbot/master_key",
        " $var:f/chatbot/master_key",
        "$WM_TOKEN",
    ],
)
def test_words_that_look_like_a_reference_are_words(world: ServerWorld, reference: str) -> None:
    sent, answer = ask(world, reference)
    assert world.secrets_in(answer) == []
    (row,) = world.rows("select body from conversation_logs where message_id = %s and direction = 'in'", sent)
    assert row["body"].strip() == reference.strip()


def test_a_failed_step_tells_the_customer_closes_the_turn_and_alerts(world: ServerWorld) -> None:
    """The resource that only agent_loop takes names a variable that isn't there: Windmill can't even start the step."""
    server, path = world.stack.windmill(), "f/chatbot/embeddings"
    value = server.call("GET", f"resources/get_value/{path}").json()
    server.call("POST", f"resources/update/{path}", {"value": {**value, "api_key": "$var:f/chatbot/missing"}})
    try:
        sent, answer = ask(world, "How long is a gift card valid?", customer=1)
        run = finished(world, world.run_of(sent))
    finally:
        server.call("POST", f"resources/update/{path}", {"value": value})
    assert run["success"] is False
    (bot,) = world.rows(
        "select failure_message from chatbots where phone_number_id = %s", SHOP.phone_number_id
    )
    assert answer in bot["failure_message"].values()
    (turn,) = world.rows(
        "select t.state, t.outcome from turns t join inbound_messages i on i.turn_id = t.id where i.message_id = %s",
        sent,
    )
    assert turn == {"state": "failed", "outcome": "failed"}
    alert = wait_for(lambda: [a for a in world.stack.alerts.heard if run["id"] in json.dumps(a)], PATIENCE)
    assert f"/run/{run['id']}?workspace={world.stack.workspace}" in alert[0]["text"]


def test_an_operator_finds_the_run_and_the_conversation_of_a_message(world: ServerWorld) -> None:
    sent, _ = ask(world, "How much does express delivery cost?")
    run = finished(world, world.run_of(sent))["id"]
    for words in (sent, run, "+" + str(CUSTOMERS[0]["phone"])):
        job = start(world, "p/f/chatbot/find_run", {"words": words, "db": "$res:f/chatbot/database"})
        assert job["success"] is True, job["result"]
        found = next(row for row in job["result"] if row["message_id"] == sent)
        assert found["run_id"] == run
        assert run in found["run"]
        assert found["contact_id"]


def test_an_erased_contact_is_gone_from_rows_and_jobs(world: ServerWorld) -> None:
    word = f"zebra{secrets.token_hex(6)}"
    sent = message(f"How long is a gift card valid? {word}", customer=1)
    assert deliver(world, envelope(change(CLINIC, sent))) == 200
    assert answered(world, sent["id"], PATIENCE), why(world, sent["id"])
    assert finished(world, world.run_of(sent["id"]))["success"] is True, why(world, sent["id"])
    (row,) = world.rows("select contact_id::text from inbound_messages where message_id = %s", sent["id"])
    assert word in json.dumps(world.jobs())
    arguments = {
        "contact_id": row["contact_id"],
        "db": "$res:f/chatbot/database",
        "job_id_key": "$var:f/chatbot/job_id_key",
    }
    job = start(world, "p/f/chatbot/erase_contact", arguments)
    assert job["success"] is True, job["result"]
    assert job["result"]["jobs_blanked"] >= 5, "the run and each of its steps"
    assert word not in json.dumps(world.jobs())
    assert world.rows("select from contacts where id = %s", row["contact_id"]) == []
    assert world.rows("select from inbound_messages where message_id = %s", sent["id"]) == []


def test_the_schedule_blanks_the_uploads(world: ServerWorld) -> None:
    """A file stands in its upload's arguments for a minute or two. The local runner's schedules are tests/e2e/test_erasure.py's."""
    if world.stack.is_local_runner:
        return
    server = world.stack.windmill()
    path = "jobs/list?script_path_exact=f/ingest/upload_document&per_page=100"
    jobs = [str(job["id"]) for job in server.call("GET", path).json()]
    assert jobs, "the demo's documents were uploaded"
    holds_a_file = lambda job: "filename" in json.dumps(world.job(job).get("args") or {})  # noqa: E731
    wait_for(lambda: not any(map(holds_a_file, jobs)), PATIENCE, 2.0)


def test_no_secret_is_in_any_job(world: ServerWorld) -> None:
    """Runs last, over everything that the tests before it caused: arguments, results, logs, and what was sent."""
    everything = json.dumps(world.jobs())
    assert "CL-1042" in everything, "the jobs that were looked at are the ones that ran"
    assert world.secrets_in(everything) == []
    assert world.secrets_in(json.dumps(world.sent(SHOP) + world.sent(CLINIC))) == []
