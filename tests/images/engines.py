"""What builds images and runs what is in them: Docker with compose, or buildah where there is no daemon."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from tests.images import docker
from tests.images.buildah import Buildah
from tests.images.commands import Failed
from tests.images.services import Service


class Engine(Protocol):
    """Builds one service at a time, then starts all of them. Each raises Failed."""

    def build(self, service: Service) -> None: ...

    def start(self, services: list[Service]) -> None: ...

    def renew(self, service: Service) -> None: ...

    def url(self, service: str, port: int) -> str:
        """Where this machine reaches a port of a service."""

    @property
    def host(self) -> str:
        """The address at which the services reach this machine."""

    def run_in(self, service: Service, command: list[str]) -> tuple[int, str]: ...

    def stop(self) -> None: ...


@contextmanager
def chosen(services: list[Service], env_file: Path) -> Iterator[Engine]:
    """The engine that is here; stopped afterwards. `env_file`: the environment, as .env; beside it there is room.
    Raises Failed where there is none."""
    engine: Engine
    if not (lacking := docker.lacking()):
        engine = docker.Docker(env_file)
    elif all(map(shutil.which, ("buildah", "ip", "iptables"))):
        engine = Buildah(services, env_file.parent)
    else:
        raise Failed(
            f"No engine is here: {lacking}, and without Docker buildah, iproute2 and iptables are needed. Install one of the two."
        )
    try:
        yield engine
    finally:
        engine.stop()
