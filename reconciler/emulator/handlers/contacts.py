"""Finding people. Source: platform.openapi.yaml, the contact operations.

What of a person is shown depends on the scopes: `x-scopes-field` of each operation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.emulator import ids
from reconciler.emulator.directory import User
from reconciler.emulator.fields import Fields, Flag, Items, Text
from reconciler.emulator.handlers.access import require_working_app
from reconciler.emulator.handlers.members import show_person
from reconciler.emulator.operation import Call
from reconciler.emulator.wire import Refusal

WRONG_PARAMETER: Mapping[int, int] = {99992402: 40001}
"""What contact calls answer for a broken rule of a parameter."""

_USER_ID_TYPE = Text(("open_id", "union_id", "user_id"), default="open_id")
_ONE_ID = Text(shortest=1)

ID_TYPE_QUERY = Fields({"user_id_type": _USER_ID_TYPE})
USER_QUERY = Fields({
    **ID_TYPE_QUERY.fields,
    "department_id_type": Text(("open_department_id", "department_id"), default="open_department_id"),
})  # fmt: skip
BATCH_QUERY = Fields({"user_ids": Items(_ONE_ID, required=True, fewest=1, most=50), **USER_QUERY.fields})
BASIC_BATCH_BODY = Fields({"user_ids": Items(_ONE_ID, required=True, fewest=1, most=10)})
BATCH_GET_ID_BODY = Fields({
    "emails": Items(Text(), most=50),
    "mobiles": Items(Text(), most=50),
    "include_resigned": Flag(default=False),
})  # fmt: skip

_CONTACTS = (
    "contact:contact:access_as_app",
    "contact:contact:readonly",
    "contact:contact:readonly_as_app",
)
GET_SCOPES = ("contact:contact.base:readonly", *_CONTACTS)
_BASE = ("contact:user.base:readonly", *_CONTACTS)
_EMPLOYEE = ("contact:user.employee:readonly", *_CONTACTS)
_USER_ID = ("contact:user.employee_id:readonly",)
_DEPARTMENT_PATH = ("contact:user.department_path:readonly",)

_SCOPES_OF_FIELD = {
    "user_id": _USER_ID,
    "name": _BASE,
    "en_name": _BASE,
    "avatar": _BASE,
    "email": ("contact:user.email:readonly",),
    "mobile": ("contact:user.phone:readonly",),
    "status": _EMPLOYEE,
    "enterprise_email": _EMPLOYEE,
    "department_ids": ("contact:user.department:readonly", *_CONTACTS),
}
"""Any one scope of a field shows it; fields that are not here need none."""

_UNKNOWN_ID = {"open_id": 99992351, "user_id": 99992360, "union_id": 99992364}


def contact_user_batch_get_id(call: Call) -> dict[str, Any]:
    """Return one entry per e-mail address and per number, with the id of whoever has it."""
    require_working_app(call)
    asked = [
        (kind, value)
        for kind, values in (("email", "emails"), ("mobile", "mobiles"))
        for value in call.body.get(values, ())
    ]
    if not asked:
        raise Refusal(int(call.readings.no_contact))
    entries = [_contact_entry(call, kind, value) for kind, value in asked]
    if call.readings.unresolved_contact == "left_out":
        entries = [entry for entry in entries if "user_id" in entry]
    return {"user_list": entries}


def _contact_entry(call: Call, kind: str, value: str) -> dict[str, Any]:
    user, id_type = call.directory.by_contact(kind, value), call.query["user_id_type"]
    found = user is not None and _in_range(call, user)
    if user is None or not found or (user.resigned and not call.body["include_resigned"]):
        return {kind: value}
    if id_type == "user_id" and not call.caller.may(_USER_ID):
        return {kind: value}
    entry: dict[str, Any] = {"user_id": call.show(id_type, user.union_id), kind: value}
    if call.caller.may(_EMPLOYEE):
        entry["status"] = _status(user)
    return entry


def contact_user_batch(call: Call) -> dict[str, Any]:
    """Return the people in range; the others are left out without a word."""
    require_working_app(call)
    users = [_known(call, named) for named in call.query["user_ids"]]
    seen = [user for user in users if _in_range(call, user)]
    if not seen and call.readings.nobody_in_range == "refused":
        raise Refusal(41050)
    return {"items": [_view(call, user) for user in seen]}


def contact_user_basic_batch(call: Call) -> dict[str, Any]:
    """Return the names of people, whether in range or not."""
    require_working_app(call)
    id_type = call.query["user_id_type"]
    found = (
        call.directory.resolve(call.app.app_id, id_type, named)
        if call.readings.unknown_id_of_a_name == "left_out"
        else _known(call, named)
        for named in call.body["user_ids"]
    )
    return {"users": [_basic_view(call, user) for user in found if user is not None]}


def contact_user_get(call: Call) -> dict[str, Any]:
    """Return one person."""
    require_working_app(call)
    user = call.directory.resolve(call.app.app_id, call.query["user_id_type"], call.path["user_id"])
    if user is None:
        raise Refusal(41012)
    if not _in_range(call, user):
        raise Refusal(41050)
    view = _view(call, user)
    if call.caller.user is not None and user.departments and call.caller.may(_DEPARTMENT_PATH):
        view["department_path"] = [_department_path(call, department) for department in user.departments]
    return {"user": view}


def _known(call: Call, named: str) -> User:
    """Return the person with the id `named`; one that does not exist fails the whole call."""
    id_type = call.query["user_id_type"]
    user = call.directory.resolve(call.app.app_id, id_type, named)
    if user is None:
        raise Refusal(_UNKNOWN_ID[id_type])
    return user


def _in_range(call: Call, user: User) -> bool:
    """Tell whether the caller may see a person.

    An app sees its data range, a person everybody in the own organisation.
    """
    return user.tenant_key == call.tenant.key and (user.visible or call.caller.user is not None)


def _view(call: Call, user: User) -> dict[str, Any]:
    view = {
        "union_id": user.union_id,
        "open_id": call.show("open_id", user.union_id),
        "user_id": user.user_id,
        "name": user.name,
        "en_name": user.en_name,
        "avatar": _avatar(user),
        "email": user.email,
        "mobile": user.mobile,
        "status": _status(user),
        "enterprise_email": user.enterprise_email,
        "department_ids": [_department_id(call, department) for department in user.departments],
    }
    return {
        name: value
        for name, value in view.items()
        if value and (name not in _SCOPES_OF_FIELD or call.caller.may(_SCOPES_OF_FIELD[name]))
    }


def _basic_view(call: Call, user: User) -> dict[str, Any]:
    view = {
        "user_id": show_person(call, call.query["user_id_type"], user.union_id),
        "name": user.name,
        "i18n_name": user.en_name and {"en_us": user.en_name},
    }
    return {name: value for name, value in view.items() if value}


def _status(user: User) -> dict[str, bool]:
    return {
        "is_frozen": "frozen" in user.status,
        "is_resigned": user.resigned,
        "is_activated": "unjoin" not in user.status,
        "is_exited": "exited" in user.status,
        "is_unjoin": "unjoin" in user.status,
    }


def _avatar(user: User) -> dict[str, str]:
    link = f"https://s1-imfile.feishucdn.com/static-resource/v1/{user.union_id}"
    sizes = {f"avatar_{size}": f"{link}~?image_size={size}x{size}" for size in (72, 240, 640)}
    return {**sizes, "avatar_origin": link}


def _department_id(call: Call, department: str) -> str:
    if call.query["department_id_type"] == "department_id":
        return department
    return ids.open_department_id(call.tenant.key, department)


def _department_path(call: Call, department: str) -> dict[str, Any]:
    department_id = _department_id(call, department)
    name = {"name": department}
    return {
        "department_id": department_id,
        "department_name": name,
        "department_path": {"department_ids": [department_id], "department_path_name": name},
    }
