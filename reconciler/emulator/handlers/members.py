"""Who is in a chat. Source: members.openapi.yaml."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from reconciler.emulator import ids
from reconciler.emulator.chat import Chat, Role
from reconciler.emulator.directory import USER_ID_SCOPE, App, is_bot
from reconciler.emulator.fields import Fields, Flag, Items, Number, Text
from reconciler.emulator.handlers.access import open_chat, require_member, require_mode, save
from reconciler.emulator.handlers.paging import PAGE_FIELDS, load_token, page, page_size
from reconciler.emulator.operation import Call
from reconciler.emulator.wire import Refusal

USERS_PER_CALL = 50
BOTS_PER_CALL = 5
BOTS_PER_CHAT = 15
SIZES = {"group": 5000, "meeting": 3000, "topic": 5000}
"""People per chat in a certified tenant; no figure is known for others."""

MODES = ("group", "topic")

MEMBER_ID_TYPE = Text(("open_id", "union_id", "user_id", "app_id"), default="open_id")
ID_LIST = Items(Text(shortest=1))

CREATE_QUERY = Fields({"member_id_type": MEMBER_ID_TYPE, "succeed_type": Number(least=0, most=2, default=0)})
DELETE_QUERY = Fields({"member_id_type": MEMBER_ID_TYPE})
ID_LIST_BODY = Fields({"id_list": ID_LIST})
_PERSON_ID_TYPE = Text(("open_id", "union_id", "user_id"), default="open_id")
GET_QUERY = Fields(
    {"member_id_type": _PERSON_ID_TYPE, **PAGE_FIELDS, "check_security_conf": Flag(default=False)}
)
LIST_QUERY = Fields({"member_types": Text(), "member_id_type": _PERSON_ID_TYPE, **PAGE_FIELDS})

_KINDS = ("user", "bot")
_HIDDEN = -1
"""The total that members/list gives where the chat hides its member count."""

UNKNOWN_CODES = {"open_id": 99992351, "user_id": 99992360, "union_id": 99992364, "app_id": 232043}


# ---- ids of a request


def check_ids_at_gateway(call: Call, name: str) -> None:
    """Refuse the body's list `name` by 99992402 for its length, where the gateway is read to look at it."""
    if call.readings.id_list_bounds == "gateway" and _wrong_length(call, name):
        violation = {"field": name, "description": f"the number of {name} is out of bounds"}
        raise Refusal(99992402, details={"field_violations": [violation]})


def read_ids(call: Call, name: str) -> list[str]:
    """Return the ids of the body's list `name`, each once, in order.

    Raises:
        Refusal: 232027 if there are none, 232001 for more than 50 users or 5 bots.
    """
    code = _wrong_length(call, name)
    if code is not None:
        raise Refusal(code)
    return list(dict.fromkeys(call.body[name]))


def _wrong_length(call: Call, name: str) -> int | None:
    """Return the code that refuses too short or too long a list."""
    named: list[str] = call.body.get(name, [])
    if not named:
        return 232027
    bots = sum(_names_bot(call, each) for each in named)
    return 232001 if bots > BOTS_PER_CALL or len(named) - bots > USERS_PER_CALL else None


def _names_bot(call: Call, named: str) -> bool:
    everywhere = call.readings.bot_ids == "everywhere" and is_bot(named)
    return everywhere or call.query["member_id_type"] == "app_id"


def resolve(call: Call, named: str) -> str | None:
    """Return the inner id of whoever `named` means in the form of the call; `None` for nobody."""
    if _names_bot(call, named):
        return named if named in call.directory.apps else None
    id_type = call.query["member_id_type"]
    user = call.directory.resolve(call.app.app_id, id_type, named)
    # A user_id belongs to its tenant: somebody else's means nobody there.
    return user.union_id if user and show_person(call, id_type, user.union_id) else None


def show_person(call: Call, id_type: str, person: str) -> str | None:
    """Return the id of a person in the form `id_type`.

    There may be none in the form user_id: for people of another tenant, and for an app without the scope.
    """
    if id_type == "user_id" and not call.app.may(USER_ID_SCOPE):
        return None
    foreign = call.directory.users[person].tenant_key != call.tenant.key
    if id_type == "user_id" and foreign and call.readings.foreign_user_ids == "absent":
        return None
    return call.show(id_type, person)


def within_reach(call: Call, member: str) -> bool:
    """Tell whether the caller may act on `member`.

    A bot needs people to be inside the availability of its app, a person needs people who may work together
    with it; bots are in everybody's reach.
    """
    if is_bot(member):
        return True
    if call.caller.user is None:
        return call.directory.users[member].visible
    return call.directory.collaborate(call.caller.id, member)


