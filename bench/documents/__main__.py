"""What can be read from documents' chunks: ours, and of rivals in the same run, against a set of files with known facts.

    make bench-documents                    all files, all tools
    make bench-documents QUICK=1            a sample in under a minute
    python -m bench.documents --half dev --format pdf --tool ours --show

The last line is one JSON object. Exits non-zero only when it could not measure.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import yaml

from bench.documents.apart import each
from bench.documents.cut import cut
from bench.documents.judge import MISSING, RIGHT, WRONG, Outcome, judge

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RIVALS = ("markitdown", "kreuzberg", "pdfplumber", "pdfplumber, tables")
FORMATS = {
    "htm": "html",
    "jpg": "picture",
    "jpeg": "picture",
    "png": "picture",
    "heic": "picture",
    "tsv": "csv",
    "md": "txt",
}
Shares = dict[str, Any]


def ours(path: str) -> list[str]:
    """The product's chunks, each under its headings as it is embedded."""
    from f.documents.chunking import chunks, context
    from f.documents.formats import pages

    return [context(c, "") for c in chunks(pages(Path(path).read_bytes(), Path(path).name))]


def of_rival(tool: str, paths: list[Path], python: str) -> dict[str, tuple[list[str], str]]:
    from f.common.tokens import count_tokens
    from f.documents.chunking import LIMIT_TOKENS

    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [python, "-m", "bench.documents.rivals", tool],
        input="\n".join(map(str, paths)), capture_output=True, text=True, env=environment, check=False,
    )  # fmt: skip
    answers = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    if len(answers) != len(paths):
        sys.exit(f"{tool} could not be run: {ran.stderr.strip()[-400:]}")
    return {a["file"]: (cut(a["markdown"], LIMIT_TOKENS, count_tokens), a["error"]) for a in answers}


def read_all(tool: str, paths: list[Path], python: str) -> dict[str, tuple[list[str], str]]:
    """Chunks and error of each file."""
    if tool != "ours":
        return of_rival(tool, paths, python)
    import f.documents.chunking
    import f.documents.formats  # noqa: F401 (once, for all that are forked)

    return {
        name: (made or [], error)
        for name, (made, error, _) in each(ours, [str(p) for p in paths], seconds=60)
    }


def format_of(path: Path) -> str:
    suffix = path.suffix[1:].lower()
    return FORMATS.get(suffix, suffix)


def shares(outcomes: list[Outcome]) -> Shares:
    total = len(outcomes) or 1
    return {
        kind: round(sum(o.outcome == kind for o in outcomes) / total, 4) for kind in (RIGHT, WRONG, MISSING)
    }


def with_rivals(tools: dict[str, list[Outcome]]) -> Shares:
    rivals = [shares(o)[RIGHT] for t, o in tools.items() if t != "ours"]
    return {**shares(tools.get("ours", [])), **({"best_rival_right": max(rivals)} if rivals else {})}


def show(path: Path, tool: str, outcomes: list[Outcome], error: str) -> None:
    failed = [o for o in outcomes if o.outcome != RIGHT]
    if failed:
        print(f"\n== {path.parent.name}/{path.name} ({tool}){': ' + error if error else ''}")
    for o in failed:
        print(f"  {o.outcome:8}{o.wanted}{f'   READ: {o.read}' if o.read else ''}   [{o.id}]")
        if o.closest:
            print("          | " + o.closest[:700].replace("\n", "\n          | "))


def table(by: dict[str, dict[str, list[Outcome]]], files: dict[str, int], tools: list[str]) -> None:
    print(f"\n{'':9}{'files':>6}{'facts':>7}" + "".join(f"{t:>24}" for t in tools))
    print(f"{'':22}" + f"{'right / wrong / missing':>24}" * len(tools))
    for name, outcomes in by.items():
        cells = [shares(outcomes[t]) for t in tools]
        row = "".join(f"{s[RIGHT]:>10.3f} {s[WRONG]:>6.3f} {s[MISSING]:>6.3f}" for s in cells)
        print(f"{name:9}{files[name]:>6}{len(outcomes[tools[0]]):>7}{row}")


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.documents")
    parser.add_argument("--half", choices=("dev", "heldout"))
    parser.add_argument("--format", help="pdf, docx, html, csv, picture …")
    parser.add_argument("--file", help="a part of a file's name")
    parser.add_argument("--tool", action="append", choices=("ours", *RIVALS))
    parser.add_argument(
        "--show",
        action="store_true",
        help="each failed fact with the chunk that came closest; of dev unless --half heldout",
    )
    parser.add_argument("--rivals-python", default=str(ROOT / ".venv/rivals/bin/python"))
    return parser.parse_args()


def main() -> None:
    options = parsed()
    halves = [options.half] if options.half else ["dev", "heldout"]
    paths = [p for half in halves for p in sorted((HERE / "files" / half).iterdir())]
    paths = [p for p in paths if options.format in (None, format_of(p)) and (options.file or "") in p.name]
    if os.environ.get("QUICK"):
        paths = paths[::6]
    if not paths:
        sys.exit("No file is left by --half, --format and --file.")
    tools = options.tool or ["ours", *RIVALS]
    made = {tool: read_all(tool, paths, options.rivals_python) for tool in tools}
    by: dict[str, dict[str, list[Outcome]]] = defaultdict(lambda: defaultdict(list))
    files: dict[str, int] = defaultdict(int)
    for path in paths:
        truth = yaml.safe_load(
            (HERE / "truth" / path.parent.name / f"{path.name}.yaml").read_text(encoding="utf-8")
        )
        groups = (format_of(path), path.parent.name, "total")
        for group in groups:
            files[group] += 1
        for tool in tools:
            chunks, error = made[tool][str(path)]
            outcomes = judge(truth, chunks)
            for group in groups:
                by[group][tool] += outcomes
            if options.show and (path.parent.name == "dev" or options.half == "heldout"):
                show(path, tool, outcomes, error)
    formats = sorted(g for g in by if g not in ("dev", "heldout", "total"))
    table({g: by[g] for g in (*formats, *halves, "total")}, files, tools)
    print(json.dumps({
        "bench": "documents",
        **with_rivals(by["total"]),
        "formats": {g: with_rivals(by[g]) for g in formats},
        "halves": {h: with_rivals(by[h]) for h in halves},
    }))  # fmt: skip


if __name__ == "__main__":
    main()
