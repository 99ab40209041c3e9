"""The product with two runners and two ingresses on one PostgreSQL, which can be killed and come back as under a supervisor."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from local import postgres
from local.ports import free_port
from local.processes import StartError
from local.stack import Stack

RUNNERS = ("runner", "runner2")
INGRESSES = ("ingress", "ingress2")
ENVIRONMENT = {
    "PYTHONDONTWRITEBYTECODE": "",
    "DISPATCH_RETRY_S": "0.2",
    "DISPATCH_LONGEST_RETRY_S": "1",
    "DISPATCH_TIMEOUT_S": "4",
    "DISPATCH_LEASE_S": "8",
}
MODEL = "offline-echo"


class FaultyStack(Stack):
    """The product with short patience towards Meta."""

    def __init__(self, state: Path) -> None:
        super().__init__(state)
        self.ports |= {name: free_port() for name in ("runner2", "ingress2", "ingress2_admin")}
        self.ingresses = list(INGRESSES)
        self.bundle = _with_room_for_scripts(self.bundle, state / "bundle")

    def bootstrap_environment(self) -> dict[str, str]:
        # The platform's own model, so that it is given customers' pictures.
        short = {"GRAPH_TIMEOUT_S": "2", "UNKNOWN_WAIT_S": "4", "LLM_MODEL": MODEL}
        return {**super().bootstrap_environment(), **short}

    def start(
        self, meta_config: dict[str, Any], durable: bool = False, extra: dict[str, str] | None = None
    ) -> None:
        super().start(meta_config, durable=durable, extra=ENVIRONMENT | (extra or {}))
        self.begin("runner2")
        self.begin("ingress2")

    def revive(self, *names: str) -> None:
        """SIGKILL, then new processes. A job's own processes live on: they are the orphans of a dead worker."""
        for name in names:
            self.processes.kill(name)
        for name in names:
            self.begin(name)

    def begin(self, name: str) -> None:
        """Starts a process; again, when it ends because PostgreSQL has no place for it."""
        path = "/api/version" if name in RUNNERS else "/healthz"
        for attempt in range(10):
            self._start(name)
            try:
                return self.processes.wait_until_answers(name, self.url(name) + path)
            except StartError:
                if attempt == 9:
                    raise
                self.processes.kill(name)
                threading.Event().wait(1)

    def _start(self, name: str) -> None:
        if name == "runner":
            self.start_runner(ENVIRONMENT)
        elif name == "runner2":  # the schedules are the first one's
            self.start_runner(ENVIRONMENT, "--no-schedules", name=name)
        else:
            self.start_ingress(ENVIRONMENT, name, runner=RUNNERS[INGRESSES.index(name)])

    def revive_warm(self) -> None:
        """The warm interpreter is killed; until the new one has loaded, jobs run in plain ones."""
        self.processes.kill("warm")
        self.begin_warm()

    def crash_database(self) -> None:
        """PostgreSQL ends without a checkpoint, and comes back on the same port. The runners don't survive that."""
        assert self.cluster is not None
        self.cluster.stop("immediate")
        self.cluster = postgres.start(
            self.state / "postgres", self.secrets.postgres, port=self.cluster.port, durable=False
        )
        self.revive(*RUNNERS)


def _with_room_for_scripts(bundle: Path, copy: Path) -> Path:
    """The bundle, with a folder of scripts for tenants in which a test may write its own."""
    shared = copy / "f/tenant_tools/shared"
    shared.mkdir(parents=True)
    for each in (bundle / "f").iterdir():
        if each.name != "tenant_tools":
            (copy / "f" / each.name).symlink_to(each)
    for each in (bundle / "f/tenant_tools/shared").iterdir():
        (shared / each.name).symlink_to(each)
    (copy / "f/tenant_tools/folder.meta.yaml").symlink_to(bundle / "f/tenant_tools/folder.meta.yaml")
    return copy
