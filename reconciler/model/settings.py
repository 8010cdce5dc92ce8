"""The settings facet: everything that one update call writes.

Field names are those of the YAML file; values are the platform's own enum values. A dotted path such as
`permissions.at_all` names a field everywhere: in changes, in the state and in messages.

Source: chats.openapi.yaml, `ChatUpdateRequest` and `info.x-field-matrix`.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from reconciler.model.base import Frozen, JsonValue

OwnerOrAll: TypeAlias = Literal["only_owner", "all_members"]
Visibility: TypeAlias = Literal["only_owner", "all_members", "not_anyone"]
Approval: TypeAlias = Literal["no_approval_required", "approval_required"]
Restriction: TypeAlias = Literal["all_members", "not_anyone"]
Locale: TypeAlias = Literal["zh_cn", "en_us", "ja_jp"]

LOCALES: Final[tuple[Locale, ...]] = ("zh_cn", "en_us", "ja_jp")


class Permissions(Frozen):
    """Who may do what. `only_owner` always means the owner and the managers."""

    add_member: OwnerOrAll | None = None
    at_all: OwnerOrAll | None = None
    edit: OwnerOrAll | None = None
    urgent: OwnerOrAll | None = None
    video_conference: OwnerOrAll | None = None
    hide_member_count: OwnerOrAll | None = None
    membership_approval: Approval | None = None
    join_message_visibility: Visibility | None = None
    leave_message_visibility: Visibility | None = None


class RestrictedMode(Frozen):
    """Confidential mode. On exactly when at least one of the three says `not_anyone`."""

    status: bool
    screenshot: Restriction = "all_members"
    download: Restriction = "all_members"
    message: Restriction = "all_members"


class Settings(Frozen):
    """What one update call can write. `None`: unmanaged (desired) or not told (live)."""

    name: str | None = None
    i18n_names: dict[Locale, str] | None = None
    description: str | None = None
    avatar: str | None = None
    """Image key (`img_…`), or a file that is yet to be uploaded (`sha256:…`)."""
    chat_type: Literal["private", "public"] | None = None
    group_message_type: Literal["chat", "thread"] | None = None
    permissions: Permissions = Permissions()
    restricted_mode: RestrictedMode | None = None

    def fields(self) -> dict[str, JsonValue]:
        """Return every told field by its dotted path, in the order of the file format.

        `restricted_mode` is one field with a map as its value, because it is written as a whole;
        `i18n_names` is one field per locale.
        """
        flat: dict[str, JsonValue] = {}
        for name, value in self.model_dump(exclude_none=True).items():
            if name in _NESTED:
                flat.update({f"{name}.{key}": inner for key, inner in value.items()})
            else:
                flat[name] = value
        return flat

    @classmethod
    def from_fields(cls, fields: dict[str, JsonValue]) -> Settings:
        """Return the settings that `fields` (as made by `fields`) says."""
        nested: dict[str, JsonValue] = {}
        for path, value in fields.items():
            head, _, tail = path.partition(".")
            if tail:
                nested.setdefault(head, {})[tail] = value
            else:
                nested[head] = value
        return cls.model_validate(nested)


_NESTED: Final = frozenset({"i18n_names", "permissions"})

NEW_GROUP_SETTINGS: Final = Settings(
    description="",
    chat_type="private",
    group_message_type="chat",
    permissions=Permissions(
        add_member="all_members",
        at_all="all_members",
        edit="all_members",
        urgent="all_members",
        video_conference="all_members",
        hide_member_count="all_members",
        membership_approval="no_approval_required",
        join_message_visibility="all_members",
        leave_message_visibility="all_members",
    ),
    restricted_mode=RestrictedMode(status=False),
)
"""The settings of a group created with an empty body. Source: chats.openapi.yaml, chat_create `x-rules`
("Defaults") and, for the two that create cannot write, the reading of its `x-open-questions`."""

CREATE_ONLY_BY_UPDATE: Final = frozenset({"permissions.add_member", "permissions.at_all"})
"""Fields that create cannot write. Source: chats.openapi.yaml, chat_create `x-rules`."""

UNREADABLE: Final = frozenset({"avatar"})
"""Fields that are live as they were written last, as far as anybody knows: an avatar is read as a URL.
Source: chats.openapi.yaml, `info.x-rules`."""
