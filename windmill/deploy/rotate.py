"""Changes the master key while the product runs: NEW_MASTER_KEY=… .venv/bin/python windmill/deploy/rotate.py

Takes DATABASE_URL, MASTER_KEY (the old one), WINDMILL_URL, WINDMILL_TOKEN and WINDMILL_WORKSPACE from the environment or .env, and the new
key from NEW_MASTER_KEY (`openssl rand -base64 32`). First every script gets both keys, then each stored key is sealed with the new one, then
the old one is taken away. Interrupted, it goes on where it was when it is run again with the same two keys. Until it is done, deploy
nothing and make no tenant; then put the new key into .env as MASTER_KEY.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import dict_row

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from deploy.bootstrap import DeployError, Server
from deploy.environment import add_env_file, load, missing

from f.common.secrets import SecretError, key_bytes, seal, unseal

NEEDED = (
    "DATABASE_URL",
    "MASTER_KEY",
    "NEW_MASTER_KEY",
    "WINDMILL_URL",
    "WINDMILL_TOKEN",
    "WINDMILL_WORKSPACE",
)
VARIABLE = "f/chatbot/master_key"
LONGEST_STEP_S = 1200  # a job that began with the old key alone may still read, or seal
CLOCKS_DIFFER = timedelta(seconds=2)  # the server's and this machine's
# Every column that holds a sealed value: the table, what finds the row again, the column, and the purpose that it is sealed for.
SEALED = (
    ("tenants", "id", "id", "whatsapp_token", "'whatsapp_token'"),
    ("tenants", "id", "id", "llm_api_key", "'llm_api_key'"),
    ("tenant_tools", "tenant_id, name", "tenant_id", "sealed_headers", "'tool:' || name"),
    ("tool_tokens", "tenant_id, tool", "tenant_id", "sealed_tokens", "'tokens:' || tool"),
    ("tool_sign_ins", "state_digest", "tenant_id", "sealed_request", "'sign-in:' || tool"),
    ("number_sign_ins", "state_digest", "tenant_id", "sealed_token", "'whatsapp_token'"),
    ("http_actions", "tenant_id, name", "tenant_id", "sealed_values", "'action:' || name"),
)


class Row(NamedTuple):
    """One sealed value. `place`: its table, column, and the values of its primary key's columns."""

    tenant_id: str
    purpose: str
    sealed: bytes
    place: tuple[str, str, dict[str, Any]]


def rotate(
    server: Server, conn: psycopg.Connection[Any], old: str, new: str, wait_s: float = LONGEST_STEP_S
) -> str:
    """Changes the key; returns a sentence. Raises SecretError and DeployError. `conn`: the database's administrator, autocommit."""
    if key_bytes(old) == key_bytes(new):
        raise SecretError("NEW_MASTER_KEY is the same as MASTER_KEY: there is nothing to change")
    both = f"{new} {old}"
    held = server.call("GET", f"variables/get_value/{VARIABLE}").json()
    if held not in (old, new, both):
        raise SecretError(f"{VARIABLE} holds another key than MASTER_KEY: correct MASTER_KEY first")
    if held == old:
        give_key(server, both)
    if held != new:
        wait_for_jobs(server, wait_s)
    changed, lost = reseal(conn, both, new)
    give_key(server, new)
    said = f"{changed} stored keys are sealed with the new master key now; the old one opens nothing. Put the new one into .env"
    return said + "".join(
        f"\n{purpose} of tenant {tenant} opens with neither key: enter it again" for tenant, purpose in lost
    )


def give_key(server: Server, value: str) -> None:
    server.call("POST", f"variables/update/{VARIABLE}", {"value": value})


def wait_for_jobs(server: Server, seconds: float) -> None:
    """Until every job has ended that began before now: it was given the old key alone."""
    before, deadline = datetime.now(UTC) + CLOCKS_DIFFER, time.monotonic() + seconds
    while True:
        running = server.call("GET", "jobs/list?running=true&per_page=1000").json()
        old = [job["script_path"] for job in running if job["job_kind"] != "flow" and began(job) < before]
        if not old:
            return
        if time.monotonic() > deadline:
            raise DeployError(
                f"still running with the old key alone: {', '.join(sorted(set(old)))}. Run this again later"
            )
        time.sleep(0.5)


def began(job: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(job.get("started_at") or job["created_at"])


def reseal(conn: psycopg.Connection[Any], both: str, new: str) -> tuple[int, list[tuple[str, str]]]:
    """Seals each value anew, in a transaction each, so that nobody waits; returns how many, and whose open with neither key."""
    changed, lost = 0, []
    for row in sealed_rows(conn):
        with conn.transaction():
            conn.execute("set local role chatbot_owner")
            table, column, key = row.place
            where = " and ".join(f"{name} = %s" for name in key)
            found = conn.execute(
                f"select {column} as sealed from {table} where {where} for update".encode(), [*key.values()]
            ).fetchone()
            if found is None or found["sealed"] is None or opens(new, row, found["sealed"]):
                continue
            try:
                plain = unseal(both, row.tenant_id, row.purpose, found["sealed"])
            except SecretError:
                lost.append((row.tenant_id, row.purpose))
                continue
            value = seal(new, row.tenant_id, row.purpose, plain)
            conn.execute(f"update {table} set {column} = %s where {where}".encode(), [value, *key.values()])
            changed += 1
    return changed, lost


def sealed_rows(conn: psycopg.Connection[Any]) -> Iterator[Row]:
    """Every sealed value of the database."""
    for table, keys, tenant, column, purpose in SEALED:
        with conn.transaction():
            conn.execute("set local role chatbot_owner")
            rows = conn.execute(
                f"select {keys}, {tenant}::text as owner, {purpose} as purpose, {column} as sealed from {table}"
                f" where {column} is not null order by {keys}".encode()
            ).fetchall()
        for row in rows:
            key = {name: row[name] for name in keys.split(", ")}
            yield Row(row["owner"], row["purpose"], row["sealed"], (table, column, key))


def opens(master_key: str, row: Row, sealed: bytes) -> bool:
    try:
        unseal(master_key, row.tenant_id, row.purpose, sealed)
    except SecretError:
        return False
    return True


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_env_file(parser)
    arguments = parser.parse_args()
    load(arguments.env_file)
    if problem := missing(NEEDED, arguments.env_file):
        print(problem, file=sys.stderr)
        return 2
    server = Server(
        os.environ["WINDMILL_URL"], os.environ["WINDMILL_TOKEN"], os.environ["WINDMILL_WORKSPACE"]
    )
    try:
        with psycopg.connect(os.environ["DATABASE_URL"], row_factory=dict_row, autocommit=True) as conn:
            print(rotate(server, conn, os.environ["MASTER_KEY"], os.environ["NEW_MASTER_KEY"]))
    except (psycopg.Error, DeployError, SecretError) as error:
        print(f"not done yet: {error}\nRun this again with the same two keys.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("not done yet: run this again with the same two keys.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
