"""Builds the portal's pages for the demo: make portal. Needs Node; running the demo does not, because the build is committed under static/.

The same sources as windmill/f/portal/documents__raw_app, with this folder's wmill.ts, which calls the scripts. --check fails
when the committed build is older than its sources.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
APP = HERE.parents[1] / "windmill" / "f" / "portal" / "documents__raw_app"
STATIC = HERE / "static"
ESBUILD = "esbuild@0.28.2"


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


def build() -> None:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder) / "app"
        shutil.copytree(APP, work, ignore=shutil.ignore_patterns("node_modules", "backend", "wmill.d.ts"))
        shutil.copy(HERE / "wmill.ts", work)
        subprocess.run(
            ["npm", "install", "--silent", "--no-audit", "--no-fund", "--omit=dev"], cwd=work, check=True
        )
        command = ["npx", "--yes", ESBUILD, "index.tsx", "--bundle", "--minify", "--charset=utf8"]
        command += [
            "--legal-comments=inline",
            "--define:process.env.NODE_ENV='production'",
            "--target=es2022",
        ]
        subprocess.run([*command, "--outfile=out/portal.js"], cwd=work, check=True)
        STATIC.mkdir(exist_ok=True)
        for name in ("portal.js", "portal.css"):
            shutil.copy(work / "out" / name, STATIC / name)
    (STATIC / "sources.sha256").write_text(digest() + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="build nothing; exit 1 when the build is out of date"
    )
    if parser.parse_args().check:
        if (STATIC / "sources.sha256").read_text().strip() == digest():
            return 0
        print("The portal's build is out of date: run `make portal`", file=sys.stderr)
        return 1
    try:
        build()
    except (OSError, subprocess.CalledProcessError) as problem:
        print(f"The portal could not be built: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
