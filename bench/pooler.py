"""PgBouncer in front of a bench's database, as docker-compose.yml has it, where this machine has the program."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

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
        self._process = subprocess.Popen([PROGRAM, "-q", str(ini)], user=UNPRIVILEGED)
        self.pid = self._process.pid
        deadline = time.monotonic() + 10
        while is_free(self.port) and time.monotonic() < deadline:
            time.sleep(0.05)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()
