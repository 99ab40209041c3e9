"""Writes what the portal's page knows of a chatbot's settings: python windmill/deploy/settings_form.py [--check]

The types, bounds, defaults and lengths of f/common/chatbot_settings.py, as TypeScript. --check only says whether the file is what it would be.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from f.common.chatbot_settings import TENANT, at_once, definitions, names_for
from f.common.setting_kinds import Number, Text
from f.common.setting_rows import Rows

WINDMILL = Path(__file__).resolve().parents[1]
FORM = WINDMILL / "f/portal/documents__raw_app/settings_form.ts"


def form() -> str:
    """The file's text."""
    kinds = {name: definitions()[name].metadata["kind"] for name in names_for(TENANT)}
    types = [f"  {name}: {kind.page}" for name, kind in kinds.items()]
    bounds = [f"  {n}: [{k.least:.15g}, {k.most:.15g}]," for n, k in kinds.items() if isinstance(k, Number)]
    defaults = [
        f"  {n}: {definitions()[n].metadata['default']:.15g},"
        for n, k in kinds.items()
        if isinstance(k, Number)
    ]
    longest = [f"  {n}: {k.longest}," for n, k in kinds.items() if isinstance(k, Text)]
    columns = [
        f"  {n}: {{ {', '.join(f'{key}: {cell.longest}' for key, cell in k.cells.items())} }},"
        for n, k in kinds.items()
        if isinstance(k, Rows)
    ]
    return "\n".join(
        [
            "// Made by windmill/deploy/settings_form.py from f/common/chatbot_settings.py: change that, then run `make bundle`.",
            "export type Words = Record<string, string>",
            "export type Template = { name: string; language: string; parameters?: string[] } | null",
            "export type Week = Record<string, string[][]>",
            "export type Row = Record<string, string>",
            "export type Rule = 'never' | 'always' | { parameter: string; over: number }",
            "",
            "// What a tenant's editors may change.",
            "export type Editable = {",
            *types,
            "}",
            "",
            "// What is live as soon as it is saved, without a draft.",
            f"export const atOnce: string[] = {list(at_once())}",
            "",
            "// The least and the most of each number.",
            "export const bounds = {",
            *bounds,
            "}",
            "",
            "// What each number is where nobody has changed it.",
            "export const defaults = {",
            *defaults,
            "}",
            "",
            "// The most characters of each text.",
            "export const longest = {",
            *longest,
            "}",
            "",
            "// The columns of each table, and the most characters of each.",
            "export const columns = {",
            *columns,
            "}",
            "",
        ]
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the file is stale")
    check = parser.parse_args().check
    if FORM.exists() and FORM.read_text() == form():
        return 0
    print(f"{FORM.relative_to(WINDMILL)} {'is out of date: run `make bundle`' if check else 'written'}")
    if not check:
        FORM.write_text(form())
    return 1 if check else 0


if __name__ == "__main__":
    sys.exit(main())