# ---- add


@dataclass
class _Arrivals:
    """The ids of one request as the caller wrote them, sorted by what can become of them."""

    usable: dict[str, str] = field(default_factory=dict)  # by inner id
    present: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    invisible: list[str] = field(default_factory=list)
    inactive: list[str] = field(default_factory=list)
    resigned: list[str] = field(default_factory=list)

    @property
    def unfit(self) -> list[str]:
        """Ids that mean somebody who cannot be added."""
        return [*self.resigned, *self.invisible, *self.inactive]


def chat_members_create(call: Call) -> dict[str, Any]:
    """Add users or bots, as `succeed_type` wants unusable ids to be treated."""
    check_ids_at_gateway(call, "id_list")
    chat = open_chat(call)
    role = require_member(call, chat)
    require_mode(chat, MODES, 232090)
    if chat.settings["add_member_permission"] == "only_owner" and role is Role.MEMBER:
        raise Refusal(232017)
    arrivals = _sort(call, chat, read_ids(call, "id_list"))
    _refuse_unusable(call, arrivals)
    pending = _admit(call, chat, role, arrivals.usable)
    save(call, chat)
    again = arrivals.present if call.readings.members_added_again == "listed" else []
    return {
        "invalid_id_list": [*arrivals.unfit, *again],
        "not_existed_id_list": arrivals.unknown,
        "pending_approval_id_list": pending,
    }


def _sort(call: Call, chat: Chat, named: Iterable[str]) -> _Arrivals:
    arrivals = _Arrivals()
    for name in named:
        member = resolve(call, name)
        if member is None:
            arrivals.unknown.append(name)
        elif member in chat.members:
            arrivals.present.append(name)
        elif is_bot(member):
            _sort_bot(chat, arrivals, call.directory.apps[member])
        else:
            _sort_user(call, chat, arrivals, name, member)
    return arrivals


def _sort_bot(chat: Chat, arrivals: _Arrivals, app: App) -> None:
    if not app.bot or not (app.enabled if chat.external else app.works_in(chat.tenant_key)):
        arrivals.inactive.append(app.app_id)
    elif chat.external and not app.external_sharing:
        raise Refusal(232033)
    else:
        arrivals.usable[app.app_id] = app.app_id


def _sort_user(call: Call, chat: Chat, arrivals: _Arrivals, name: str, member: str) -> None:
    user = call.directory.users[member]
    if user.tenant_key != chat.tenant_key and not chat.external:
        raise Refusal(232028)
    if user.resigned:
        arrivals.resigned.append(name)
    elif not within_reach(call, member):
        arrivals.invisible.append(name)
    else:
        arrivals.usable[member] = name


def _refuse_unusable(call: Call, arrivals: _Arrivals) -> None:
    """Refuse the call where `succeed_type` does not tolerate what was found."""
    succeed_type, readings = call.query["succeed_type"], call.readings
    if succeed_type == 1:
        if readings.nobody_usable == "refused" and not arrivals.usable and not arrivals.present:
            raise Refusal(232027)
        return
    tolerated = arrivals.resigned if succeed_type == 0 else []
    refused = [name for name in (*arrivals.unknown, *arrivals.unfit) if name not in tolerated]
    if not refused:
        return
    by_kind = {
        "by_succeed_type": succeed_type == 0,
        "always_by_kind": True,
        "always_232043": False,
    }[readings.unusable_ids]
    code = _code_by_kind(call, arrivals) if by_kind else 232043
    raise _naming(call, code, refused) if succeed_type == 2 or arrivals.unknown else Refusal(code)


def _code_by_kind(call: Call, arrivals: _Arrivals) -> int:
    if arrivals.unknown:
        return UNKNOWN_CODES[call.query["member_id_type"]]
    return 232024 if arrivals.invisible else 232043


def _naming(call: Call, code: int, refused: list[str]) -> Refusal:
    """Return a refusal that names the ids, where the reading has them."""
    named = ", ".join(refused)
    if call.readings.unusable_ids_shown == "data":
        return Refusal(code, data={"invalid_id_list": refused})
    if call.readings.unusable_ids_shown == "error":
        return Refusal(code, details={"details": [{"key": "unavailable ids", "value": named}]})
    return Refusal(code, f"{Refusal(code).msg} ext=unavailable ids: [{named}]")


