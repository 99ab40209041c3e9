"""A turn cold, a turn warm, and four empty steps: where the time goes. Part of `make bench-turn`; alone: python -m bench.warm

On the local runner, with the demo's two tenants. engine: what the flow takes beside its steps; start: an empty step; import: what importing
the step adds to that; work: the rest. The bar: a warm turn takes at most 1.2 times as long as four empty steps in fresh interpreters.
With WINDMILL_URL, WINDMILL_TOKEN and WINDMILL_WORKSPACE also on that server: four empty steps, and four with a turn's imports.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from deploy import access
from deploy.bootstrap import DeployError, Server

from local import seed
from local.stack import ROOT, Stack

STEPS = ("load_context", "agent_loop", "send_reply", "persist")
BAR = 1.2
QUESTION = "How long do I have to return an item?"
EMPTY = "def main():\n    return 1\n"
IMPORTS = {
    "load_context": "psycopg",
    "agent_loop": "psycopg, openai, httpx2",
    "send_reply": "psycopg, httpx2",
    "persist": "psycopg",
}


def flow_value(paths: list[str]) -> dict[str, Any]:
    return {
        "modules": [
            {"id": chr(97 + n), "value": {"type": "script", "path": path, "input_transforms": {}}}
            for n, path in enumerate(paths)
        ]
    }


def make_bundle(folder: Path) -> Path:
    """Ours, and a flow of four empty steps."""
    bundle = folder / "windmill"
    shutil.copytree(ROOT / "windmill", bundle, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    bench = bundle / "f" / "bench"
    (bench / "four_empty__flow").mkdir(parents=True)
    (bench / "empty.py").write_text(EMPTY)
    (bench / "empty.script.yaml").write_text("summary: ''\n")
    modules = "".join(
        f"    - id: {letter}\n      value:\n        type: script\n        path: f/bench/empty\n        input_transforms: {{}}\n"
        for letter in "abcd"
    )
    (bench / "four_empty__flow" / "flow.yaml").write_text(f"summary: ''\nvalue:\n  modules:\n{modules}")
    return bundle


def run_flow(server: Server, path: str, seconds: float = 60) -> str:
    """Runs a flow to its end; returns its id."""
    job = server.call("POST", f"jobs/run/f/{path}", {}).text.strip('"')
    deadline = time.monotonic() + seconds
    while server.call("GET", f"jobs_u/get/{job}").json()["type"] != "CompletedJob":
        if time.monotonic() > deadline:
            raise TimeoutError(f"{path} took more than {seconds:.0f} s")
        time.sleep(0.02)
    return job


def times(server: Server, path: str, last: int) -> list[dict[str, float]]:
    """Of the last flows of that path: milliseconds from start to end, of each step, and of the engine (the rest)."""
    jobs = server.call("GET", "jobs/list?per_page=1000").json()
    found = []
    for flow in [job for job in jobs if job["script_path"] == path and job.get("duration_ms")][:last]:
        steps = {j["flow_step_id"]: j["duration_ms"] for j in jobs if j.get("parent_job") == flow["id"]}
        found.append(
            {"whole": flow["duration_ms"], **steps, "engine": flow["duration_ms"] - sum(steps.values())}
        )
    return found


def middle(found: list[dict[str, float]], name: str) -> float:
    return statistics.median(times[name] for times in found)


def one_process(python: str, bundle: Path, source: str, tries: int = 5) -> float:
    """Milliseconds that a wrapper.py takes; the best of some tries, after one that writes byte code."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "wrapper.py").write_text(source)
        taken = []
        for _ in range(tries + 1):
            start = time.perf_counter()
            env = {"PYTHONPATH": str(bundle), "PATH": "/usr/bin:/bin"}
            subprocess.run(
                [python, "-u", "-m", "wrapper"], cwd=folder, env=env, check=True, stdin=subprocess.DEVNULL
            )
            taken.append((time.perf_counter() - start) * 1000)
    return min(taken[1:])


def measure(stack: Stack, python: str, turns: int) -> dict[str, Any]:
    """Four empty steps and a turn, with the interpreter that the runner was started with."""
    server = stack.windmill()
    run_flow(server, "f/bench/four_empty")
    for _ in range(turns):
        run_flow(server, "f/bench/four_empty")
        body = {
            "phone_number_id": seed.SHOP.phone_number_id,
            "customer": seed.CUSTOMERS[0]["name"],
            "text": QUESTION,
        }
        answer = httpx_post(stack.url("meta") + "/control/ask", {**body, "timeout_s": 60, "quiet_s": 1})
        if not answer.get("reply"):
            raise SystemExit(f"no reply came: {answer}")
    start = one_process(python, stack.bundle, "")
    imports = {
        step: max(0.0, one_process(python, stack.bundle, f"import f.chatbot.{step}") - start)
        for step in STEPS
    }
    return {
        "empty": times(server, "f/bench/four_empty", turns),
        "turn": times(server, "f/chatbot/whatsapp_message", turns),
        "imports": imports,
    }


def httpx_post(url: str, body: dict[str, Any]) -> dict[str, Any]:
    import httpx2

    answer: dict[str, Any] = httpx2.post(url, json=body, timeout=90).json()
    return answer


