"""What `make check-images` takes from docker-compose.yml: the check itself needs an engine (tests/images)."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.images import docker, services
from tests.images.__main__ import PORTS, taken_ports
from tests.images.commands import Failed
from tests.images.engines import chosen


def test_the_check_of_the_images_takes_compose_as_it_is_in_its_order() -> None:
    found = services.read(services.environment({"PYTHON_IMAGE": "mine:1", "HOME": "/root"}))
    names = [service.name for service in found]
    for service in found:
        assert all(names.index(other) < names.index(service.name) for other in service.after), service.name
        assert service.build or service.image
        said = [service.environment, service.image, service.build and service.build.arguments]
        assert "${" not in repr(said), "every variable is filled in"
    assert [service.name for service in found if service.ends] == ["migrations"]
    assert not {"ngrok", "prometheus"} & set(names), "profiles are not started"
    (ingress,) = [service for service in found if service.name == "ingress"]
    assert ingress.build and ingress.build.arguments == {"PYTHON": "mine:1"}
    (pooler,) = [service for service in found if service.name == "pooler"]
    assert pooler.build and "FROM ${DEBIAN}" in pooler.build.dockerfile
    assert (pooler.read_only, pooler.writable) == (True, ["/tmp"])
    (database,) = [service for service in found if service.name == "postgres"]
    assert set(database.writable) == {"/tmp", "/var/run/postgresql", "/var/lib/postgresql/data"}
    assert database.patience == 30 + 20 * 5, "the first seconds, then so many failures in a row"


@pytest.mark.parametrize(
    ("fails", "why"),
    [("info", "Docker's daemon does not answer"), ("compose", "Docker's compose plugin is missing")],
)
def test_a_docker_that_can_do_nothing_is_not_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str, why: str
) -> None:
    program = tmp_path / "docker"
    program.write_text(f'#!/bin/sh\n[ "$1" != {fails} ]\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert docker.lacking() == why
    with pytest.raises(Failed, match=why), chosen([], tmp_path / "env"):
        pass


def test_a_port_that_is_in_use_is_named_with_the_variable_that_moves_it() -> None:
    assert PORTS.keys() < set(services.IMAGES), "the environment may move each"
    with socket.create_server(("127.0.0.1", 0)) as busy:
        at = busy.getsockname()[1]
        found = taken_ports({**dict.fromkeys(PORTS, "0"), "INGRESS_BIND": f"127.0.0.1:{at}"})
    assert found == [f"INGRESS_BIND=127.0.0.1:{at}"]
