"""What people do in the client app, without tokens and without the API's rules.

Chats are named by chat_id; people by any id, e-mail, mobile or display name; bots by App ID.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from reconciler.emulator import ids
from reconciler.emulator.announcement import STATES, begin_revision, write_announcement
from reconciler.emulator.chat import (
    LOCALES,
    RESTRICTED_SETTINGS,
    RESTRICTION_VALUES,
    SETTING_VALUES,
    SHARE_BESIDE_ADD,
    Chat,
)
from reconciler.emulator.clock import require_span
from reconciler.emulator.directory import is_bot
from reconciler.emulator.fields import Fields, Text, read_body
from reconciler.emulator.handlers.menus import ITEM, TOP_ITEM
from reconciler.emulator.scenario import TAB_TYPES
from reconciler.emulator.store import Token, TokenKind
from reconciler.emulator.wire import Refusal

if TYPE_CHECKING:
    from reconciler.emulator.core import Emulator


class ActError(Exception):
    """The act makes no sense here, for example because nobody is called so."""


class Acts:
    """Acts of people on the chats of an emulator.

    Every act raises `ActError` for a chat, person, tab or value that does not exist. What an app is told of
    names `by` as the one who did it; the owner if nobody is said, and nobody if a bot is the owner.
    """

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    # ---- looking

    def chat(self, chat_id: str) -> dict[str, Any]:
        """Return everything about a chat; people by their open_id for the first app."""
        with self._emulator.store.transaction(write=False):
            return self._shown(self._load(chat_id))

    def chats(self) -> list[dict[str, Any]]:
        """Return everything about every chat, in the order of creation."""
        with self._emulator.store.transaction(write=False):
            return [self._shown(chat) for chat in self._emulator.store.chats()]

    # ---- signing in

    def sign_in(
        self,
        user: str,
        app_id: str | None = None,
        scopes: Sequence[str] | None = None,
        lifetime: float = 7200,
    ) -> str:
        """Let a person authorise an app (default: the first one) and return the user token.

        `scopes` are the ones granted, all by default; `lifetime` is in seconds.
        """
        try:
            require_span(lifetime)
        except ValueError as error:
            raise ActError(f"lifetime: {error}") from error
        directory, store = self._emulator.directory, self._emulator.store
        app = directory.apps.get(app_id or directory.first_app.app_id)
        person = directory.users.get(self._find(user))
        if app is None or person is None or not app.works_in(person.tenant_key):
            raise ActError(f"{user} cannot sign in to {app_id}")
        with store.transaction(write=True):
            token = Token(
                ids.user_token(self._emulator.seed, app.app_id, person.union_id, *store.token_numbers()),
                TokenKind.USER,
                app.app_id,
                person.tenant_key,
                self._emulator.clock.now() + lifetime,
                person.union_id,
                None if scopes is None else tuple(scopes),
            )
            store.add_token(token)
        return token.token

    # ---- the chat itself

    def rename(self, chat_id: str, name: str, by: str = "") -> None:
        """Give the chat another name."""
        self.change(chat_id, by=by, name=name)

    def change(self, chat_id: str, by: str = "", **values: Any) -> None:
        """Change texts, settings or states: whatever `chat` shows that is no list of people or things.

        add_member_permission moves share_card_permission with it; restricted takes some or all of its settings.
        """
        with self._change(chat_id, by) as chat:
            for name, value in values.items():
                _change_value(chat, name, value)

    def transfer(self, chat_id: str, owner: str, by: str = "") -> None:
        """Make somebody in the chat its owner."""
        with self._change(chat_id, by) as chat:
            chat.hand_over(self._one_in(chat, owner))

    def dissolve(self, chat_id: str, *, keep_history: bool = False, by: str = "") -> None:
        """End the chat."""
        with self._change(chat_id, by) as chat:
            chat.dissolve(keep_history=keep_history)

    # ---- people

    def add_members(self, chat_id: str, members: Sequence[str], by: str = "") -> None:
        """Let people and bots in; whoever waited for approval has it."""
        with self._change(chat_id, by) as chat:
            chat.join(*map(self._find, members))

    def remove_members(self, chat_id: str, members: Sequence[str], by: str = "") -> None:
        """Take people and bots out; a leaving owner's chat goes to somebody else. Who leaves does it itself."""
        with self._change(chat_id, by) as chat:
            self._take_out(chat, members)

    def withdraw_members(self, chat_id: str, members: Sequence[str], by: str = "") -> None:
        """Revoke the invitation of people who were just added."""
        with self._change(chat_id, by, withdrawn=True) as chat:
            self._take_out(chat, members)

    def add_managers(self, chat_id: str, members: Sequence[str]) -> None:
        """Appoint members."""
        with self._change(chat_id) as chat:
            found = [self._one_in(chat, member) for member in members]
            chat.managers += [member for member in found if member not in chat.managers]

    def remove_managers(self, chat_id: str, members: Sequence[str]) -> None:
        """Take the role from members."""
        with self._change(chat_id) as chat:
            found = [self._one_in(chat, member) for member in members]
            chat.managers = [member for member in chat.managers if member not in found]

    def set_moderation(self, chat_id: str, mode: str, moderators: Sequence[str] = (), by: str = "") -> None:
        """Say who may post; `moderators` is the whole list of `moderator_list`."""
        with self._change(chat_id, by) as chat:
            _change_value(chat, "moderation_permission", mode)
            chat.moderators = [self._one_in(chat, member) for member in moderators]

    # ---- one-to-one chats

    def open_conversation(self, user: str, app_id: str | None = None) -> str:
        """Let a person open the one-to-one chat with a bot (default: the first app) and return its chat_id."""
        person, bot = self._find(user), app_id or self._emulator.directory.first_app.app_id
        app, store = self._emulator.directory.apps.get(bot), self._emulator.store
        if is_bot(person):
            raise ActError(f"{user} is no person")
        tenant_key = self._emulator.directory.users[person].tenant_key
        if app is None or not app.bot or not app.works_in(tenant_key):
            raise ActError(f"{user} cannot talk to {bot}")
        with store.transaction(write=True):
            outbox, chat = self._emulator.outbox(), store.one_to_one_chat(bot, person)
            if chat is None:
                chat_id = ids.chat_id(self._emulator.seed, store.next_number())
                chat = Chat.one_to_one(chat_id, tenant_key, person, bot, outbox.now)
                outbox.create(chat, person)
            outbox.enter(chat, person)
        return chat.chat_id

    # ---- tabs and menus

    def reserve_tabs_and_menus(self, chat_id: str, *, reserved: bool = True) -> None:
        """Reserve tabs, widgets and menus to owner and managers, or open them to all."""
        self.change(chat_id, tabs_and_menus_reserved=reserved)

    def add_tab(
        self,
        chat_id: str,
        tab_type: str,
        name: str = "",
        link: str = "",
        icon_key: str | None = None,
        is_built_in: bool | None = None,
    ) -> str:
        """Append a tab of any type and return its id."""
        if tab_type not in TAB_TYPES:
            raise ActError(f"tab_type must be one of {', '.join(TAB_TYPES)}")
        given = {"icon_key": icon_key, "is_built_in": is_built_in}
        config = {key: value for key, value in given.items() if value is not None}
        with self._change(chat_id) as chat:
            tab: dict[str, Any] = {"tab_id": self._new_id(), "tab_type": tab_type}
            tab |= {"tab_name": name} if name else {}
            tab |= {"tab_content": {tab_type: link}} if link else {}
            tab |= {"tab_config": config} if config else {}
            chat.tabs.append(tab)
            return str(tab["tab_id"])

    def change_tab(self, chat_id: str, tab_id: str, name: str | None = None, link: str | None = None) -> None:
        """Give a tab another name or link."""
        with self._change(chat_id) as chat:
            tab = _one_of(chat.tabs, "tab_id", tab_id)
            if name is not None:
                tab["tab_name"] = name
            if link is not None:
                tab["tab_content"] = {tab["tab_type"]: link}

    def remove_tab(self, chat_id: str, tab_id: str) -> None:
        """Remove a tab of any type."""
        with self._change(chat_id) as chat:
            chat.tabs.remove(_one_of(chat.tabs, "tab_id", tab_id))

    def sort_tabs(self, chat_id: str, tab_ids: Sequence[str]) -> None:
        """Put the named tabs first, in this order."""
        with self._change(chat_id) as chat:
            chat.tabs = _sorted(chat.tabs, "tab_id", tab_ids)

    def add_menu(self, chat_id: str, item: dict[str, Any], children: Sequence[dict[str, Any]] = ()) -> str:
        """Append a top-level menu and return its id; the items are as the API writes `chat_menu_item`."""
        with self._change(chat_id) as chat:
            menu: dict[str, Any] = {
                "chat_menu_top_level_id": self._new_id(),
                "chat_menu_item": _checked(TOP_ITEM, item),
            }
            if children:
                menu["children"] = [
                    {"chat_menu_second_level_id": self._new_id(), "chat_menu_item": _checked(TOP_ITEM, child)}
                    for child in children
                ]
            chat.menus.append(menu)
            return str(menu["chat_menu_top_level_id"])

    def change_menu(self, chat_id: str, menu_id: str, item: dict[str, Any]) -> None:
        """Change properties of a top-level entry."""
        with self._change(chat_id) as chat:
            entry = _one_of(chat.menus, "chat_menu_top_level_id", menu_id)
            entry["chat_menu_item"].update(_checked(ITEM, item))

    def remove_menu(self, chat_id: str, menu_id: str) -> None:
        """Remove a top-level menu with its children."""
        with self._change(chat_id) as chat:
            chat.menus.remove(_one_of(chat.menus, "chat_menu_top_level_id", menu_id))

    def sort_menus(self, chat_id: str, menu_ids: Sequence[str]) -> None:
        """Put the named menus first, in this order."""
        with self._change(chat_id) as chat:
            chat.menus = _sorted(chat.menus, "chat_menu_top_level_id", menu_ids)

    # ---- top notice and share links

    def reserve_pins(self, chat_id: str, *, reserved: bool = True) -> None:
        """Reserve the top notice to owner and managers, or open it to all."""
        self.change(chat_id, pins_reserved=reserved)

    def put_top_notice(self, chat_id: str, message_id: str = "") -> None:
        """Pin a message of the chat, or without one the announcement, to the top of the chat."""
        with self._change(chat_id) as chat:
            if message_id:
                self._require_message(chat, message_id)
                chat.top_notice = {"action_type": "1", "message_id": message_id}
            else:
                chat.top_notice = {"action_type": "2"}

    def expire_message(self, chat_id: str, message_id: str) -> None:
        """Begin the countdown at whose end a message destroys itself."""
        with self._change(chat_id) as chat:
            self._require_message(chat, message_id)
            chat.expiring_messages.append(message_id)

    def remove_top_notice(self, chat_id: str) -> None:
        """Take off whatever is pinned to the top of the chat."""
        with self._change(chat_id) as chat:
            chat.top_notice = {}

    def join_by_link(self, user: str, share_link: str) -> None:
        """Let somebody open a share link and so join the chat, or wait where joining needs approval.

        A link that has ended does not work, nor one that a bot obtained which is disabled or has left.
        """
        member, link = self._find(user), self._emulator.store.link(share_link.rpartition("=")[2])
        if link is None or (link.ends is not None and link.ends <= self._emulator.clock.now()):
            raise ActError("the link has ended, or there never was one")
        with self._change(link.chat_id, user) as chat:
            maker = self._emulator.directory.apps.get(link.maker)
            if maker is not None and (maker.app_id not in chat.members or not maker.enabled):
                raise ActError("the bot that obtained the link is disabled or has left the chat")
            if chat.settings["membership_approval"] == "no_approval_required":
                chat.join(member)
            elif member not in [*chat.members, *chat.pending]:
                chat.pending.append(member)

    # ---- the announcement

    def write_announcement(
        self, chat_id: str, by: str, text: str | None = None, blocks: Sequence[Any] = ()
    ) -> None:
        """Replace the announcement: by the lines of `text`, or by `blocks` as `Tree.write` in blocks.py has them."""
        with self._change(chat_id, by) as chat:
            editor, announcement = self._one_in(chat, by), _announcement(chat)
            begin_revision(self._emulator.store, chat, editor, self._emulator.clock.now())
            try:
                write_announcement(announcement, chat_id, self._new_block_id, text, blocks)
            except ValueError as error:
                raise ActError(str(error)) from error

    def set_announcement_state(self, chat_id: str, state: str) -> None:
        """Make the announcement `usable`, `missing`, or `copying` while somebody copies it."""
        if state not in STATES:
            raise ActError(f"state must be one of {', '.join(STATES)}")
        with self._change(chat_id) as chat:
            _announcement(chat)["state"] = state

    def bar_from_announcement(self, chat_id: str, names: Sequence[str]) -> None:
        """Let everybody read the document but those."""
        with self._change(chat_id) as chat:
            _announcement(chat)["barred"] = [self._find(name) for name in names]

    def upload_media(
        self,
        chat_id: str,
        block_id: str,
        width: int | None = None,
        height: int | None = None,
        *,
        too_big: bool = False,
    ) -> str:
        """Upload a picture or file for a block of the announcement, as drive does, and return its token."""
        with self._change(chat_id) as chat:
            announcement = _announcement(chat)
            if block_id not in announcement.get("blocks", {}):
                raise ActError(f"there is no block {block_id}")
            token = f"boxcn{self._new_id()}"
            announcement["media"][token] = {
                "block_id": block_id,
                "width": width,
                "height": height,
                "too_big": too_big,
            }
            return token

    # ---- helpers

    @contextmanager
    def _change(self, chat_id: str, by: str = "", *, withdrawn: bool = False) -> Iterator[Chat]:
        with self._emulator.store.transaction(write=True):
            chat = self._load(chat_id)
            if chat.dissolved:
                raise ActError("the chat is dissolved")
            usual = "" if is_bot(chat.owner) else chat.owner
            actor = self._find(by) if by else usual
            yield chat
            chat.active_time = self._emulator.clock.now()
            self._emulator.outbox().change(chat, actor, withdrawn=withdrawn)

    def _take_out(self, chat: Chat, members: Sequence[str]) -> None:
        for leaving in dict.fromkeys(self._one_in(chat, member) for member in members):
            if leaving == chat.owner:
                heir = chat.heir(leaving)
                if heir is None:
                    raise ActError("nobody can take over the ownership")
                chat.hand_over(heir)
            chat.leave(leaving)

    def _load(self, chat_id: str) -> Chat:
        chat = self._emulator.store.chat(chat_id)
        if chat is None:
            raise ActError(f"there is no chat {chat_id}")
        return chat

    def _find(self, name: str) -> str:
        try:
            return self._emulator.directory.find(name)
        except KeyError as error:
            raise ActError(f"nobody is called {name}") from error

    def _one_in(self, chat: Chat, name: str) -> str:
        member = self._find(name)
        if member not in chat.members:
            raise ActError(f"{name} is not in the chat")
        return member

    def _new_block_id(self) -> str:
        return ids.block_id(self._emulator.seed, self._emulator.store.next_number())

    def _require_message(self, chat: Chat, message_id: str) -> None:
        message = self._emulator.store.message(message_id)
        if message is None or message.chat_id != chat.chat_id:
            raise ActError(f"there is no message {message_id} in the chat")

    def _new_id(self) -> str:
        return ids.long_id(self._emulator.seed, self._emulator.store.next_number())

    def _shown(self, chat: Chat) -> dict[str, Any]:
        shown = deepcopy(chat.__dict__)
        directory = self._emulator.directory
        app_id = directory.first_app.app_id

        def show(member: str) -> str:
            return member if is_bot(member) else directory.show(app_id, "open_id", member)

        shown["owner"] = show(chat.owner)
        del shown["joined"]
        for names in ("members", "managers", "moderators", "pending", "former"):
            shown[names] = [show(member) for member in shown[names]]
        if chat.announcement:
            shown["announcement"] |= {
                "owner": show(chat.announcement["owner"]),
                "modifier": show(chat.announcement["modifier"]),
                "barred": [show(member) for member in chat.announcement["barred"]],
            }
        return shown


