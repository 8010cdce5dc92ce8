"""State in SQLite, so that runs see each other's effect; one transaction per request.

Each chat is one JSON document beside the columns that are searched by. Two processes on one file lose no
update: a request that writes takes the write lock before it reads.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from reconciler.emulator.chat import Chat
from reconciler.emulator.directory import App, Directory, Tenant, User
from reconciler.emulator.events import Event, Subscription
from reconciler.emulator.readings import Readings
from reconciler.emulator.wire import LateRefusal

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
    public_in TEXT,
    public_name TEXT,
    document TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS chats_by_public_name ON chats (public_name) WHERE public_name IS NOT NULL;
CREATE TABLE IF NOT EXISTS names (
    chat_id TEXT NOT NULL, since REAL NOT NULL, names TEXT NOT NULL, PRIMARY KEY (chat_id, since)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS links (
    token TEXT PRIMARY KEY, chat_id TEXT NOT NULL, maker TEXT NOT NULL, validity TEXT NOT NULL, ends REAL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tokens (
    token TEXT PRIMARY KEY, kind TEXT NOT NULL, app_id TEXT NOT NULL, tenant_key TEXT NOT NULL,
    ends REAL NOT NULL, user TEXT, granted TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tokens_by_app ON tokens (app_id, tenant_key, kind, ends);
CREATE TABLE IF NOT EXISTS creations (
    maker TEXT NOT NULL, uuid TEXT NOT NULL, owner TEXT NOT NULL, chat_id TEXT NOT NULL, time REAL NOT NULL,
    PRIMARY KEY (maker, uuid, owner)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS revisions (
    chat_id TEXT NOT NULL, revision INTEGER NOT NULL, document TEXT NOT NULL, PRIMARY KEY (chat_id, revision)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS edits (
    chat_id TEXT NOT NULL, kind TEXT NOT NULL, client_token TEXT NOT NULL, time REAL NOT NULL,
    document TEXT NOT NULL, PRIMARY KEY (chat_id, kind, client_token)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS messages (
    message_id TEXT PRIMARY KEY, chat_id TEXT NOT NULL, sender TEXT NOT NULL, time REAL NOT NULL,
    document TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS messages_by_chat ON messages (chat_id, time);
CREATE TABLE IF NOT EXISTS sendings (
    sender TEXT NOT NULL, uuid TEXT NOT NULL, message_id TEXT NOT NULL, time REAL NOT NULL,
    PRIMARY KEY (sender, uuid)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS images (
    image_key TEXT PRIMARY KEY, app_id TEXT NOT NULL, image_type TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS subscriptions (app_id TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events (
    number INTEGER PRIMARY KEY, app_id TEXT NOT NULL, event_id TEXT NOT NULL, event_type TEXT NOT NULL,
    chat_id TEXT NOT NULL, time REAL NOT NULL, body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS deliveries (
    number INTEGER PRIMARY KEY AUTOINCREMENT, event INTEGER NOT NULL, attempt INTEGER NOT NULL, due REAL NOT NULL,
    stage TEXT NOT NULL, twice INTEGER NOT NULL, time REAL, outcome TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS deliveries_by_event ON deliveries (event);
CREATE INDEX IF NOT EXISTS deliveries_to_come ON deliveries (due) WHERE outcome = '';
"""

_TABLES = (
    "meta", "directory", "chats", "names", "links", "tokens", "creations", "revisions", "edits", "messages", "sendings", "images",
    "subscriptions", "events", "deliveries",
)  # fmt: skip


_LISTED = """(
    listed AND instr(members, :place)
    OR :dissolved AND EXISTS (SELECT 1 FROM json_each(document, '$.former') WHERE value = :member)
) AND (
    :tenant_key IS NULL OR json_extract(document, '$.tenant_key') = :tenant_key OR json_extract(document, '$.external')
)"""
"""Condition for the chats of a `Listing`."""

ACCEPTED = "accepted"
"""Outcome of a delivery that the app took."""

