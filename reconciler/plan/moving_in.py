"""What an existing chat needs to be managed: a key, and to be a chat that can be managed at all.

And what is told of groups that moved in, or whose files follow what is live.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable
from dataclasses import dataclass
from itertools import count
from typing import Final

from reconciler.diff.changes import Change
from reconciler.errors import Diagnostic, PlatformFacts, Text, text
from reconciler.model.group import LiveGroup
from reconciler.plan.describe import LeftOut

_MAX_LENGTH: Final = 48
"""Of the part of a key that comes from a name; a key has room for 63 characters."""
_SHORT: Final = 8
"""Characters of a chat id that tell it from the others of a fleet well enough."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A chat with the key that it is bound to."""

    key: str
    chat_id: str
    name: str
    """Display name; empty where it has none."""
    left_out: tuple[LeftOut, ...] = ()
    """What the files do not say of it."""


@dataclass(frozen=True, slots=True)
class PulledGroup:
    """A group whose file follows what is live."""

    key: str
    name: str
    changes: tuple[Change, ...]
    """What differed and does not any more, as a plan shows it: `before` is live."""


def new_key(name: str, chat_id: str, taken: Container[str]) -> str:
    """Return a key for a chat: the words of its name that ASCII can say, else a short form of its id.

    The same chat gets the same key again, unless another chat took it meanwhile.

    Args:
        name: Display name, may be empty.
        chat_id: `oc_…`.
        taken: Keys that are in use.
    """
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_name.lower()).strip("-")[:_MAX_LENGTH].rstrip("-")
    short = re.sub(r"[^a-z0-9]", "", chat_id.removeprefix("oc_").lower())
    base = slug if len(slug) > 1 else f"group-{short[:_SHORT]}".rstrip("-")
    candidates = (base, f"{base}-{short[:_SHORT]}".rstrip("-"))
    free = next((each for each in candidates if each not in taken), None)
    return free or next(key for number in count(2) if (key := f"{candidates[1]}-{number}") not in taken)


def own_tenant(known: str, groups: Iterable[LiveGroup]) -> str:
    """Return the key of our tenant: as the state knows it, else that of most groups that are not external."""
    told = [group.tenant_key for group in groups if group.tenant_key and not group.external]
    return known or max(sorted(set(told)), key=told.count, default="")


def odd_chat(live: LiveGroup, tenant_key: str) -> Diagnostic | None:
    """Return why a chat cannot be managed; `None` when it can.

    Args:
        live: The chat as it was read.
        tenant_key: Our tenant; empty when nobody knows it yet.

    Source: docs/behaviour.md, "Moving in".
    """
    facts = None
    if live.status != "normal":
        summary = text("Group is dissolved")
        detail = text("The group was dissolved on the platform; it cannot be brought back.")
        hint = text("Leave it out.")
        facts = PlatformFacts("chat_get", log_id=live.log_id)
    elif not live.full:
        summary = text("Our app is not in the group")
        detail = text("The platform shows outsiders only the name of a group.")
        hint = text(
            "Add the app to the group in the Feishu client, as a manager if it is to change settings."
        )
        facts = PlatformFacts("chat_get", log_id=live.log_id)
    elif live.mode != "group":
        summary = text("Kind of chat is not supported")
        detail = _KINDS.get(live.mode or "", _UNKNOWN_KIND)
        hint = text("Leave it out; only ordinary groups can be managed.")
    elif live.external:
        summary = text("Group is external")
        detail = text("People of other companies are in the group.")
        hint = text("Leave it out; external groups are not managed.")
    elif tenant_key and live.tenant_key and live.tenant_key != tenant_key:
        summary = text("Group belongs to another tenant")
        detail = text(
            "The group is of tenant `{found}`, and this fleet of tenant `{known}`.",
            found=live.tenant_key,
            known=tenant_key,
        )
        hint = text("Leave it out, or manage it in a fleet of that tenant.")
    else:
        return None
    return Diagnostic(summary, detail, hint, address=live.chat_id, platform=facts)


_KINDS: Final[dict[str, Text]] = {
    "p2p": text("This is a conversation of two, not a group."),
    "topic": text("This is a topic group."),
}
_UNKNOWN_KIND: Final = text("This is a kind of chat that is not known here.")
