"""What an operation is, and the call that its handler gets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.emulator.directory import App, Caller, Directory, Tenant
from reconciler.emulator.fields import NO_FIELDS, Fields
from reconciler.emulator.quota import STANDARD, Window
from reconciler.emulator.readings import Readings
from reconciler.emulator.store import Store, TokenKind


@dataclass(frozen=True, slots=True)
class Operation:
    """One row of the table in `routes`.

    Args:
        operation_id: `operationId` of the API description.
        method: HTTP method.
        path: Path with `{parameters}`.
        handler: Rules and effect; what it returns is the answer's `data`.
        scopes: Any one of them is enough; empty if none is needed.
        query: Shape of the query.
        body: Shape of the body; `None` if the operation takes none.
        windows: Rate limit per app and tenant.
        writes: Whether it changes something.
        busy: Code that answers a write on a chat whose previous write is not done yet.
        tokens: Kinds of tokens that it takes; empty if it needs none.
        flat: Whether its result stands beside `code` instead of under `data`.
        aliases: Further paths of the same operation.
    """

    operation_id: str
    method: str
    path: str
    handler: Callable[[Call], dict[str, Any]]
    scopes: tuple[str, ...] = ()
    query: Fields = NO_FIELDS
    body: Fields | None = None
    windows: Sequence[Window] = STANDARD
    writes: bool = False
    busy: int = 232019
    tokens: tuple[TokenKind, ...] = (TokenKind.TENANT, TokenKind.USER)
    flat: bool = False
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an operation, after the checks that all operations share.

    `caller` is who stands behind the token; the token calls have `NOBODY` there. `path`, `query` and `body`
    are checked against the operation's shapes and hold the defaults.
    """

    store: Store
    directory: Directory
    seed: str
    now: float
    caller: Caller
    path: dict[str, str]
    query: dict[str, Any]
    body: dict[str, Any]

    @property
    def app(self) -> App:
        """The app behind the token; a person's open_ids are the ones that it sees."""
        return self.caller.app

    @property
    def tenant(self) -> Tenant:
        """The tenant in which the caller acts."""
        return self.directory.tenant(self.caller.tenant_key)

    @property
    def readings(self) -> Readings:
        """The readings of the open questions."""
        return self.directory.readings

    def new_id(self, make: Callable[..., str]) -> str:
        """Return a fresh id made by one of the functions of `ids`."""
        return make(self.seed, self.store.next_number())

    def show(self, id_type: str, union_id: str) -> str:
        """Return the id of a person as the caller asked for it."""
        return self.directory.show(self.app.app_id, id_type, union_id)


NOBODY = Caller(App(app_id="", app_secret="", name="", tenant_key="", open_id=""), tenant_key="")
