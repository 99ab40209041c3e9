"""Runs the `wmill` CLI over a copy of the bundle: what it installs and writes while it pushes stays out of the work tree."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy import relocking
from deploy.bootstrap import DeployError, Server
from deploy.relocking import Imports

WINDMILL = Path(__file__).resolve().parents[1]
CLI = "windmill-cli@1.819.0"
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
COUNT = re.compile(r"(\d+) changes to apply")
# For 10 s after a script came with its lock the server does nothing; then it queues a job for each importer, to start 5 s later. Such a job
# queues those of its own importers before it ends. So an empty queue means that all is done, but not before this time after a push.
SETTLED_AFTER_S = 15
LOCKS_S = 600  # for all locks after a push
LONGEST_S = 600  # for one run of the CLI
ROUNDS = 3  # where a lock that the server made differs from ours, ours is pushed again
# What a server says that has too much to do for now. On the first push it looks up the importers of each script as it comes, in queries of up to a
# minute, which can take all connections of its pool.
OVERLOADED = re.compile(
    r"pool timed out|HTTP 50[234]|status: 50[234]|ECONNRE(?:FUSED|SET)|socket hang up|fetch failed"
)
TRIES, REST_S = 6, 20


def command() -> list[str]:
    """How the CLI is started: WMILL (a program), or the pinned package by npx."""
    if program := os.environ.get("WMILL"):
        return [program]
    npx = shutil.which("npx")
    if not npx:
        raise DeployError(
            f"npx was not found: install Node.js 20 or newer, or set WMILL to an installed {CLI}"
        )
    return [npx, "--yes", CLI]


@contextmanager
def bundle() -> Iterator[Path]:
    """A copy of what is deployed. The CLI puts the portal's packages there, some 27,000 files: nobody waits until they are gone."""
    copy = Path(tempfile.mkdtemp(prefix="chatmill-bundle-"))
    try:
        shutil.copytree(
            WINDMILL / "f", copy / "f", ignore=shutil.ignore_patterns("__pycache__", "node_modules")
        )
        shutil.copytree(WINDMILL / "dependencies", copy / "dependencies")
        shutil.copy(WINDMILL / "wmill.yaml", copy / "wmill.yaml")
        shutil.copy(WINDMILL / "wmill-lock.yaml", copy / "wmill-lock.yaml")
        yield copy
    finally:
        threading.Thread(target=shutil.rmtree, args=(copy, True)).start()


def run(folder: Path, *arguments: str) -> str:
    """The CLI's output without colours; DeployError with its last lines when it fails."""
    try:
        done = subprocess.run(
            [*command(), *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST_S,
        )
    except subprocess.TimeoutExpired:
        words = f"wmill {' '.join(arguments[:2])} did not end within {LONGEST_S} s: is the server up?"
        raise DeployError(words) from None  # not the command itself: the token is in it
    words = COLOURS.sub("", done.stdout + done.stderr)
    if done.returncode != 0:
        told = words.partition("\nfile://")[0]  # after it the CLI prints its own code, and the whole request
        raise DeployError(
            f"wmill {' '.join(arguments[:2])} failed: {' / '.join(told.strip().splitlines()[-6:])}"
        )
    return words


def _sync(server: Server, folder: Path, *flags: str) -> tuple[int, str]:
    """A push, for real or not: how many changes, and the CLI's words."""
    target = ["--base-url", server.url, "--workspace", server.workspace, "--token", server.token]
    words = run(folder, "sync", "push", *flags, *target).replace(server.token, "…")
    found = COUNT.search(words)
    if not found:
        raise DeployError(f"wmill sync push said nothing of changes: {words.strip()[-500:]}")
    return int(found[1]), words


def _apply(
    server: Server, folder: Path, imports: Imports, say: Callable[[str], None]
) -> tuple[int, str, int]:
    """A push that waits while the server has too much to do and then goes on where it ended: the last run's changes, its words, and all runs."""
    with relocking.meanwhile(server, imports):
        for run_number in range(1, TRIES + 1):
            try:
                return *_sync(server, folder, "--yes"), run_number
            except DeployError as error:
                if run_number == TRIES or not OVERLOADED.search(str(error)):
                    raise
            say(f"bundle: the server has too much to do; the push goes on in {REST_S} s")
            time.sleep(REST_S)
    raise AssertionError


def diff(server: Server, folder: Path | None = None) -> tuple[int, str]:
    """What a push of a folder, or of the bundle, would change."""
    if folder is not None:
        return _sync(server, folder, "--dry-run")
    with bundle() as copy:
        return _sync(server, copy, "--dry-run")


def push(server: Server, say: Callable[[str], None] = lambda line: None) -> int:
    """Pushes the bundle; see push_folder."""
    with bundle() as folder:
        return push_folder(server, folder, say)


def push_folder(server: Server, folder: Path, say: Callable[[str], None] = lambda line: None) -> int:
    """Pushes until nothing is left to push and the server has made the locks of what imports a changed module. Returns the first push's changes."""
    imports = relocking.imports_of(folder)
    count, words, runs = _apply(server, folder, imports, say)
    first, failures = max(count, runs - 1), list[str]()  # a run that failed has pushed something
    count = first
    for _ in range(ROUNDS):
        if not count:
            return first
        say(f"bundle: {count} changes pushed; the server makes the locks of what imports them")
        failures = wait_for_locks(server, imports)
        for failure in failures:
            say(failure)
        count, words, _ = _apply(server, folder, imports, say)
    if count:
        reasons = " / ".join(failures) or words.strip()[-1500:]
        raise DeployError(f"after each push {count} files differ on the server: {reasons}")
    return first


def wait_for_locks(server: Server, imports: Imports | None = None, seconds: float = LOCKS_S) -> list[str]:
    """Until the server has made every lock that a push has it make; a sentence for each that it could not make. DeployError after `seconds`."""
    began = time.monotonic()
    jobs: dict[str, str] = {}  # every dependency job that was in the queue: its script, by the job's id
    while True:
        waiting = {job["id"]: str(job.get("script_path")) for job in relocking.needed(server, imports or {})}
        jobs |= waiting
        passed = time.monotonic() - began
        if not waiting and passed >= SETTLED_AFTER_S:
            return [sentence for job, path in jobs.items() if (sentence := _failure(server, job, path))]
        if passed > seconds:
            paths = sorted(set(waiting.values()))
            names = ", ".join(paths[:5]) + ", …" * (len(paths) > 5)
            raise DeployError(
                f"after {passed:.0f} s the server has still to make locks ({names}): until then these scripts run with the modules they had."
                " Is a worker running that takes jobs with the tag `dependency`? Then make deploy again"
            )
        time.sleep(1)


def _failure(server: Server, job: str, path: str) -> str:
    """Why a dependency job failed; '' where it did not, or was cancelled since another one takes its place."""
    response = server.call("GET", f"jobs_u/get/{job}", ok=(200, 404))
    if response.status_code != 200:
        return ""
    found = response.json()
    if found.get("success") is not False or found.get("canceled"):
        return ""
    log = COLOURS.sub("", server.call("GET", f"jobs_u/get_logs/{job}", ok=(200, 404)).text).strip()
    return (
        f"the server could not make the lock of {path}: {log.splitlines()[-1] if log else 'its log is empty'}"
    )
