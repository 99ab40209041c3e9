"""Gives what a deployment has made to the services that compose runs on this machine."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from deploy.bootstrap import DeployError

ROOT = Path(__file__).resolve().parents[2]
HEALTHY_S = 120


def renew(env_file: Path, services: list[str]) -> list[str]:
    """Starts those of the services anew that run here, with what stands in the file by now, and waits until they are healthy. Returns their names."""
    if not shutil.which("docker"):
        return []
    compose = ["docker", "compose", "--env-file", str(env_file.resolve())]
    listed = _run([*compose, "ps", "--services", "--status", "running"])
    if (
        listed.returncode
    ):  # no daemon, or no right to use it: then it is not compose that runs them, or somebody else does
        return []
    if here := [name for name in services if name in listed.stdout.split()]:
        up = ["up", "--detach", "--no-build", "--no-deps", "--wait", "--wait-timeout", str(HEALTHY_S)]
        done = _run([*compose, *up, *here])
        if done.returncode:
            said = " / ".join(done.stderr.strip().splitlines()[-3:])
            raise DeployError(f"docker compose up --detach {' '.join(here)} failed: {said}")
    return here


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
