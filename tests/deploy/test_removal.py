"""tenants.py --remove: what is forgotten of a number and of a tenant, and what stays of others, against a Windmill that is a dictionary."""

from __future__ import annotations

import io
import secrets
import sys
import uuid
from typing import Any

import httpx2
import psycopg
import pytest
from deploy import removal
from deploy.bootstrap import DeployError, Server

from f.common.windmill import job_id
from tests.deploy.conftest import Command, store
from tests.knowledge.conftest import vector

KEY = "key-of-the-job-ids"


class Windmill:
    """Finished jobs, each with two steps; `fails_after` so many requests it is down."""

    def __init__(self) -> None:
        self.jobs: set[str] = set()
        self.going: dict[str, int] = {}  # a run that is not over yet -> how often it is looked at until it is
        self.fails_after: int | None = None

    def ran(self, run: str) -> str:
        """A run that is over, its steps with it."""
        self.jobs |= {run, f"{run}-1", f"{run}-2"}
        return run

    def call(self, method: str, path: str, body: Any = None, ok: tuple[int, ...] = (200,)) -> httpx2.Response:
        if self.fails_after is not None:
            self.fails_after -= 1
            if self.fails_after < 0:
                raise DeployError("Windmill can't be reached")
        if path.startswith("jobs_u/get/"):
            run = path.rpartition("/")[2]
            if run not in self.jobs:
                return httpx2.Response(404)
            self.going[run] = self.going.get(run, 0) - 1
            return httpx2.Response(200, json={"type": "CompletedJob" if self.going[run] < 0 else "QueuedJob"})
        if method == "GET":
            run = path.split("parent_job=")[1].split("&")[0]
            return httpx2.Response(
                200, json=[{"id": step} for step in sorted(self.jobs) if step.startswith(f"{run}-")]
            )
        job = path.rpartition("/")[2]
        known = job in self.jobs
        self.jobs.discard(job)
        assert known or 404 in ok
        return httpx2.Response(200 if known else 404)


