"""Sending messages. Source: platform.openapi.yaml, im_message_create."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from reconciler.emulator import ids
from reconciler.emulator.chat import Chat, Role
from reconciler.emulator.directory import User, is_bot
from reconciler.emulator.fields import Fields, Items, Text, read_body
from reconciler.emulator.handlers.access import find_image, outbox, require_working_app, save
from reconciler.emulator.handlers.cards import broken_card, require_card
from reconciler.emulator.operation import Call
from reconciler.emulator.store import Message
from reconciler.emulator.wire import Refusal

DEDUPLICATION = 3600.0
"""Seconds for which a `uuid` sends one message only."""

MOST_PER_SECOND = 5
"""Messages of all bots together into one chat, and so of one bot to one person."""

LONGEST = {"text": 150 * 1024, "post": 30 * 1024, "interactive": 30 * 1024}
"""Bytes of the longest content."""

SYSTEM_SCOPE = "im:message:send_sys_msg"

_FILE = Fields({"file_key": Text(required=True, shortest=1)})
_NODE = Fields(
    {"tag": Text(("text", "a", "at", "img", "media", "emotion", "hr", "code_block", "md"), required=True)}
)
_POST = Fields({"title": Text(), "content": Items(Items(_NODE), required=True)})
_CONTENT = {
    "text": Fields({"text": Text(required=True)}),
    "post": Fields({"zh_cn": _POST, "en_us": _POST}),
    "image": Fields({"image_key": Text(required=True, shortest=1)}),
    "file": _FILE,
    "audio": _FILE,
    "media": Fields({**_FILE.fields, "image_key": Text()}),
    "sticker": _FILE,
    "share_chat": Fields({"chat_id": Text(required=True)}),
    "share_user": Fields({"user_id": Text(required=True)}),
    "system": Fields(),
}
"""Shape of the content of every kind but cards."""

_ALONE = frozenset({"img", "media", "md"})
"""Nodes of a post that need a paragraph of their own."""

QUERY = Fields({
    "receive_id_type": Text(("open_id", "union_id", "user_id", "email", "chat_id"), required=True),
})  # fmt: skip
BODY = Fields({
    "receive_id": Text(required=True, shortest=1),
    "msg_type": Text((*_CONTENT, "interactive"), required=True),
    "content": Text(required=True),
    "uuid": Text(longest=50),
})  # fmt: skip

_MENTION = re.compile(r'<at user_id="([^"]*)">.*?</at>', re.DOTALL)
_LEAK = re.compile(r"[\w.+-]+@[\w-]+\.\w+|(?<!\d)\+?\d{11,13}(?!\d)")
"""Plain mail addresses and phone numbers."""


def im_message_create(call: Call) -> dict[str, Any]:
    """Send a message; with the `uuid` of an earlier one send nothing, whatever the content."""
    require_working_app(call)
    if not call.app.bot:
        raise Refusal(230006)
    uuid = call.body.get("uuid")
    earlier = call.store.sent_message(_sender_key(call), uuid, call.now - DEDUPLICATION) if uuid else None
    if earlier is not None:
        if call.readings.message_uuid_again == "refused":
            raise Refusal(230049)
        return earlier.document
    if not call.tenant.encryption_key:
        raise Refusal(230036)
    content = _read_content(call)
    chat = _receiver(call)
    _require_sendable(call, chat, content)
    _require_rate(call, chat)
    message = _new_message(call, chat, content)
    call.store.add_message(message)
    if uuid:
        call.store.remember_sending(_sender_key(call), uuid, message)
    save(call, chat)
    return message.document


def _sender_key(call: Call) -> str:
    """Return within what a `uuid` is unique: the caller by way of the app in its tenant."""
    return f"{call.tenant.key}/{call.app.app_id}/{call.caller.id}"


# ---- who gets it


def _receiver(call: Call) -> Chat:
    """Return the chat that the message goes into; the first one to a person makes the one-to-one chat."""
    if call.query["receive_id_type"] == "chat_id":
        return _open_chat(call)
    person = _find_receiver(call)
    if person is None or person.union_id == call.caller.id:
        raise Refusal(230034)
    _require_reachable(call, person, resigned=230029)
    known = call.store.one_to_one_chat(call.caller.id, person.union_id)
    return known or _new_conversation(call, person)


def _open_chat(call: Call) -> Chat:
    """Return the chat that the body names, if the caller may speak there."""
    chat = call.store.chat(call.body["receive_id"])
    if chat is None:
        raise Refusal(230034)
    if chat.dissolved:
        raise Refusal(232009)
    if chat.external and not call.app.external_sharing:
        raise Refusal(230027)
    _require_inside(call, chat)
    if chat.secret:
        raise Refusal(230075)
    if chat.banned:
        raise Refusal(230035)
    if not _may_speak(call, chat):
        raise Refusal(230018)
    if chat.mode == "p2p":
        for person in chat.users:
            _require_reachable(call, call.directory.users[person], resigned=230013)
    return chat


def _require_inside(call: Call, chat: Chat) -> None:
    """Refuse a caller who is not in the chat; a store app is not, in one tenant, in the chats of another."""
    elsewhere = not chat.external and chat.tenant_key != call.tenant.key
    if elsewhere or chat.role_of(call.caller) is Role.OUTSIDE:
        raise Refusal(230002)


def _may_speak(call: Call, chat: Chat) -> bool:
    """Tell whether the moderation of the chat lets the caller speak; the owner always may."""
    mode = chat.settings["moderation_permission"]
    if mode == "only_owner":
        return chat.manages(call.caller)
    return mode == "all_members" or call.caller.id in {chat.owner, *chat.moderators}


def _find_receiver(call: Call) -> User | None:
    id_type, named = call.query["receive_id_type"], call.body["receive_id"]
    if id_type == "email":
        return call.directory.by_contact("email", named)
    return call.directory.resolve(call.app.app_id, id_type, named)


def _require_reachable(call: Call, person: User, *, resigned: int) -> None:
    """Refuse a person to whom the app cannot send."""
    if person.tenant_key != call.tenant.key:
        raise Refusal(230038)
    if person.resigned:
        raise Refusal(resigned)
    if not person.visible:
        raise Refusal(230013)
    if call.app.app_id in person.refuses:
        raise Refusal(230053)


def _new_conversation(call: Call, person: User) -> Chat:
    chat = Chat.one_to_one(
        call.new_id(ids.chat_id), call.tenant.key, call.caller.id, person.union_id, call.now
    )
    outbox(call).create(chat, call.caller.id)
    return chat


# ---- what is in it


def _read_content(call: Call) -> Any:
    """Return the parsed content, of the shape that its kind has; refuse what nobody may send."""
    kind, text = call.body["msg_type"], call.body["content"]
    if len(text.encode()) > LONGEST.get(kind, len(text.encode())):
        raise Refusal(230025)
    try:
        content = json.loads(text, parse_constant=_refuse_constant)
        plain = json.dumps(content, ensure_ascii=False)
        plain.encode()
    except (ValueError, RecursionError) as error:
        if kind == "interactive":
            raise broken_card("content") from error
        raise _wrong("content is not a string in json format") from error
    if kind == "interactive":
        require_card(call, content)
    else:
        _require_shape(kind, content)
    if any(word in plain for word in call.tenant.review_words):
        raise Refusal(230022)
    if call.tenant.leak_check and _LEAK.search(plain):
        raise Refusal(230028)
    return content


def _refuse_constant(name: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError(f"{name} is no JSON")


def _require_shape(kind: str, content: Any) -> None:
    try:
        read = read_body(_CONTENT[kind], content)
    except Refusal as refusal:
        raise _wrong(f"content does not fit msg_type {kind}") from refusal
    if kind == "post":
        _require_paragraphs(read)


def _require_sendable(call: Call, chat: Chat, content: Any) -> None:
    """Refuse what the caller may not send, or not into this chat."""
    kind: str = call.body["msg_type"]
    match kind:
        case "image":
            _require_own_image(call, content["image_key"])
        case "file" | "audio" | "media" | "sticker":
            _require_own_file(call, content["file_key"])
            if content.get("image_key"):
                _require_own_image(call, content["image_key"])
        case "share_chat":
            _require_shareable_chat(call, content["chat_id"])
        case "share_user":
            _require_shareable_user(call, content["user_id"])
        case "system":
            _require_system(call, chat)
        case _:  # nothing in a text, a post or a card belongs to anybody
            pass


def _require_paragraphs(post: dict[str, Any]) -> None:
    paragraphs = [paragraph for each in post.values() for paragraph in each["content"]]
    if not post:
        raise _wrong("a post needs zh_cn or en_us")
    if any(len(paragraph) > 1 and _ALONE & {node["tag"] for node in paragraph} for paragraph in paragraphs):
        raise _wrong("img, media and md need a paragraph of their own")


def _require_own_image(call: Call, image_key: str) -> None:
    image = find_image(call, image_key)
    if image is None:
        raise _wrong("invalid image_key")
    if image.app_id != call.app.app_id:
        raise Refusal(230017)
    if image.image_type == "avatar":
        raise Refusal(230055)


def _require_own_file(call: Call, file_key: str) -> None:
    """Refuse an image in place of a file; where files come from is not known here, so any other key will do."""
    image = find_image(call, file_key)
    if image is not None:
        raise Refusal(230055 if image.app_id == call.app.app_id else 230017)


def _require_shareable_chat(call: Call, chat_id: str) -> None:
    chat = call.store.chat(chat_id)
    if chat is None:
        raise _wrong("invalid chat_id")
    if chat.mode == "p2p":
        raise Refusal(230015)
    _require_inside(call, chat)


def _require_shareable_user(call: Call, open_id: str) -> None:
    person = call.find_person(open_id)
    if person is None:
        raise _wrong("invalid user_id")
    if not person.visible:
        raise Refusal(230013)


def _require_system(call: Call, chat: Chat) -> None:
    if call.caller.user is not None or chat.mode != "p2p":
        raise _wrong("system messages go from a bot to a person")
    if not call.app.may(SYSTEM_SCOPE):
        raise Refusal(230027)


def _require_rate(call: Call, chat: Chat) -> None:
    if not call.tenant.quota or not is_bot(call.caller.id):
        return
    if call.store.bot_messages_after(chat.chat_id, call.now - 1.0) >= MOST_PER_SECOND:
        raise Refusal(230020)


def _wrong(text: str) -> Refusal:
    return Refusal(230001, f"Your request contains an invalid request parameter, ext={text}")


# ---- the message


def _new_message(call: Call, chat: Chat, content: Any) -> Message:
    mentions: list[dict[str, Any]] = []
    sent = call.body["content"]
    if call.body["msg_type"] == "text":
        text = _MENTION.sub(lambda tag: _mention(call, chat, tag, mentions), content["text"])
        sent = json.dumps({**content, "text": text}, ensure_ascii=False)
    message_id, time = call.new_id(ids.message_id), str(int(call.now * 1000))
    document: dict[str, Any] = {
        "message_id": message_id,
        "msg_type": call.body["msg_type"],
        "create_time": time,
        "update_time": time,
        "deleted": False,
        "updated": False,
        "chat_id": chat.chat_id,
        "sender": _sender(call),
        "body": {"content": sent},
    }
    if mentions:
        document["mentions"] = mentions
    if chat.mode == "topic" or (chat.mode == "group" and chat.settings["group_message_type"] == "thread"):
        document["thread_id"] = call.new_id(ids.thread_id)
    return Message(message_id, chat.chat_id, call.caller.id, call.now, document)


def _mention(call: Call, chat: Chat, tag: re.Match[str], mentions: list[dict[str, Any]]) -> str:
    """Return what stands in the text for an at tag; one that names nobody stays as it is."""
    named = tag[1]
    if named == "all":
        if chat.settings["at_all_permission"] == "only_owner" and not chat.manages(call.caller):
            raise Refusal(230018)
        return "@_all"
    person = call.find_person(named)
    if person is None:
        return tag[0]
    key = f"@_user_{len(mentions) + 1}"
    mentions.append({
        "key": key, "id": named, "id_type": "open_id", "name": person.name, "tenant_key": person.tenant_key,
    })  # fmt: skip
    return key


def _sender(call: Call) -> dict[str, str]:
    caller = call.caller
    kind = (
        {"id_type": "open_id", "sender_type": "user"}
        if caller.user
        else {"id_type": "app_id", "sender_type": "app"}
    )
    shown = call.show("open_id", caller.id) if caller.user else caller.id
    return {"id": shown, **kind, "tenant_key": caller.tenant_key}
