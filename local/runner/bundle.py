"""Reads the bundle's files, each time they are needed: an edited script is picked up by the next job.

What a YAML file says is kept until the file changes: to parse the chat flow took 8 of the 31 ms of processor time that the runner has in a turn.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from local.runner.errors import BadRequest, NotFound

PATH = re.compile(r"f(/[A-Za-z0-9_\-. ]+)+")
MAIN = re.compile(r"^(?:async )?def main\b", re.MULTILINE)


@dataclass(frozen=True)
class Schedule:
    path: str
    cron: str
    timezone: str
    script_path: str
    is_flow: bool
    args: dict[str, Any]
    enabled: bool
    summary: str


def _load(file: Path) -> dict[str, Any]:
    """What a file says, as of its last change. Whoever asks changes nothing of it."""
    seen = file.stat()
    return _parsed(file, seen.st_mtime_ns, seen.st_size)


@lru_cache(maxsize=500)
def _parsed(file: Path, changed_ns: int, size: int) -> dict[str, Any]:
    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise BadRequest(f"{file.name} is not valid YAML: {error}") from error
    if not isinstance(data, dict):
        raise BadRequest(f"{file.name} must be a mapping")
    return data


class Bundle:
    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def _file(self, path: str, suffix: str) -> Path | None:
        if not PATH.fullmatch(path) or ".." in path.split("/"):
            return None
        file = self.root / f"{path}{suffix}"
        return file if file.is_file() else None

    def flow(self, path: str) -> dict[str, Any]:
        file = self._file(path, "__flow/flow.yaml") or self._file(path, ".flow/flow.yaml")
        if not file:
            raise NotFound(f"Flow not found at name {path}")
        return _load(file)

    def script(self, path: str) -> str:
        file = self._file(path, ".py")
        if not file or not self._file(path, ".script.yaml"):
            raise NotFound(f"script not found at name {path}")
        return file.read_text(encoding="utf-8")

    def script_form(self, path: str) -> dict[str, Any]:
        """What the script's .script.yaml says: summary, description, schema, tag."""
        self.script(path)
        file = self._file(path, ".script.yaml")
        assert file is not None
        return _load(file)

    def scripts(self, start: str) -> list[str]:
        """The paths of the scripts whose path begins so, and that have a `main`."""
        files = sorted(self.root.glob("f/**/*.script.yaml"))
        paths = [file.relative_to(self.root).as_posix().removesuffix(".script.yaml") for file in files]
        return [path for path in paths if path.startswith(start) and MAIN.search(self.script(path))]

    def flows(self, start: str) -> list[str]:
        """The paths of the flows whose path begins so."""
        files = sorted(self.root.glob("f/**/*__flow/flow.yaml"))
        paths = [file.parent.relative_to(self.root).as_posix().removesuffix("__flow") for file in files]
        return [path for path in paths if path.startswith(start)]

    def script_tag(self, path: str) -> str | None:
        file = self._file(path, ".script.yaml")
        return _load(file).get("tag") if file else None

    def schedules(self) -> list[Schedule]:
        found = []
        for file in sorted(self.root.glob("f/**/*.schedule.yaml")):
            data = _load(file)
            found.append(
                Schedule(
                    path=file.relative_to(self.root).as_posix().removesuffix(".schedule.yaml"),
                    cron=str(data.get("schedule", "")),
                    timezone=str(data.get("timezone") or "UTC"),
                    script_path=str(data.get("script_path", "")),
                    is_flow=bool(data.get("is_flow")),
                    args=dict(data.get("args") or {}),
                    enabled=bool(data.get("enabled")),
                    summary=str(data.get("summary") or ""),
                )
            )
        return found

    def app_runnables(self, app: str) -> dict[str, tuple[str, dict[str, Any]]]:
        """What an app may run, by the name of its backend file: `script/<path>` or `flow/<path>`, and the
        arguments that the app itself fixes (`fields` of type static), which may be references."""
        folder = self.root / f"{app}__raw_app" / "backend"
        if not PATH.fullmatch(app) or not folder.is_dir():
            raise NotFound(f"App not found at name {app}")
        runnables = {}
        for file in sorted(folder.glob("*.yaml")):
            data = _load(file)
            if data.get("type") not in ("script", "flow"):
                raise BadRequest(
                    f"{file.name}: backend type {data.get('type')!r} is not supported by the local runner"
                )
            fixed = {
                name: field.get("value")
                for name, field in (data.get("fields") or {}).items()
                if field.get("type", "static") == "static"
            }
            runnables[file.stem] = (f"{data['type']}/{data['path']}", fixed)
        return runnables

    def folders(self) -> list[str]:
        return sorted(file.parent.name for file in self.root.glob("f/*/folder.meta.yaml"))

    def folder_permissions(self, path: str) -> dict[str, bool]:
        """Who may read (false) or write (true) a path, by its folder's file."""
        parts = path.split("/")
        file = self.root / "f" / parts[1] / "folder.meta.yaml" if len(parts) > 1 and parts[0] == "f" else None
        if not file or not PATH.fullmatch(path) or not file.is_file():
            return {}
        permissions = _load(file).get("extra_perms")
        return dict(permissions) if isinstance(permissions, dict) else {}
