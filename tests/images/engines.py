"""What builds images and runs what is in them: Docker with compose, or buildah where there is no daemon.

buildah runs each service in a chroot, with a network namespace of its own, so that names and ports are compose's. What it can't show, `LEFT_OUT`
says. It needs root, and `ip`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from tests.images.services import ROOT, Build, Service

PROJECT = "chatmill-check"
BRIDGE = "chatmill-check"
NETWORK = "10.213.77"
BUILD_S, START_S, LOOK_S = 1800, 300, 15
TAIL = 25  # lines of a log
DEFAULT_RIGHTS = (
    *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE"),
    *("NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
)
LEFT_OUT = "compose's own order of start, limits of memory and processes, read-only root folders, and which network reaches which"


class Failed(Exception):
    """What does not work, in a sentence; then the last lines of what was printed."""


class Engine(Protocol):
    """Builds one service at a time, then starts all of them. Each raises Failed."""

    def build(self, service: Service) -> None: ...

    def start(self, services: list[Service]) -> None: ...

    def run_in(self, service: Service, command: list[str]) -> tuple[int, str]: ...

    def stop(self) -> None: ...


def run(command: Iterable[str | Path], what: str, seconds: float = BUILD_S, text: str | None = None) -> str:
    """What a command prints; raises Failed with `what` where it fails."""
    try:
        done = subprocess.run(
            list(map(str, command)),
            input=text,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds,
            cwd=ROOT,
        )
    except subprocess.TimeoutExpired:
        raise Failed(f"{what} takes longer than {seconds:.0f} s.") from None
    if done.returncode:
        raise Failed(f"{what} fails (exit {done.returncode}).\n{tail(done.stdout)}")
    return done.stdout


def look(command: list[str]) -> tuple[int, str]:
    """How a command ends, and what it prints; 1 where it does not end in time."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=ROOT, timeout=LOOK_S, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        return 1, f"no answer in {LOOK_S} s"
    return done.returncode, done.stdout + done.stderr


def tail(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.strip().splitlines()[-TAIL:])


class Docker:
    """compose itself builds, orders and watches."""

    def __init__(self, variables: dict[str, str], folder: Path) -> None:
        file = folder / "env"
        file.touch(mode=0o600)
        file.write_text("".join(f"{name}={value}\n" for name, value in variables.items()))
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

    def run_in(self, service: Service, command: list[str]) -> tuple[int, str]:
        return look([*self._compose, "exec", "--no-TTY", service.name, *command])

    def stop(self) -> None:
        run([*self._compose, "down", "--volumes", "--timeout", "10"], "docker compose down")


