"""The shapes of request bodies and answers, and how their values become those of the model and back.

Answers are read leniently, because the platform adds fields and values without notice: unknown fields are
ignored, `null` is the same as absent, numbers may come as strings and ids as numbers, and values of an
enumeration stay strings until the model is asked. Requests never hold `null`: what is not to change is absent.

Source: the schemas in schemas/api/*.openapi.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeAlias, cast, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from reconciler.model.base import JsonValue
from reconciler.model.group import ChatMode, ChatStatus
from reconciler.model.menus import LiveMenu, LiveMenuItem, Menu, MenuItem, MenuLink
from reconciler.model.moderation import ModerationMode
from reconciler.model.settings import CREATE_ONLY_BY_UPDATE, LOCALES, Locale, Settings
from reconciler.model.tabs import LiveTab, Tab
from reconciler.plan.operations import MenuField

Body: TypeAlias = dict[str, JsonValue]


class Wire(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(
        extra="ignore", frozen=True, coerce_numbers_to_str=True, hide_input_in_errors=True
    )

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: inner for key, inner in value.items() if inner is not None}
        return value


# ---- envelope


class FieldViolation(Wire):
    """A parameter that broke its declared rule."""

    field: str = ""
    description: str = ""


class PermissionViolation(Wire):
    """A missing scope; one page of the platform calls it `subject`, another `scope`."""

    subject: str = ""
    scope: str = ""


class Help(Wire):
    """A link that helps to fix the error."""

    url: str = ""


class ErrorBlock(Wire):
    """What a refused call tells beside its code; everything may be absent."""

    log_id: str = ""
    logid: str = ""
    field_violations: tuple[FieldViolation, ...] = ()
    permission_violations: tuple[PermissionViolation, ...] = ()
    helps: tuple[Help, ...] = ()


def _or_nothing(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(value)
    except ValidationError:
        return ErrorBlock()


class Envelope(Wire):
    """What every answer has in common; `data` stays unread."""

    code: int
    msg: str = ""
    data: Any = {}
    error: Annotated[ErrorBlock, WrapValidator(_or_nothing)] = ErrorBlock()


class Nothing(Wire):
    """The data of calls that answer nothing of interest."""


class Page(Wire):
    """One page of a list. `has_more` alone tells whether another one follows."""

    has_more: bool = False
    page_token: str = ""


# ---- auth and bot


class TenantToken(Wire):
    """An access token. `expire` is its remaining life in seconds. Stands beside `code`.

    It travels in a header, which takes visible ASCII only.
    """

    tenant_access_token: str = Field(pattern=r"^[!-~]+$")
    expire: int = Field(ge=0, le=10**9)


class BotInfo(Wire):
    """Our own bot."""

    open_id: str = ""
    app_name: str = ""
    activate_status: int | None = None
    """2 is enabled. Source: platform.openapi.yaml, `BotInfo`."""


class BotHolder(Wire):
    """What holds our bot; `None`: the app has none."""

    bot: BotInfo | None = None


class BotInfoAnswer(BotHolder):
    """The answer of bot_info; `bot` stands beside `code`, or under `data` after all (an open question)."""

    data: BotHolder | None = None


# ---- chats


class WireRestrictedMode(Wire):
    """Confidential mode; the three settings come only while it is on."""

    status: bool = False
    screenshot_has_permission_setting: str = "all_members"
    download_has_permission_setting: str = "all_members"
    message_has_permission_setting: str = "all_members"


class WireChat(Wire):
    """A chat as get and create return it."""

    name: str = ""
    description: str | None = None
    i18n_names: dict[str, str | None] = {}
    add_member_permission: str | None = None
    at_all_permission: str | None = None
    edit_permission: str | None = None
    urgent_setting: str | None = None
    video_conference_setting: str | None = None
    hide_member_count_setting: str | None = None
    membership_approval: str | None = None
    join_message_visibility: str | None = None
    leave_message_visibility: str | None = None
    chat_type: str | None = None
    group_message_type: str | None = None
    restricted_mode_setting: WireRestrictedMode | None = None
    chat_mode: str | None = None
    """Absent in the reduced view that callers outside the chat get."""
    chat_status: str = "normal"
    external: bool = False
    tenant_key: str | None = None
    owner_id: str | None = None
    user_manager_id_list: tuple[str, ...] = ()
    bot_manager_id_list: tuple[str, ...] = ()
    moderation_permission: str | None = None
    user_count: int | None = None
    """A string of digits on the wire."""
    log_id: str = ""
    """Of the answer's headers, for people who have to ask the vendor about it."""


class WireNewChat(WireChat):
    """A chat as create returns it. Without its id the answer tells nothing: nobody could find the chat again."""

    chat_id: Annotated[str, Field(min_length=1)]


