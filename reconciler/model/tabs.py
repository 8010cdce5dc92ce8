"""The tabs facet: the row of tabs at the top of a group. Only `url` and `doc` tabs can be written.

Source: tabs.openapi.yaml, `info.x-limits`.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from reconciler.model.base import Frozen

TabType: TypeAlias = Literal["url", "doc"]

CUSTOM_TABS: Final = 20
NAME_LENGTH: Final = 60
WRITABLE_TYPES: Final[frozenset[str]] = frozenset({"url", "doc"})


class Tab(Frozen):
    """A tab the configuration asks for. `None`: unmanaged; only url tabs have `open_in_app` and `icon`."""

    name: str
    type: TabType
    link: str
    open_in_app: bool | None = None
    icon: str | None = None
    """Image key (`img_…`), or a file that is yet to be uploaded (`sha256:…`)."""


class LiveTab(Frozen):
    """A tab as the platform shows it; built-in ones usually have neither name nor link."""

    id: str
    type: str
    name: str | None = None
    link: str | None = None
    open_in_app: bool | None = None
    icon: str | None = None

    @property
    def writable(self) -> bool:
        """Whether the API can change or delete this tab."""
        return self.type in WRITABLE_TYPES