class Buildah:
    """Each service is a container of buildah's in a network namespace."""

    def __init__(self, services: list[Service], folder: Path) -> None:
        self._folder = folder
        self._addresses = {s.name: f"{NETWORK}.{n}" for n, s in enumerate(services, start=2)}
        self._images: dict[str, str] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._made = [s.name for s in services]
        self.stop()  # what a run that was killed has left
        self._made = []
        run(["ip", "link", "add", BRIDGE, "type", "bridge"], "Making a network (it needs root)")
        run(["ip", "addr", "add", f"{NETWORK}.1/24", "dev", BRIDGE], "Making a network")
        run(["ip", "link", "set", BRIDGE, "up"], "Making a network")

    def build(self, service: Service) -> None:
        if service.build is None:
            self._images[service.name] = service.image
        elif service.build.key() not in self._images:
            self._images[service.build.key()] = self._built(service.name, service.build)

    def _built(self, name: str, build: Build) -> str:
        file = self._folder / f"{name}.Dockerfile"
        file.write_text(build.dockerfile)
        arguments = [part for pair in build.arguments.items() for part in ("--build-arg", "=".join(pair))]
        image = f"localhost/{_ours(name)}"
        how = ["--isolation", "chroot", "--format", "docker", "--pull=never"]
        where = ["--file", str(file), str(build.context)]
        run([*_buildah("build"), *how, *arguments, "--tag", image, *where], f"Building the image of {name}")
        return image

    def start(self, services: list[Service]) -> None:
        """Each after those that it waits for, in the order of `services`."""
        for service in services:
            self._begin(service)

    def _begin(self, service: Service) -> None:
        name = _ours(service.name)
        image = self._images[service.build.key() if service.build else service.name]
        self._made.append(service.name)
        self._join(name, self._addresses[service.name])
        hosts = [part for other, ip in self._addresses.items() for part in ("--add-host", f"{other}:{ip}")]
        run(
            [*_buildah("from"), "--pull-never", "--name", name, *hosts, image],
            f"Making a container of {service.name}",
        )
        config = json.loads(run([*_buildah("inspect"), name], "buildah inspect"))["Docker"]["config"]
        command = [*(config.get("Entrypoint") or []), *(service.command or config.get("Cmd") or [])]
        log = self._folder / f"{service.name}.log"
        with log.open("wb") as out:
            mounts = [part for here, there in service.files for part in ("--volume", f"{here}:{there}:ro")]
            full = self._inside(service, [*_rights(service), *mounts], command)
            self._running[service.name] = subprocess.Popen(
                full, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
            )
        self._await(service, log)

    def _await(self, service: Service, log: Path) -> None:
        """Until it is healthy, or has ended well where it is one that ends."""
        process = self._running[service.name]
        end, said = time.monotonic() + START_S, ""
        while time.monotonic() < end:
            code = process.poll()
            if code == 0 and service.ends:
                return
            if code is not None:
                raise Failed(
                    f"{service.name} ends by itself (exit {code}).\n{tail(log.read_text(errors='replace'))}"
                )
            if not service.ends:
                healthy, said = self.run_in(service, service.health)
                if healthy == 0:
                    return
            time.sleep(1)
        raise Failed(
            f"{service.name} is not healthy after {START_S} s: {said.strip()}\n{tail(log.read_text(errors='replace'))}"
        )

    def _join(self, space: str, address: str) -> None:
        cable = f"cm{address.rsplit('.', 1)[1]}"
        run(["ip", "netns", "add", space], "Making a network")
        run(
            ["ip", "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", space],
            "Making a network",
        )
        run(["ip", "link", "set", cable, "master", BRIDGE, "up"], "Making a network")
        inside = ["ip", "-n", space]
        run([*inside, "addr", "add", f"{address}/24", "dev", "eth0"], "Making a network")
        for device in ("lo", "eth0"):
            run([*inside, "link", "set", device, "up"], "Making a network")

    def _inside(self, service: Service, how: list[str], command: list[str]) -> list[str]:
        name = _ours(service.name)
        variables = [part for pair in service.environment.items() for part in ("--env", "=".join(pair))]
        return [
            *("ip", "netns", "exec", name, *_buildah("run"), "--isolation", "chroot", *how, *variables),
            *(name, "--", *command),
        ]

    def run_in(self, service: Service, command: list[str]) -> tuple[int, str]:
        return look(self._inside(service, [], command))

    def stop(self) -> None:
        """In the opposite order; what is gone already is no matter."""
        for name in reversed(self._made):
            end = f"ip netns pids {_ours(name)} | xargs -r kill -TERM"
            subprocess.run(["sh", "-c", end], capture_output=True)
        for process in self._running.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
        for name in self._made:
            subprocess.run([*_buildah("rm"), _ours(name)], capture_output=True)
            subprocess.run(["ip", "netns", "del", _ours(name)], capture_output=True)
        subprocess.run(["ip", "link", "del", BRIDGE], capture_output=True)


def _ours(name: str) -> str:
    """The name of a service's container, of the network namespace that it is in, and of the image that was built for it."""
    return f"{PROJECT}-{name}"


def _buildah(action: str) -> list[str]:
    return ["buildah", "--storage-driver", "vfs", action]


def _rights(service: Service) -> list[str]:
    """All are taken but those that compose adds. buildah's `--cap-drop all` would take these, too."""
    return [
        part
        for name in DEFAULT_RIGHTS
        if name not in service.capabilities
        for part in ("--cap-drop", f"CAP_{name}")
    ]


@contextmanager
def chosen(services: list[Service], variables: dict[str, str], folder: Path) -> Iterator[Engine]:
    """The engine that is here; stopped afterwards. Raises Failed where there is none."""
    engine: Engine
    if (
        shutil.which("docker")
        and not subprocess.run(["docker", "compose", "version"], capture_output=True).returncode
    ):
        engine = Docker(variables, folder)
    elif shutil.which("buildah") and shutil.which("ip"):
        engine = Buildah(services, folder)
    else:
        raise Failed("No engine is here: install Docker with its compose plugin, or buildah and iproute2.")
    try:
        yield engine
    finally:
        engine.stop()
