"""What an operation is, and the call that its handler gets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.emulator.directory import App, Directory, Tenant
from reconciler.emulator.fields import NO_FIELDS, Fields
from reconciler.emulator.quota import STANDARD, Window
from reconciler.emulator.store import Store


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
        needs_token: Whether it takes a tenant token.
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
    needs_token: bool = True
    flat: bool = False
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an operation, after the checks that all operations share.

    `app` is the app behind the token; the token calls have `NOBODY` there. `path`, `query` and `body` are
    checked against the operation's shapes and hold the defaults.
    """

    store: Store
    directory: Directory
    seed: str
    now: float
    app: App
    path: dict[str, str]
    query: dict[str, Any]
    body: dict[str, Any]

    @property
    def tenant(self) -> Tenant:
        """The tenant of the app."""
        return self.directory.tenant(self.app.tenant_key)

    def new_id(self, make: Callable[..., str]) -> str:
        """Return a fresh id made by one of the functions of `ids`."""
        return make(self.seed, self.store.next_number())

    def show(self, id_type: str, union_id: str) -> str:
        """Return the id of a person as the caller asked for it."""
        return self.directory.show(self.app.app_id, id_type, union_id)


NOBODY = App(app_id="", app_secret="", name="", tenant_key="", open_id="")
