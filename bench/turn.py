"""Whole turns: n customers write at once, and a model that answers at once leaves only what the product itself costs.

    python -m bench.turn             QUICK=1: under a minute

Prints turns a second, the time from the webhook to the reply, each step's wait and work, the same for a flow of four empty Python steps on
the same Windmill, and the ratio, for which the models' own time is taken off; last, one JSON object. On the local runner; with WINDMILL_URL,
WINDMILL_TOKEN, WINDMILL_WORKSPACE and DATABASE_URL on a real server (into a workspace that may be written over). Exits non-zero when it could
not measure.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx2

from bench.stacks import NotMeasured, run_bench
from local import seed
from local.stack import Stack

QUICK = bool(os.environ.get("QUICK"))
SIZES = (1, 10) if QUICK else (1, 10, 50)
STEPS = ("load_context", "agent_loop", "send_reply", "persist")
EMPTY = "def main():\n    return None\n"


def wait_for(look: Callable[[], Any], seconds: float, what: str) -> Any:
    end = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > end:
            raise NotMeasured(f"{what} took more than {seconds:.0f} s")
        time.sleep(0.05)
    return found


def prepare(stack: Stack) -> None:
    """The model that answers at once, and no cap or window in the way."""
    with stack.connect() as conn:
        conn.execute(
            "update chatbots set model = 'offline-echo', merge_window_s = 0, max_replies_per_hour = 100000, sends_per_s = 1000"
        )
        conn.execute("""update tenants set limits = '{"replies_per_hour": 1000000}'""")


def burst(stack: Stack, size: int, tag: str) -> dict[str, Any]:
    """n customers write once, at once; the times of their turns."""
    http = httpx2.Client(timeout=60)
    people = [f"3469{tag}{number:04d}" for number in range(size)]

    def write(phone: str) -> None:
        body = {
            "phone_number_id": seed.SHOP.phone_number_id,
            "from": phone,
            "message": {
                "type": "text",
                "text": {"body": f"Do you know {phone}?"},
            },  # for a greeting nothing is searched
            "wait": False,
        }
        http.post(f"{stack.url('meta')}/control/deliver", json=body).raise_for_status()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(write, people))
    query = """select i.received_at, o.sent_at, t.closed_at, t.run_id::text as run from inbound_messages i
        join turns t on t.id = i.turn_id and t.state = 'done' join outbound_messages o on o.turn_id = t.id and o.part = 1
        where i.sender = any(%s) and o.sent_at is not null"""
    with stack.connect() as conn:
        rows = wait_for(
            lambda: found if len(found := conn.execute(query, [people]).fetchall()) == size else None,
            60 + 5 * size,
            f"{size} turns at once",
        )
    first, last = min(row["received_at"] for row in rows), max(row["closed_at"] for row in rows)
    waits = sorted((row["sent_at"] - row["received_at"]).total_seconds() for row in rows)
    return {
        "n": size,
        "turns_per_s": round(size / (last - first).total_seconds(), 2),
        "reply_p50_s": round(statistics.median(waits), 3),
        "reply_p95_s": round(waits[min(size - 1, int(size * 0.95))], 3),
        "runs": [row["run"] for row in rows],
    }


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def flow_status(server: Any, run: str) -> Any:
    return server.call("GET", f"jobs_u/get/{run}").json().get("flow_status")


def steps(stack: Stack, runs: list[str]) -> dict[str, tuple[float, float]]:
    """Median wait and work of each step, in ms."""
    server = stack.windmill()
    times: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for run in runs[:20]:
        status = wait_for(
            partial(flow_status, server, run),
            10,
            "a run's page",
        )
        for name, module in zip(STEPS, status["modules"], strict=False):
            job = server.call("GET", f"jobs_u/get/{module['job']}").json()
            waited = (moment(job["started_at"]) - moment(job["created_at"])).total_seconds() * 1000
            times[name].append((waited, float(job.get("duration_ms") or 0)))
    return {
        name: (statistics.median(w for w, _ in pairs), statistics.median(d for _, d in pairs))
        for name, pairs in times.items()
    }


def empty_flow(stack: Stack, folder: Path) -> Callable[[], float]:
    """A function that runs four empty steps once and returns the seconds; on this Windmill, or on a runner like this one."""
    if os.environ.get("WINDMILL_URL"):
        server, path = stack.windmill(), "jobs/run/preview_flow"
        modules = [
            {
                "id": f"step{n}",
                "value": {
                    "type": "rawscript",
                    "language": "python3",
                    "content": EMPTY,
                    "input_transforms": {},
                },
            }
            for n in range(4)
        ]
        body: dict[str, Any] = {"value": {"modules": modules}, "args": {}}
    else:
        server, path, body = empty_runner(stack, folder), "jobs/run/f/f/empty/flow", {}

    def once() -> float:
        return whole(server, server.call("POST", path, body).text.strip('"'))

    return once


def empty_runner(stack: Stack, folder: Path) -> Any:
    """A second runner whose bundle holds nothing but the empty flow."""
    from deploy import bootstrap

    code = folder / "empty" / "f" / "empty"
    (code / "flow__flow").mkdir(parents=True)
    (code / "step.py").write_text(EMPTY)
    (code / "step.script.yaml").write_text("summary: nothing\nkind: script\nschema: {}\n")
    (code / "step.script.lock").write_text("")
    modules = [
        {"id": f"s{n}", "value": {"type": "script", "path": "f/empty/step", "input_transforms": {}}}
        for n in range(4)
    ]
    flow = {"summary": "four empty steps", "value": {"modules": modules}, "schema": {}}
    (code / "flow__flow" / "flow.yaml").write_text(json.dumps(flow))
    assert stack.cluster is not None
    port = stack.ports["empty"] = stack.ports["orders"]  # the order system is not needed here
    stack.processes.stop("orders")
    env = {
        "RUNNER_TOKEN": stack.secrets.runner,
        "RUNNER_DATABASE_URL": stack.cluster.create_database("empty"),
    }
    if stack.warm:
        env["PYTHON_PATH"] = str(stack.warm / "python")
    arguments = [
        "--bundle",
        str(folder / "empty"),
        "--port",
        str(port),
        "--workspace",
        "empty",
        "--no-schedules",
    ]
    stack.processes.start("empty", "local.runner", *arguments, env={"PYTHONDONTWRITEBYTECODE": "", **env})
    stack.processes.wait_until_answers("empty", f"http://127.0.0.1:{port}/api/version")
    return bootstrap.Server(f"http://127.0.0.1:{port}", stack.secrets.runner, "empty")


def measure(stack: Stack, folder: Path) -> dict[str, Any]:
    prepare(stack)
    burst(stack, 2, "98")  # the first turn's caches
    found = [burst(stack, size, f"{10 + number}") for number, size in enumerate(SIZES)]
    bursts = [found[0], *(burst(stack, 1, f"{20 + number}") for number in range(5 if QUICK else 10))]
    alone = [one["runs"][0] for one in bursts]
    by_step = steps(stack, alone)
    server = stack.windmill()
    ours = statistics.median(whole(server, run) for run in alone)
    once = empty_flow(stack, folder)
    once()
    theirs = statistics.median(once() for _ in range(4 if QUICK else 11))
    models = models_share(stack)
    report(found, by_step, ours, models, theirs)
    return {
        "bench": "turn",
        "quick": QUICK,
        "on": "windmill" if os.environ.get("WINDMILL_URL") else "local runner",
        "sizes": [{key: value for key, value in size.items() if key != "runs"} for size in found],
        "step_ms": {name: {"wait": round(w), "work": round(d)} for name, (w, d) in by_step.items()},
        "turn_s": round(ours, 3),
        "models_s": round(models, 3),
        "empty_flow_s": round(theirs, 3),
        "ratio": round((ours - models) / theirs, 2),
    }


def whole(server: Any, run: str) -> float:
    """Seconds that a run took, from its dispatch to its end; waits for that."""
    job = wait_for(
        lambda: (
            job if (job := server.call("GET", f"jobs_u/get/{run}").json())["type"] == "CompletedJob" else None
        ),
        120,
        "a run's end",
    )
    return (moment(job["started_at"]) - moment(job["created_at"])).total_seconds() + job["duration_ms"] / 1000


def models_share(stack: Stack) -> float:
    """Seconds of a turn that are the models': what a turn asks them (one embedding, two completions), asked directly."""
    http = httpx2.Client(
        base_url=stack.url("models"), headers={"Authorization": f"Bearer {stack.secrets.models}"}
    )

    def once() -> float:
        question = f"Do you know {time.time_ns()}?"  # what was embedded before is remembered
        thought = {"model": "offline-echo", "messages": [{"role": "user", "content": question}]}
        embedded = {"model": "e5-query", "input": [question]}
        began = time.perf_counter()
        for path, body in (
            ("chat/completions", thought),
            ("embeddings", embedded),
            ("chat/completions", thought),
        ):
            http.post(f"/v1/{path}", json=body).raise_for_status()
        return time.perf_counter() - began

    once()
    return statistics.median(once() for _ in range(11))


