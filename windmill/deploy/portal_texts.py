"""Makes the portal's English sentences from those of the scripts: python windmill/deploy/portal_texts.py [--check]

The scripts answer with codes and values; their English is the table ENGLISH of f/common/problems.py. This writes it to the portal as
text/en/messages.ts, against which `tsc` checks the other languages. --check only says whether that file is up to date.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from f.common.problems import ENGLISH

TARGET = Path(__file__).resolve().parents[1] / "f/portal/documents__raw_app/text/en/messages.ts"
HEADER = """// What the scripts say, by code. Made by windmill/deploy/portal_texts.py from f/common/problems.py: change the sentences there.
export const messages = {
"""


def source() -> str:
    """The file's text. In print an apostrophe is a raised comma."""
    lines = [
        f"  {code}: {json.dumps(text.replace(chr(39), chr(0x2019)), ensure_ascii=False)},\n"
        for code, text in ENGLISH.items()
    ]
    return f"{HEADER}{''.join(lines)}}}\n"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if the file is out of date"
    )
    if not parser.parse_args().check:
        TARGET.write_text(source())
    elif not TARGET.exists() or TARGET.read_text() != source():
        print("The portal's English is out of date: run `make bundle`, then `make portal`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
