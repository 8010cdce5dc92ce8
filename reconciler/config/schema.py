"""The two kinds of files as pydantic models.

They check the shape of one file at a time and are the source of the JSON Schemas in `schemas/`, so that what an
editor completes and what `groupctl` accepts cannot drift apart. Rules about several values, and rules whose
messages need more than a position, are in `reconciler.config.checks`; the schema tells editors about them through
`json_schema_extra`.

A key that may be left out has no `None`: absent means unmanaged, and `null` is an error. The models' instances
are used for `groupctl.yaml` only; groups go on as trees, because merging needs to know what was not written.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Final, Literal, TypeAlias

from pydantic import ConfigDict, Discriminator, Field, StringConstraints, Tag
from pydantic.fields import ComputedFieldInfo, FieldInfo

from reconciler.model import fleet, settings
from reconciler.model.base import Frozen
from reconciler.model.ids import CHAT_ID_PATTERN, KEY_PATTERN
from reconciler.model.menus import NAME_LENGTH as MENU_NAME_LENGTH
from reconciler.model.menus import SECOND_LEVELS, TOP_LEVELS
from reconciler.model.moderation import ModerationMode
from reconciler.model.tabs import CUSTOM_TABS
from reconciler.model.tabs import NAME_LENGTH as TAB_NAME_LENGTH
from reconciler.model.top_notice import TopNotice

NAME_PATTERN: Final = r"^[^\s@/]+$"
"""Aliases and templates: one word of any script."""

UNMANAGEABLE: Final[tuple[str, ...]] = (
    "settings",
    "name",
    "i18n_names",
    *(f"i18n_names.{locale}" for locale in settings.LOCALES),
    "description",
    "avatar",
    "chat_type",
    "group_message_type",
    "permissions",
    *(f"permissions.{name}" for name in settings.Permissions.model_fields),
    "permissions.share_card",
    "restricted_mode",
    "owner",
    "managers",
    "moderation",
    "members",
    "announcement",
    "tabs",
    "menus",
    "top_notice",
)
"""What `unmanaged` can name: the facets, and settings by dotted path."""

LIST: Final = "[list]"
MAP: Final = "[map]"
TEXT: Final = "[text]"
"""Names of alternatives; no key can look like them, so that they are recognised in the places of errors."""


def _shape(value: object) -> str:
    """Return which alternative a value is meant to be: it is told by the form, not by trying."""
    match value:
        case dict():
            return MAP
        case list():
            return LIST
        case _:
            return TEXT


def _field_title(name: str, info: FieldInfo | ComputedFieldInfo) -> str:
    return (info.alias or name).replace("_", " ").capitalize()


def _model_title(model: type) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", " ", model.__name__).capitalize()


def optional(**facts: Any) -> Any:
    """Declare a key that may be left out. Its value is never `None` in a file."""
    return Field(default=None, **facts)


class FileModel(Frozen):
    """The base of everything that stands in a file."""

    model_config = ConfigDict(field_title_generator=_field_title, model_title_generator=_model_title)

    own_keys_first: ClassVar[bool] = False
    """Whether the documentation has the keys of this class before those that it inherits."""

    @classmethod
    def key_order(cls) -> tuple[str, ...]:
        """Return the keys in the order of the documentation."""
        keys = [info.alias or name for name, info in cls.model_fields.items()]
        own = [key for key in keys if key in cls.__annotations__] if cls.own_keys_first else []
        return tuple(dict.fromkeys([*own, *keys]))


def _explained(**meanings: str) -> dict[str, Any]:
    """Return the meaning of each enum value, as YAML language servers show it."""
    return {"markdownEnumDescriptions": list(meanings.values())}


_WHO: Final = _explained(only_owner="The owner and the managers.", all_members="Every member.")
_WHO_SEES: Final = _explained(
    only_owner="The owner and the managers.", all_members="Every member.", not_anyone="Nobody."
)
_RESTRICTION: Final = _explained(all_members="Every member may.", not_anyone="Nobody may.")

OwnerOrAll: TypeAlias = Annotated[settings.OwnerOrAll, Field(json_schema_extra=_WHO)]
Visibility: TypeAlias = Annotated[settings.Visibility, Field(json_schema_extra=_WHO_SEES)]
Restriction: TypeAlias = Annotated[settings.Restriction, Field(json_schema_extra=_RESTRICTION)]
Posting: TypeAlias = Annotated[
    ModerationMode,
    Field(
        json_schema_extra=_explained(
            all_members="Every member may post.",
            only_owner="Only the owner and the managers may post.",
            moderator_list="Only the listed moderators (and the owner) may post.",
        )
    ),
]
Mode: TypeAlias = Annotated[
    Literal["exact", "additive"],
    Field(
        json_schema_extra=_explained(
            exact="What is not listed goes.",
            additive="What is listed comes. What leaves the list goes only if groupctl added it.",
        )
    ),
]
_PERSON_PATTERN: Final = (
    r"^(self|@[^\s@/]+|(ou|on|cli)_[0-9A-Za-z]+|user_id:\S+|\+[0-9]{6,15}|[^\s@]+@[^\s@]+\.[^\s@]+)$"
)
Person: TypeAlias = Annotated[
    str,
    Field(
        description="`@alias`, an e-mail address, a mobile number (`+86…`), an id (`ou_…`, `on_…`, `user_id:…`), an "
        "app id (`cli_…`), or `self` for our own app.",
        examples=["@lilei", "li.lei@example.com", "ou_7d8a6e6df7621556ce0d21922b676706", "self"],
        json_schema_extra={"pattern": _PERSON_PATTERN},
    ),
]
Link: TypeAlias = Annotated[str, Field(json_schema_extra={"pattern": "^https?://"})]
Picture: TypeAlias = Annotated[
    str,
    Field(
        description="A file (`./…`, `../…`, as seen from this one) below the folder of the fleet, or an image key "
        "(`img_…`).",
        examples=["./avatars/oncall.png", "img_v2_5b8a2a5c-3b4a-4f0e-8d3c-1f2e3d4c5b6a"],
        json_schema_extra={"pattern": r"^(\.{1,2}/|img_)"},
    ),
]
GroupKey: TypeAlias = Annotated[str, StringConstraints(pattern=KEY_PATTERN)]
Name: TypeAlias = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]


def _length(limit: int) -> dict[str, Any]:
    return {"minLength": 1, "maxLength": limit}


class LocalizedNames(FileModel):
    """The name in other languages. Languages that are not written are left alone."""

    zh_cn: str = optional(json_schema_extra={"minLength": 1})
    """Simplified Chinese."""
    en_us: str = optional(json_schema_extra={"minLength": 1})
    """English."""
    ja_jp: str = optional(json_schema_extra={"minLength": 1})
    """Japanese."""


class Permissions(FileModel):
    """Who may do what in the group."""

    add_member: OwnerOrAll = optional()
    """Who may add members and share the group's card."""
    share_card: Literal["allowed", "not_allowed"] = optional(
        json_schema_extra=_explained(
            allowed="The same as `add_member: all_members`.",
            not_allowed="The same as `add_member: only_owner`.",
        )
    )
    """The other spelling of `add_member`: the platform has one switch for both."""
    at_all: OwnerOrAll = optional()
    """Who may mention everybody (@all)."""
    edit: OwnerOrAll = optional()
    """Who may edit name, picture, description and announcement of the group."""
    urgent: OwnerOrAll = optional()
    """Who may send urgent messages (buzz)."""
    video_conference: OwnerOrAll = optional()
    """Who may start video meetings."""
    hide_member_count: OwnerOrAll = optional()
    """Who sees the number of members."""
    membership_approval: settings.Approval = optional(
        json_schema_extra=_explained(
            no_approval_required="Everybody who is let in joins at once.",
            approval_required="The owner or a manager approves each new member.",
        )
    )
    """Whether joining needs approval."""
    join_message_visibility: Visibility = optional()
    """Who sees the notice that somebody joined."""
    leave_message_visibility: Visibility = optional()
    """Who sees the notice that somebody left."""


