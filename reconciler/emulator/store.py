"""State in SQLite, so that runs see each other's effect; one transaction per request.

Each chat is one JSON document beside the columns that are searched by. Two processes on one file lose no
update: a request that writes takes the write lock before it reads.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from reconciler.emulator.chat import Chat
from reconciler.emulator.directory import App, Directory, Tenant, User
from reconciler.emulator.readings import Readings

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS directory (
    number INTEGER PRIMARY KEY, kind TEXT NOT NULL, document TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS chats (
    number INTEGER PRIMARY KEY,
    chat_id TEXT NOT NULL UNIQUE,
    listed INTEGER NOT NULL,
    members TEXT NOT NULL,
    active_time REAL NOT NULL,
    public_name TEXT,
    document TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS chats_by_public_name ON chats (public_name) WHERE public_name IS NOT NULL;
CREATE TABLE IF NOT EXISTS tokens (
    token TEXT PRIMARY KEY, kind TEXT NOT NULL, app_id TEXT NOT NULL, tenant_key TEXT NOT NULL,
    ends REAL NOT NULL, user TEXT, granted TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tokens_by_app ON tokens (app_id, tenant_key, kind, ends);
CREATE TABLE IF NOT EXISTS creations (
    app_id TEXT NOT NULL, uuid TEXT NOT NULL, owner TEXT NOT NULL, chat_id TEXT NOT NULL, time REAL NOT NULL,
    PRIMARY KEY (app_id, uuid, owner)
) WITHOUT ROWID;
"""

_TABLES = ("meta", "directory", "chats", "tokens", "creations")


_LAYOUT = 2
"""Version of the tables; a file with another one is refused."""


class DatabaseError(Exception):
    """The database cannot be opened or is none of the emulator's."""


class TokenKind(StrEnum):
    """Whose token it is."""

    APP = "app"
    TENANT = "tenant"
    USER = "user"


class Token(NamedTuple):
    """A token and the time at which it ends; a user token also has its person and the scopes granted."""

    token: str
    kind: str
    app_id: str
    tenant_key: str
    ends: float
    user: str | None = None
    granted: tuple[str, ...] | None = None


class NumberedChat(NamedTuple):
    """A chat with its place in the order of creation."""

    number: int
    chat: Chat


