"""Who is in a chat. Source: members.openapi.yaml."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from reconciler.emulator.chat import Chat, Role
from reconciler.emulator.directory import is_bot
from reconciler.emulator.fields import Fields, Items, Number, Text
from reconciler.emulator.handlers.access import open_chat, require_member, require_mode, save
from reconciler.emulator.handlers.paging import PAGE_FIELDS, load_token, page
from reconciler.emulator.operation import Call
from reconciler.emulator.wire import Refusal

USERS_PER_CALL = 50
BOTS_PER_CALL = 5
BOTS_PER_CHAT = 15
MEMBERS_PER_CHAT = 5000
"""Size of a group in a certified tenant."""

MODES = ("group", "topic")

MEMBER_ID_TYPE = Text(("open_id", "union_id", "user_id", "app_id"), default="open_id")

CREATE_QUERY = Fields({"member_id_type": MEMBER_ID_TYPE, "succeed_type": Number(least=0, most=2, default=0)})
DELETE_QUERY = Fields({"member_id_type": MEMBER_ID_TYPE})
ID_LIST_BODY = Fields({"id_list": Items(Text())})
GET_QUERY = Fields({
    "member_id_type": Text(("open_id", "union_id", "user_id"), default="open_id"),
    **PAGE_FIELDS,
})  # fmt: skip

_UNKNOWN_CODES = {"open_id": 99992351, "user_id": 99992360, "union_id": 99992364, "app_id": 232043}


def read_ids(call: Call, name: str) -> list[str]:
    """Return the ids of the body's list `name`, each once, in order.

    Raises:
        Refusal: 232027 if there are none, 232001 for more than 50 users or 5 bots.
    """
    named: list[str] = call.body.get(name, [])
    if not named:
        raise Refusal(232027)
    limit = BOTS_PER_CALL if call.query["member_id_type"] == "app_id" else USERS_PER_CALL
    if len(named) > limit:
        raise Refusal(232001)
    return list(dict.fromkeys(named))


def resolve(call: Call, named: str) -> str | None:
    """Return the inner id of whoever `named` means in the form of the call; `None` for nobody."""
    id_type = call.query["member_id_type"]
    if id_type == "app_id":
        return named if named in call.directory.apps else None
    user = call.directory.resolve(call.app.app_id, id_type, named)
    return None if user is None else user.union_id


# ---- add


@dataclass
class _Arrivals:
    """The ids of one request, sorted by what can become of them; ids as the caller wrote them."""

    usable: list[str] = field(default_factory=list)  # inner ids
    unknown: list[str] = field(default_factory=list)
    invisible: list[str] = field(default_factory=list)
    inactive: list[str] = field(default_factory=list)
    resigned: list[str] = field(default_factory=list)

    @property
    def unusable(self) -> list[str]:
        return [*self.unknown, *self.invisible, *self.inactive, *self.resigned]


def chat_members_create(call: Call) -> dict[str, Any]:
    """Add users or bots, as `succeed_type` wants unusable ids to be treated."""
    chat = open_chat(call)
    role = require_member(call, chat)
    require_mode(chat, MODES, 232090)
    if chat.settings["add_member_permission"] == "only_owner" and role is Role.MEMBER:
        raise Refusal(232017)
    arrivals = _sort(call, chat, read_ids(call, "id_list"))
    _refuse_unusable(call, arrivals)
    _require_room(call, chat, arrivals.usable)
    pending = _admit(chat, arrivals.usable, role)
    save(call, chat)
    tolerant = call.query["succeed_type"] == 1
    return {
        "invalid_id_list": [*arrivals.resigned, *arrivals.invisible, *arrivals.inactive]
        if tolerant
        else arrivals.resigned,
        "not_existed_id_list": arrivals.unknown if tolerant else [],
        "pending_approval_id_list": [_show(call, member) for member in pending],
    }


def _sort(call: Call, chat: Chat, named: Iterable[str]) -> _Arrivals:
    arrivals = _Arrivals()
    for name in named:
        member = resolve(call, name)
        if member is None:
            arrivals.unknown.append(name)
        elif member in chat.members:
            arrivals.usable.append(member)
        elif is_bot(member):
            app = call.directory.apps[member]
            (arrivals.usable if app.bot and app.enabled else arrivals.inactive).append(member)
        else:
            _sort_user(call, chat, arrivals, name, member)
    return arrivals


def _sort_user(call: Call, chat: Chat, arrivals: _Arrivals, name: str, member: str) -> None:
    user = call.directory.users[member]
    if user.tenant_key != chat.tenant_key and not chat.external:
        raise Refusal(232028)
    if user.resigned:
        arrivals.resigned.append(name)
    elif not user.visible:
        arrivals.invisible.append(name)
    else:
        arrivals.usable.append(member)


def _refuse_unusable(call: Call, arrivals: _Arrivals) -> None:
    """Refuse the call where `succeed_type` does not tolerate what was found."""
    succeed_type = call.query["succeed_type"]
    if succeed_type == 2 and arrivals.unusable:
        raise Refusal(
            232043,
            f"Your request contains unavailable ids, ext=unavailable ids: [{', '.join(arrivals.unusable)}]",
        )
    if succeed_type == 0:
        if arrivals.unknown:
            code = _UNKNOWN_CODES[call.query["member_id_type"]]
            raise Refusal(code, f"Some ids do not exist: [{', '.join(arrivals.unknown)}]")
        if arrivals.invisible:
            raise Refusal(232024)
        if arrivals.inactive:
            raise Refusal(232043)


def _require_room(call: Call, chat: Chat, arriving: list[str]) -> None:
    members = {*chat.members, *arriving}
    bots = sum(map(is_bot, members))
    if bots > BOTS_PER_CHAT or len(members) > MEMBERS_PER_CHAT:
        raise Refusal(232013)
    cap = call.tenant.member_cap
    if cap is not None and len(members) - bots > cap and len(members) > len(chat.members):
        raise Refusal(232044)


def _admit(chat: Chat, arriving: list[str], role: Role) -> list[str]:
    """Let people in, or put them on the waiting list if a plain member invites; return who waits."""
    waits = role is Role.MEMBER and chat.settings["membership_approval"] == "approval_required"
    if not waits:
        for member in arriving:
            chat.join(member)
        return []
    pending = [member for member in arriving if member not in chat.members]
    chat.pending += [member for member in pending if member not in chat.pending]
    return pending


def _show(call: Call, member: str) -> str:
    return member if is_bot(member) else call.show(call.query["member_id_type"], member)


# ---- remove


def chat_members_delete(call: Call) -> dict[str, Any]:
    """Remove users or bots; everybody may remove itself. Who is not in the chat counts as removed."""
    chat = open_chat(call)
    role = require_member(call, chat)
    require_mode(chat, MODES, 232090)
    named = {name: resolve(call, name) for name in read_ids(call, "id_list")}
    leaving = [member for member in named.values() if member in chat.members]
    others = [member for member in leaving if member != call.caller.id]
    if others and role is Role.MEMBER:
        raise Refusal(232014)
    if chat.owner in others:
        raise Refusal(232076)
    if chat.owner in leaving:
        _let_owner_go(chat)
    for member in leaving:
        chat.leave(member)
    save(call, chat)
    return {"invalid_id_list": [name for name, member in named.items() if member is None]}


def _let_owner_go(chat: Chat) -> None:
    """Give the chat of a leaving owner to somebody else."""
    heir = chat.heir(chat.owner)
    if heir is None:
        raise Refusal(232029)
    chat.hand_over(heir)


# ---- read


def chat_members_get(call: Call) -> dict[str, Any]:
    """Return one page of the users; bots are dropped after the page was cut, so pages can be short."""
    chat = open_chat(call)
    require_member(call, chat)
    id_type = call.query["member_id_type"]
    members, cap = chat.members, call.tenant.member_list_cap
    limits: dict[str, Any] = {}
    if cap is not None and len(chat.users) > cap:
        members = chat.users[:cap]
        limits = {"trigger_security_conf_limit": True, "security_conf_limit": cap}
    scope = f"members:{chat.chat_id}:{id_type}"
    begin = load_token(scope, call.query)
    end = begin + call.query["page_size"]
    items = [
        {
            "member_id_type": id_type,
            "member_id": call.show(id_type, member),
            "name": call.directory.users[member].name,
            "tenant_key": call.directory.users[member].tenant_key,
        }
        for member in members[begin:end]
        if not is_bot(member)
    ]
    return {
        **page(items, scope, end if end < len(members) else None),
        "member_total": len(chat.users),
        **limits,
    }


def chat_members_is_in_chat(call: Call) -> dict[str, Any]:
    """Tell whether the caller itself is in the chat; nobody is in a dissolved one."""
    chat = open_chat(call, dissolved_too=True)
    return {"is_in_chat": chat.role_of(call.caller) is not Role.OUTSIDE}
