"""Where the locks on a server and the packages of the workers' image differ: such a step works, but starts slowly, in the plain interpreter."""

from __future__ import annotations

from deploy import locks
from deploy.bootstrap import Server


def differences(server: Server) -> list[str]:
    """A sentence for each package that a deployed script of this bundle locks at another version than worker/requirements.txt has."""
    pins = locks.pinned()
    users: dict[tuple[str, str], list[str]] = {}
    for script in locks.scripts():
        path = str(script.relative_to(locks.WINDMILL).with_suffix(""))
        response = server.call("GET", f"scripts/get/p/{path}", ok=(200, 404))
        lock = response.json().get("lock") if response.status_code == 200 else None
        for package, version in pinned_in(lock or "").items():
            if pins.get(package) != version:
                users.setdefault((package, version), []).append(path)
    return [
        f"{package} {version} (the worker has {pins.get(package, 'none')}) in {', '.join(paths[:3])}{', …' * (len(paths) > 3)}"
        for (package, version), paths in sorted(users.items())
    ]


def pinned_in(lock: str) -> dict[str, str]:
    """A lock's versions by package."""
    lines = [
        line.split(";")[0].strip() for line in lock.splitlines() if "==" in line and not line.startswith("#")
    ]
    return dict(line.split("==", 1) for line in lines)
