"""The menus facet: the custom menu above the input box of a group.

Source: menus.openapi.yaml, `info.x-limits` and `info.x-change-matrix`.
"""

from __future__ import annotations

from typing import Final, Literal

from reconciler.model.base import Frozen
from reconciler.model.settings import Locale

TOP_LEVELS: Final = 3
SECOND_LEVELS: Final = 5
NAME_LENGTH: Final = 120


class MenuLink(Frozen):
    """Where a menu entry leads; platforms without a link of their own use `common`."""

    common: str | None = None
    ios: str | None = None
    android: str | None = None
    pc: str | None = None
    web: str | None = None


class MenuItem(Frozen):
    """One entry. Without `url` a tap does nothing. `i18n_names` and `icon` of `None` are unmanaged."""

    name: str
    url: MenuLink | None = None
    i18n_names: dict[Locale, str] | None = None
    icon: str | None = None
    """Image key (`img_…`), or a file that is yet to be uploaded (`sha256:…`)."""

    @property
    def action(self) -> Literal["NONE", "REDIRECT_LINK"]:
        """The platform's `action_type`; it can never be changed once the entry exists."""
        return "NONE" if self.url is None else "REDIRECT_LINK"


class Menu(MenuItem):
    """A top-level menu. One with children has neither link nor icon."""

    children: tuple[MenuItem, ...] = ()


class LiveMenuItem(MenuItem):
    """An entry as the platform shows it; `url` is `None` for entries that do nothing."""

    id: str


class LiveMenu(LiveMenuItem):
    """A top-level menu as the platform shows it, children in display order."""

    children: tuple[LiveMenuItem, ...] = ()