def show(name: str, found: dict[str, Any]) -> tuple[float, float]:
    """One table; returns four empty steps and the turn, in milliseconds."""
    empty, turn, imports = found["empty"], found["turn"], found["imports"]
    start = statistics.median(times[letter] for times in empty for letter in "abcd")
    print(f"\n{name}: medians of {len(turn)}, ms")
    print(
        f"  {'four empty steps':18}{middle(empty, 'whole'):8.0f}   engine {middle(empty, 'engine'):.0f}, a step {start:.0f}"
    )
    print(f"  {'turn':18}{middle(turn, 'whole'):8.0f}   engine {middle(turn, 'engine'):.0f}")
    print(f"  {'':18}{'step':>8}{'start':>8}{'import':>8}{'work':>8}")
    for step in STEPS:
        took = middle(turn, step)
        work = max(0.0, took - start - imports[step])
        print(f"  {step:18}{took:8.0f}{start:8.0f}{imports[step]:8.0f}{work:8.0f}")
    return middle(empty, "whole"), middle(turn, "whole")


def on_windmill(tries: int) -> None:
    """Four empty steps, and four with a turn's imports, on a real server. A workspace that is made for it goes again."""
    server = Server(
        os.environ["WINDMILL_URL"], os.environ["WINDMILL_TOKEN"], os.environ["WINDMILL_WORKSPACE"]
    )
    made = access.ensure_workspace(server)
    try:
        four_steps(server, tries)
    finally:
        if made:
            server.call("DELETE", f"/workspaces/delete/{os.environ['WINDMILL_WORKSPACE']}")


def four_steps(server: Server, tries: int) -> None:
    """Deploys and times them."""
    sources = {"empty": (EMPTY, "")} | {
        step: (
            f"# no_postinstall\nimport {names}\n{EMPTY}",
            (ROOT / f"windmill/f/chatbot/{step}.script.lock").read_text(),
        )
        for step, names in IMPORTS.items()
    }
    for name, (source, lock) in sources.items():
        path = f"f/bench/{name}"
        if not server.exists(f"scripts/exists/p/{path}"):
            script = {"path": path, "content": source, "language": "python3", "lock": lock or "# py: 3.12\n"}
            rest: dict[str, Any] = {
                "summary": "",
                "description": "",
                "schema": {},
                "kind": "script",
                "is_template": False,
            }
            server.call("POST", "scripts/create", script | rest)
    flows = {"four_empty": ["f/bench/empty"] * 4, "four_imports": [f"f/bench/{step}" for step in STEPS]}
    print(f"\nWindmill at {os.environ['WINDMILL_URL']}: medians of {tries}, ms")
    for name, paths in flows.items():
        if not server.exists(f"flows/exists/f/bench/{name}"):
            flow = {
                "path": f"f/bench/{name}",
                "summary": "",
                "description": "",
                "value": flow_value(paths),
                "schema": {},
            }
            server.call("POST", "flows/create", flow)
        run_flow(server, f"f/bench/{name}")
        took = []
        for _ in range(tries):
            job = server.call("GET", f"jobs_u/get/{run_flow(server, f'f/bench/{name}')}").json()
            took.append(job["duration_ms"])
        print(f"  {name:18}{statistics.median(took):8.0f}")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--turns", type=int, default=int(os.environ.get("TURNS", "10")), help="of each kind (10)"
    )
    parser.add_argument(
        "--server-only", action="store_true", help="only on the server that WINDMILL_URL names"
    )
    options = parser.parse_args()
    passed = options.server_only or on_this_machine(options.turns)
    if os.environ.get("WINDMILL_URL"):
        try:
            on_windmill(options.turns)
        except DeployError as problem:
            print(problem, file=sys.stderr)
            return 1
    return 0 if passed else 1


def on_this_machine(turns: int) -> bool:
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir="/var/tmp"))
    folder.chmod(0o755)
    stack = Stack(folder)
    stack.bundle = make_bundle(folder)
    try:
        stack.start(seed.meta_config())
        seed.seed(stack, merge_window_s=0.0)
        seed.seed_documents(stack)
        if stack.warm is None:
            raise SystemExit("LOCAL_COLD is set: there is nothing to compare with")
        _, warm = show("Warm", measure(stack, str(stack.warm / "python"), turns))
        stack.processes.stop("runner")
        stack.processes.stop("warm")
        shutil.rmtree(stack.warm)
        stack.warm = None
        stack.start_runner({"PYTHONDONTWRITEBYTECODE": ""})
        stack.processes.wait_until_answers("runner", stack.url("runner") + "/api/version")
        empty, cold = show("Cold", measure(stack, sys.executable, turns))
    finally:
        stack.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print(
        f"\nA turn warm {warm:.0f} ms, cold {cold:.0f} ms; four empty steps, plain interpreter, {empty:.0f} ms."
    )
    print(f"Warm turn / four empty steps: {warm / empty:.2f} (bar: at most {BAR})")
    return warm <= BAR * empty


if __name__ == "__main__":
    sys.exit(main())
