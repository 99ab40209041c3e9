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

HERE = Path(__file__).resolve().parent
APP = HERE.parents[1] / "windmill" / "f" / "portal" / "documents__raw_app"
STATIC = HERE / "static"
BUILT = ("portal.js", "portal.css")
ESBUILD = "esbuild@0.28.2"
COMPONENT = re.compile(r"@mantine/core/\S*/components/(\S+)\.m?js$")
MOST_KB = 600  # of script and styles together, compressed as a server sends them


def sources() -> list[Path]:
    """Every file that the build is made of."""
    found = [
        p for p in APP.rglob("*") if p.suffix in (".tsx", ".ts", ".css") and "node_modules" not in p.parts
    ]
    return [*sorted(found), APP / "package.json", HERE / "wmill.ts"]


def digest() -> str:
    """One hash of all sources and of the builder's version."""
    hashed = hashlib.sha256(ESBUILD.encode())
    for path in sources():
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
        command = ["npx", "--yes", ESBUILD, "index.tsx", "--bundle", "--minify", "--charset=utf8"]
        command += [
            "--legal-comments=inline",
            "--define:process.env.NODE_ENV='production'",
            "--target=es2022",
        ]
        subprocess.run([*command, "--outfile=out/portal.js", "--metafile=built.json"], cwd=work, check=True)
        if missing := unstyled(work):
            sys.exit(f"styles.ts lacks the style sheet of {', '.join(missing)}")
        STATIC.mkdir(exist_ok=True)
        for name in BUILT:
            shutil.copy(work / "out" / name, STATIC / name)
    (STATIC / "sources.sha256").write_text(digest() + "\n")
    print(f"portal.js and portal.css: {compressed_kb()} kB compressed, of at most {MOST_KB} kB")


def unstyled(work: Path) -> list[str]:
    """Components of Mantine that are in the build without their style sheet."""
    output = json.loads((work / "built.json").read_text())["outputs"]["out/portal.js"]
    used = {path for path, part in output["inputs"].items() if part["bytesInOutput"]}
    names = {part for path in used if (found := COMPONENT.search(path)) for part in found[1].split("/")}
    sheets = {path.stem for path in (work / "node_modules/@mantine/core/styles").glob("*.css")}
    styled = set(re.findall(r"styles/([\w-]+)\.css", (work / "styles.ts").read_text()))
    return sorted((names & sheets) - styled)


def compressed_kb() -> int:
    """The size of the committed build, compressed."""
    return sum(len(gzip.compress((STATIC / name).read_bytes())) for name in BUILT) // 1000


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