GENERATION = "generation"
"""Count of how often the scenario was taken over, at first, after a change, and at every reset."""

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


class Listing(NamedTuple):
    """Whose chats are listed: those `member` is in; with `dissolved` also those whose history it keeps.

    `tenant_key` narrows them to the groups of one tenant and the external ones; `None` leaves them all.
    """

    member: str
    dissolved: bool = False
    tenant_key: str | None = None


class SearchedChat(NamedTuple):
    """What a search goes by: the place in the order of creation, whether the group lives, who is in it, names."""

    number: int
    chat_id: str
    alive: bool
    members: list[str]
    names: list[str]


class Link(NamedTuple):
    """A share link: who obtained it, with which validity period, and when it ends; `None` for never."""

    token: str
    chat_id: str
    maker: str
    validity: str
    ends: float | None


class Message(NamedTuple):
    """A message; `sender` is the inner id of a person or a bot.

    `document` is the answer of im_message_create, with open_ids as the sending app sees them.
    """

    message_id: str
    chat_id: str
    sender: str
    time: float
    document: dict[str, Any]


class Image(NamedTuple):
    """An uploaded image: by which app, and as what (`message` or `avatar`)."""

    image_key: str
    app_id: str
    image_type: str


class Stage(StrEnum):
    """How far a delivery has come that is still to be made."""

    FRESH = "fresh"
    """Nobody has looked at it: what goes wrong with the event is yet to be found out."""
    PLANNED = "planned"
    """It is made when it is due."""
    HELD = "held"
    """It is made when the next event has reached the app, or when it is due."""


