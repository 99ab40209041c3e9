"""The master key changes while jobs run; an interrupted change goes on; then the old key opens nothing."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import psycopg
import pytest
from deploy import rotate, tenants
from deploy.bootstrap import DeployError, Server
from psycopg.rows import dict_row

from f.common.secrets import SecretError, seal, unseal

OLD, NEW = (base64.b64encode(letter * 32).decode() for letter in (b"o", b"n"))


class Windmill:
    """What the command asks of the server: the variable, and the jobs that run, each with the variable's value of its begin."""

    def __init__(self) -> None:
        self.value = OLD
        self.given: list[str] = []
        self.jobs: dict[int, datetime] = {}
        self._lock = threading.Lock()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        if method == "POST":
            self.value = body["value"]
            self.given.append(self.value)
        with self._lock:
            begun = list(self.jobs.values())
        jobs = [
            {"script_path": "f/chatbot/send_reply", "job_kind": "script", "started_at": at.isoformat()}
            for at in begun
        ]
        return Answer(self.value if "variables" in path else jobs)

    @contextmanager
    def job(self) -> Iterator[str]:
        """A job that runs; yields the key that it was given."""
        with self._lock:
            number, key = max(self.jobs, default=0) + 1, self.value
            self.jobs[number] = datetime.now(UTC)
        yield key
        with self._lock:
            del self.jobs[number]

    @property
    def server(self) -> Server:
        return cast(Server, self)


class Answer:
    def __init__(self, value: Any) -> None:
        self.value = value

    def json(self) -> Any:
        return self.value


@pytest.fixture
def conn(new_product_database: Callable[[], str]) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    """Twelve tenants with two keys and a tool each, sealed with the old master key."""
    url = new_product_database()
    with psycopg.connect(url, row_factory=dict_row, autocommit=True) as made:
        for n in range(12):
            tenant = tenants.put_tenant(made, OLD, str(10000 + n), f"Shop {n}", f"EAA-token-{n}")
            tenants.put_llm_key(made, OLD, tenant, f"sk-model-{n}")
            tenants.put_tool(
                made, OLD, tenant, "orders", "https://orders.example", f"Bearer tool-{n}", ["get_order"]
            )
        yield made


def opened(conn: psycopg.Connection[dict[str, Any]], key: str) -> list[str]:
    """What a key opens."""
    found = []
    for row in rotate.sealed_rows(conn):
        try:
            found.append(unseal(key, row.tenant_id, row.purpose, row.sealed))
        except SecretError:
            continue
    return sorted(found)


KINDS = ("EAA-token-{}", "sk-model-{}", '{{"Authorization": "Bearer tool-{}"}}')
ALL = sorted(kind.format(n) for n in range(12) for kind in KINDS)


def test_every_key_is_sealed_anew_and_the_old_master_key_opens_nothing(conn: Any) -> None:
    windmill = Windmill()
    assert opened(conn, OLD) == ALL
    said = rotate.rotate(windmill.server, conn, OLD, NEW)
    assert "36 stored keys" in said and windmill.given == [f"{NEW} {OLD}", NEW]
    assert opened(conn, OLD) == [] and opened(conn, NEW) == ALL
    assert "0 stored keys" in rotate.rotate(windmill.server, conn, OLD, NEW), "again, it changes nothing"


def test_jobs_open_every_key_at_every_moment_and_an_interrupted_change_goes_on(
    conn: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    windmill, over = Windmill(), threading.Event()
    failed: list[str] = []
    read = [0]

    def work() -> None:
        """Jobs, one after the other: each is given a key at its begin, and reads rows later."""
        with psycopg.connect(
            conn.info.dsn, password=conn.info.password, row_factory=dict_row, autocommit=True
        ) as mine:
            while not over.is_set():
                with windmill.job() as key:
                    found = opened(mine, key)
                read[0] += 1
                if found != ALL:
                    failed.append(f"{len(found)} of {len(ALL)} open with the key of {len(key.split())}")

    def sealed_until(most: int) -> Callable[..., bytes]:
        calls = iter(range(most))

        def interrupted(*arguments: str) -> bytes:
            if next(calls, None) is None:
                raise KeyboardInterrupt
            return seal(*arguments)

        return interrupted

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    try:
        for most in (7, 11):
            monkeypatch.setattr(rotate, "seal", sealed_until(most))
            with pytest.raises(KeyboardInterrupt):
                rotate.rotate(windmill.server, conn, OLD, NEW)
            assert windmill.value == f"{NEW} {OLD}"
        assert len(opened(conn, NEW)) == 18, "what is done stays done"
        monkeypatch.setattr(rotate, "seal", seal)
        assert "18 stored keys" in rotate.rotate(windmill.server, conn, OLD, NEW)
    finally:
        over.set()
        for worker in workers:
            worker.join()
    assert failed == [] and read[0] > 3
    assert opened(conn, OLD) == [] and opened(conn, NEW) == ALL


def test_nothing_is_sealed_while_a_job_runs_that_knows_only_the_old_key(conn: Any) -> None:
    windmill = Windmill()
    windmill.jobs[1] = datetime.now(UTC) - timedelta(seconds=5)
    with pytest.raises(DeployError, match="f/chatbot/send_reply"):
        rotate.rotate(windmill.server, conn, OLD, NEW, wait_s=0)
    assert opened(conn, OLD) == ALL


def test_a_key_that_neither_opens_is_named(conn: Any) -> None:
    conn.execute(
        "update tenant_tools set sealed_headers = 'x' || sealed_headers"
        " where tenant_id = (select tenant_id from tenant_tools order by tenant_id limit 1)"
    )
    said = rotate.rotate(Windmill().server, conn, OLD, NEW)
    assert "35 stored keys" in said and "tool:orders of tenant" in said


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (OLD, OLD, "nothing to change"),
        (OLD, "short", "32 bytes"),
        (NEW, base64.b64encode(b"x" * 32).decode(), "correct MASTER_KEY"),
    ],
)
def test_wrong_keys_change_nothing(conn: Any, old: str, new: str, says: str) -> None:
    windmill = Windmill()
    with pytest.raises(SecretError, match=says):
        rotate.rotate(windmill.server, conn, old, new)
    assert windmill.given == [] and opened(conn, OLD) == ALL


def test_no_sealed_column_is_forgotten(conn: Any) -> None:
    """A new column of bytes fails here, until it is in rotate.SEALED or among those that hold no sealed value."""
    plain = {
        ("documents", "sha256"),
        ("documents", "content"),
        ("media", "content"),
        ("staff_files", "content"),
        ("tool_calls", "digest"),
        ("tool_calls", "request"),
        ("erased_messages", "digest"),
        ("tool_approvals", "digest"),
        ("tool_sign_ins", "state_digest"),
        ("number_sign_ins", "state_digest"),
        ("contradiction_dismissals", "pair"),
        ("service_records", "hash"),
        ("service_chains", "hash"),
        ("api_keys", "digest"),
        ("brandings", "logo"),
        ("brandings", "icon"),
    }
    columns = conn.execute(
        "select table_name, column_name from information_schema.columns where table_schema = 'public' and data_type = 'bytea'"
    ).fetchall()
    found = {(row["table_name"], row["column_name"]) for row in columns}
    # The door to the portal stores digests: no key opens them.
    plain |= {(table, column) for table, column in found if table.startswith("door_")}
    assert {(table, column) for table, _, _, column, _ in rotate.SEALED} == found - plain
