"""What docker-compose.yml says of each service that `docker compose up` starts, with the variables of an environment put in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from deploy import first_env

ROOT = Path(__file__).resolve().parents[2]
# What an environment may say otherwise: from where an image's base comes, and the ports on this machine.
IMAGES = (
    *("POSTGRES_IMAGE", "WINDMILL_IMAGE", "PYTHON_IMAGE", "DEBIAN_IMAGE"),
    *("POSTGRES_PORT", "WINDMILL_PORT", "INGRESS_BIND", "INGRESS_ADMIN_PORT", "PORTAL_BIND"),
)
OPERATOR = "operator@platform.example"
# $$ is a dollar sign; ${NAME:-otherwise}, ${NAME:?why it must be there}, ${NAME}
VARIABLE = re.compile(r"\$(?:(\$)|\{(\w+)(?::([-?])([^}]*))?\})")


class WrongFile(Exception):
    """What is wrong with a file that the deployment is described in, in a sentence."""


@dataclass(frozen=True)
class Build:
    """`dockerfile`: the text of it. `context`: the folder that it copies from."""

    context: Path
    dockerfile: str
    arguments: dict[str, str]

    def key(self) -> str:
        """The same for services that are built alike."""
        return repr((self.context, self.dockerfile, sorted(self.arguments.items())))


@dataclass(frozen=True)
class Service:
    """`health`: the command of its health check; empty: it has none. `patience`: seconds after which compose calls it unhealthy, and starts nothing
    that waits for it. `after`: the services that it waits for. `files`: [path here, path there] of what is mounted from the repository.
    `read_only`: it may write to the folders of `writable` alone."""

    name: str
    image: str
    build: Build | None
    environment: dict[str, str]
    command: list[str]
    health: list[str]
    patience: float
    after: set[str]
    files: list[tuple[Path, str]]
    capabilities: list[str]
    read_only: bool
    writable: list[str]

    @property
    def ends(self) -> bool:
        """It does its work and ends; the others stay up."""
        return not self.health


def environment(given: dict[str, str]) -> dict[str, str]:
    """.env.example filled in as `make env` does, and any word for what only Meta gives. `given` comes first."""
    values = {
        **first_env.secret_values(),
        **dict.fromkeys(first_env.GIVEN, "check"),
        "OPERATOR_EMAILS": OPERATOR,
    }
    text = first_env.filled((ROOT / ".env.example").read_text(), values)
    lines = (line.partition("=") for line in text.splitlines() if not line.startswith("#"))
    found = {name: value.strip() for name, sign, value in lines if sign}
    return {**found, **{name: value for name, value in given.items() if name in IMAGES and value}}


def read(variables: dict[str, str]) -> list[Service]:
    """The services without a profile, each after those that it waits for. Raises WrongFile."""
    text = (ROOT / "docker-compose.yml").read_text()
    said = _filled(yaml.safe_load(text), variables)["services"]
    services = {name: _service(name, of) for name, of in said.items() if "profiles" not in of}
    ordered: list[Service] = []
    while left := [s for s in services.values() if s not in ordered]:
        names = {s.name for s in ordered}
        free = [s for s in left if s.after <= names]
        if not free:
            waiting = ", ".join(s.name for s in left)
            raise WrongFile(
                f"docker-compose.yml: these services wait for each other or for none that is there: {waiting}"
            )
        ordered += free
    return ordered


def _filled(value: Any, variables: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(one, variables) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, variables) for one in value]
    if not isinstance(value, str):
        return value

    def put(found: re.Match[str]) -> str:
        dollar, name, kind, otherwise = found.groups()
        if dollar:
            return "$"
        if kind == "?" and not variables.get(name):
            raise WrongFile(f"docker-compose.yml wants {name}, and .env.example does not have it")
        return variables.get(name) or (otherwise if kind == "-" else "")

    return VARIABLE.sub(put, value)


def _service(name: str, of: dict[str, Any]) -> Service:
    check = of.get("healthcheck", {})
    test = check.get("test", [])
    volumes = [str(volume).split(":")[:2] for volume in of.get("volumes", [])]
    return Service(
        name=name,
        image=str(of.get("image", "")),
        build=_build(of["build"]) if "build" in of else None,
        environment={key: str(value) for key, value in of.get("environment", {}).items()},
        command=[str(word) for word in of.get("command", [])],
        health=["sh", "-c", test[1]] if test[:1] == ["CMD-SHELL"] else test[1:],
        patience=_patience(check) if check else 0,
        after=set(of.get("depends_on", ())),
        files=[((ROOT / here).resolve(), there) for here, there in volumes if here.startswith(".")],
        capabilities=of.get("cap_add", []),
        read_only=of.get("read_only", False),
        writable=[str(folder).split(":")[0] for folder in of.get("tmpfs", [])]
        + [there for here, there in volumes if not here.startswith(".")],
    )


def _patience(check: dict[str, Any]) -> float:
    """Failures of the first seconds don't count; then so many in a row are enough."""
    return _seconds(check.get("start_period", "0s")) + check["retries"] * _seconds(check["interval"])


def _seconds(duration: str) -> float:
    return float(duration.removesuffix("s"))


def _build(of: dict[str, Any]) -> Build:
    inline = of.get("dockerfile_inline")
    return Build(
        context=(ROOT / of["context"]).resolve(),
        dockerfile=inline if inline is not None else (ROOT / of["context"] / of["dockerfile"]).read_text(),
        arguments={key: str(value) for key, value in of.get("args", {}).items()},
    )