def require_room(call: Call, chat: Chat, arriving: Collection[str], *, over_cap: int = 232044) -> None:
    """Refuse who does not fit in: 232013 for the platform's limits, `over_cap` for the administrator's.

    The administrator's cap stands instead of the platform's size. Bots have a limit of their own and count in
    no other, as in user_count.
    """
    bots = sum(map(is_bot, arriving))
    if bots and len(chat.bots) + bots > BOTS_PER_CHAT:
        raise Refusal(int(call.readings.too_many_bots))
    users = len(arriving) - bots
    cap = call.directory.tenant(chat.tenant_key).member_cap
    limit, code = (_size(chat), 232013) if cap is None else (cap, over_cap)
    if users and len(chat.users) + users > limit:
        raise Refusal(code)


def _size(chat: Chat) -> int:
    return SIZES["meeting" if "meeting" in chat.tags else chat.mode]


def _admit(call: Call, chat: Chat, role: Role, arriving: Mapping[str, str]) -> list[str]:
    """Let people in, or put them on the waiting list; return who waits, as the caller named them."""
    if call.readings.added_bots == "stay_out":
        arriving = {member: name for member, name in arriving.items() if not is_bot(member)}
    require_room(call, chat, arriving)
    uninvited = role is Role.MEMBER or call.readings.approval == "of_everybody"
    if uninvited and chat.settings["membership_approval"] == "approval_required":
        chat.pending += [member for member in arriving if member not in chat.pending]
        return list(arriving.values())
    chat.join(*arriving)
    return []


# ---- remove


def chat_members_delete(call: Call) -> dict[str, Any]:
    """Remove users or bots; everybody may remove itself. Who is not in the chat counts as removed."""
    check_ids_at_gateway(call, "id_list")
    chat = open_chat(call)
    role = require_member(call, chat)
    # The page lists no code for other modes; 232090 is the one of adding.
    require_mode(chat, MODES, 232090)
    named = {name: resolve(call, name) for name in read_ids(call, "id_list")}
    _require_removal_right(
        call, chat, role, [member for member in named.values() if member != call.caller.id]
    )
    invalid = _not_removable(call, chat, named)
    leaving = [member for member in named.values() if member in chat.joined]
    if not leaving and call.readings.nobody_removed == "refused":
        raise Refusal(232027)
    if chat.owner in leaving:
        _let_owner_go(call, chat, leaving)
    for member in leaving:
        chat.leave(member, keep_role=call.readings.role_of_leavers == "stays")
    save(call, chat)
    return {"invalid_id_list": invalid}


def _require_removal_right(call: Call, chat: Chat, role: Role, others: list[str | None]) -> None:
    if others and role is Role.MEMBER:
        raise Refusal(232014)
    if chat.owner in others:
        raise Refusal(232076)
    by_owner = call.readings.manager_removal == "by_owner"
    if by_owner and role is Role.MANAGER and not set(others).isdisjoint(chat.managers):
        raise Refusal(232014)


def _not_removable(call: Call, chat: Chat, named: Mapping[str, str | None]) -> list[str]:
    """Return the names that stand in invalid_id_list."""
    unknown = [name for name, member in named.items() if member is None]
    if unknown and call.readings.unknown_ids_removed == "refused":
        raise Refusal(232007)
    if call.readings.absent_people_removed == "gone":
        return unknown
    return [name for name, member in named.items() if member not in chat.joined]


def _let_owner_go(call: Call, chat: Chat, leaving: list[str]) -> None:
    """Give the chat of a leaving owner to somebody who stays."""
    if call.readings.leaving_owner == "refused":
        raise Refusal(232076)
    heir = chat.heir(*leaving)
    if heir is None:
        raise Refusal(232029)
    chat.hand_over(heir)


# ---- read


def chat_members_get(call: Call) -> dict[str, Any]:
    """Return one page of the users; bots are dropped after the page was cut, so pages can be short."""
    chat = open_chat(call)
    require_member(call, chat)
    if call.readings.p2p_member_list == "refused":
        require_mode(chat, MODES, 232090)
    id_type, cap = call.query["member_id_type"], call.tenant.member_list_cap
    cut = cap is not None and len(chat.users) > cap
    scope = f"members:{chat.chat_id}:{id_type}"
    members, following = _page_of_members(call, chat, chat.users[:cap] if cut else chat.members, scope)
    items = [_person(call, id_type, user) for user in members if not is_bot(user) and _shown(call, user)]
    total = chat.users if call.readings.member_total == "users" else chat.members
    return {
        **page(call, items, scope, following),
        "member_total": len(total),
        **_report_of_cut(call, cap, cut=cut),
    }


