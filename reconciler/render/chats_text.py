"""Groups of the platform, managed or not, as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.model.ids import SELF
from reconciler.model.persons import labelled
from reconciler.plan.answers import FoundChat
from reconciler.render.as_json import diagnostics_json
from reconciler.render.columns import Cell, Row, align, indent
from reconciler.render.safe import safe
from reconciler.render.style import Role, Style
from reconciler.render.translate import say, say_count
from reconciler.render.values import LIMIT, quote, shorten


def render_chats(chats: Sequence[FoundChat], *, color: bool) -> str:
    """Return a line per group: its key, name, owner and chat id."""
    style = Style(color=color)
    titles = [Cell(say(title), Role.FAINT) for title in ("key", "name", "owner", "chat")]
    lines = align([titles, *map(_row, chats)], style) if chats else []
    managed = sum(chat.key is not None for chat in chats)
    total = say_count(len(chats), "{n} group", "{n} groups")
    return "\n".join((say("{total}, {managed} managed", total=total, managed=managed), *indent(lines)))


def _row(chat: FoundChat) -> Row:
    return (
        Cell(safe(chat.key) if chat.key else say("(not managed)"), Role.PLAIN if chat.key else Role.FAINT),
        Cell(quote(shorten(chat.name, LIMIT)) if chat.name else say("(no name)")),
        Cell(_owner(chat)),
        Cell(safe(chat.chat_id), Role.FAINT),
        Cell(say("(external)") if chat.external else "", Role.WARNING),
    )


def _owner(chat: FoundChat) -> str:
    if chat.owner is None:
        return say("a bot")
    return say("our app") if chat.owner == SELF else safe(labelled(chat.owner_name, chat.owner))


def chats_json(command: str, chats: Sequence[FoundChat]) -> str:
    """Return the groups under `groups`, in the document that every command without one of its own has."""
    groups = [
        {
            "chat_id": chat.chat_id,
            "name": chat.name,
            "key": chat.key,
            "owner": chat.owner,
            "owner_name": chat.owner_name,
            "external": chat.external,
        }
        for chat in chats
    ]
    return diagnostics_json(command, (), groups=groups)
