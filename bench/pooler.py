"""PgBouncer in front of a bench's database, as docker-compose.yml has it, where this machine has the program."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy import bootstrap

from local.ports import free_port, is_free
from local.postgres import UNPRIVILEGED
from local.stack import ROOT, Stack

PROGRAM = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
INI = ROOT / "windmill" / "postgres" / "pgbouncer.ini"


class Pooler:
    """Runs until stop()."""

    def __init__(self, folder: Path, stack: Stack) -> None:
        assert PROGRAM and stack.cluster, "see PROGRAM, and start PostgreSQL first"
        self.port, place = free_port(), folder / "pooler"
        place.mkdir(mode=0o700)
        users, ini = place / "users.txt", place / "pgbouncer.ini"
        users.write_text(f'"chatbot_app" "{stack.secrets.app}"\n')
        text = INI.read_text().replace("/tmp/users.txt", str(users)).replace("6432", str(self.port))
        where = f"[databases]\nchatbot = host=127.0.0.1 port={stack.cluster.port}\n"
        ini.write_text(f"{where}{text}default_pool_size = 16\nlogfile = {place / 'log'}\n")
        for path in (place, users, ini):
            shutil.chown(path, UNPRIVILEGED)
        self._command = [PROGRAM, "-q", str(ini)]
        self._begin()

    @property
    def pid(self) -> int:
        return self._process.pid

    def _begin(self) -> None:
        self._process = subprocess.Popen(self._command, user=UNPRIVILEGED)
        deadline = time.monotonic() + 10
        while is_free(self.port) and time.monotonic() < deadline:
            time.sleep(0.05)

    def revive(self) -> None:
        """SIGKILL, then a new process on the same port, as under a supervisor."""
        self._process.kill()
        self._process.wait()
        self._begin()

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()


def use_pooler(stack: Stack, pooler: Pooler | None) -> None:
    """From now on, or no more, the steps reach PostgreSQL through it."""
    stack.pool_port = pooler.port if pooler else None
    bootstrap.bootstrap(stack.windmill(), stack.bootstrap_environment(), update=True)


@contextmanager
def pooled(stack: Stack, folder: Path) -> Iterator[Pooler | None]:
    """The steps reach PostgreSQL through it, until the end or use_pooler(stack, None); where this machine does not have it, there is none."""
    pooler = Pooler(folder, stack) if PROGRAM else None
    try:
        if pooler:
            use_pooler(stack, pooler)
        yield pooler
    finally:
        if pooler:
            pooler.stop()