def _page_of_members(call: Call, chat: Chat, members: list[str], scope: str) -> tuple[list[str], int | None]:
    """Return the members on the wanted page, and where the next page begins.

    Who joined at one moment is never parted, so that a page can be longer than wished.
    """
    members = members[:: 1 if call.readings.member_order == "oldest_first" else -1]
    begin = load_token(scope, call.query)
    end = begin + page_size(call)
    found = members[begin:end]
    if found:
        last = chat.joined[found[-1]]
        found += takewhile(lambda member: chat.joined[member] == last, members[end:])
    end = begin + len(found)
    return found, end if end < len(members) else None


def _shown(call: Call, user: str) -> bool:
    return call.readings.invisible_members == "listed" or within_reach(call, user)


def _person(call: Call, id_type: str, user: str) -> dict[str, Any]:
    """Return one user of the chat as the lists have it."""
    member_id = show_person(call, id_type, user)
    found = call.directory.users[user]
    return {
        "member_id_type": id_type,
        **({} if member_id is None else {"member_id": member_id}),
        "name": found.name,
        "tenant_key": found.tenant_key,
    }


def _report_of_cut(call: Call, cap: int | None, *, cut: bool) -> dict[str, Any]:
    """Return the two fields about the security setting; who asks for them is told of a whole list, too."""
    asked = call.query["check_security_conf"]
    if cut and (asked or call.readings.member_list_cut == "reported"):
        return {"trigger_security_conf_limit": True, "security_conf_limit": cap}
    return {"trigger_security_conf_limit": False} if asked else {}


def chat_members_is_in_chat(call: Call) -> dict[str, Any]:
    """Tell whether the caller itself is in the chat; nobody is in a dissolved one."""
    reading = call.readings.in_dissolved_chat
    chat = open_chat(call, dissolved_too=reading != "232009")
    if chat.dissolved and reading == "232006":
        raise Refusal(232006)
    return {"is_in_chat": chat.role_of(call.caller) is not Role.OUTSIDE}


# ---- reads without a page: info.x-related-undocumented


def chat_members_list(call: Call) -> dict[str, Any]:
    """Return one page of users and bots together."""
    chat = open_chat(call)
    if chat.role_of(call.caller) is Role.OUTSIDE:
        raise Refusal(102021)
    kinds = (call.query.get("member_types") or ",".join(_KINDS)).split(",")
    if not set(kinds) <= set(_KINDS):
        raise Refusal(232001)
    id_type, cap = call.query["member_id_type"], call.tenant.member_list_cap
    users = frozenset(chat.users[:cap])
    wanted = [
        member
        for member in chat.members
        if ("bot" in kinds if is_bot(member) else "user" in kinds and member in users)
    ]
    scope = f"members/list:{chat.chat_id}:{id_type}:{','.join(sorted(kinds))}"
    members, following = _page_of_members(call, chat, wanted, scope)
    paged = page(call, [], scope, following)
    del paged["items"]
    hides = chat.settings["hide_member_count_setting"] == "only_owner" and not chat.manages(call.caller)
    truncated = following is None and "user" in kinds and len(users) < len(chat.users)
    return {
        "users": [_person(call, id_type, member) for member in members if not is_bot(member)],
        "bots": [_bot(call, id_type, member) for member in members if is_bot(member)],
        "user_total": _HIDDEN if hides else len(chat.users),
        "bot_total": len(chat.bots),
        "truncations": [{"member_type": "user", "limit": cap}] if truncated else [],
        **paged,
    }


def chat_members_bots(call: Call) -> dict[str, Any]:
    """Return the bots of a chat by open_id and name; the App ID is not told."""
    chat = open_chat(call)
    require_member(call, chat)
    return {
        "items": [
            {"bot_id": _open_id_of_bot(call, bot), "bot_name": call.directory.apps[bot].name}
            for bot in chat.bots
        ]
    }


def _bot(call: Call, id_type: str, bot: str) -> dict[str, Any]:
    """Return one bot of the chat; of a bot's ids only open_id and App ID are known."""
    app = call.directory.apps[bot]
    return {
        "member_id_type": id_type,
        **({"member_id": _open_id_of_bot(call, bot)} if id_type == "open_id" else {}),
        "app_id": bot,
        "name": app.name,
        "tenant_key": app.tenant_key,
    }


def _open_id_of_bot(call: Call, bot: str) -> str:
    """Return the open_id of a bot as the calling app sees it."""
    return call.app.open_id if bot == call.app.app_id else ids.open_id(call.app.app_id, bot)
