"""The jobs in which a server makes locks anew after a push, and which of them are needed.

A job for a script queues one for each script that imports it, and so on: one for each way by which something imports what was pushed. For our
bundle's first push these are tens of thousands. Windmill's own image merges those of a script that come within some seconds; a server that is built
from the open source does not. So those that another one makes superfluous are cancelled.
"""

from __future__ import annotations

import ast
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from deploy.bootstrap import DeployError, Server
from deploy.locks import imported_names

JOBS = "jobs/queue/list?job_kinds=dependencies,flowdependencies,appdependencies&per_page=1000"
LOOK_S = 1.0
Imports = Mapping[str, set[str]]


def imports_of(folder: Path) -> Imports:
    """What each script of a folder that is pushed imports, by paths such as f/common/database: also by way of others."""
    direct: dict[str, set[str]] = {}
    files = {file.relative_to(folder).with_suffix("").as_posix(): file for file in folder.glob("f/**/*.py")}
    for path, file in files.items():
        names = imported_names(ast.parse(file.read_text()))
        direct[path] = {name.replace(".", "/") for name in names} & files.keys()
    found = {}
    for path in files:
        reached, more = set[str](), direct[path]
        while more:
            reached |= more
            more = set[str]().union(*(direct[each] for each in more)) - reached
        found[path] = reached
    return found


def needed(server: Server, imports: Imports) -> list[dict[str, Any]]:
    """The jobs in the queue, after the superfluous ones were cancelled: of those that wait for one script all but the oldest, which has the fewest
    scripts behind it that it does not queue again; and one for a script that imports another one whose job will queue it again."""
    jobs = sorted(server.call("GET", JOBS).json(), key=lambda job: str(job["created_at"]))
    # One that runs may have queued its importers already: theirs are not cancelled for it.
    waiting = {str(job.get("script_path")) for job in jobs if not job.get("running")}
    left: list[dict[str, Any]] = []
    superfluous: list[str] = []
    seen = set[tuple[Any, Any]]()
    for job in jobs:
        script, path = (job.get("job_kind"), job.get("script_path")), str(job.get("script_path"))
        # Of two that import each other neither waits for the other one.
        comes_again = any(path not in imports[other] for other in imports.get(path, set()) & waiting)
        if not job.get("running") and (script in seen or comes_again):
            superfluous.append(job["id"])
            continue
        left.append(job)
        if not job.get("running"):
            seen.add(script)
    if superfluous:
        server.call("POST", "jobs/queue/cancel_selection", superfluous)
    return left


@contextmanager
def meanwhile(server: Server, imports: Imports) -> Iterator[None]:
    """Cancels them also while the CLI pushes: the jobs of what it has pushed begin then."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(LOOK_S):
            with suppress(DeployError):
                needed(server, imports)

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    try:
        yield
    finally:
        over.set()
        worker.join()
