"""`python -m local.documents`: write the demo's PDFs into a folder."""

import argparse
import sys
from pathlib import Path

from local.documents.writer import render

DOCUMENTS = ("returns-and-delivery", "patient-guide", "winter-sale")


def write_all(folder: Path) -> list[Path]:
    """Write every document; the bytes are the same each time."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in DOCUMENTS:
        path = folder / f"{name}.pdf"
        path.write_bytes(render(name))
        paths.append(path)
    return paths


def main() -> None:
    """Read the flags and write."""
    parser = argparse.ArgumentParser(
        prog="python -m local.documents",
        description="Write the demo's PDFs: the shop's returns-and-delivery.pdf, the clinic's "
        "patient-guide.pdf, and winter-sale.pdf to upload in the demo.",
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder for the PDFs; made if missing"
    )
    folder = parser.parse_args().out
    try:
        paths = write_all(folder)
    except OSError as error:
        sys.exit(f"Can't write the PDFs to {folder}: {error.strerror or error}.")
    for path in paths:
        print(path)


if __name__ == "__main__":
    main()
