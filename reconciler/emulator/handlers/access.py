"""Checks that nearly all operations on a chat begin with.

Order of chats.openapi.yaml, chat_update: chat_id, dissolved, tenant, membership, chat_mode, permission, then
the rules of the fields.
"""

from __future__ import annotations

from collections.abc import Container

from reconciler.emulator.chat import Chat, Role
from reconciler.emulator.operation import Call
from reconciler.emulator.wire import Refusal


def require_usable_app(call: Call) -> None:
    """Refuse an app without the bot ability (232025) or not working in the tenant (232034)."""
    if not call.app.bot:
        raise Refusal(232025)
    if not call.app.works_in(call.tenant.key):
        raise Refusal(232034)


def open_chat(call: Call, *, unknown: int = 232006, dissolved_too: bool = False) -> Chat:
    """Return the chat of the call.

    Args:
        call: The call; its path names the chat.
        unknown: Code for a chat that does not exist.
        dissolved_too: Whether a dissolved chat is returned instead of refused (232009).

    Raises:
        Refusal: 232025, 232034, `unknown`, 232009, 232010 for another tenant's internal chat, 232033 for an
            external chat without the external-sharing ability.
    """
    require_usable_app(call)
    chat = call.store.chat(call.path["chat_id"])
    if chat is None:
        raise Refusal(unknown)
    if chat.dissolved and not dissolved_too:
        raise Refusal(232009)
    if chat.external and not call.app.external_sharing:
        raise Refusal(232033)
    if not chat.external and chat.tenant_key != call.tenant.key:
        raise Refusal(232010)
    return chat


def require_member(call: Call, chat: Chat) -> Role:
    """Return what the caller is in `chat`; refuse one who is outside (232011)."""
    role = chat.role_of(call.caller)
    if role is Role.OUTSIDE:
        raise Refusal(232011)
    return role


def require_mode(chat: Chat, modes: Container[str], code: int) -> None:
    """Refuse a chat whose mode is not among `modes`."""
    if chat.mode not in modes:
        raise Refusal(code)


def require_tab_and_menu_right(call: Call, chat: Chat) -> None:
    """Refuse plain members where tabs and menus are reserved (232055).

    The creator with im:chat:operate_as_owner is no exception: that one is documented for announcements only.
    """
    if chat.tabs_and_menus_reserved and not chat.manages(call.caller):
        raise Refusal(232055)


def require_own_image(call: Call, image_key: str | None) -> None:
    """Refuse an image that another app uploaded (232056)."""
    uploader = dict(call.tenant.images).get(image_key or "", call.app.app_id)
    if uploader != call.app.app_id:
        raise Refusal(232056)


def save(call: Call, chat: Chat) -> None:
    """Keep a changed chat."""
    chat.active_time = call.now
    call.store.save_chat(chat)
