"""The calls of members.openapi.yaml in one line each, and a group to make them on."""

from __future__ import annotations

from typing import Any

from tests.support.pretend import OURS, Answer, Pretend

ADD = "chat_members_create"
REMOVE = "chat_members_delete"
LIST = "chat_members_get"
IS_IN = "chat_members_is_in_chat"
APPOINT = "chat_managers_add_managers"
DISMISS = "chat_managers_delete_managers"

CHAT = "oc_kate"

EMPTY: dict[str, list[str]] = {
    "invalid_id_list": [],
    "not_existed_id_list": [],
    "pending_approval_id_list": [],
}
"""Answer of an addition that has nothing to tell."""


def group(**more: str) -> str:
    """Return a group of Kate's, in which Jim and our bot are plain members, as YAML; `more` keys go before."""
    values = {
        "chat_id": CHAT,
        "name": "Lunch",
        "owner": "Kate",
        "members": "[Jim]",
        "bots": f"[{OURS}]",
        **more,
    }
    return "  - {" + ", ".join(f"{name}: {value}" for name, value in values.items()) + "}"


def add(api: Pretend, chat_id: str, named: list[str], id_type: str = "open_id", **query: Any) -> Answer:
    """Add people or bots."""
    return api.call(ADD, chat_id, body={"id_list": named}, query={"member_id_type": id_type, **query})


def remove(api: Pretend, chat_id: str, named: list[str], id_type: str = "open_id") -> Answer:
    """Remove people or bots."""
    return api.call(REMOVE, chat_id, body={"id_list": named}, query={"member_id_type": id_type})


def change_managers(
    api: Pretend, operation: str, chat_id: str, named: list[str], id_type: str = "open_id"
) -> Answer:
    """Appoint or dismiss people or bots."""
    return api.call(operation, chat_id, body={"manager_ids": named}, query={"member_id_type": id_type})


def listed(api: Pretend, chat_id: str, **query: Any) -> dict[str, Any]:
    """Return one page of the members."""
    data: dict[str, Any] = api.call(LIST, chat_id, query=query).data
    return data


def ids_of(data: dict[str, Any]) -> list[str]:
    """Return the ids on a page."""
    return [item["member_id"] for item in data["items"]]
