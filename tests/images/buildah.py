"""buildah, where there is no daemon: it runs each service in a chroot, with a network namespace of its own, so that names and ports are compose's.

What it can't show, `LEFT_OUT` says. It needs root, `ip` and `iptables`.
"""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

from tests.images.commands import PROJECT, START_S, TAIL, Failed, look, run, tail
from tests.images.services import Build, Service

BRIDGE = "chatmill-check"
NETWORK = "10.213.77"
# By which the services reach the world, as from a network of compose's that is not internal.
WAY_OUT = ("POSTROUTING", "-s", f"{NETWORK}.0/24", "!", "-d", f"{NETWORK}.0/24", "-j", "MASQUERADE")
FORWARD = Path("/proc/sys/net/ipv4/ip_forward")
DEFAULT_RIGHTS = (
    *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE"),
    *("NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
)
LEFT_OUT = "compose's own order of start, more than one container of a service, limits of memory and processes, and which network reaches which"
# What buildah itself puts into a container that it runs.
OF_BUILDAH = ("dev", "proc", "sys", "etc/hosts", "etc/hostname", "etc/resolv.conf", "run/.containerenv")


class Buildah:
    """Each service is a container of buildah's in a network namespace."""

    def __init__(self, services: list[Service], folder: Path) -> None:
        self._folder = folder
        self._addresses = {s.name: f"{NETWORK}.{n}" for n, s in enumerate(services, start=2)}
        self._images: dict[str, str] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._made = [s.name for s in services]
        self._forwards = FORWARD.read_text()
        self.stop()  # what a run that was killed has left
        self._made = []
        run(["ip", "link", "add", BRIDGE, "type", "bridge"], "Making a network (it needs root)")
        run(["ip", "addr", "add", f"{NETWORK}.1/24", "dev", BRIDGE], "Making a network")
        run(["ip", "link", "set", BRIDGE, "up"], "Making a network")
        run(["iptables", "-t", "nat", "-A", *WAY_OUT], "Making a network")
        FORWARD.write_text("1")

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
        began = self._folder / "began"
        began.touch()
        for service in services:
            self._begin(service)
        for service in services:
            if service.read_only and (written := self._written(service, began)):
                raise Failed(
                    f"{service.name} has written to its root folder, which is read-only: {', '.join(written)}"
                )

    def _written(self, service: Service, since: Path) -> list[str]:
        """The files that it has written, since then, outside the folders that it may write to."""
        root = Path(run([*_buildah("mount"), _ours(service.name)], "buildah mount").strip())
        mounted = [*service.writable, *(there for _, there in service.files)]
        left = (*OF_BUILDAH, *(path.strip("/") for path in mounted))
        skipped = [part for path in left for part in ("-path", root / path, "-prune", "-o")]
        found = run(["find", root, *skipped, "-newer", since, "-not", "-type", "d", "-print"], "find")
        return [f"/{Path(path).relative_to(root)}" for path in found.splitlines()[:TAIL]]

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
        patience = START_S if service.ends else service.patience
        end, said = time.monotonic() + patience, ""
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
            f"{service.name} is not healthy after {patience:.0f} s: {said.strip()}\n{tail(log.read_text(errors='replace'))}"
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
        run([*inside, "route", "add", "default", "via", self.host], "Making a network")

    def _inside(self, service: Service, how: list[str], command: list[str]) -> list[str]:
        name = _ours(service.name)
        variables = [part for pair in service.environment.items() for part in ("--env", "=".join(pair))]
        return [
            *("ip", "netns", "exec", name, *_buildah("run"), "--isolation", "chroot", *how, *variables),
            *(name, "--", *command),
        ]

    def run_in(self, service: Service, command: list[str]) -> tuple[int, str]:
        return look(self._inside(service, [], command))

    def renew(self, service: Service) -> None:
        """Starts it anew, with the environment that it has now."""
        self._end([service.name])
        self._made.remove(service.name)
        self._begin(service)

    def url(self, service: str, port: int) -> str:
        return f"http://{self._addresses[service]}:{port}"

    @property
    def host(self) -> str:
        return f"{NETWORK}.1"

    def stop(self) -> None:
        """In the opposite order; what is gone already is no matter."""
        self._end(self._made[::-1])
        subprocess.run(["ip", "link", "del", BRIDGE], capture_output=True)
        subprocess.run(["iptables", "-t", "nat", "-D", *WAY_OUT], capture_output=True)
        FORWARD.write_text(self._forwards)

    def _end(self, names: list[str]) -> None:
        """All are told first, then waited for."""
        for name in names:
            end = f"ip netns pids {_ours(name)} | xargs -r kill -TERM"
            subprocess.run(["sh", "-c", end], capture_output=True)
        for name in names:
            if process := self._running.pop(name, None):
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
            subprocess.run([*_buildah("rm"), _ours(name)], capture_output=True)
            subprocess.run(["ip", "netns", "del", _ours(name)], capture_output=True)


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
