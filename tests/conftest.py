"""What all tests share: a real PostgreSQL with pgvector, started once a session, a fresh database for whoever asks."""

from __future__ import annotations

import gc
import secrets
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from local import postgres
from sql import apply

# What shares something that runs and takes seconds to start stays in one process: units, by how long they take. The files of all other folders
# are units of their own and come after them, so that at the end no process waits for another's folder; folders with the longest files first.
SHARED = (
    "e2e/a-d",
    "e2e/e-z",
    "agent",
    "faults",
    "worker",
    "portal_door",
    "e2e/planted_keys",
    "windmill_server",
    "browser",
)
BY_FILE = (
    "portal",
    "local",
    "sql",
    "knowledge",
    "deploy",
    "windmill",
    "whatsapp",
    "ingress",
    "tools",
    "agent/policy",
)


def unit_of(nodeid: str) -> str:
    """What stays in one process: a folder of SHARED, tests/<folder>/…, or a module.

    The longest folder is two units, each with a running product of its own; files that share nothing with their folder are further ones.
    """
    module = nodeid.partition("::")[0].removeprefix("tests/")
    room, _, place = module.partition("/")
    if room == "e2e":
        name = place.removeprefix("test_").removesuffix(".py")
        return "e2e/planted_keys" if name == "planted_keys" else "e2e/a-d" if name[0] <= "d" else "e2e/e-z"
    return room if room in SHARED and not module.startswith("agent/policy/") else module


def place_of(nodeid: str) -> int:
    """When its unit is handed out. Those of one place stay in the order in which they were collected."""
    unit = unit_of(nodeid)
    order = (*SHARED, *BY_FILE)
    name = unit if unit in SHARED else unit.rpartition("/")[0]
    return order.index(name) if name in order else len(order)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: place_of(item.nodeid))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays to the end, so the garbage collector needn't look through it: not while it grows, and not after some test."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hands out whole units: the tests of one share a running product, so they stay in one process and in their order."""
    from xdist.scheduler import LoadScopeScheduling

    class ByUnit(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return unit_of(nodeid)

    config.option.loadscopereorder = False  # it counts tests; a test of e2e takes as long as a hundred others
    return ByUnit(config, log)


@pytest.fixture(scope="session")
def cluster() -> Iterator[postgres.Postgres]:
    """A throwaway cluster; as root it must lie where an unprivileged user can reach it."""
    with tempfile.TemporaryDirectory(prefix="chatmill-test-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        server = postgres.start(Path(folder), password=secrets.token_urlsafe(12), durable=False)
        try:
            yield server
        finally:
            server.stop("immediate")


@pytest.fixture(scope="session")
def new_database(cluster: postgres.Postgres) -> Callable[[], str]:
    """Makes a fresh empty database; returns its superuser URL."""
    return lambda: cluster.create_database(f"test_{secrets.token_hex(6)}")


@pytest.fixture(scope="session")
def new_product_database(cluster: postgres.Postgres, new_database: Callable[[], str]) -> Callable[[], str]:
    """Makes a fresh database with what sql/ makes, and nothing in it; returns its superuser URL. A copy takes a tenth of the time of sql/apply.py."""
    template = new_database()
    apply.apply(template, {})

    def copied() -> str:
        name = f"test_{secrets.token_hex(6)}"
        with psycopg.connect(cluster.url(), autocommit=True) as conn:
            conn.execute(f"create database {name} template {template.rsplit('/', 1)[1]}".encode())
        with psycopg.connect(cluster.url(name), autocommit=True) as conn:
            conn.execute(
                (apply.FOLDER / apply.ROLES).read_bytes()
            )  # a copy has none of a database's own grants
        return cluster.url(name)

    return copied


@pytest.fixture(scope="session")
def postgres_url(new_database: Callable[[], str]) -> str:
    """A fresh empty database, one for the session."""
    return new_database()
