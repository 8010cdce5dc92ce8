"""Cards in messages. Source: platform.openapi.yaml, im_message_create, x-content-by-type and x-sub-errors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from reconciler.emulator.handlers.access import is_own_image
from reconciler.emulator.operation import Call
from reconciler.emulator.wire import Refusal

MOST_ELEMENTS = 200
"""Elements of a card of schema 2.0."""

_REFERENCES = {"template": "template_id", "card": "card_id"}
"""Cards that are made elsewhere, and what names each; their own content is not known here."""


def require_card(call: Call, card: Any) -> None:
    """Refuse a card that cannot be built (230099, with a sub code in the text)."""
    if not isinstance(card, dict):
        raise broken_card("content")
    for kind, named_by in _REFERENCES.items():
        if card.get("type") == kind:
            _require_reference(card.get("data"), named_by)
            return
    body = card.get("body") if card.get("schema") == "2.0" else card
    elements = body.get("elements", []) if isinstance(body, dict) else None
    if not isinstance(elements, list):
        raise broken_card("elements")
    found = list(_walk(elements))
    if card.get("schema") == "2.0" and len(found) > MOST_ELEMENTS:
        raise _failed(11310, "the number of elements exceeds the limit", str(len(found)))
    for element in found:
        _require_element(call, element)
    _require_audio(card, found)


def broken_card(where: str) -> Refusal:
    """Return the refusal of a card that cannot be parsed."""
    return _failed(200621, "parse card json err", where)


def _require_reference(data: Any, named_by: str) -> None:
    if not isinstance(data, dict) or not isinstance(data.get(named_by), str):
        raise broken_card(named_by)


def _walk(elements: list[Any]) -> Iterator[dict[str, Any]]:
    """Return every element, inner ones too, however deep."""
    ahead: list[Any] = elements[::-1]
    while ahead:
        value = ahead.pop()
        if isinstance(value, dict):
            if isinstance(value.get("tag"), str):
                yield value
            value = list(value.values())
        if isinstance(value, list):
            ahead += reversed(value)


def _require_element(call: Call, element: dict[str, Any]) -> None:
    if element["tag"] in {"at", "person"}:
        named = element.get("user_id", element.get("id"))
        if named != "all" and call.find_person(named) is None:
            raise _failed(100290, "invalid user id", str(named))
    if element["tag"] == "img" and not is_own_image(call, str(element.get("img_key")), "message"):
        raise _failed(200570, "invalid image key", str(element.get("img_key")))


def _require_audio(card: dict[str, Any], elements: list[dict[str, Any]]) -> None:
    audio = [str(element.get("audio_id")) for element in elements if element["tag"] == "audio"]
    twice = [audio_id for audio_id, count in Counter(audio).items() if count > 1]
    if twice:
        raise _failed(300230, "duplicate audio_id", twice[0])
    config = card.get("config")
    if audio and not (isinstance(config, dict) and config.get("enable_forward") is False):
        raise _failed(300220, "a card with audio must not be forwarded", "enable_forward")


def _failed(sub_code: int, text: str, value: str) -> Refusal:
    return Refusal(
        230099,
        f"Failed to create card content, ext=ErrCode: {sub_code}; ErrMsg: {text}; ErrorValue: {value};",
    )