class RestrictedMode(FileModel):
    """Confidential mode. Replaced as a whole by nearer layers."""

    status: bool = optional()
    """Left out, the mode is on when one of the three says `not_anyone`. `{status: false}` switches it off."""
    screenshot: Restriction = optional()
    """Who may take screenshots and record."""
    download: Restriction = optional()
    """Who may download pictures, videos and files."""
    message: Restriction = optional()
    """Who may copy and forward messages."""


class PersonList(FileModel):
    """People and bots, with what happens to those that are not listed."""

    mode: Mode = optional()
    """Default `exact`."""
    things: list[Person] = optional(alias="list")
    """The listed people and bots."""
    keep: list[Person] = optional()
    """Never removed and never added. Only with `exact`."""


Persons: TypeAlias = Annotated[
    Annotated[list[Person], Tag(LIST)] | Annotated[PersonList, Tag(MAP)], Discriminator(_shape)
]


class MemberList(PersonList):
    """Who is in the group, with what happens to those that are not listed."""

    mode: Mode = optional()
    """Default `additive`."""


Members: TypeAlias = Annotated[
    Annotated[list[Person], Tag(LIST)] | Annotated[MemberList, Tag(MAP)], Discriminator(_shape)
]


class Moderation(FileModel):
    """Who may post. Replaced as a whole by nearer layers."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"mode": {"const": "moderator_list"}}},
            "then": {"required": ["moderators"]},
            "else": {"properties": {"moderators": False}},
        }
    )

    mode: Posting
    """Who may post."""
    moderators: Persons = optional(examples=[["@lilei"]])
    """Users who may post; only with `moderator_list`."""


Posters: TypeAlias = Annotated[
    Annotated[Literal["all_members", "only_owner"], Tag(TEXT)] | Annotated[Moderation, Tag(MAP)],
    Discriminator(_shape),
]


class Announcement(FileModel):
    """The announcement, with what happens to live parts that Markdown cannot say."""

    markdown: str = optional(examples=["./announcements/oncall.md"])
    """Markdown, or the path of a file with it (`./…` or `../…`, as seen from this file)."""
    replace_all: bool = optional()
    """Whether tables, pictures and the like that people put there are replaced as well. Default `false`."""


AnnouncementText: TypeAlias = Annotated[
    Annotated[str, Tag(TEXT)] | Annotated[Announcement, Tag(MAP)], Discriminator(_shape)
]


class Tab(FileModel):
    """A tab of the group: a web page (`url`) or a document (`doc`)."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": ["url"]}, {"required": ["doc"]}],
            "dependentRequired": {"icon": ["url"], "open_in_app": ["url"]},
        }
    )

    name: str = Field(examples=["Runbook", "值班手册"], json_schema_extra=_length(TAB_NAME_LENGTH))
    """Unique in the group, at most 60 characters."""
    url: Link = optional(examples=["https://grafana.example.com"])
    """Address of a web page."""
    doc: Link = optional(examples=["https://example.feishu.cn/wiki/wikcnPIcqWjJQwkwDzrB9t40123xz"])
    """Address of a document. Our app has to be a collaborator of it."""
    open_in_app: bool = optional()
    """Whether a web page opens inside the app."""
    icon: Picture = optional()
    """Icon of a web page."""


