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

    def run_in(self, service: Service, command: list[str]) -> tuple[int, str]: ...

    def stop(self) -> None: ...


@contextmanager
def chosen(services: list[Service], variables: dict[str, str], folder: Path) -> Iterator[Engine]:
    """The engine that is here; stopped afterwards. Raises Failed where there is none."""
    engine: Engine
    if not (lacking := docker.lacking()):
        engine = docker.Docker(variables, folder)
    elif shutil.which("buildah") and shutil.which("ip"):
        engine = Buildah(services, folder)
    else:
        raise Failed(
            f"No engine is here: {lacking}, and without Docker buildah and iproute2 are needed. Install one of the two."
        )
    try:
        yield engine
    finally:
        engine.stop()