class WireListedChat(Wire):
    """A chat as the list shows it."""

    chat_id: str
    name: str = ""
    owner_id: str | None = None
    external: bool = False
    chat_status: str = "normal"


class ChatPage(Page):
    """One page of the chats our app is in."""

    items: tuple[WireListedChat, ...] = ()


class WireShareLink(Wire):
    """An address that lets people join a chat. `expire_time`: Unix time in seconds."""

    share_link: str
    expire_time: float = 0
    is_permanent: bool = False


class UploadedImage(Wire):
    """What an upload made."""

    image_key: Annotated[str, Field(min_length=1)]


# ---- moderation, members, managers


class WireModerator(Wire):
    """A user who may post."""

    user_id: str


class UserStatus(Wire):
    """How somebody stands to the company; absent where the app may not read it."""

    is_resigned: bool = False
    is_exited: bool = False

    @property
    def gone(self) -> bool:
        """Whether the person has left."""
        return self.is_resigned or self.is_exited


class FoundId(Wire):
    """What one e-mail address or mobile number leads to; no `user_id`: to nobody."""

    user_id: str = ""
    email: str = ""
    mobile: str = ""
    status: UserStatus = UserStatus()


class FoundIds(Wire):
    """The entries of a look-up, in any order."""

    user_list: tuple[FoundId, ...] = ()


class WireUser(Wire):
    """One person; what the app may not read is absent."""

    open_id: str = ""
    union_id: str = ""
    user_id: str = ""
    name: str = ""
    status: UserStatus = UserStatus()


class Users(Wire):
    """The people of a look-up, in any order; those whom the app may not see are missing."""

    items: tuple[WireUser, ...] = ()


class ModerationPage(Page):
    """Who may post; `items` is filled in `moderator_list` mode only."""

    moderation_setting: str | None = None
    items: tuple[WireModerator, ...] = ()


class WireMember(Wire):
    """A user in a chat; the id may be missing for people of another tenant."""

    member_id: str | None = None


class MemberPage(Page):
    """One page of the users in a chat; bots are never listed."""

    items: tuple[WireMember, ...] = ()
    member_total: int = 0
    trigger_security_conf_limit: bool = False
    """A security setting of the tenant cut the list; no paging gets around it."""


class WireBot(Wire):
    """A bot in a chat."""

    app_id: str | None = None


class Truncation(Wire):
    """A kind of members of which the server left some out."""

    member_type: str = ""


class MemberListPage(Page):
    """One page of the users and bots in a chat. No page describes the call; whatever it does not tell is absent."""

    users: tuple[WireMember, ...] | None = None
    bots: tuple[WireBot, ...] | None = None
    user_total: int | None = None
    """Negative when the chat hides it."""
    bot_total: int | None = None
    truncations: tuple[Truncation, ...] = ()


class MembersAdded(Wire):
    """Ids that did not come in, by reason; everybody else of the request is in."""

    invalid_id_list: tuple[str, ...] = ()
    not_existed_id_list: tuple[str, ...] = ()
    pending_approval_id_list: tuple[str, ...] = ()


class MembersRemoved(Wire):
    """Ids that mean nobody; everybody else of the request is out."""

    invalid_id_list: tuple[str, ...] = ()


class WireManagers(Wire):
    """All managers after the call; both lists absent: the platform could not return them (232039)."""

    chat_managers: tuple[str, ...] | None = None
    chat_bot_managers: tuple[str, ...] | None = None

    @property
    def ids(self) -> tuple[str, ...] | None:
        """All managers, or `None` when not told."""
        if self.chat_managers is None and self.chat_bot_managers is None:
            return None
        return (*(self.chat_managers or ()), *(self.chat_bot_managers or ()))


# ---- tabs and menus


class WireTabContent(Wire):
    """Where a tab leads; only the field of its type is filled."""

    url: str = ""
    doc: str = ""
    meeting_minute: str = ""
    task: str = ""


class WireTabConfig(Wire):
    """How a url tab looks. `is_built_in` means: opens inside the client."""

    icon_key: str = ""
    is_built_in: bool | None = None


class WireTab(Wire):
    """A tab; built-in ones usually have neither name nor content."""

    tab_id: str
    tab_name: str = ""
    tab_type: str
    tab_content: WireTabContent = WireTabContent()
    tab_config: WireTabConfig = WireTabConfig()


class WireTabs(Wire):
    """All tabs of a chat in display order. `None`: not told; a chat always has at least one."""

    chat_tabs: tuple[WireTab, ...] | None = None


class WireMenuLink(Wire):
    """The links of a menu entry."""

    common_url: str = ""
    ios_url: str = ""
    android_url: str = ""
    pc_url: str = ""
    web_url: str = ""


