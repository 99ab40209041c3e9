"""The command line: `python -m local.runner --bundle windmill`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import uvicorn

from local.ports import port_number
from local.runner.errors import StartError
from local.runner.process import default_python
from local.runner.settings import Settings
from local.runner.workers import GROUPS, read_groups
from local.serving import listen

DESCRIPTION = """Runs the bundle's flows and scripts on this machine, with Windmill's own URLs.

From the environment:
  RUNNER_TOKEN          the admin's bearer token
  RUNNER_DATABASE_URL   a PostgreSQL database of its own
  PYTHON_PATH           the interpreter of the jobs; this one by default
  WHITELIST_ENVS        names of variables that jobs get too, separated by commas"""


class Server(uvicorn.Server):
    """uvicorn without its signal handlers: the runner has its own, that also end the jobs' processes."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m local.runner",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    env = os.environ.get
    parser.add_argument(
        "--bundle", type=Path, default=Path(env("RUNNER_BUNDLE", "windmill")), help="folder with f/"
    )
    parser.add_argument(
        "--port", type=port_number, default=env("RUNNER_PORT", "8800"), help="on 127.0.0.1 (8800)"
    )
    parser.add_argument("--workspace", default=env("RUNNER_WORKSPACE", "demo"), help="workspace id (demo)")
    parser.add_argument(
        "--workers",
        default=env("RUNNER_WORKERS", GROUPS),
        help=f"processes at once, by the tags they take ({GROUPS}); a number: for all",
    )
    parser.add_argument(
        "--name", default="runner", help="of several on one database, each with its own name (runner)"
    )
    parser.add_argument("--no-schedules", action="store_true", help="leave the bundle's schedules alone")
    return parser.parse_args(arguments)


def read_settings(options: argparse.Namespace, work_dir: Path) -> Settings:
    token, url = os.environ.get("RUNNER_TOKEN"), os.environ.get("RUNNER_DATABASE_URL")
    if not token:
        raise StartError("RUNNER_TOKEN is not set: it is the admin's bearer token.", 2)
    if not url:
        raise StartError(
            "RUNNER_DATABASE_URL is not set: it names the PostgreSQL database for the runner's queue.", 2
        )
    if not (options.bundle / "f").is_dir():
        raise StartError(
            f"There is no folder {options.bundle / 'f'}: --bundle must name the folder that holds f/.", 2
        )
    names = [name for name in os.environ.get("WHITELIST_ENVS", "").split(",") if name in os.environ]
    return Settings(
        bundle=options.bundle,
        database_url=url,
        token=token,
        work_dir=work_dir,
        python=default_python(),
        workspace=options.workspace,
        name=options.name,
        port=options.port,
        groups=read_groups(options.workers),
        schedules=not options.no_schedules,
        job_env={name: os.environ[name] for name in names},
    )


def watch_by_handles(loop: asyncio.AbstractEventLoop) -> None:
    """As later versions of Python do by themselves: before, each child process has a thread that waits for it."""
    if sys.version_info < (3, 12) and hasattr(os, "pidfd_open"):
        watcher = asyncio.PidfdChildWatcher()
        watcher.attach_loop(loop)
        asyncio.set_child_watcher(watcher)


async def serve(settings: Settings, server_socket: socket.socket) -> None:
    from local.runner.api.app import make_app
    from local.runner.runtime import Runner

    runner = Runner(settings)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    watch_by_handles(loop)
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stopped.set)
    await runner.open()
    config = uvicorn.Config(
        make_app(runner),
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=1,
        ws="none",
    )
    server = Server(config)
    serving = asyncio.create_task(server.serve(sockets=[server_socket]))
    print(
        f"Runner ready: {settings.base_url}/ (workspace {settings.workspace}, {settings.workers} workers)",
        flush=True,
    )
    ends = {serving, asyncio.create_task(stopped.wait()), runner.queue.worker}
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    crashed = runner.queue.worker.done() and not stopped.is_set()
    await runner.close()
    server.should_exit = True
    await serving
    if crashed:
        raise StartError("The queue stopped: the database went away.")


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    work_dir = Path(tempfile.mkdtemp(prefix="runner-"))
    try:
        asyncio.run(serve(read_settings(options, work_dir), listen(options.port)))
    except StartError as error:
        print(error, file=sys.stderr)
        return error.code
    except KeyboardInterrupt:
        return 0
    finally:
        shutil.rmtree(work_dir, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
