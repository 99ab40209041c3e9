"""Keeps what must survive a restart in one small SQLite file; without a file nothing is kept."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local.meta.config import ConfigError


class Store:
    """Items by kind and id, in the order of their first writing."""

    def __init__(self, path: Path | None) -> None:
        self.db: sqlite3.Connection | None = None
        if path is None:
            return
        try:
            # Uploads run in threads; the writes themselves are all made by the event loop's thread.
            self.db = sqlite3.connect(path, isolation_level=None)
            self.db.execute("pragma journal_mode = wal")
            self.db.execute("pragma synchronous = off")
            self.db.execute(
                "create table if not exists items (position integer primary key, kind text not null, "
                "id text not null, data text not null, bytes blob, unique (kind, id))"
            )
        except sqlite3.Error as error:
            raise ConfigError(f"Can't use {path} as the state file: {error}.") from None

    def put(self, kind: str, item_id: str, data: dict[str, Any], content: bytes | None = None) -> None:
        if self.db:
            self.db.execute(
                "insert into items (kind, id, data, bytes) values (?, ?, ?, ?) "
                "on conflict (kind, id) do update "
                "set data = excluded.data, bytes = coalesce(excluded.bytes, bytes)",
                (kind, item_id, json.dumps(data), content),
            )

    def delete(self, kind: str, item_id: str) -> None:
        if self.db:
            self.db.execute("delete from items where kind = ? and id = ?", (kind, item_id))

    def all(self, kind: str) -> Iterator[tuple[dict[str, Any], bytes | None]]:
        if self.db:
            rows = self.db.execute("select data, bytes from items where kind = ? order by position", (kind,))
            for data, content in rows.fetchall():
                yield json.loads(data), content

    def clear(self) -> None:
        if self.db:
            self.db.execute("delete from items")

    def close(self) -> None:
        if self.db:
            self.db.close()
