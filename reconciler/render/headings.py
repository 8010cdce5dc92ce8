"""The first line of a group's block, alike in plans, outcomes and `show`."""

from __future__ import annotations

from reconciler.render.columns import GAP, Cell
from reconciler.render.safe import safe
from reconciler.render.style import Role, Style
from reconciler.render.values import quote


def heading(mark: Cell, key: str, name: str, chat_id: str | None, remark: str, style: Style) -> str:
    """Return mark, key, display name in quotes, chat id and a remark, as far as there are any."""
    parts = (
        style.paint(mark.text, mark.role),
        style.paint(safe(key), Role.HEADING),
        quote(name) if name else "",
        style.paint(safe(chat_id or ""), Role.FAINT),
        remark,
    )
    return GAP.join(part for part in parts if part)