@pytest.fixture
def windmill(monkeypatch: pytest.MonkeyPatch) -> Windmill:
    made = Windmill()
    monkeypatch.setattr(Server, "call", lambda server, *given, **more: made.call(*given, **more))
    for name in ("WINDMILL_URL", "WINDMILL_TOKEN", "WINDMILL_WORKSPACE"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("JOB_ID_KEY", KEY)
    monkeypatch.setattr(removal, "PATIENCE_S", 0)
    return made


class Talk:
    """A contact's finished turn on a number, with a log on both sides, a file and a failed earlier dispatch."""

    def __init__(
        self, command: Command, windmill: Windmill, number: str, phone: str, state: str = "done"
    ) -> None:
        tenant = command.tenant(number)["id"]
        message, run, turn = f"wamid.{secrets.token_hex(6)}", str(uuid.uuid4()), str(uuid.uuid4())
        (row,) = command.rows(
            "insert into contacts (tenant_id, phone) values (%s, %s) on conflict (tenant_id, phone) do update set phone = excluded.phone"
            " returning id",
            *(tenant, phone),
        )
        self.contact, self.message = row["id"], message
        command.rows(
            "insert into turns (id, tenant_id, contact_id, phone_number_id, run_id, lease_until, state)"
            " values (%s, %s, %s, %s, %s, now() + interval '1 minute', %s)",
            *(turn, tenant, self.contact, number, run, state),
        )
        for side in ("in", "out"):
            command.rows(
                "insert into conversation_logs (tenant_id, contact_id, phone_number_id, direction, message_id, send_id, body)"
                " values (%s, %s, %s, %s, %s, gen_random_uuid(), 'words')",
                *(tenant, self.contact, number, side, message),
            )
        command.rows(
            "insert into inbound_messages (phone_number_id, message_id, kind, sender, payload, contact_id, turn_id, state, dispatch_no, run_id)"
            " values (%s, %s, 'message', %s, '{}', %s, %s, 'answered', 1, %s)",
            *(number, message, phone, self.contact, turn, run),
        )
        command.rows(
            "insert into media (phone_number_id, message_id, tenant_id, contact_id, kind) values (%s, %s, %s, %s, 'image')",
            *(number, message, tenant, self.contact),
        )
        self.runs = [windmill.ran(job) for job in (run, *(job_id(KEY, number, message, n) for n in (0, 1)))]


def rows_of(command: Command, tenant: str) -> dict[str, int]:
    """How many rows each table holds of a tenant, where there are any. The audit log grows with each try."""
    tables = command.rows(
        "select table_name as name, case table_name when 'tenants' then 'id' else 'tenant_id' end as of"
        " from information_schema.columns where table_schema = 'public' and table_name !~ '^chunk_embeddings_'"
        " and (column_name = 'tenant_id' or table_name = 'tenants' and column_name = 'id')"
    )
    counts = {
        table["name"]: command.rows(
            f"select count(*) as n from {table['name']} where {table['of']} = %s", tenant
        )[0]["n"]
        for table in tables
    }
    return {name: count for name, count in counts.items() if count and name != "audit_log"}


def test_with_its_only_number_a_tenant_leaves_nothing(command: Command, windmill: Windmill) -> None:
    (number, *_), (other, *_) = command.make("--owner", "a@b.example"), command.make()
    tenant, neighbour = str(command.tenant(number)["id"]), str(command.tenant(other)["id"])
    for one in (tenant, neighbour):
        with psycopg.connect(command.url, autocommit=True) as conn:
            store(conn, one, 2, vector(1, dimensions=1536))
    (document,) = command.rows(
        "update documents set run_id = gen_random_uuid() where tenant_id = %s returning run_id::text as run",
        tenant,
    )
    windmill.ran(document["run"])
    Talk(command, windmill, number, "34600000001"), Talk(command, windmill, number, "34600000002")
    kept = Talk(command, windmill, other, "34600000001")
    before = rows_of(command, neighbour)
    code, said, problem = command.run("--remove", number, "--yes")
    assert code == 0, problem
    assert "1 document(s), 1 member(s) of staff" in said and "2 customer(s), 2 message(s)" in said
    assert "the data of 21 job(s)" in said, "7 runs with two steps each"
    assert rows_of(command, tenant) == {}
    assert command.rows("select from audit_log where tenant_id = %s", tenant) == []
    assert command.rows("select from inbound_messages where phone_number_id = %s", number) == []
    assert rows_of(command, neighbour) == before
    assert {job.rpartition("-")[0] if job[-2] == "-" else job for job in windmill.jobs} == set(kept.runs)
    code, said, problem = command.run("--remove", number, "--yes")
    assert (code, said, problem) == (1, "", f"there is no chatbot with the number {number}\n")


def test_one_of_several_numbers_takes_nothing_of_the_others(command: Command, windmill: Windmill) -> None:
    number, *_ = command.make("--owner", "a@b.example")
    tenant = str(command.tenant(number)["id"])
    second = str(int(number) + 1)
    command.rows(
        "insert into chatbots (phone_number_id, tenant_id, name) values (%s, %s, 'Two')", second, tenant
    )
    with psycopg.connect(command.url, autocommit=True) as conn:
        store(conn, tenant, 2, vector(1, dimensions=1536))
    only_here = Talk(command, windmill, number, "34600000001")
    both = [Talk(command, windmill, bot, "34600000002") for bot in (number, second)]
    code, said, problem = command.run("--remove", number, "--yes")
    assert code == 0, problem
    assert "which keeps 1 other number(s)" in said and "1 customer(s), 2 message(s)" in said
    left = command.rows("select phone_number_id, enabled from chatbots where tenant_id = %s", tenant)
    assert left == [{"phone_number_id": second, "enabled": True}]
    for table in ("turns", "conversation_logs", "media"):
        found = command.rows(f"select distinct phone_number_id from {table} where tenant_id = %s", tenant)
        assert found == [{"phone_number_id": second}], table
    assert command.rows("select id from contacts where tenant_id = %s", tenant) == [{"id": both[1].contact}]
    assert both[0].contact == both[1].contact != only_here.contact
    assert {"documents", "tenant_members", "chunk_embeddings"} <= rows_of(command, tenant).keys()
    assert set(both[1].runs) <= windmill.jobs
    assert not {*only_here.runs, *both[0].runs} & windmill.jobs


@pytest.mark.parametrize(("typed", "gone"), [("{number}\n", True), ("yes\n", False), ("", False)])
def test_it_is_asked_for_once_more(
    command: Command, windmill: Windmill, monkeypatch: pytest.MonkeyPatch, typed: str, gone: bool
) -> None:
    number, *_ = command.make(name="Casa")
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed.format(number=number)))
    code, said, problem = command.run("--remove", number)
    assert f"This removes Casa with its only number {number}" in said and "can't be undone" in said
    assert (code, "nothing was removed" in problem) == ((0, False) if gone else (1, True))
    found = command.rows("select enabled from chatbots where phone_number_id = %s", number)
    assert found == ([] if gone else [{"enabled": True}])


