"""The platform's gateway: who calls, and whether the app may call at all.

It speaks before the operation looks at its parameters. Source: platform.openapi.yaml, info.x-call-conventions.
"""

from __future__ import annotations

from reconciler.emulator.directory import USER_ID_SCOPE, Caller, Directory
from reconciler.emulator.operation import Operation
from reconciler.emulator.readings import Readings
from reconciler.emulator.store import Store, TokenKind
from reconciler.emulator.wire import Refusal, Request

_ID_TYPES = ("user_id_type", "member_id_type", "receive_id_type")


def identify(
    request: Request, operation: Operation, store: Store, directory: Directory, now: float
) -> Caller:
    """Return who stands behind the token of a request.

    Raises:
        Refusal: 99991661, 99991663, 99991668, 99991671, 99991677, or 232004 for an app that is gone.

    Source: platform.openapi.yaml, info.x-common-errors.
    """
    text = bearer(request)
    if not text:
        raise Refusal(99991661)
    kind = _token_kind(text)
    if kind is None:
        raise Refusal(99991671)
    invalid = 99991668 if kind is TokenKind.USER else 99991663
    token = store.token(text)
    if token is None or not operation.takes(kind, directory.readings):
        raise Refusal(invalid)
    app = directory.apps.get(token.app_id)
    if app is None:
        raise Refusal(232004 if operation.in_group_service else invalid)
    if token.ends <= now:
        raise Refusal(99991677 if kind is TokenKind.USER else 99991663)
    user = directory.users[token.user] if token.user else None
    return Caller(app, token.tenant_key, user, token.granted)


def admit(caller: Caller, request: Request, operation: Operation, readings: Readings) -> None:
    """Refuse a call from a foreign address (99991401), or without the scopes that it takes."""
    allowed = caller.app.ip_white_list
    if allowed and request.address not in allowed:
        raise Refusal(99991401)
    _require_scope(caller, operation, operation.scope_code if readings.missing_scope == "operation" else None)
    if not (operation.hides_ids or readings.user_ids_without_scope == "left_out"):
        _require_id_scope(caller, request, operation)


def bearer(request: Request) -> str:
    """Return the token of a request; without the word Bearer there is none."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    return text.strip() if scheme == "Bearer" else ""


def _token_kind(text: str) -> TokenKind | None:
    """Return what kind of token calls are made with `text` is by its beginning."""
    if text.startswith("t-"):
        return TokenKind.TENANT
    return TokenKind.USER if text.startswith(("u-", "eyJ")) else None


def _require_scope(caller: Caller, operation: Operation, own_code: int | None) -> None:
    """Refuse who may not: no scope (99991672), none granted (99991679).

    `own_code` stands for the first of them where the operation finds it, and not the gateway.

    Source: platform.openapi.yaml, info.x-missing-scope-error.
    """
    each_of_these = [(scope,) for scope in operation.user_scopes] if caller.user else []
    for scopes in each_of_these or filter(None, [operation.scopes]):
        if not any(map(caller.app.may, scopes)):
            raise (
                Refusal(own_code)
                if own_code
                else _missing_scope(caller, 99991672, scopes, "action_scope_required")
            )
        if not any(map(caller.grants, scopes)):
            raise _missing_scope(caller, 99991679, scopes, "action_privilege_required")


def _require_id_scope(caller: Caller, request: Request, operation: Operation) -> None:
    """Refuse a call that asks for ids that the app is not to see (99991672); other parameters ask for nothing."""
    query = dict(request.query)
    asks_for_user_ids = "user_id" in {query.get(name) for name in _ID_TYPES if name in operation.query.fields}
    if asks_for_user_ids and not caller.app.may(USER_ID_SCOPE):
        raise _missing_scope(caller, 99991672, (USER_ID_SCOPE,), "field_scope_required")


def _missing_scope(caller: Caller, code: int, scopes: tuple[str, ...], kind: str) -> Refusal:
    named = ", ".join(scopes)
    token_type = "user" if caller.user else "tenant"
    return Refusal(
        code,
        f"Access denied. One of the following scopes is required: [{named}].",
        details={
            "message": "Refer to the documentation to fix the error: https://open.feishu.cn/document/uAjLw4CM/"
            f"ugTN1YjL4UTN24CO1UjN/trouble-shooting/how-to-fix-the-{code}-error",
            "permission_violations": [{"type": kind, "subject": scope} for scope in scopes],
            "helps": [
                {
                    "url": f"https://open.feishu.cn/app/{caller.app.app_id}/auth?q={scopes[0]}"
                    f"&op_from=openapi&token_type={token_type}",
                    "description": f"Learn more about scopes and how to add them: [{named}]",
                }
            ],
        },
    )
