"""Where the demo keeps its data and its secrets, and what is running where."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from base64 import b64encode
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def folder() -> Path:
    """LOCAL_STATE, or .local in the project. As root PostgreSQL runs as another user, who must reach it: then under /var/tmp."""
    if os.environ.get("LOCAL_STATE"):
        return Path(os.environ["LOCAL_STATE"]).expanduser().resolve()
    if os.geteuid() == 0:
        return Path("/var/tmp") / f"chatmill-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]}"
    return ROOT / ".local"


def _token() -> str:
    return secrets.token_urlsafe(24)


@dataclass
class Secrets:
    """Made at the first start, kept in a file that only its owner reads. No default secret exists."""

    postgres: str = field(default_factory=_token)
    app: str = field(default_factory=_token)
    ingress: str = field(default_factory=_token)
    door: str = field(default_factory=_token)
    master_key: str = field(default_factory=lambda: b64encode(secrets.token_bytes(32)).decode())
    job_id_key: str = field(default_factory=_token)
    app_secret: str = field(default_factory=_token)
    verify_token: str = field(default_factory=_token)
    runner: str = field(default_factory=_token)
    models: str = field(default_factory=_token)
    orders: str = field(default_factory=_token)
    whatsapp: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, state: Path) -> Secrets:
        """The secrets of this demo; makes them at the first call."""
        path = state / "secrets.json"
        if path.exists():
            return cls(**json.loads(path.read_text()))
        made = cls()
        made.save(state)
        return made

    def save(self, state: Path) -> None:
        state.mkdir(parents=True, exist_ok=True)
        path = state / "secrets.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(self)))


def forget(state: Path) -> bool:
    """Deletes everything that the demo has stored; returns whether there was anything."""
    if not state.exists():
        return False
    shutil.rmtree(state)
    return True