def test_while_a_conversation_is_being_answered_nothing_goes(command: Command, windmill: Windmill) -> None:
    number, *_ = command.make()
    tenant = str(command.tenant(number)["id"])
    Talk(command, windmill, number, "34600000001", state="active")
    before, jobs = rows_of(command, tenant), set(windmill.jobs)
    code, _, problem = command.run("--remove", number, "--yes")
    assert code == 1 and "not removed: a conversation on it is still being answered. Run it again" in problem
    # The number is switched off at once: that makes a version.
    assert rows_of(command, tenant) == {**before, "chatbot_versions": 2} and windmill.jobs == jobs
    assert command.rows("select enabled from chatbots where phone_number_id = %s", number) == [
        {"enabled": False}
    ]
    command.rows("update turns set state = 'done' where tenant_id = %s", tenant)
    assert command.run("--remove", number, "--yes")[0] == 0


def test_a_run_that_has_not_ended_is_waited_for(
    command: Command, windmill: Windmill, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A turn is closed by its run's last step, so the run itself ends a little later."""
    number, *_ = command.make()
    windmill.going[Talk(command, windmill, number, "34600000001").runs[0]] = 2
    code, _, problem = command.run("--remove", number, "--yes")
    assert code == 1 and "has not ended yet. Run it again to go on" in problem
    monkeypatch.setattr(removal, "PATIENCE_S", 60)
    assert command.run("--remove", number, "--yes")[0] == 0
    assert windmill.jobs == set()


def test_a_removal_that_was_cut_off_is_finished_by_the_next(command: Command, windmill: Windmill) -> None:
    number, *_ = command.make()
    tenant = str(command.tenant(number)["id"])
    Talk(command, windmill, number, "34600000001")
    before = rows_of(command, tenant)
    windmill.fails_after = 4
    code, _, problem = command.run("--remove", number, "--yes")
    assert code == 1 and "not removed: Windmill can't be reached" in problem and "Traceback" not in problem
    switched_off = {**before, "chatbot_versions": 2}
    assert rows_of(command, tenant) == switched_off, "what leads to the jobs is still there"
    windmill.fails_after = None
    assert command.run("--remove", number, "--yes")[0] == 0
    assert windmill.jobs == set() and rows_of(command, tenant) == {}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--remove", "1", "--phone-number-id", "1"], "without --phone-number-id"),
        (["--name", "Shop"], "are needed, or one of --remove"),
    ],
)
def test_options_that_say_two_things_are_refused(command: Command, options: list[str], words: str) -> None:
    code, _, problem = command.run(*options)
    assert (code, words in problem) == (2, True)


def test_the_help_says_what_becomes_of_other_numbers(command: Command) -> None:
    said = " ".join(command.run("--help")[1].split())
    assert "With its last number the whole tenant goes" in said and "other numbers keeps all of that" in said
