"""Docker: compose itself builds, orders and watches."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from tests.images.commands import PROJECT, START_S, Failed, look, run, tail
from tests.images.services import ROOT, Service


class Docker:
    def __init__(self, file: Path) -> None:
        """`file`: the environment, as .env."""
        self._compose = ["docker", "compose", "--project-name", PROJECT, "--env-file", str(file)]

    def build(self, service: Service) -> None:
        if service.build:
            run([*self._compose, "build", service.name], f"Building the image of {service.name}")

    def start(self, services: list[Service]) -> None:
        """All at once: what waits for what is compose's matter. Without --wait, which takes a service that ends for one that fails."""
        run([*self._compose, "up", "--detach", "--no-build"], "docker compose up")
        for service in services:
            self._await(service)

    def _await(self, service: Service) -> None:
        end = time.monotonic() + START_S
        while True:
            states = self._states(service)
            if service.ends and states == [("exited", "", 0)]:
                return
            if not service.ends and states and all(health == "healthy" for _, health, _ in states):
                return
            if time.monotonic() > end or any(
                state in ("exited", "dead", "restarting") for state, _, _ in states
            ):
                log = subprocess.run(
                    [*self._compose, "logs", service.name], capture_output=True, text=True, cwd=ROOT
                ).stdout
                raise Failed(f"{service.name} does not come up: {states}.\n{tail(log)}")
            time.sleep(1)

    def _states(self, service: Service) -> list[tuple[str, str, int]]:
        listed = run([*self._compose, "ps", "--all", "--format", "json", service.name], "docker compose ps")
        rows: list[dict[str, Any]] = []
        for line in listed.splitlines():
            said = json.loads(line)
            rows += said if isinstance(said, list) else [said]
        return [(row["State"], row.get("Health") or "", int(row.get("ExitCode") or 0)) for row in rows]

    def renew(self, service: Service) -> None:
        """Starts it anew where its environment has changed."""
        run([*self._compose, "up", "--detach", "--no-build", "--no-deps", service.name], "docker compose up")
        self._await(service)

    def url(self, service: str, port: int) -> str:
        return f"http://{run([*self._compose, 'port', service, str(port)], 'docker compose port').strip()}"

    @property
    def host(self) -> str:
        """Containers reach this machine as the gateway of their network."""
        gateway = "{{(index .IPAM.Config 0).Gateway}}"
        inspect = ["docker", "network", "inspect", f"{PROJECT}_chatbot", "--format", gateway]
        return run(inspect, "docker network inspect").strip()

    def run_in(self, service: Service, command: list[str]) -> tuple[int, str]:
        return look([*self._compose, "exec", "--no-TTY", service.name, *command])

    def stop(self) -> None:
        run([*self._compose, "down", "--volumes", "--timeout", "10"], "docker compose down")


def lacking() -> str:
    """Why Docker can't be used; '' where it can."""
    if not shutil.which("docker"):
        return "Docker is not installed"
    asked = {
        "info": "Docker's daemon does not answer",
        "compose version": "Docker's compose plugin is missing",
    }
    for words, problem in asked.items():
        if subprocess.run(["docker", *words.split()], capture_output=True).returncode:
            return problem
    return ""