class Delivery(NamedTuple):
    """One attempt to send an event (1 is the first) that is due, or was made at `time`.

    `outcome` is empty as long as it is to be made; `twice` says that another one follows a success.
    """

    number: int
    event: int
    attempt: int
    due: float
    stage: str
    twice: bool
    time: float | None
    outcome: str

    @property
    def accepted(self) -> bool:
        """Whether the app took the event."""
        return self.outcome == ACCEPTED


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
        """Make everything inside happen at once or, on an exception that is no `LateRefusal`, not at all."""
        self._connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
        try:
            yield
        except LateRefusal:
            self._connection.execute("COMMIT")
            raise
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def clear(self) -> None:
        """Forget everything but the generation. Call inside a transaction."""
        generation = self.meta(GENERATION)
        for table in _TABLES:
            self._connection.execute(f"DELETE FROM {table}")  # noqa: S608 (names of our own tables)
        if generation is not None:
            self.set_meta(GENERATION, generation)

    # ---- single values

    def meta(self, name: str) -> str | None:
        """Return the value kept under `name`."""
        row = self._connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else None

    def set_meta(self, name: str, value: str) -> None:
        """Keep `value` under `name`."""
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def next_number(self, count: str = "number") -> int:
        """Return 1, 2, 3 … and so on, never one twice per `count`. Call inside a transaction that writes."""
        number = int(self.meta(count) or 0) + 1
        self.set_meta(count, str(number))
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
            "INSERT INTO chats (chat_id, listed, members, active_time, public_in, public_name, document)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (chat.chat_id, *_columns(chat)),
        )
        self._note_names(chat)

    def save_chat(self, chat: Chat) -> None:
        """Keep the present state of a chat."""
        self._connection.execute(
            "UPDATE chats SET listed = ?, members = ?, active_time = ?, public_in = ?, public_name = ?,"
            " document = ? WHERE chat_id = ?",
            (*_columns(chat), chat.chat_id),
        )
        self._note_names(chat)

    def _note_names(self, chat: Chat) -> None:
        """Remember since when the chat has its names, for searches that lag."""
        names = "\n".join(filter(None, [chat.name, *chat.i18n_names.values()]))
        self._connection.execute(
            "INSERT OR REPLACE INTO names SELECT :chat_id, :since, :names WHERE :names IS NOT"
            " (SELECT names FROM names WHERE chat_id = :chat_id ORDER BY since DESC LIMIT 1)",
            {"chat_id": chat.chat_id, "since": chat.active_time, "names": names},
        )

    def chats_created_after(self, listing: Listing, number: int, limit: int) -> list[NumberedChat]:
        """Return at most `limit` chats of `listing`, oldest first, beginning after `number`."""
        rows = self._connection.execute(
            f"SELECT number, document FROM chats WHERE number > :number AND {_LISTED}"  # noqa: S608 (our own text)
            " ORDER BY number LIMIT :limit",
            {**_named(listing), "number": number, "limit": limit},
        )
        return [NumberedChat(found, Chat(**json.loads(document))) for found, document in rows]

    def chats_by_activity(self, listing: Listing, offset: int, limit: int) -> list[Chat]:
        """Return at most `limit` chats of `listing`, most recently active first."""
        rows = self._connection.execute(
            f"SELECT document FROM chats WHERE {_LISTED}"  # noqa: S608 (our own text)
            " ORDER BY active_time DESC, number DESC LIMIT :limit OFFSET :offset",
            {**_named(listing), "offset": offset, "limit": limit},
        )
        return [Chat(**json.loads(document)) for (document,) in rows]

    def one_to_one_chat(self, one: str, other: str) -> Chat | None:
        """Return the p2p chat of two members."""
        row = self._connection.execute(
            "SELECT document FROM chats WHERE NOT listed AND instr(members, ?) AND instr(members, ?)",
            (f"|{one}|", f"|{other}|"),
        ).fetchone()
        return Chat(**json.loads(row[0])) if row else None

    def searched_chats(
        self, member: str, tenant_key: str, as_of: float, number: int
    ) -> Iterator[SearchedChat]:
        """Yield the groups that `member` is in or that are public in the tenant, oldest first, after `number`.

        A group has the names that it had at the time `as_of`; one that was not there yet is left out.
        """
        rows = self._connection.execute(
            "SELECT number, chat_id, listed, members, names FROM chats JOIN names USING (chat_id)"
            " WHERE number > ? AND (listed AND instr(members, ?) OR public_in = ?)"
            " AND since = (SELECT max(since) FROM names WHERE chat_id = chats.chat_id AND since <= ?)"
            " ORDER BY number",
            (number, f"|{member}|", tenant_key, as_of),
        )
        for found, chat_id, listed, members, names in rows:
            yield SearchedChat(found, chat_id, bool(listed), members.strip("|").split("|"), names.split("\n"))

    def public_name_taken(self, chat: Chat) -> bool:
        """Tell whether another public group of the tenant has the name of `chat`."""
        row = self._connection.execute(
            "SELECT 1 FROM chats WHERE public_name = ? AND chat_id != ?", (_public_name(chat), chat.chat_id)
        ).fetchone()
        return row is not None

    # ---- deduplication of creations

    def created_chat(self, maker: str, uuid: str, owner: str, since: float) -> str | None:
        """Return the chat that `maker` made with `uuid` and `owner` at or after `since`."""
        row = self._connection.execute(
            "SELECT chat_id FROM creations WHERE maker = ? AND uuid = ? AND owner = ? AND time >= ?",
            (maker, uuid, owner, since),
        ).fetchone()
        return str(row[0]) if row else None

    def remember_creation(self, maker: str, uuid: str, owner: str, chat_id: str, time: float) -> None:
        """Remember which chat a `uuid` made."""
        self._connection.execute(
            "INSERT OR REPLACE INTO creations VALUES (?, ?, ?, ?, ?)", (maker, uuid, owner, chat_id, time)
        )

    # ---- share links

    def link(self, token: str) -> Link | None:
        """Return the share link with `token`, also after its end."""
        row = self._connection.execute("SELECT * FROM links WHERE token = ?", (token,)).fetchone()
        return Link(*row) if row else None

    def usable_link(self, chat_id: str, maker: str, validity: str, now: float) -> Link | None:
        """Return the link of a chat that `maker` obtained with `validity` and that has not ended."""
        row = self._connection.execute(
            "SELECT * FROM links WHERE chat_id = ? AND maker = ? AND validity = ?"
            " AND (ends IS NULL OR ends > ?)",
            (chat_id, maker, validity, now),
        ).fetchone()
        return Link(*row) if row else None

    def add_link(self, link: Link) -> None:
        """Keep a new link."""
        self._connection.execute("INSERT INTO links VALUES (?, ?, ?, ?, ?)", link)

    # ---- announcements

    def keep_revision(self, chat_id: str, revision: int, blocks: dict[str, Any]) -> None:
        """Keep the blocks of an announcement as they are in a revision that is about to be superseded."""
        self._connection.execute(
            "INSERT OR REPLACE INTO revisions VALUES (?, ?, ?)", (chat_id, revision, _dump(blocks))
        )

    def kept_revision(self, chat_id: str, revision: int) -> dict[str, Any] | None:
        """Return the blocks of an announcement in an earlier revision; `None` if nothing changed since."""
        row = self._connection.execute(
            "SELECT document FROM revisions WHERE chat_id = ? AND revision >= ? ORDER BY revision LIMIT 1",
            (chat_id, revision),
        ).fetchone()
        return dict(json.loads(row[0])) if row else None

    def block_was_deleted(self, chat_id: str, block_id: str) -> bool:
        """Tell whether an earlier revision of an announcement has a block."""
        row = self._connection.execute(
            "SELECT 1 FROM revisions WHERE chat_id = ? AND instr(document, ?) LIMIT 1",
            (chat_id, _dump(block_id)),
        ).fetchone()
        return row is not None

    def block_is_elsewhere(self, chat_id: str, block_id: str) -> bool:
        """Tell whether the announcement of another chat has a block."""
        row = self._connection.execute(
            "SELECT 1 FROM chats WHERE chat_id != ? AND instr(document, ?) LIMIT 1",
            (chat_id, f"{_dump(block_id)}:"),
        ).fetchone()
        return row is not None

    def earlier_edit(self, chat_id: str, kind: str, client_token: str, since: float) -> dict[str, Any] | None:
        """Return the answer to the edit that was made with `client_token` at or after `since`."""
        row = self._connection.execute(
            "SELECT document FROM edits WHERE chat_id = ? AND kind = ? AND client_token = ? AND time >= ?",
            (chat_id, kind, client_token, since),
        ).fetchone()
        return dict(json.loads(row[0])) if row else None

    def remember_edit(
        self, chat_id: str, kind: str, client_token: str, time: float, answer: dict[str, Any]
    ) -> None:
        """Remember what an edit was answered with."""
        self._connection.execute(
            "INSERT OR REPLACE INTO edits VALUES (?, ?, ?, ?, ?)",
            (chat_id, kind, client_token, time, _dump(answer)),
        )

    # ---- messages

    def message(self, message_id: str) -> Message | None:
        """Return the message `message_id`."""
        row = self._connection.execute(
            "SELECT * FROM messages WHERE message_id = ?", (message_id,)
        ).fetchone()
        if row is None:
            return None
        known, chat_id, sender, time, document = row
        return Message(known, chat_id, sender, time, json.loads(document))

    def add_message(self, message: Message) -> None:
        """Keep a new message."""
        self._connection.execute(
            "INSERT INTO messages VALUES (?, ?, ?, ?, ?)", (*message[:-1], _dump(message.document))
        )

    def last_message(self, chat_id: str) -> tuple[str, float] | None:
        """Return id and time of the last message of a chat."""
        row = self._connection.execute(
            "SELECT message_id, time FROM messages WHERE chat_id = ? ORDER BY time DESC LIMIT 1", (chat_id,)
        ).fetchone()
        return (str(row[0]), float(row[1])) if row else None

    def bot_messages_after(self, chat_id: str, time: float) -> int:
        """Return how many messages bots sent into a chat after `time`."""
        (count,) = self._connection.execute(
            "SELECT count(*) FROM messages WHERE chat_id = ? AND time > ? AND sender LIKE 'cli!_%' ESCAPE '!'",
            (chat_id, time),
        ).fetchone()
        return int(count)

    def sent_message(self, sender: str, uuid: str, since: float) -> Message | None:
        """Return the message that a `uuid` of `sender` made at or after `since`."""
        row = self._connection.execute(
            "SELECT message_id FROM sendings WHERE sender = ? AND uuid = ? AND time >= ?",
            (sender, uuid, since),
        ).fetchone()
        return self.message(row[0]) if row else None

    def remember_sending(self, sender: str, uuid: str, message: Message) -> None:
        """Remember which message a `uuid` of `sender` made."""
        self._connection.execute(
            "INSERT OR REPLACE INTO sendings VALUES (?, ?, ?, ?)",
            (sender, uuid, message.message_id, message.time),
        )

    # ---- images

    def image(self, image_key: str) -> Image | None:
        """Return the uploaded image `image_key`."""
        row = self._connection.execute("SELECT * FROM images WHERE image_key = ?", (image_key,)).fetchone()
        return Image(*row) if row else None

    def add_image(self, image: Image) -> None:
        """Keep a new image."""
        self._connection.execute("INSERT INTO images VALUES (?, ?, ?)", image)

    # ---- events

    def subscriptions(self) -> dict[str, Subscription]:
        """Return what apps want to hear of, by App ID."""
        rows = self._connection.execute("SELECT document FROM subscriptions")
        found = [Subscription.from_json(json.loads(document)) for (document,) in rows]
        return {subscription.app_id: subscription for subscription in found}

    def save_subscription(self, subscription: Subscription) -> None:
        """Keep what an app wants to hear of, in place of what it wanted before."""
        self._connection.execute(
            "INSERT OR REPLACE INTO subscriptions VALUES (?, ?)",
            (subscription.app_id, _dump(subscription.to_json())),
        )

    def clear_subscriptions(self) -> None:
        """Forget what apps want to hear of."""
        self._connection.execute("DELETE FROM subscriptions")

    def add_event(self, event: Event) -> None:
        """Keep a new event."""
        self._connection.execute(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                event.number,
                event.app_id,
                event.event_id,
                event.event_type,
                event.chat_id,
                event.time,
                _dump(event.body),
            ),
        )

    def events(self, app_id: str | None = None, after: int = 0) -> list[Event]:
        """Return the events of an app, or of all, that have a number above `after`, oldest first."""
        rows = self._connection.execute(
            "SELECT * FROM events WHERE (?1 IS NULL OR app_id = ?1) AND number > ?2 ORDER BY number",
            (app_id, after),
        )
        return [_event(row) for row in rows]

    def events_since(self, app_id: str, event_type: str, time: float) -> int:
        """Return how many events of a type an app was told of after `time`."""
        (count,) = self._connection.execute(
            "SELECT count(*) FROM events WHERE app_id = ? AND event_type = ? AND time > ?",
            (app_id, event_type, time),
        ).fetchone()
        return int(count)

    def clear_events(self) -> None:
        """Forget all events, and what was to be delivered."""
        self._connection.execute("DELETE FROM events")
        self._connection.execute("DELETE FROM deliveries")

    # ---- deliveries

    def plan_delivery(
        self, event: int, due: float, attempt: int = 1, stage: Stage = Stage.FRESH, *, twice: bool = False
    ) -> None:
        """Plan to send an event."""
        self._connection.execute(
            "INSERT INTO deliveries (event, attempt, due, stage, twice, outcome) VALUES (?, ?, ?, ?, ?, '')",
            (event, attempt, due, stage, twice),
        )

    def due_deliveries(self, now: float) -> list[tuple[Delivery, Event]]:
        """Return the deliveries to make, with their events, in the order in which they fall due."""
        rows = self._connection.execute(
            "SELECT deliveries.*, events.* FROM deliveries JOIN events ON events.number = event"
            " WHERE outcome = '' AND due <= ? ORDER BY due, deliveries.number",
            (now,),
        )
        width = len(Delivery._fields)
        return [(_delivery(row[:width]), _event(row[width:])) for row in rows]

    def next_due(self) -> float | None:
        """Return when the next delivery falls due."""
        (due,) = self._connection.execute("SELECT min(due) FROM deliveries WHERE outcome = ''").fetchone()
        return None if due is None else float(due)

    def put_off(self, delivery: Delivery, due: float, stage: Stage, *, twice: bool) -> None:
        """Let a delivery fall due at another time."""
        self._connection.execute(
            "UPDATE deliveries SET due = ?, stage = ?, twice = ? WHERE number = ?",
            (due, stage, twice, delivery.number),
        )

    def release_held(self, app_id: str, now: float) -> None:
        """Let the deliveries to an app fall due that wait for the next event."""
        self._connection.execute(
            "UPDATE deliveries SET due = ?, stage = ? WHERE outcome = '' AND stage = ?"
            " AND event IN (SELECT number FROM events WHERE app_id = ?)",
            (now, Stage.PLANNED, Stage.HELD, app_id),
        )

    def settle(self, delivery: Delivery, time: float, outcome: str) -> Delivery | None:
        """Keep what came of a delivery and return it; `None` if its event was forgotten meanwhile."""
        row = self._connection.execute(
            "UPDATE deliveries SET time = ?, outcome = ? WHERE number = ? RETURNING *",
            (time, outcome, delivery.number),
        ).fetchone()
        return _delivery(row) if row else None

    def deliveries(self, event: int) -> list[Delivery]:
        """Return the deliveries of an event, made and to come."""
        rows = self._connection.execute("SELECT * FROM deliveries WHERE event = ? ORDER BY number", (event,))
        return [_delivery(row) for row in rows]

    # ---- tokens

    def token_numbers(self) -> tuple[str, int]:
        """Return what no two tokens share. Call inside a transaction that writes.

        Numbers begin anew at a reset; a token from before it must not become anybody's again.
        """
        return self.meta(GENERATION) or "", self.next_number()

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

    def forget_strangers(self, known: Collection[str]) -> None:
        """Forget tokens of people, and share links of anybody, who is not among the inner ids `known`.

        Tokens of apps stay: a call with one learns that its app is not there.
        """
        for table, column in (("tokens", "user"), ("links", "maker")):
            found = self._connection.execute(
                f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL"  # noqa: S608 (our own names)
            ).fetchall()
            self._connection.executemany(
                f"DELETE FROM {table} WHERE {column} = ?",  # noqa: S608 (our own names)
                [(member,) for (member,) in found if member not in known],
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


def _event(row: tuple[Any, ...]) -> Event:
    number, app_id, event_id, event_type, chat_id, time, body = row
    return Event(number, app_id, event_id, event_type, chat_id, time, json.loads(body))


def _delivery(row: tuple[Any, ...]) -> Delivery:
    number, event, attempt, due, stage, twice, time, outcome = row
    return Delivery(number, event, attempt, due, stage, bool(twice), time, outcome)


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _frozen(value: Any) -> Any:
    """Return lists as tuples, as the frozen types of the directory have them."""
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def _named(listing: Listing) -> dict[str, Any]:
    """Return the values that `_LISTED` takes."""
    return {**listing._asdict(), "place": f"|{listing.member}|"}


def _public_name(chat: Chat) -> str:
    return f"{chat.tenant_key}/{chat.name}"


def _columns(chat: Chat) -> tuple[bool, str, float, str | None, str | None, str]:
    return (
        chat.mode != "p2p" and not chat.dissolved,
        f"|{'|'.join(chat.members)}|",
        chat.active_time,
        chat.tenant_key if chat.public and chat.mode != "p2p" else None,
        _public_name(chat) if chat.public and not chat.dissolved else None,
        _dump(chat.__dict__),
    )