class TabList(FileModel):
    """Tabs, with what happens to those that are not listed."""

    mode: Mode = optional()
    """Default `exact`."""
    things: list[Tab] = optional(alias="list", json_schema_extra={"maxItems": CUSTOM_TABS})
    """The listed tabs, in their order."""
    keep: list[str] = optional()
    """Names of tabs that are never removed and never added. Only with `exact`."""


Tabs: TypeAlias = Annotated[
    Annotated[list[Tab], Tag(LIST), Field(json_schema_extra={"maxItems": CUSTOM_TABS})]
    | Annotated[TabList, Tag(MAP)],
    Discriminator(_shape),
]


class MenuLink(FileModel):
    """An address per kind of client."""

    common: Link
    """Used where nothing else is given."""
    ios: Link = optional()
    """On iOS."""
    android: Link = optional()
    """On Android."""
    pc: Link = optional()
    """In the desktop client."""
    web: Link = optional()
    """In the browser."""


Links: TypeAlias = Annotated[
    Annotated[Link, Tag(TEXT)] | Annotated[MenuLink, Tag(MAP)], Discriminator(_shape)
]


class MenuEntry(FileModel):
    """An entry of a menu. Without `url` a tap does nothing."""

    name: str = Field(examples=["升级", "Escalate"], json_schema_extra=_length(MENU_NAME_LENGTH))
    """At most 120 characters."""
    url: Links = optional(examples=["https://oncall.example.com"])
    """Where a tap leads: one address, or one per kind of client."""
    i18n_names: LocalizedNames = optional()
    """The name in other languages."""
    icon: Picture = optional()
    """Icon of the entry."""


class Menu(MenuEntry):
    """A menu at the top level. With `children` it has neither `url` nor `icon`."""

    model_config = ConfigDict(
        json_schema_extra={"dependentSchemas": {"children": {"properties": {"url": False, "icon": False}}}}
    )

    children: list[MenuEntry] = optional(json_schema_extra={"maxItems": SECOND_LEVELS})
    """At most 5 entries."""


class MenuList(FileModel):
    """Menus, with what happens to those that are not listed."""

    mode: Mode = optional()
    """Default `exact`."""
    things: list[Menu] = optional(alias="list", json_schema_extra={"maxItems": TOP_LEVELS})
    """The listed menus, in their order."""
    keep: list[str] = optional()
    """Names of menus that are never removed and never added. Only with `exact`."""


