"""Pictures in operations: what has to be uploaded before, and what it is called afterwards.

An operation names a file that was not uploaded yet by its digest, because its image key is made by the upload.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from reconciler.model.pictures import (
    Images,
    Purpose,
    Rename,
    image_name,
    is_file,
    rename_avatar,
    rename_icon,
    rename_icons,
)
from reconciler.plan.operations import (
    CreateChat,
    CreateMenus,
    CreateTabs,
    Operation,
    PatchMenuItem,
    UpdateChat,
    UpdateTabs,
    UploadImage,
)


def with_uploads(operations: Iterable[Operation]) -> tuple[Operation, ...]:
    """Return `operations` after the uploads of all files that they name."""
    named = list(operations)
    files = [
        (picture, purpose) for each in named for picture, purpose in pictures_in(each) if is_file(picture)
    ]
    uploads = [UploadImage(purpose=purpose, digest=digest) for digest, purpose in dict.fromkeys(files)]
    return (*uploads, *named)


def pictures_in(operation: Operation) -> tuple[tuple[str, Purpose], ...]:
    """Return the pictures that an operation names, with what they are for."""
    found: list[tuple[str, Purpose]] = []

    def note(picture: str, purpose: Purpose) -> str:
        found.append((picture, purpose))
        return picture

    _renamed(operation, note)
    return tuple(found)


def with_keys(operation: Operation, images: Images) -> Operation | None:
    """Return `operation` as it can be sent: image keys in the place of files, without an avatar that has none.

    `None`: nothing is left to be done.
    """

    def key(picture: str, purpose: Purpose) -> str | None:
        return images.get(image_name(purpose, picture)) if is_file(picture) else picture

    bound = _renamed(operation, key)
    return None if isinstance(bound, UpdateChat) and not bound.settings.fields() else bound


def count_calls(operations: Iterable[Operation]) -> Counter[str]:
    """Return how often each kind of operation is performed; a file is uploaded once, whoever names it."""
    listed = list(operations)
    uploads = {each for each in listed if isinstance(each, UploadImage)}
    others = (each for each in listed if not isinstance(each, UploadImage))
    return Counter(each.kind for each in (*uploads, *others))


def _renamed(operation: Operation, rename: Rename) -> Operation:
    match operation:
        case CreateChat() | UpdateChat():
            return operation.model_copy(update={"settings": rename_avatar(operation.settings, rename)})
        case CreateTabs():
            tabs = tuple(rename_icon(tab, rename) for tab in operation.tabs)
            return operation.model_copy(update={"tabs": tabs})
        case UpdateTabs():
            updates = tuple(
                each.model_copy(update={"tab": rename_icon(each.tab, rename)}) for each in operation.tabs
            )
            return operation.model_copy(update={"tabs": updates})
        case CreateMenus():
            menus = tuple(rename_icons(menu, rename) for menu in operation.menus)
            return operation.model_copy(update={"menus": menus})
        case PatchMenuItem():
            return operation.model_copy(update={"item": rename_icon(operation.item, rename)})
        case _:
            return operation
