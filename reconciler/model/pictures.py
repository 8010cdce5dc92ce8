"""Pictures: avatars of groups, icons of tabs and menus.

The platform knows a picture by its image key (`img_…`), which every upload makes anew. A file of the fleet is known
by its digest (`sha256:…`) until it was uploaded; which key came of it is remembered, so that an unchanged file is
never uploaded again.

Source: platform.openapi.yaml, im_image_create `x-rules`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Final, Literal, TypeAlias, TypeVar

from reconciler.model.group import DesiredGroup
from reconciler.model.menus import Menu, MenuItem
from reconciler.model.settings import Settings
from reconciler.model.tabs import Tab

Purpose: TypeAlias = Literal["avatar", "message"]
"""What a picture is uploaded for: icons are pictures of messages."""
Images: TypeAlias = Mapping[str, str]
"""Image keys of uploaded files, by purpose and digest as `image_name` puts them together."""
Rename: TypeAlias = Callable[[str, Purpose], str | None]
"""Returns what a picture shall be called; `None`: there is to be none."""

_DIGEST: Final = "sha256:"

T = TypeVar("T", Tab, MenuItem, Menu)


def digest_of(content: bytes) -> str:
    """Return what a file with this content is called."""
    return _DIGEST + hashlib.sha256(content).hexdigest()


def is_file(picture: str) -> bool:
    """Tell whether `picture` is a file that was not uploaded yet, as far as is known."""
    return picture.startswith(_DIGEST)


def image_name(purpose: Purpose, digest: str) -> str:
    """Return under which name the image key of a file is remembered."""
    return f"{purpose}/{digest}"


def with_images(group: DesiredGroup, images: Images) -> DesiredGroup:
    """Return `group` with image keys in the place of the files that were uploaded before."""

    def known(picture: str, purpose: Purpose) -> str:
        return images.get(image_name(purpose, picture), picture)

    changed: dict[str, object] = {"settings": rename_avatar(group.settings, known)}
    if group.tabs:
        items = tuple(rename_icon(tab, known) for tab in group.tabs.items)
        changed["tabs"] = group.tabs.model_copy(update={"items": items})
    if group.menus:
        menus = tuple(rename_icons(menu, known) for menu in group.menus.items)
        changed["menus"] = group.menus.model_copy(update={"items": menus})
    return group.model_copy(update=changed)


def rename_avatar(settings: Settings, rename: Rename) -> Settings:
    """Return `settings` with the avatar renamed."""
    if settings.avatar is None:
        return settings
    return settings.model_copy(update={"avatar": rename(settings.avatar, "avatar")})


def rename_icon(item: T, rename: Rename) -> T:
    """Return a tab or one entry of a menu with its icon renamed."""
    return item if item.icon is None else item.model_copy(update={"icon": rename(item.icon, "message")})


def rename_icons(menu: Menu, rename: Rename) -> Menu:
    """Return a menu with its icon and those of its children renamed."""
    children = tuple(rename_icon(child, rename) for child in menu.children)
    return rename_icon(menu, rename).model_copy(update={"children": children})
