"""/metrics with what PostgreSQL knows of the platform: cheap, and never in the way of the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.ingress.support import PHONE, Database, FakeWindmill, Ingress, change, text, wait_until

BUSY = "select 1 from pg_stat_activity where application_name = 'ingress metrics' and state = 'active'"


@pytest.fixture
def ingress(database: Database, windmill: FakeWindmill, tmp_path: Path) -> Iterator[Ingress]:
    database.clear()
    process = Ingress(database.ingress_url, tmp_path / "log", windmill.url)
    yield process.wait()
    process.stop()


def page(ingress: Ingress) -> dict[str, float]:
    """The samples of /metrics by their names with their labels."""
    shown = ingress.admin.get("/metrics").text
    assert list(text_string_to_metric_families(shown)), "Prometheus can read it"
    return {name: float(value) for name, value in re.findall(r"^([^# ].*) (\S+)$", shown, re.MULTILINE)}


def test_it_prints_what_the_platform_waits_for(
    ingress: Ingress, database: Database, windmill: FakeWindmill
) -> None:
    windmill.down()
    ingress.send(change(messages=[text("wamid.waits")]))
    wait_until(lambda: database.ids("state = 'received'"))
    shown = page(ingress)
    assert shown["ingress_platform_figures_up"] == 1
    assert shown["chatmill_messages_waiting"] == 1
    assert shown["chatmill_oldest_unanswered_seconds"] >= 0
    assert shown['chatmill_oldest_unanswered_by_tenant_seconds{tenant="none"}'] >= 0, "no chatbot has it"
    assert "chatmill_reply_seconds_p95" not in shown, "nobody was answered lately: there is no figure"
    text_of_page = ingress.admin.get("/metrics").text
    assert "16505551234" not in text_of_page and PHONE not in text_of_page


def test_it_names_a_tag_without_a_worker(ingress: Ingress, database: Database) -> None:
    tags = '{"chat": {"has_worker": true, "queued": 4}, "portal": {"has_worker": false, "queued": null}}'
    database.rows("select report_recovery(%s::jsonb)", tags)
    shown = page(ingress)
    assert shown['chatmill_tag_has_worker{tag="chat"}'] == 1
    assert shown['chatmill_tag_has_worker{tag="portal"}'] == 0
    assert shown['chatmill_jobs_queued{tag="chat"}'] == 4
    assert 'chatmill_jobs_queued{tag="portal"}' not in shown, "it is not known"
    assert shown["chatmill_recovery_age_seconds"] < 60


@pytest.fixture
def counted(database: Database) -> Iterator[str]:
    """How often PostgreSQL was asked for the figures, as a query. Of the connections that are made from here on."""
    switch = f'alter database "{database.connection.info.dbname}"'
    database.connection.execute(f"{switch} set track_functions = 'all'".encode())
    yield "select calls from pg_stat_user_functions where funcname = 'platform_figures'"
    database.connection.execute(f"{switch} reset track_functions".encode())


def test_many_scrapes_ask_once(counted: str, ingress: Ingress, database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(lambda _: page(ingress), range(40)))
    assert {shown["ingress_platform_figures_up"] for shown in pages} == {1.0}
    ingress.stop()  # a connection tells its counts at its end
    assert wait_until(lambda: [(calls,) for (calls,) in database.rows(counted) if calls]) == [(1,)]


def test_a_database_that_hangs_leaves_the_rest_of_the_page(ingress: Ingress, database: Database) -> None:
    ingress.send(change(messages=[text("wamid.before")]))
    with psycopg.connect(database.url) as holder:
        holder.execute("lock table recovery_report in access exclusive mode")
        shown = page(ingress)
        assert shown["ingress_platform_figures_up"] == 0
        assert shown["ingress_ack_seconds_count"] >= 1
        assert not [name for name in shown if name.startswith("chatmill_")], (
            "no figure is better than an old one"
        )
        wait_until(lambda: not database.rows(BUSY))  # PostgreSQL has ended the statement
        assert ingress.admin.get("/readyz").status_code == 200


@pytest.mark.parametrize("given", ["{}", "[]", "null", '{"waiting": {"messages": "many"}}'])
def test_figures_of_another_version_leave_the_rest_of_the_page(
    ingress: Ingress, database: Database, given: str
) -> None:
    (was,) = database.rows("select pg_get_functiondef('platform_figures'::regproc)")
    head = was[0].partition("AS $function$")[0]
    database.connection.execute(f"{head} AS $$ select '{given}'::jsonb $$".encode())
    try:
        shown = page(ingress)
    finally:
        database.connection.execute(was[0].encode())
    assert shown["ingress_platform_figures_up"] == 0 and "process_open_fds" in shown


def test_a_database_that_is_gone_leaves_the_rest_of_the_page(tmp_path: Path) -> None:
    process = Ingress("postgresql://chatbot_ingress@127.0.0.1:1/none", tmp_path / "log")
    try:
        wait_until(lambda: process._status("/healthz") == 200)
        shown = page(process)
        assert shown["ingress_platform_figures_up"] == 0 and "process_open_fds" in shown
    finally:
        process.stop()