def report(
    found: list[dict[str, Any]],
    by_step: dict[str, tuple[float, float]],
    ours: float,
    models: float,
    theirs: float,
) -> None:
    print(f"\n{'at once':>8}{'turns/s':>9}{'reply p50 s':>13}{'reply p95 s':>13}")
    for size in found:
        print(f"{size['n']:>8}{size['turns_per_s']:>9}{size['reply_p50_s']:>13}{size['reply_p95_s']:>13}")
    print(f"\n{'step':14}{'wait ms':>9}{'work ms':>9}")
    for name, (waited, worked) in by_step.items():
        print(f"{name:14}{waited:>9.0f}{worked:>9.0f}")
    ratio = (ours - models) / theirs
    print(
        f"\na turn {ours:.3f} s, of it models {models:.3f} s; four empty steps {theirs:.3f} s: {ratio:.2f} times"
    )


def bring_up(folder: Path) -> Stack:
    if os.environ.get("WINDMILL_URL"):
        from tests.windmill_server.place import NotGiven, ServerStack, given

        try:
            server_stack = ServerStack(folder, given())
        except NotGiven as problem:
            raise NotMeasured(str(problem)) from None
        server_stack.bring_up()
        return server_stack
    stack = Stack(folder)
    try:
        stack.start(seed.meta_config())
        seed.seed(stack, merge_window_s=0.0)
    except BaseException:
        stack.stop()
        raise
    return stack


def measured(folder: Path) -> dict[str, Any]:
    stack = bring_up(folder)
    try:
        return measure(stack, folder)
    finally:
        stack.stop()


def main() -> int:
    return run_bench(measured)


if __name__ == "__main__":
    sys.exit(main())