class Store:
    """The database; `None` as path keeps everything in memory.

    Raises:
        DatabaseError: the file cannot be opened, is no database, or has tables of another version.
    """

    def __init__(self, path: Path | None) -> None:
        try:
            self._connection = _connect(path)
        except (OSError, sqlite3.Error) as error:
            raise DatabaseError(f"{path}: {error}") from error

    def close(self) -> None:
        """Close the database; the store is of no use afterwards."""
        self._connection.close()

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[None]:
        """Make everything inside happen at once or, on an exception, not at all."""
        self._connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def clear(self) -> None:
        """Forget everything. Call inside a transaction."""
        for table in _TABLES:
            self._connection.execute(f"DELETE FROM {table}")  # noqa: S608 (names of our own tables)

    # ---- single values

    def meta(self, name: str) -> str | None:
        """Return the value kept under `name`."""
        row = self._connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else None

    def set_meta(self, name: str, value: str) -> None:
        """Keep `value` under `name`."""
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def next_number(self) -> int:
        """Return 1, 2, 3 … and so on, never one twice. Call inside a transaction that writes."""
        number = int(self.meta("number") or 0) + 1
        self.set_meta("number", str(number))
        return number

    # ---- directory

    def save_directory(self, directory: Directory) -> None:
        """Replace readings, tenants, apps and people."""
        rows = [("readings", _dump(asdict(directory.readings)))]
        for kind, things in (
            ("tenant", directory.tenants),
            ("app", directory.apps),
            ("user", directory.users),
        ):
            rows += [(kind, _dump(asdict(thing))) for thing in things.values()]
        self._connection.execute("DELETE FROM directory")
        self._connection.executemany("INSERT INTO directory (kind, document) VALUES (?, ?)", rows)

    def directory(self) -> Directory:
        """Return readings, tenants, apps and people as they were saved."""
        found: dict[str, list[dict[str, Any]]] = {
            "readings": [],
            "tenant": [],
            "app": [],
            "user": [],
        }
        for kind, document in self._connection.execute(
            "SELECT kind, document FROM directory ORDER BY number"
        ):
            found[kind].append({name: _frozen(value) for name, value in json.loads(document).items()})
        return Directory(
            [Tenant(**values) for values in found["tenant"]],
            [App(**values) for values in found["app"]],
            [User(**values) for values in found["user"]],
            Readings(**found["readings"][0]),
        )

    # ---- chats

    def chat(self, chat_id: str) -> Chat | None:
        """Return the chat `chat_id`."""
        row = self._connection.execute("SELECT document FROM chats WHERE chat_id = ?", (chat_id,)).fetchone()
        return Chat(**json.loads(row[0])) if row else None

    def chats(self) -> list[Chat]:
        """Return all chats in the order of creation."""
        rows = self._connection.execute("SELECT document FROM chats ORDER BY number")
        return [Chat(**json.loads(document)) for (document,) in rows]

    def add_chat(self, chat: Chat) -> None:
        """Keep a new chat."""
        self._connection.execute(
            "INSERT INTO chats (chat_id, listed, members, active_time, public_name, document)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (chat.chat_id, *_columns(chat)),
        )

    def save_chat(self, chat: Chat) -> None:
        """Keep the present state of a chat."""
        self._connection.execute(
            "UPDATE chats SET listed = ?, members = ?, active_time = ?, public_name = ?, document = ?"
            " WHERE chat_id = ?",
            (*_columns(chat), chat.chat_id),
        )

    def chats_created_after(self, member: str, number: int, limit: int) -> list[NumberedChat]:
        """Return at most `limit` chats that `member` is in, oldest first, beginning after `number`."""
        rows = self._connection.execute(
            "SELECT number, document FROM chats WHERE number > ? AND listed AND instr(members, ?)"
            " ORDER BY number LIMIT ?",
            (number, f"|{member}|", limit),
        )
        return [NumberedChat(found, Chat(**json.loads(document))) for found, document in rows]

    def chats_by_activity(self, member: str, offset: int, limit: int) -> list[Chat]:
        """Return at most `limit` chats that `member` is in, most recently active first."""
        rows = self._connection.execute(
            "SELECT document FROM chats WHERE listed AND instr(members, ?)"
            " ORDER BY active_time DESC, number DESC LIMIT ? OFFSET ?",
            (f"|{member}|", limit, offset),
        )
        return [Chat(**json.loads(document)) for (document,) in rows]

    def public_name_taken(self, chat: Chat) -> bool:
        """Tell whether another public group of the tenant has the name of `chat`."""
        row = self._connection.execute(
            "SELECT 1 FROM chats WHERE public_name = ? AND chat_id != ?", (_public_name(chat), chat.chat_id)
        ).fetchone()
        return row is not None

    # ---- deduplication of creations

    def created_chat(self, app_id: str, uuid: str, owner: str, since: float) -> str | None:
        """Return the chat that `app_id` made with `uuid` and `owner` at or after `since`."""
        row = self._connection.execute(
            "SELECT chat_id FROM creations WHERE app_id = ? AND uuid = ? AND owner = ? AND time >= ?",
            (app_id, uuid, owner, since),
        ).fetchone()
        return str(row[0]) if row else None

    def remember_creation(self, app_id: str, uuid: str, owner: str, chat_id: str, time: float) -> None:
        """Remember which chat a `uuid` made."""
        self._connection.execute(
            "INSERT OR REPLACE INTO creations VALUES (?, ?, ?, ?, ?)", (app_id, uuid, owner, chat_id, time)
        )

    # ---- tokens

    def token(self, token: str) -> Token | None:
        """Return what is known of `token`, also after its end."""
        row = self._connection.execute("SELECT * FROM tokens WHERE token = ?", (token,)).fetchone()
        return _token(row) if row else None

    def newest_token(self, kind: TokenKind, app_id: str, tenant_key: str) -> Token | None:
        """Return the token of an app in a tenant that ends last."""
        row = self._connection.execute(
            "SELECT * FROM tokens WHERE app_id = ? AND tenant_key = ? AND kind = ? ORDER BY ends DESC LIMIT 1",
            (app_id, tenant_key, kind),
        ).fetchone()
        return _token(row) if row else None

    def add_token(self, token: Token) -> None:
        """Keep a new token."""
        self._connection.execute(
            "INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?)", (*token[:-1], _dump(token.granted))
        )

    def revoke_tokens(self, app_id: str) -> None:
        """Make every token of `app_id` invalid."""
        self._connection.execute("DELETE FROM tokens WHERE app_id = ?", (app_id,))


def _connect(path: Path | None) -> sqlite3.Connection:
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    # The socket side may run in another thread than the one that opened it; never in two at once.
    connection = sqlite3.connect(
        path or ":memory:", isolation_level=None, timeout=30.0, check_same_thread=False
    )
    try:
        _prepare(connection, on_disk=path is not None)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, *, on_disk: bool) -> None:
    if on_disk:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
    (layout,) = connection.execute("PRAGMA user_version").fetchone()
    if layout not in {0, _LAYOUT}:
        raise sqlite3.DatabaseError(f"the tables have version {layout}, known is {_LAYOUT}")
    connection.executescript(_SCHEMA)
    connection.execute(f"PRAGMA user_version = {_LAYOUT}")


def _token(row: tuple[Any, ...]) -> Token:
    token, kind, app_id, tenant_key, ends, user, granted = row
    return Token(token, kind, app_id, tenant_key, ends, user, _frozen(json.loads(granted)))


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _frozen(value: Any) -> Any:
    """Return lists as tuples, as the frozen types of the directory have them."""
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def _public_name(chat: Chat) -> str:
    return f"{chat.tenant_key}/{chat.name}"


def _columns(chat: Chat) -> tuple[bool, str, float, str | None, str]:
    return (
        chat.mode != "p2p" and not chat.dissolved,
        f"|{'|'.join(chat.members)}|",
        chat.active_time,
        _public_name(chat) if chat.public and not chat.dissolved else None,
        _dump(chat.__dict__),
    )
