"""Checks that nearly all operations on a chat begin with.

Order of chats.openapi.yaml, chat_update: chat_id, dissolved, tenant, membership, chat_mode, permission, then
the rules of the fields.
"""

from __future__ import annotations

from collections.abc import Container

from reconciler.emulator.chat import Chat, Role
from reconciler.emulator.operation import Call
from reconciler.emulator.outbox import Outbox
from reconciler.emulator.store import Image
from reconciler.emulator.wire import Refusal


def require_usable_app(call: Call) -> None:
    """Refuse an app without the bot ability (232025) or not working in the tenant (232034)."""
    if not call.app.bot:
        raise Refusal(232025)
    if not call.app.works_in(call.tenant.key):
        raise Refusal(232034)


def require_working_app(call: Call) -> None:
    """Refuse an app that is switched off (99991662) or not installed in the tenant (99991673)."""
    if not call.app.enabled:
        raise Refusal(99991662)
    if not call.app.works_in(call.tenant.key):
        raise Refusal(99991673)


def open_chat(
    call: Call, *, unknown: int = 232006, other_tenant: int = 232010, dissolved_too: bool = False
) -> Chat:
    """Return the chat of the call.

    Args:
        call: The call; its path names the chat.
        unknown: Code for a chat that does not exist.
        other_tenant: Code for an internal chat of another tenant.
        dissolved_too: Whether a dissolved chat is returned instead of refused (232009).

    Raises:
        Refusal: 232025, 232034, `unknown`, 232009, `other_tenant`, 232033 for an external chat without the
            external-sharing ability.
    """
    require_usable_app(call)
    chat = call.store.chat(call.path["chat_id"])
    if chat is None:
        raise Refusal(unknown)
    if chat.dissolved and not dissolved_too:
        raise Refusal(int(call.readings.dissolved_group))
    if chat.external and not call.app.external_sharing:
        raise Refusal(232033)
    if not chat.external and chat.tenant_key != call.tenant.key:
        raise Refusal(other_tenant)
    return chat


def require_member(call: Call, chat: Chat) -> Role:
    """Return what the caller is in `chat`; refuse one who is outside (232011)."""
    role = chat.role_of(call.caller)
    if role is Role.OUTSIDE:
        raise Refusal(232011)
    return role


def require_visible(call: Call) -> None:
    """Refuse a person whom the availability of the app leaves out (232024)."""
    if call.caller.user is not None and not call.caller.user.visible:
        raise Refusal(232024)


def require_mode(chat: Chat, modes: Container[str], code: int) -> None:
    """Refuse a chat whose mode is not among `modes`."""
    if chat.mode not in modes:
        raise Refusal(code)


def require_tab_and_menu_right(call: Call, chat: Chat) -> None:
    """Refuse plain members where tabs and menus are reserved (232055).

    The creator with im:chat:operate_as_owner is no exception: that one is documented for announcements only.
    """
    exempt = call.readings.creator_on_reserved == "allowed" and chat.role_of(call.caller) is Role.CREATOR
    if chat.tabs_and_menus_reserved and not exempt and not chat.manages(call.caller):
        raise Refusal(232055)


def find_image(call: Call, image_key: str) -> Image | None:
    """Return an image that somebody uploaded; the ones of the scenario have no image_type."""
    uploader = dict(call.tenant.images).get(image_key)
    return call.store.image(image_key) if uploader is None else Image(image_key, uploader, "")


def is_own_image(call: Call, image_key: str, image_type: str) -> bool:
    """Tell whether the calling app uploaded the image as `image_type`."""
    image = find_image(call, image_key)
    return image is not None and image.app_id == call.app.app_id and image.image_type in {"", image_type}


def require_own_image(call: Call, image_key: str | None) -> None:
    """Refuse an icon that this bot did not upload with image_type message (232056)."""
    if image_key and not is_own_image(call, image_key, "message"):
        raise Refusal(232056)


def save(call: Call, chat: Chat) -> None:
    """Keep a changed chat, and tell apps what the caller changed."""
    chat.active_time = call.now
    outbox(call).change(chat, call.caller.id)


def outbox(call: Call) -> Outbox:
    """Return where changes become events."""
    return Outbox(call.store, call.directory, call.seed, call.now)
