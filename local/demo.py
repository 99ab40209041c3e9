"""The demo: the whole product on this machine, with two seeded tenants and a chat page.

python -m local.demo            start (or go on with what an earlier start left)
python -m local.demo --reset    forget everything that earlier starts stored
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import signal
import sys
import time
from pathlib import Path

from deploy.bootstrap import DeployError

from local import history, postgres, seed, state
from local.portal import people
from local.ports import is_free, port_number
from local.processes import StartError
from local.stack import Stack
from sql.apply import MigrationError


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--port",
        type=port_number,
        default=os.environ.get("DEMO_PORT", "8700"),
        help="port of the chat page (DEMO_PORT, 8700)",
    )
    parser.add_argument("--reset", action="store_true", help="delete the demo's data and secrets, then stop")
    arguments = parser.parse_args()
    folder = state.folder()
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder.parent / f"{folder.name}.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        print(
            "The demo is running already (in another terminal?). Stop it there first, with Ctrl-C.",
            file=sys.stderr,
        )
        return 1
    if arguments.reset:
        state.forget(folder)
        print("Forgotten: the next `make demo` starts fresh.")
        return 0
    if not is_free(arguments.port):
        print(
            f"Port {arguments.port} is taken by another program. Choose another: DEMO_PORT=8701 make demo",
            file=sys.stderr,
        )
        return 1
    return run(folder, arguments.port)


def run(folder: Path, port: int) -> int:
    """Starts the demo, prints its addresses, waits for Ctrl-C and stops it."""
    for number in (
        signal.SIGINT,
        signal.SIGTERM,
        signal.SIGHUP,
    ):  # Ctrl-C, a service manager, a closed terminal
        signal.signal(number, _interrupt)
    started = time.monotonic()
    stack = Stack(folder, port, say=lambda line: print(f"  … {line}", flush=True))
    address = folder / "demo.json"
    print("Starting the demo", flush=True)
    try:
        stack.start(seed.meta_config() | {"limits": {"review_s": 15.0}})
        tenants = seed.seed(stack)
        history.seed_history(stack, tenants)
        print("  … reading the two tenants' documents", flush=True)
        seed.seed_documents(stack)
        portal = people.start(stack)
        mails = stack.start_mail({"PYTHONDONTWRITEBYTECODE": ""})
        door = stack.start_door({"PYTHONDONTWRITEBYTECODE": ""})
        address.write_text(
            json.dumps(
                {
                    "page": stack.url("meta"),
                    "portal": portal,
                    "door": door,
                    "runs": stack.url("runner"),
                    "phone_number_id": seed.SHOP.phone_number_id,
                }
            )
        )
        print(f"\nReady after {time.monotonic() - started:.1f} s. Open {stack.url('meta')}/")
        print(f"The portal of the businesses' staff: {portal}/")
        print(
            f"The same by the door, for staff without a Windmill account: {door}/ (sign in as {seed.SHOP.people['owner']};"
            f" the code comes to {mails}/)"
        )
        print(f"Every run, step by step: {stack.url('runner')}/?token={stack.secrets.runner}")
        print(f"A sample website to add as a source in the portal: {stack.url('meta')}/site/")
        print('From another terminal: make ask Q="How long do I have to return an item?"')
        print("Ctrl-C stops everything; the data stays.", flush=True)
        ended = stack.processes.wait_for_any()
        print(f"{ended} stopped by itself: {stack.processes.last_words(ended)}", file=sys.stderr)
        return 1
    except (
        StartError,
        postgres.PostgresError,
        MigrationError,
        DeployError,
        TimeoutError,
        RuntimeError,
    ) as problem:
        print(f"The demo could not start: {problem}\nLogs are in {folder / 'logs'}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave PostgreSQL behind
        print("\nStopping", flush=True)
        address.unlink(missing_ok=True)
        stack.stop()


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