Menus: TypeAlias = Annotated[
    Annotated[list[Menu], Tag(LIST), Field(json_schema_extra={"maxItems": TOP_LEVELS})]
    | Annotated[MenuList, Tag(MAP)],
    Discriminator(_shape),
]
Templates: TypeAlias = Annotated[
    Annotated[Name, Tag(TEXT)] | Annotated[list[Name], Tag(LIST)], Discriminator(_shape)
]


class GroupDefaults(FileModel):
    """What groups have in common. What a group does not write itself comes from here."""

    name: str = optional(examples=["支付值班"], json_schema_extra={"minLength": 1})
    """Name of the group; at most 60 characters are advised. A public group needs at least 2."""
    i18n_names: LocalizedNames = optional(examples=[{"en_us": "Payments on-call"}])
    """The name in other languages."""
    description: str = optional(examples=["支付线上值班"])
    """Description of the group; at most 100 characters are advised."""
    avatar: Picture = optional()
    """Picture of the group."""
    chat_type: Literal["private", "public"] = optional(
        json_schema_extra=_explained(
            private="Only people who are added can join.",
            public="Everybody in the tenant can find it and join.",
        )
    )
    """Who can find and join the group."""
    group_message_type: Literal["chat", "thread"] = optional(
        json_schema_extra=_explained(chat="Messages in one stream.", thread="Messages in threads.")
    )
    """How messages are shown."""
    owner: str = optional(
        examples=["self", "@lilei", "li.lei@example.com"], json_schema_extra={"pattern": _PERSON_PATTERN}
    )
    """Owner of the group: `self` (our own app) or a person. Giving a group away cannot be undone."""
    permissions: Permissions = optional()
    """Who may do what."""
    restricted_mode: RestrictedMode = optional(
        examples=[{"screenshot": "not_anyone", "download": "not_anyone"}]
    )
    """Confidential mode."""
    moderation: Posters = optional(examples=["only_owner"])
    """Who may post."""
    managers: Persons = optional(examples=[["@lilei", "@deploybot"]])
    """Managers of the group: people and bots, at most 10 in an ordinary group."""
    members: Members = optional(examples=[["@lilei"]])
    """People and bots that have to be in the group. Managers and moderators are members without being listed."""
    announcement: AnnouncementText = optional(
        examples=[
            "./announcements/oncall.md",
            "# On-call\n\nSee the [runbook](https://example.com/runbook).\n",
        ]
    )
    """Announcement of the group: Markdown, or the path of a file with it (`./…` or `../…`)."""
    tabs: Tabs = optional(examples=[[{"name": "Dashboards", "url": "https://grafana.example.com"}]])
    """Tabs of the group, in their order; at most 20."""
    menus: Menus = optional(
        examples=[[{"name": "应急", "children": [{"name": "升级", "url": "https://oncall.example.com"}]}]]
    )
    """Menus of the group, in their order; at most 3, each with at most 5 entries."""
    top_notice: TopNotice = optional(
        json_schema_extra=_explained(
            announcement="The announcement.", none="Nothing: what is pinned is taken away, once."
        )
    )
    """What is pinned at the top of the group."""
    unmanaged: list[Annotated[str, Field(json_schema_extra={"enum": list(UNMANAGEABLE)})]] = optional(
        examples=[["permissions.urgent"]]
    )
    """Inherited facets and settings that are not managed here."""
    on_remove: Literal["forget", "dissolve"] = optional(
        json_schema_extra=_explained(
            forget="The group stays as it is and is no longer managed.",
            dissolve="The group is dissolved for good (with `--override dissolve`).",
        )
    )
    """What happens when this key leaves the files."""


class Group(GroupDefaults):
    """One group chat. What is not written is not managed: it is never compared and never changed."""

    own_keys_first = True

    template: Templates = optional(examples=["incident"])
    """One template or several; later ones win."""
    chat_id: Annotated[str, StringConstraints(pattern=CHAT_ID_PATTERN)] = optional(
        examples=["oc_a0553eda9014c201e6969b478895c230"]
    )
    """The group chat that exists already and is to be managed from now on."""
    previously: list[GroupKey] = optional(examples=[["payments-oncall"]])
    """Keys that the group had before: what is known of one of them is taken over."""


