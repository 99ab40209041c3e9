# requirements: documents
"""Reads Office documents of the old kind (.doc, .xls, .ppt): LibreOffice, where the worker has it, saves them in the new kind."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from f.documents.page import Limits, Page, Unreadable

_LONGEST_S = 120
_MEMORY = 4_000_000_000  # of address space, most of which it never uses
_NEW = {"doc": "docx", "xls": "xlsx", "ppt": "pptx"}


def program() -> str:
    """LibreOffice's path; "" where it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice") or ""


def old_office_pages(content: bytes, kind: str, limits: Limits) -> Iterator[Page]:
    """kind: doc, xls or ppt."""
    new = _NEW[kind]
    if not program():
        raise Unreadable("old_office", ending=kind, new=new)
    from f.documents import formats

    saved = _saved_as(content, kind, new)
    yield from formats.pages(saved, f"a.{new}", limits)


def _saved_as(content: bytes, kind: str, new: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / f"document.{kind}"
        source.write_bytes(content)
        command = [
            program(),
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--norestore",
            "--convert-to",
            new,
        ]
        environment = {"PATH": os.environ.get("PATH", ""), "HOME": folder, "LANG": "C.UTF-8"}
        process = subprocess.Popen(
            [*command, "--outdir", folder, str(source)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment, start_new_session=True,
            preexec_fn=_bound,  # safe: nothing in this process but its main thread
        )  # fmt: skip
        try:
            process.wait(_LONGEST_S)
        except subprocess.TimeoutExpired as late:
            raise Unreadable("old_office", ending=kind, new=new) from late
        finally:  # its helpers end with it
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        target = Path(folder) / f"document.{new}"
        if not target.exists():
            raise Unreadable("old_office", ending=kind, new=new)
        return target.read_bytes()


def _bound() -> None:
    """Limits of LibreOffice's own, in place of those of the child that reads documents."""
    for limit, value in ((resource.RLIMIT_AS, _MEMORY), (resource.RLIMIT_CPU, _LONGEST_S)):
        most = resource.getrlimit(limit)[1]
        resource.setrlimit(limit, (value if most == resource.RLIM_INFINITY else min(value, most), most))
