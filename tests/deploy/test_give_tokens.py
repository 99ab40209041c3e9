"""What make deploy asks of compose, where that runs the services: `docker` is a program that writes down what it is asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from deploy import compose
from deploy.bootstrap import DeployError

PROGRAM = """#!/bin/sh
echo "$@" >> {folder}/asked
case "$*" in
  *" ps "*) printf 'postgres\\ningress\\n'; exit {ps} ;;
  *" up "*) echo 'dependency failed to start' >&2; exit {up} ;;
esac
"""


class Docker:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def is_here(self, ps: int = 0, up: int = 0) -> None:
        """With the exit codes of its two commands."""
        program = self._folder / "docker"
        program.write_text(PROGRAM.format(folder=self._folder, ps=ps, up=up))
        program.chmod(0o755)

    @property
    def started(self) -> list[str]:
        lines = (self._folder / "asked").read_text().splitlines()
        return [line for line in lines if " up " in line]


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Docker:
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    return Docker(tmp_path)


def test_what_runs_here_is_started_anew_with_the_file_and_waited_for(docker: Docker, tmp_path: Path) -> None:
    docker.is_here()
    assert compose.renew(tmp_path / ".env", ["ingress", "portal"]) == ["ingress"], "the portal runs elsewhere"
    (asked,) = docker.started
    assert asked.startswith(f"compose --env-file {tmp_path}/.env up --detach --no-build --no-deps --wait ")
    assert asked.endswith(" ingress")


def test_a_docker_that_lets_nobody_in_or_runs_nothing_of_it_is_left_alone(
    docker: Docker, tmp_path: Path
) -> None:
    docker.is_here(ps=1)
    assert compose.renew(tmp_path / ".env", ["ingress"]) == []
    docker.is_here()
    assert compose.renew(tmp_path / ".env", ["portal"]) == [] and docker.started == []


def test_a_service_that_does_not_come_up_is_told(docker: Docker, tmp_path: Path) -> None:
    docker.is_here(up=1)
    with pytest.raises(DeployError, match="up --detach ingress failed: dependency failed to start"):
        compose.renew(tmp_path / ".env", ["ingress"])