class WireMenuItem(Wire):
    """The content of a menu entry."""

    action_type: str = "NONE"
    redirect_link: WireMenuLink = WireMenuLink()
    image_key: str = ""
    name: str = ""
    i18n_names: dict[str, str | None] = {}


class WireSecondLevel(Wire):
    """An entry below a top-level menu."""

    chat_menu_second_level_id: str
    chat_menu_item: WireMenuItem = WireMenuItem()


class WireTopLevel(Wire):
    """A top-level menu with its children in display order."""

    chat_menu_top_level_id: str
    chat_menu_item: WireMenuItem = WireMenuItem()
    children: tuple[WireSecondLevel, ...] = ()


class WireMenuTree(Wire):
    """The menu of a group; an absent list is an empty one."""

    chat_menu_top_levels: tuple[WireTopLevel, ...] = ()


class MenuTree(Wire):
    """The menu of a group in display order. `None`: not told; when read, an absent tree is an empty one."""

    menu_tree: WireMenuTree | None = None


# ---- settings: wire <-> model

SETTINGS: Final[dict[str, str]] = {
    "name": "name",
    "description": "description",
    "chat_type": "chat_type",
    "group_message_type": "group_message_type",
    "permissions.add_member": "add_member_permission",
    "permissions.at_all": "at_all_permission",
    "permissions.edit": "edit_permission",
    "permissions.urgent": "urgent_setting",
    "permissions.video_conference": "video_conference_setting",
    "permissions.hide_member_count": "hide_member_count_setting",
    "permissions.membership_approval": "membership_approval",
    "permissions.join_message_visibility": "join_message_visibility",
    "permissions.leave_message_visibility": "leave_message_visibility",
}
"""Settings path -> wire name, for everything that is one string. Source: chats.openapi.yaml, `x-field-matrix`."""

SHARE_CARD: Final[dict[str, str]] = {"all_members": "allowed", "only_owner": "not_allowed"}
"""`add_member_permission` -> `share_card_permission`: two names of one switch, always sent together.
Source: chats.openapi.yaml, `info.x-rules`."""

RESTRICTED_MODE: Final[dict[str, str]] = {
    "status": "status",
    "screenshot": "screenshot_has_permission_setting",
    "download": "download_has_permission_setting",
    "message": "message_has_permission_setting",
}

PLACEHOLDER_NAMES: Final = frozenset({"", "(无主题)", "(no subject)", "(no title)"})
"""How the platform shows a group without a name. Source: chats.openapi.yaml, chat_create `x-rules`."""


def settings_body(settings: Settings) -> Body:
    """Return the body of an update that writes `settings`; nested objects are complete."""
    body: Body = {}
    for path, value in settings.fields().items():
        if path in SETTINGS:
            body[SETTINGS[path]] = value
    if settings.avatar is not None:
        body["avatar"] = settings.avatar
    if settings.permissions.add_member is not None:
        body["share_card_permission"] = SHARE_CARD[settings.permissions.add_member]
    if settings.i18n_names is not None:
        body["i18n_names"] = _i18n_body(settings.i18n_names)
    if settings.restricted_mode is not None:
        values = settings.restricted_mode.model_dump()
        body["restricted_mode_setting"] = {RESTRICTED_MODE[key]: value for key, value in values.items()}
    return body


def create_body(settings: Settings) -> Body:
    """Return the body of a create, without the fields that create cannot write."""
    fields = {path: value for path, value in settings.fields().items() if path not in CREATE_ONLY_BY_UPDATE}
    return settings_body(Settings.from_fields(fields))


def settings_of(chat: WireChat) -> Settings:
    """Return the settings of a full view; a value that the model does not know is *not told*.

    An absent description is empty, because that is its default; an absent name is none.
    """
    told = {path: getattr(chat, wire) for path, wire in SETTINGS.items()}
    told["name"] = name_of(chat.name)
    told["description"] = chat.description or ""
    fields: dict[str, JsonValue] = {path: value for path, value in told.items() if value is not None}
    fields |= {f"i18n_names.{locale}": name for locale, name in (_i18n_of(chat.i18n_names) or {}).items()}
    if chat.restricted_mode_setting is not None:
        wire = chat.restricted_mode_setting
        fields["restricted_mode"] = {key: getattr(wire, name) for key, name in RESTRICTED_MODE.items()}
    return _known_settings(fields)


def _known_settings(fields: dict[str, JsonValue]) -> Settings:
    try:
        return Settings.from_fields(fields)
    except ValidationError as error:
        # The place of an error is as deep as the value: `permissions.edit`, but `restricted_mode.download`.
        unknown = {".".join(map(str, each["loc"])) for each in error.errors()}
        unknown |= {place.partition(".")[0] for place in unknown}
        return Settings.from_fields({path: value for path, value in fields.items() if path not in unknown})


