"""What an operation is, and the call that its handler gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.emulator.directory import App, Caller, Directory, Tenant, User
from reconciler.emulator.fields import NO_FIELDS, Fields
from reconciler.emulator.quota import STANDARD, Quota, Window
from reconciler.emulator.readings import Readings
from reconciler.emulator.store import Store, TokenKind
from reconciler.emulator.wire import Refusal


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
        form: Whether the body is multipart/form-data instead of JSON.
        refusals: Codes of its own for malformed input, by the usual one (9499, 99992402).
        windows: Rate limit per app and tenant.
        over_limit: HTTP status that answers a call beyond it.
        writes: Whether it changes something.
        busy: Code that answers a write on a chat whose previous write is not done yet; `None` if it may overlap.
        tokens: Kinds of tokens that it takes; empty if it needs none.
        user_scopes: All of them are needed with a user token, in place of any one of `scopes`.
        hides_ids: Whether ids that the app may not see are left out instead of refused.
        flat: Whether its result stands beside `code` instead of under `data`.
        body_optional: Whether the body may be left out; it then counts as empty.
        aliases: Further paths of the same operation.
        scope_code: Code that refuses a missing scope where the operation finds it, and not the gateway.
        only_if: Reading and its value without which the platform has no such path; `None` if it has in any case.
        user_token_if: Reading and its value without which it takes no user token, where the descriptions are in doubt.
    """

    operation_id: str
    method: str
    path: str
    handler: Callable[[Call], dict[str, Any]]
    scopes: tuple[str, ...] = ()
    query: Fields = NO_FIELDS
    body: Fields | None = None
    form: bool = False
    refusals: Mapping[int, int] = field(default_factory=dict)
    windows: Sequence[Window] = STANDARD
    over_limit: int = 429
    writes: bool = False
    busy: int | None = 232019
    tokens: tuple[TokenKind, ...] = (TokenKind.TENANT, TokenKind.USER)
    user_scopes: tuple[str, ...] = ()
    hides_ids: bool = False
    flat: bool = False
    body_optional: bool = False
    aliases: tuple[str, ...] = ()
    scope_code: int | None = None
    only_if: tuple[str, str] | None = None
    user_token_if: tuple[str, str] | None = None

    @property
    def in_group_service(self) -> bool:
        """Whether the service behind the 232xxx codes answers."""
        return self.path.startswith("/open-apis/im/v1/chats")

    @property
    def invalid_parameter(self) -> int | None:
        """Code for a broken declared rule where the operation finds it, and not the gateway; `None` if there is none."""
        if self.in_group_service:
            return 232001
        return 1770001 if self.path.startswith("/open-apis/docx/v1/chats") else None

    def takes(self, kind: TokenKind, readings: Readings) -> bool:
        """Tell whether the platform takes tokens of `kind` here under the chosen readings."""
        if kind is TokenKind.USER and self.user_token_if is not None:
            return bool(getattr(readings, self.user_token_if[0]) == self.user_token_if[1])
        return kind in self.tokens

    def offered(self, readings: Readings) -> bool:
        """Tell whether the platform has this operation under the chosen readings."""
        return self.only_if is None or getattr(readings, self.only_if[0]) == self.only_if[1]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an operation, after the checks that all operations share.

    `caller` is who stands behind the token; the token calls have `NOBODY` there. `path`, `query` and `body`
    are checked against the operation's shapes and hold the defaults.
    """

    store: Store
    quota: Quota
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

    def find_person(self, open_id: object) -> User | None:
        """Return the person with this open_id; `None` also for one that was given to another app."""
        try:
            return self.directory.resolve(self.app.app_id, "open_id", str(open_id))
        except Refusal:
            return None


NOBODY = Caller(App(app_id="", app_secret="", name="", tenant_key="", open_id=""), tenant_key="")
