"""Identities of chats, users and bots.

A user is named by an `ou_…` open id, a bot by its `cli_…` app id. Our own app is always the word `self`:
configuration and gateway both replace our own `cli_…` by it, so that the core needs no app id.

Source: chats.openapi.yaml `info.x-rules` ("Bots are always named by App ID").
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

SELF: Final = "self"
KEY_PATTERN: Final = r"^[a-z0-9][a-z0-9-]{0,62}$"
CHAT_ID_PATTERN: Final = r"^oc_[0-9A-Za-z_-]+$"
USER_PATTERN: Final = r"^ou_[0-9A-Za-z]+$"
BOT_PATTERN: Final = r"^cli_[0-9A-Za-z]+$"

_KEY: Final = re.compile(KEY_PATTERN)
_USER: Final = re.compile(USER_PATTERN)
_CHAT_ID: Final = re.compile(CHAT_ID_PATTERN)


def is_key(value: str) -> bool:
    """Tell whether `value` can be the key of a group."""
    return _KEY.match(value) is not None


def is_chat_id(value: str) -> bool:
    """Tell whether `value` can be the id of a chat."""
    return _CHAT_ID.fullmatch(value) is not None


def is_open_id(value: str) -> bool:
    """Tell whether `value` is the open id of a person, and nothing else."""
    return _USER.fullmatch(value) is not None


def is_user(identity: str) -> bool:
    """Tell whether `identity` names a user, by open id or in another way."""
    return not is_bot(identity)


def is_bot(identity: str) -> bool:
    """Tell whether `identity` names a bot, ours included."""
    return identity == SELF or identity.startswith("cli_")


def users_of(identities: Iterable[str]) -> tuple[str, ...]:
    """Return the users among `identities`, in their order."""
    return tuple(each for each in identities if is_user(each))


def other_bots_of(identities: Iterable[str]) -> tuple[str, ...]:
    """Return the bots among `identities` that are not our own app, in their order."""
    return tuple(each for each in identities if is_bot(each) and each != SELF)