def name_of(name: str) -> str | None:
    """Return a group's name; `None` for the placeholder of groups that have none."""
    return None if name in PLACEHOLDER_NAMES else name


def status_of(value: str) -> ChatStatus:
    """Return the state of a chat; an unknown one counts as normal, so that its writes tell the truth."""
    return cast("ChatStatus", value) if value in get_args(ChatStatus) else "normal"


def mode_of(value: str | None) -> ChatMode | None:
    """Return the kind of a chat, or `None` when it is absent or unknown."""
    return cast("ChatMode", value) if value in get_args(ChatMode) else None


def moderation_mode_of(value: str | None) -> ModerationMode | None:
    """Return who may post, or `None` when it is absent or unknown."""
    return cast("ModerationMode", value) if value in get_args(ModerationMode) else None


def _i18n_body(names: Mapping[Locale, str]) -> Body:
    # An empty name is the same as none; the platform asks not to send empty names.
    return {locale: name for locale, name in names.items() if name}


def _i18n_of(names: Mapping[str, str | None]) -> dict[Locale, str] | None:
    told = {locale: name for locale in LOCALES if (name := names.get(locale))}
    return told or None


# ---- tabs: wire <-> model


def tab_body(tab: Tab) -> Body:
    """Return the wanted content of a tab."""
    config = {"icon_key": tab.icon, "is_built_in": tab.open_in_app}
    body: Body = {"tab_name": tab.name, "tab_type": tab.type, "tab_content": {tab.type: tab.link}}
    told = {key: value for key, value in config.items() if value is not None}
    if told:
        body["tab_config"] = told
    return body


def tab_of(tab: WireTab) -> LiveTab:
    """Return a tab as the model has it; empty texts are none."""
    return LiveTab(
        id=tab.tab_id,
        type=tab.tab_type,
        name=tab.tab_name or None,
        link=vars(tab.tab_content).get(tab.tab_type) or None,
        open_in_app=tab.tab_config.is_built_in,
        icon=tab.tab_config.icon_key or None,
    )


# ---- menus: wire <-> model

MENU_FIELDS: Final[dict[MenuField, str]] = {
    "ICON": "image_key",
    "NAME": "name",
    "I18N_NAME": "i18n_names",
    "REDIRECT_LINK": "redirect_link",
}
"""What `update_fields` calls the fields of an entry. Source: menus.openapi.yaml, chat_menu_item_patch."""


def menu_item_body(item: MenuItem) -> Body:
    """Return the content of a menu entry, without its `action_type`."""
    body: Body = {"name": item.name}
    if item.url is not None:
        links = item.url.model_dump(exclude_none=True)
        body["redirect_link"] = {f"{platform}_url": link for platform, link in links.items()}
    if item.icon is not None:
        body["image_key"] = item.icon
    if item.i18n_names is not None:
        body["i18n_names"] = _i18n_body(item.i18n_names)
    return body


def menu_body(menu: Menu) -> Body:
    """Return a top-level menu with its children, as create takes it."""
    body: Body = {"chat_menu_item": _new_item_body(menu)}
    if menu.children:
        body["children"] = [{"chat_menu_item": _new_item_body(child)} for child in menu.children]
    return body


def menu_patch_body(item: MenuItem, fields: tuple[MenuField, ...]) -> Body:
    """Return the body of a patch that takes `fields` from `item`, each of them complete."""
    content = menu_item_body(item)
    names = [MENU_FIELDS[field] for field in fields]
    return {
        "update_fields": list(fields),
        "chat_menu_item": {name: content[name] for name in names if name in content},
    }


def menu_of(menu: WireTopLevel) -> LiveMenu:
    """Return a top-level menu as the model has it."""
    children = tuple(
        LiveMenuItem(id=child.chat_menu_second_level_id, **_item_of(child.chat_menu_item))
        for child in menu.children
    )
    return LiveMenu(id=menu.chat_menu_top_level_id, children=children, **_item_of(menu.chat_menu_item))


def _new_item_body(item: MenuItem) -> Body:
    return {"action_type": item.action, **menu_item_body(item)}


def _item_of(item: WireMenuItem) -> dict[str, Any]:
    # The link of a NONE entry has no effect and is only echoed.
    return {
        "name": item.name,
        "url": None if item.action_type == "NONE" else _link_of(item.redirect_link),
        "i18n_names": _i18n_of(item.i18n_names),
        "icon": item.image_key or None,
    }


def _link_of(link: WireMenuLink) -> MenuLink:
    links = {name.removesuffix("_url"): url for name, url in link.model_dump().items() if url}
    return MenuLink(**links)
