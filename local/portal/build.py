"""Builds the portal's pages for the demo: make portal. Needs Node; the demo itself needs only the committed build under static/.

The sources are those of windmill/f/portal/documents__raw_app, with this folder's wmill.ts as the way to the scripts. --check says whether the
committed build is up to date; --types only checks the sources' types, with the strict settings of this folder's tsconfig.json.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local.portal import split

HERE = Path(__file__).resolve().parent
APP = HERE.parents[1] / "windmill" / "f" / "portal" / "documents__raw_app"
STATIC = HERE / "static"
BUILT = ("portal.js", "portal.css")
PARTS = "pages"  # the folder of the files that portal.js loads, each named by a hash of what is in it
PRELOAD = "preload.html"  # which of them the browser may fetch at once
ESBUILD = "esbuild@0.28.2"
COMPONENT = re.compile(r"@mantine/core/(\S+)\.m?js$")
MOST_KB = 600  # of script and styles together, compressed as a server sends them


def sources() -> list[Path]:
    """Every file that the build is made of."""
    found = [
        p for p in APP.rglob("*") if p.suffix in (".tsx", ".ts", ".css") and "node_modules" not in p.parts
    ]
    return [*sorted(found), APP / "package.json", HERE / "wmill.ts"]


def digest() -> str:
    """One hash of all sources, of the builder's version and of how the build is cut."""
    hashed = hashlib.sha256(ESBUILD.encode())
    for path in [*sources(), HERE / "split.py"]:
        hashed.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return hashed.hexdigest()


@contextmanager
def workspace(*options: str) -> Iterator[Path]:
    """A copy of the sources with their packages."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder) / "app"
        shutil.copytree(APP, work, ignore=shutil.ignore_patterns("node_modules", "backend", "wmill.d.ts"))
        for name in ("wmill.ts", "tsconfig.json"):
            shutil.copy(HERE / name, work)
        install = ["npm", "install", "--silent", "--no-audit", "--no-fund", *options]
        subprocess.run(install, cwd=work, check=True)
        yield work


def build() -> None:
    with workspace("--omit=dev") as work:
        command = ["npx", "--yes", ESBUILD, "portal=index.tsx", "--bundle", "--minify", "--charset=utf8"]
        command += ["--format=esm", "--splitting", f"--chunk-names={PARTS}/[hash]"]
        command += [
            "--legal-comments=inline",
            "--define:process.env.NODE_ENV='production'",
            "--target=es2022",
            *split.prepare(work),
        ]
        subprocess.run([*command, "--outdir=out", "--metafile=built.json"], cwd=work, check=True)
        outputs = json.loads((work / "built.json").read_text())["outputs"]
        if missing := unstyled(work, outputs):
            sys.exit(f"styles.ts lacks the style sheet of {', '.join(missing)}")
        for name in split.needed(outputs, *split.FIRST):
            path = work / name
            path.write_text(split.AT_ONCE + path.read_text())
        shutil.rmtree(STATIC / PARTS, ignore_errors=True)
        shutil.copytree(work / "out", STATIC, dirs_exist_ok=True)
    (STATIC / PRELOAD).write_text(preload(outputs))
    (STATIC / "sources.sha256").write_text(digest() + "\n")
    print(f"The pages: {compressed_kb()} kB compressed, of at most {MOST_KB} kB")


def preload(outputs: dict[str, Any]) -> str:
    """Links for what every visit needs, the smallest first: portal.js asks who is here. The rest is read when somebody first needs it."""
    needed = split.needed(outputs, "index.tsx", "Main.tsx")
    parts = sorted((outputs[name]["bytes"], name) for name in needed if f"/{PARTS}/" in name)
    names = (Path(name).relative_to("out").as_posix() for _, name in parts)
    return "".join(f'<link rel="modulepreload" href="/static/{name}">\n' for name in names)


def unstyled(work: Path, outputs: dict[str, Any]) -> list[str]:
    """Components of Mantine that are in the build without their style sheet."""
    parts = [
        part for name, output in outputs.items() if name.endswith(".js") for part in output["inputs"].items()
    ]
    used = {path for path, part in parts if part["bytesInOutput"]}
    names = {part for path in used if (found := COMPONENT.search(path)) for part in found[1].split("/")}
    sheets = {path.stem for path in (work / "node_modules/@mantine/core/styles").glob("*.css")}
    styled = set(re.findall(r"styles/([\w-]+)\.css", (work / "styles.ts").read_text()))
    return sorted((names & sheets) - styled)


def compressed_kb() -> int:
    """The size of the committed build, compressed: all that a browser may load in the end."""
    files = [*(STATIC / name for name in BUILT), *(STATIC / PARTS).iterdir()]
    return sum(len(gzip.compress(path.read_bytes())) for path in files) // 1000


def check_types() -> None:
    with workspace() as work:
        subprocess.run(["npx", "tsc", "--project", "."], cwd=work, check=True)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="exit 1 if the committed build is out of date")
    parser.add_argument("--types", action="store_true", help="check the types of the sources")
    options = parser.parse_args()
    if options.check:
        if (STATIC / "sources.sha256").read_text().strip() == digest():
            return 0
        print("The portal's build is out of date: run `make portal`", file=sys.stderr)
        return 1
    try:
        check_types() if options.types else build()
    except subprocess.CalledProcessError as problem:
        print(f"This command failed: {' '.join(problem.cmd)}", file=sys.stderr)
        return 1
    except OSError as problem:
        print(f"Node is needed for this: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