_LOCALIZED = Fields(dict.fromkeys(LOCALES, Text()))
_TEXTS = ("name", "description", "avatar")
_STATES = (
    "external", "tabs_and_menus_reserved", "pins_reserved", "secret", "team", "super_large", "meeting", "banned",
)  # fmt: skip


def _announcement(chat: Chat) -> dict[str, Any]:
    if not chat.announcement:
        raise ActError("the chat has no announcement")
    return chat.announcement


def _change_value(chat: Chat, name: str, value: Any) -> None:
    if name in SETTING_VALUES:
        if value not in SETTING_VALUES[name]:
            raise ActError(f"{name} must be one of {', '.join(SETTING_VALUES[name])}")
        chat.settings[name] = value
        chat.settings["share_card_permission"] = SHARE_BESIDE_ADD[chat.settings["add_member_permission"]]
    elif (name in _TEXTS and isinstance(value, str)) or (name in _STATES and isinstance(value, bool)):
        setattr(chat, name, value)
    elif name == "i18n_names" and isinstance(value, dict):
        chat.i18n_names |= _checked(_LOCALIZED, value)
    elif name == "restricted" and _are_restrictions(value):
        chat.restricted |= value
        chat.restricted["status"] = any(chat.restricted[key] == "not_anyone" for key in RESTRICTED_SETTINGS)
    else:
        raise ActError(f"{name} cannot be changed to {value!r}")


def _are_restrictions(value: Any) -> bool:
    """Tell whether a value sets some settings of the restricted mode; whether it is on follows from them."""
    return isinstance(value, dict) and all(
        key in RESTRICTED_SETTINGS and setting in RESTRICTION_VALUES for key, setting in value.items()
    )


def _checked(shape: Fields, value: dict[str, Any]) -> dict[str, Any]:
    """Return an object in the form in which the API has it."""
    try:
        return read_body(shape, value, refuse_unknown=True)
    except Refusal as error:
        raise ActError(f"{error.msg} {error.details or ''}".strip()) from error


def _one_of(things: list[dict[str, Any]], key: str, wanted: str) -> dict[str, Any]:
    for thing in things:
        if thing[key] == wanted:
            return thing
    raise ActError(f"there is no {key} {wanted}")


def _sorted(things: list[dict[str, Any]], key: str, order: Sequence[str]) -> list[dict[str, Any]]:
    first = [_one_of(things, key, wanted) for wanted in dict.fromkeys(order)]
    return first + [thing for thing in things if thing not in first]
