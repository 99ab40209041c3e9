"""Webhooks a second with a durable ack: our ingress against Express doing the same work, one after the other on the same PostgreSQL.

    python -m bench.ingress            QUICK=1: under a minute

Both verify the signature over the raw bytes and answer 200 once the message is committed (fsync on). Prints a table and, last, one JSON object.
Needs Node and npm for the rival; exits non-zero when it could not measure.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from local import postgres
from local.ports import free_port
from sql import apply

ROOT = Path(__file__).resolve().parents[1]
QUICK = bool(os.environ.get("QUICK"))
TARGET = 3300  # what Meta sends a second for a number at its highest tier
SECRET = secrets.token_urlsafe(16)


class NotMeasured(Exception):
    """A sentence: why there are no figures."""


def rival() -> Path:
    """The comparison server with its packages; installed once."""
    folder = ROOT / "bench" / "rival"
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise NotMeasured("Node and npm are needed for the comparison server")
    if not (folder / "node_modules" / "express").exists():
        command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotMeasured(f"npm could not install the comparison server: {done.stderr.strip()[-300:]}")
    return folder


@contextmanager
def server(command: list[str], cwd: Path, env: dict[str, str], port: int) -> Iterator[int]:
    """A server process that answers; ended afterwards."""
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command, cwd=cwd, env=env, stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + 30
            while not answers(port):
                if process.poll() is not None or time.monotonic() > deadline:
                    log.seek(0)
                    raise NotMeasured(f"{command[0]} did not start: {log.read()[-300:]}")
                time.sleep(0.05)
            yield process.pid
        finally:
            process.terminate()
            process.wait(30)


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def load(port: int, count: int, rate: float = 0) -> dict[str, Any]:
    """One run of the generator."""
    command = [
        sys.executable,
        "-m",
        "bench.load",
        "--port",
        str(port),
        "--count",
        str(count),
        "--rate",
        str(rate),
    ]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"META_APP_SECRET": SECRET},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotMeasured(f"the load generator failed: {done.stderr.strip()[-300:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def seconds_of(pid: int) -> float:
    """CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(url: str, port: int, pid: int, quick: int, full: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Flat out, then at the target rate. Every acknowledged message must be in the table."""
    load(port, 1000)  # connections, plans and caches are warm
    count = quick if QUICK else full
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("truncate inbound_messages")
        used = seconds_of(pid) if Path("/proc").exists() else 0.0
        flat = load(port, count)
        flat["cpu_us"] = round((seconds_of(pid) - used) / count * 1e6) if used else None
        row = conn.execute("select count(*) from inbound_messages").fetchone()
        if not row or row[0] < count - flat["errors"]:
            raise NotMeasured(f"{count} were acknowledged, {row and row[0]} are stored")
        conn.execute("truncate inbound_messages")
        steady = load(port, TARGET * (5 if QUICK else 30), TARGET)
    return flat, steady


def run(folder: Path) -> dict[str, Any]:
    packages = rival()
    cluster = postgres.start(folder, secrets.token_urlsafe(12))  # durable: fsync is on
    sink = free_port()
    stop = threading.Event()
    try:
        url = cluster.create_database("bench")
        password = secrets.token_urlsafe(12)
        apply.apply(url, {"chatbot_ingress": password, "chatbot_app": password})
        as_ingress = cluster.url("bench", "chatbot_ingress", password)
        port = free_port()
        env = os.environ | {"META_APP_SECRET": SECRET, "DATABASE_URL": as_ingress}
        ours_env = env | {
            "META_VERIFY_TOKEN": "x",
            "WINDMILL_URL": f"http://127.0.0.1:{sink}",
            "WINDMILL_WORKSPACE": "bench",
            "WINDMILL_TOKEN": "x",
            "JOB_ID_KEY": secrets.token_urlsafe(16),
            "INGRESS_PORT": str(port),
            "INGRESS_ADMIN_PORT": str(free_port()),
        }
        with server([sys.executable, "-m", "ingress"], ROOT, ours_env, port) as pid:
            ours = measure(url, port, pid, 20_000, 100_000)
        port = free_port()
        with server(
            ["node", "server.js"], packages, env | {"PORT": str(port), "NODE_ENV": "production"}, port
        ) as pid:
            theirs = measure(url, port, pid, 5_000, 20_000)
    finally:
        stop.set()
        cluster.stop()
    return report(ours, theirs)


def report(ours: tuple[dict[str, Any], ...], theirs: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    """The table; returns the figures."""
    print(f"\n{'':34}{'per s':>9}{'p50 ms':>9}{'p99 ms':>9}{'p99.9 ms':>10}{'errors':>8}{'CPU us':>8}")
    for name, figures in (
        ("ours, flat out", ours[0]),
        (f"ours, {TARGET}/s arriving", ours[1]),
        ("Express, flat out", theirs[0]),
        (f"Express, {TARGET}/s arriving", theirs[1]),
    ):
        print(
            f"{name:34}{figures['per_s']:>9,.0f}{figures['p50_ms']:>9.1f}{figures['p99_ms']:>9.1f}"
            f"{figures['p999_ms']:>10.1f}{figures['errors']:>8}{figures.get('cpu_us') or '':>8}"
        )
    flat, steady = ours
    return {
        "bench": "ingress",
        "quick": QUICK,
        "bytes": flat["bytes"],
        "ours_per_s": flat["per_s"],
        "express_per_s": theirs[0]["per_s"],
        "ratio": round(flat["per_s"] / theirs[0]["per_s"], 2),
        "target_per_s": TARGET,
        "p50_ms": steady["p50_ms"],
        "p99_ms": steady["p99_ms"],
        "p999_ms": steady["p999_ms"],
        "express_p99_ms": theirs[1]["p99_ms"],
        "errors": flat["errors"] + steady["errors"],
    }


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="chatmill-bench-", dir="/var/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        try:
            print(json.dumps(run(folder)))
        except (NotMeasured, postgres.PostgresError, apply.MigrationError) as problem:
            print(f"Not measured: {problem}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
