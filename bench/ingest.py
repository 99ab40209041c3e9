"""How fast documents become knowledge, and in how much memory: the steps of the ingestion flow, each in a process of its own, as a worker runs them.

    make bench-ingest            50, 300 and 1,000 pages
    make bench-ingest QUICK=1    20 and 60 pages

The embedder is a stand-in that takes no time, so that pages a second are ours; --embedder real asks the demo's model and shows its share.
The last line is one JSON object. Exits non-zero only when it could not measure.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from fpdf import FPDF

from bench.retrieval_database import APP_PASSWORD, connect, database, new_tenant
from local.postgres import PostgresError

ROOT = Path(__file__).resolve().parents[1]
STEPS = ("extract", "chunk", "embed", "store")
# A step in a fresh interpreter: what it returned, how long main took, and the most memory that the process, or its child that reads the document,
# held. Linux counts ru_maxrss from the parent's size at the fork, so its own mark is read where there is one.
RUNNER = """
import importlib, json, pathlib, re, resource, sys, time
step, arguments = sys.argv[1], json.load(sys.stdin)
module = importlib.import_module("f.ingest." + step)
started = time.monotonic()
result = module.main(**arguments)
took = time.monotonic() - started
status = pathlib.Path("/proc/self/status")
mark = re.search(r"VmHWM:\\s+(\\d+)", status.read_text()) if status.exists() else None
kilobytes = int(mark[1]) if mark else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
kilobytes = max(kilobytes, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
print(json.dumps({"result": result, "s": took, "mb": kilobytes / 1024}))
"""


class StepFailed(Exception):
    """A step ended with an error; its last line."""


def document(pages: int) -> bytes:
    """A PDF of prose, about 300 words a page."""
    made = FPDF()
    made.set_font("helvetica", size=10)
    for number in range(pages):
        made.add_page()
        words = (hashlib.sha256(f"{number}/{n}".encode()).hexdigest()[:7] for n in range(40))
        sentences = [
            f"Paragraph {n} on page {number} tells of {w} and of what a customer may expect."
            for n, w in enumerate(words)
        ]
        made.multi_cell(0, 5, " ".join(sentences))
    return bytes(made.output())


def embedder(encode: Callable[[list[str]], list[list[float]]]) -> tuple[ThreadingHTTPServer, list[float]]:
    """An embeddings endpoint, and the seconds that it spent."""
    spent: list[float] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            texts = json.loads(self.rfile.read(int(self.headers["content-length"])))["input"]
            started = time.monotonic()
            data = [{"index": i, "embedding": vector} for i, vector in enumerate(encode(texts))]
            spent.append(time.monotonic() - started)
            answer = json.dumps({"data": data}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, spent


def run_step(step: str, arguments: dict[str, Any]) -> dict[str, Any]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "windmill")}
    done = subprocess.run(
        [sys.executable, "-c", RUNNER, step],
        input=json.dumps(arguments),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise StepFailed(f"{step}: {(done.stderr.strip().splitlines() or ['no word'])[-1]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def ingest(url: str, app_url: str, pages: int, endpoint: str, spent: list[float]) -> dict[str, Any]:
    """One document through all steps."""
    tenant, document_id, content = new_tenant(url, "bench"), str(uuid.uuid4()), document(pages)
    with connect(url) as conn:
        conn.execute(
            b"insert into documents (id, tenant_id, title, filename, sha256, size_bytes, content) values (%s, %s, 'Bench', 'a.pdf', %s, %s, %s)",
            [document_id, tenant, hashlib.sha256(content).digest(), len(content), content],
        )
    host, port = app_url.rsplit("@", 1)[1].split("/")[0].split(":")
    db = {
        "host": host,
        "port": int(port),
        "user": "chatbot_app",
        "password": APP_PASSWORD,
        "dbname": "bench",
        "sslmode": "disable",
    }
    arguments = {"document_id": document_id, "tenant_id": tenant, "db": db}
    spent.clear()
    found: dict[str, Any] = {"pages": pages}
    total, peak = 0.0, 0.0
    for step in STEPS:
        extra = {"embeddings": {"base_url": endpoint, "api_key": "none"}} if step == "embed" else {}
        took = run_step(step, {**arguments, **extra})
        found[f"{step}_s"], found[f"{step}_mb"] = round(took["s"], 2), round(took["mb"])
        total, peak = total + took["s"], max(peak, took["mb"])
    found["chunks"] = took["result"]["chunks"]
    found |= {
        "pages_per_s": round(pages / total, 1),
        "peak_mb": round(peak),
        "embedder_share": round(sum(spent) / total, 2),
    }
    return found


def fake(texts: list[str]) -> list[list[float]]:
    """Vectors for nothing."""
    return [[(len(text) * (i + 1) % 97) / 97 for i in range(384)] for text in texts]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--embedder", choices=["none", "real"], default="none", help="default: none")
    parser.add_argument("--pages", type=int, nargs="+", help="the documents' sizes")
    arguments = parser.parse_args()
    sizes = arguments.pages or ([20, 60] if os.environ.get("QUICK") else [50, 300, 1_000])
    encode: Callable[[list[str]], list[list[float]]] = fake
    if arguments.embedder == "real":
        from local.models.encoder import Encoder

        model = Encoder()
        encode = lambda texts: model.encode(texts, False).tolist()  # noqa: E731
    server, spent = embedder(encode)
    rows = []
    try:
        with database() as (url, app_url):
            print(
                f"{'pages':>6}{'chunks':>8}{'pages/s':>9}{'embedder':>10}{'peak MB':>9}   seconds and MB of each step"
            )
            for pages in sizes:
                row = ingest(url, app_url, pages, f"http://127.0.0.1:{server.server_port}/v1", spent)
                rows.append(row)
                steps = "  ".join(f"{s} {row[f'{s}_s']} s {row[f'{s}_mb']} MB" for s in STEPS)
                share = f"{row['embedder_share']:.0%}"
                print(
                    f"{pages:6}{row['chunks']:8}{row['pages_per_s']:9}{share:>10}{row['peak_mb']:9}   {steps}",
                    flush=True,
                )
    except (PostgresError, StepFailed) as problem:
        print(f"Nothing was measured: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        server.shutdown()
    print(json.dumps({"bench": "ingest", "embedder": arguments.embedder, "documents": rows}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