class CommonFile(FileModel):
    """What both kinds of files can hold."""

    people: dict[Name, str] = optional(examples=[{"lilei": "ou_7d8a6e6df7621556ce0d21922b676706"}])
    """Aliases of people and bots, usable as `@alias` in all files of the fleet."""
    defaults: GroupDefaults = optional()
    """What the groups have in common: of the whole fleet in `groupctl.yaml`, else of this file."""
    templates: dict[Name, GroupDefaults] = optional()
    """Named sets of settings for groups of all files of the fleet."""


class GroupsFile(CommonFile):
    """A file with groups."""

    groups: dict[GroupKey, Group] = optional()
    """The groups by key. A key is the group's identity: never change it; the name may change at any time."""


class Tenant(FileModel):
    """Which platform the groups live on."""

    endpoint: str = Field(
        default="feishu", examples=["feishu", "lark", "emulator", "https://feishu.example.com"]
    )
    """`feishu`, `lark`, `emulator` (a pretend platform inside the process), or the URL of a trusted host."""
    operate_as_owner: bool = False
    """Whether our app holds the scope `im:chat:operate_as_owner`. No call reveals it."""


class RemovalsGuard(FileModel):
    """Refuses plans that remove too much."""

    count: int = Field(default=fleet.RemovalsLimit().count, ge=0)
    """Members, managers, moderators, tabs and menus that one plan may remove."""
    fraction: float = Field(default=fleet.RemovalsLimit().fraction, ge=0, le=1)
    """Part of one list that may go when more than one thing goes."""


class ForgetsGuard(FileModel):
    """Refuses plans that forget too many groups."""

    count: int = Field(default=fleet.ForgetsLimit().count, ge=0)
    """Groups that may leave the files at once."""
    fraction: float = Field(default=fleet.ForgetsLimit().fraction, ge=0, le=1)
    """Part of all groups that may leave the files at once."""


class LockoutGuard(FileModel):
    """Refuses to leave a group without people who can manage it."""

    min_managers: int = Field(default=fleet.LockoutLimit().min_managers, ge=0)
    """Managers that have to stay in a group whose managers change."""


class PeopleGuard(FileModel):
    """Refuses plans that touch too many people."""

    max: int = Field(default=fleet.PeopleLimit().max, ge=0)
    """Memberships in groups that loosen or lose something."""


class Guards(FileModel):
    """Limits of the rules that refuse unsafe plans."""

    removals: RemovalsGuard = Field(default_factory=RemovalsGuard)
    """Limits of what one plan may remove."""
    forgets: ForgetsGuard = Field(default_factory=ForgetsGuard)
    """Limits of how many groups one plan may forget."""
    lockout: LockoutGuard = Field(default_factory=LockoutGuard)
    """Who has to stay."""
    people: PeopleGuard = Field(default_factory=PeopleGuard)
    """Limits of how many people one plan may touch."""


class Emulator(FileModel):
    """Files of the pretend platform. Used only with `endpoint: emulator`."""

    scenario: str = "tenant.emulator.yaml"
    """Who exists in the pretend tenant."""
    database: str = ".groupctl/emulator.sqlite"
    """Where the pretend platform keeps its state between runs."""


Experiment: TypeAlias = Annotated[
    Literal["members_list"],
    Field(
        json_schema_extra=_explained(
            members_list="`GET …/members/list` tells which bots are in a group, which no documented call does."
        )
    ),
]


class SettingsFile(CommonFile):
    """The settings of a fleet: `groupctl.yaml`."""

    own_keys_first = True

    version: Literal[1]
    """Version of the file format."""
    fleet: Annotated[str, StringConstraints(pattern=KEY_PATTERN)] = Field(examples=["acme-groups-7f3a"])
    """Identity of the fleet. Never change it: it decides whether a group was created before."""
    tenant: Tenant = Field(default_factory=Tenant)
    """Which platform the groups live on."""
    groups: list[str] = optional(examples=[["**/*.yaml"]])
    """Which files hold groups; relative to this file. Default `**/*.yaml`."""
    state: str = Field(
        default="groupctl.lock.json",
        examples=["groupctl.lock.json", "https://state.example.com/groups", "s3://acme-state/groups.json"],
    )
    """What remembers which group chat belongs to which key: a file that is meant to be committed, or a URL
    (https://, s3://, gs://, az://) that `GROUPCTL_TRUSTED_HOSTS` trusts."""
    guards: Guards = Field(default_factory=Guards)
    """Limits of the rules that refuse unsafe plans."""
    experimental: list[Experiment] = optional(examples=[["members_list"]])
    """Calls of the platform without a page that may be used; without them documented ones only."""
    emulator: Emulator = Field(default_factory=Emulator)
    """Files of the pretend platform."""
