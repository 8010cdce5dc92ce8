"""The scenario file: who exists in the pretend tenant, and which groups there are already.

YAML 1.2. All keys but `version`, `tenant.key`, `apps[].app_id`, `apps[].app_secret` and `users[].name` may be
left out; ids that are left out are made from the seed and stay the same.

    version: 1
    seed: acme                    # makes ids repeatable; default: tenant.key
    tenant:
      key: 736588c9260f175d
      name: Acme
      restricted_mode: true       # every switch and its default: `Tenant` in directory.py
    tenants: [ … ]                # further tenants, each with the keys of `tenant`
    readings:                     # open questions of the platform's pages: `Readings` in readings.py
      empty_string: clears
    apps:                         # the first one is used in process
      - app_id: cli_…
        app_secret: …
        name: Group robot
        open_id: ou_…             # the bot's own, for bot/v3/info
        scopes: ["im:chat"]       # or: all (default)
        bot: true                 # bot ability
        enabled: true             # installed and enabled in the tenant
        external_sharing: false
        tenant: …                 # key of another tenant
        store: false              # a store app, which works in every tenant of `installed_in`
        installed_in: [ … ]
    users:
      - name: 李雷
        open_id: ou_…             # as the first app sees it
        open_ids: {cli_…: ou_…}   # as other apps see it
        user_id: …
        union_id: on_…
        email: …
        mobile: …
        resigned: false
        visible: true             # inside the apps' availability
        tenant: …                 # key of another tenant
    groups:                       # existing groups; people by any id, e-mail, mobile or name, bots by App ID
      - chat_id: oc_…
        name: …
        description: …
        i18n_names: {en_us: …}
        avatar: img_…
        owner: …                  # default: the first app
        created_by: cli_…         # the bot that made it, if a bot did
        tenant: …                 # key of another tenant
        chat_mode: group          # group | topic | p2p
        chat_status: normal       # normal | dissolved | dissolved_save
        external: false
        members: [ … ]
        bots: [ … ]
        managers: [ … ]
        moderators: [ … ]
        pending: [ … ]            # waiting for approval
        settings: {edit_permission: only_owner}
        restricted_mode: {status: true, screenshot_has_permission_setting: not_anyone}
        tabs: [{name: …, type: url, link: …, icon_key: …, is_built_in: true}]
        menus: [{name: …, link: …, children: [{name: …, link: …}]}]
        tabs_and_menus_reserved: false
        super_large: false
        meeting: false
        banned: false
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciler.emulator import ids
from reconciler.emulator.chat import (
    DEFAULT_SETTINGS,
    RESTRICTED_SETTINGS,
    RESTRICTION_VALUES,
    SETTING_VALUES,
    SHARE_BESIDE_ADD,
    UNRESTRICTED,
    Chat,
)
from reconciler.emulator.directory import App, Directory, Tenant, User
from reconciler.emulator.readings import Readings, alternatives

if TYPE_CHECKING:
    from ruamel.yaml.error import StringMark
    from ruamel.yaml.nodes import Node

LARGEST = 20_000_000
"""Bytes of the largest scenario that is read."""

TAB_TYPES = (
    "message", "doc_list", "doc", "pin", "meeting_minute", "chat_announcement", "url", "file",
    "files_resources", "images_videos", "task",
)  # fmt: skip


class ScenarioError(Exception):
    """The scenario cannot be read or is wrong; line and column count from 1."""

    def __init__(self, message: str, file: str, line: int = 1, column: int = 1) -> None:
        self.message = message
        self.file = file
        self.line = line
        self.column = column
        super().__init__(f"{file}:{line}:{column}: {message}")


@dataclass(frozen=True)
class Scenario:
    """A scenario's text; it is read only when somebody asks what is in it."""

    text: str
    file: str

    @cached_property
    def digest(self) -> str:
        """What tells one text from another."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def seed(self) -> str:
        """What ids are made from."""
        return self._content.seed

    def directory(self) -> Directory:
        """Return tenants, apps and people."""
        return self._content.directory

    def chats(self) -> list[Chat]:
        """Return fresh copies of the existing groups."""
        return [_read_group(section, self._content) for section in self._content.groups]

    @cached_property
    def _content(self) -> _Content:
        return _read_scenario(self.text, self.file)


def load_scenario(path: Path) -> Scenario:
    """Return the scenario in the file `path`.

    Raises:
        ScenarioError: the file cannot be read.
    """
    try:
        content = path.read_bytes()
        if len(content) > LARGEST:
            raise ScenarioError(f"the file is larger than {LARGEST} bytes", str(path))
        return Scenario(content.decode("utf-8-sig"), str(path))
    except OSError as error:
        raise ScenarioError(error.strerror or "the file cannot be read", str(path)) from error
    except UnicodeDecodeError as error:
        raise ScenarioError("the file is not UTF-8 text", str(path)) from error


def parse_scenario(text: str, file: str) -> Scenario:
    """Return the scenario in `text`; `file` names it in errors."""
    return Scenario(text, file)


# ---- YAML with positions


class _Value:
    """One value of the file, with its position."""

    def __init__(self, node: Node, file: str) -> None:
        self.node = node
        self.file = file
        self.kind = str(node.tag).removeprefix("tag:yaml.org,2002:")
        """Tag of YAML: str, int, bool, seq, map …"""

    def error(self, message: str) -> ScenarioError:
        return _error_at(message, self.file, self.node.start_mark)

    def _scalar(self, kinds: tuple[str, ...], wanted: str) -> str:
        if self.kind not in kinds:
            raise self.error(f"must be {wanted}")
        return str(self.node.value)

    def text(self) -> str:
        # Numbers count as text, so that a user_id of digits needs no quotes.
        return self._scalar(("str", "int"), "text")

    def flag(self) -> bool:
        return self._scalar(("bool",), "true or false").lower() == "true"

    def number(self) -> int:
        return int(self._scalar(("int",), "a whole number"))

    def items(self) -> list[_Value]:
        if self.kind != "seq":
            raise self.error("must be a list")
        return [_Value(item, self.file) for item in self.node.value]

    def section(self) -> _Section:
        return _Section(self)


class _Section:
    """A mapping whose keys are taken one by one; a key that nobody takes is an error."""

    def __init__(self, value: _Value) -> None:
        if value.kind != "map":
            raise value.error("must be a mapping")
        self.value = value
        self.values: dict[str, _Value] = {}
        self._keys: dict[str, _Value] = {}
        self._taken: set[str] = set()
        for key_node, value_node in value.node.value:
            key = _Value(key_node, value.file)
            name = key.text()
            if name in self.values:
                raise key.error(f"`{name}` stands here twice")
            self._keys[name] = key
            self.values[name] = _Value(value_node, value.file)

    def get(self, name: str) -> _Value | None:
        self._taken.add(name)
        return self.values.get(name)

    def need(self, name: str) -> _Value:
        value = self.get(name)
        if value is None:
            raise self.value.error(f"`{name}` is missing")
        return value

    def text(self, name: str, default: str = "") -> str:
        value = self.get(name)
        return default if value is None else value.text()

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.get(name)
        return default if value is None else value.flag()

    def number(self, name: str) -> int | None:
        value = self.get(name)
        return None if value is None else value.number()

    def choice(self, name: str, values: Iterable[str], default: str) -> str:
        value = self.get(name)
        return default if value is None else _one_of(value, values)

    def prefixed(self, name: str, prefix: str, make: Callable[[], str]) -> str:
        """Return an id that begins with `prefix`; without one the id that `make` returns."""
        value = self.get(name)
        if value is None:
            return make()
        if not value.text().startswith(prefix):
            raise value.error(f"must begin with `{prefix}`")
        return value.text()

    def items(self, name: str) -> list[_Value]:
        value = self.get(name)
        return [] if value is None else value.items()

    def sections(self, name: str) -> list[_Section]:
        return [item.section() for item in self.items(name)]

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(item.text() for item in self.items(name))

    def mapping(self, name: str) -> dict[str, _Value]:
        value = self.get(name)
        return {} if value is None else value.section().values

    def finish(self) -> None:
        for name, key in self._keys.items():
            if name not in self._taken:
                raise key.error(f"`{name}` is no key here; known are {', '.join(sorted(self._taken))}")


def _one_of(value: _Value, values: Iterable[str]) -> str:
    if value.text() not in values:
        raise value.error(f"must be one of {', '.join(values)}")
    return value.text()


def _error_at(message: str, file: str, mark: StringMark | None) -> ScenarioError:
    return (
        ScenarioError(message, file, mark.line + 1, mark.column + 1) if mark else ScenarioError(message, file)
    )


def _compose(text: str, file: str) -> _Value:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        raise _error_at(str(error.problem or error.context), file, error.problem_mark) from error
    except YAMLError as error:
        raise ScenarioError(str(error).splitlines()[0], file) from error
    if node is None:
        raise ScenarioError("the file is empty", file)
    return _Value(node, file)


# ---- from values to entities


@dataclass(frozen=True)
class _Content:
    seed: str
    directory: Directory
    groups: list[_Value]


def _read_scenario(text: str, file: str) -> _Content:
    section = _compose(text, file).section()
    version = section.need("version")
    if version.number() != 1:
        raise version.error("only version 1 is known")
    tenant = _read_tenant(section.need("tenant").section())
    others = [_read_tenant(other) for other in section.sections("tenants")]
    readings = _read_readings(section)
    seed = section.text("seed", tenant.key)
    apps = [_read_app(app, tenant, seed) for app in section.sections("apps")]
    if not apps:
        raise section.value.error("`apps` needs at least one app")
    users = [_read_user(user, tenant, seed, apps[0].app_id) for user in section.sections("users")]
    groups = section.items("groups")
    section.finish()
    _require_distinct(section, apps, users)
    return _Content(seed, Directory([tenant, *others], apps, users, readings), groups)


def _read_tenant(section: _Section) -> Tenant:
    usual = Tenant("")
    tenant = Tenant(
        key=section.need("key").text(),
        name=section.text("name"),
        restricted_mode=section.flag("restricted_mode", default=usual.restricted_mode),
        hide_member_count=section.flag("hide_member_count", default=usual.hide_member_count),
        public_groups=section.flag("public_groups", default=usual.public_groups),
        quota=section.flag("quota", default=usual.quota),
        member_cap=section.number("member_cap"),
        member_list_cap=section.number("member_list_cap"),
        built_in_tabs=_read_built_in_tabs(section, usual.built_in_tabs),
        review_words=section.texts("review_words"),
        unreadable_docs=section.texts("unreadable_docs"),
        images=tuple((key, app.text()) for key, app in section.mapping("images").items()),
    )
    section.finish()
    return tenant


def _read_readings(section: _Section) -> Readings:
    value = section.get("readings")
    if value is None:
        return Readings()
    inner = value.section()
    chosen: dict[str, Any] = {
        name: inner.choice(name, values, values[0]) for name, values in alternatives().items()
    }
    inner.finish()
    return Readings(**chosen)


def _read_built_in_tabs(section: _Section, usual: tuple[str, ...]) -> tuple[str, ...]:
    value = section.get("built_in_tabs")
    if value is None:
        return usual
    tabs = tuple(_one_of(item, TAB_TYPES) for item in value.items())
    if tabs[:1] != ("message",):
        raise value.error("`message` must come first")
    return tabs


def _read_app(section: _Section, tenant: Tenant, seed: str) -> App:
    section.need("app_id")
    app_id = section.prefixed("app_id", "cli_", str)
    app = App(
        app_id=app_id,
        app_secret=section.need("app_secret").text(),
        name=section.text("name", app_id),
        tenant_key=section.text("tenant", tenant.key),
        open_id=section.prefixed("open_id", "ou_", lambda: ids.open_id(seed, app_id)),
        scopes=_read_scopes(section.get("scopes")),
        bot=section.flag("bot", default=True),
        enabled=section.flag("enabled", default=True),
        external_sharing=section.flag("external_sharing", default=False),
        store=section.flag("store", default=False),
        installed_in=section.texts("installed_in"),
    )
    section.finish()
    return app


def _read_scopes(value: _Value | None) -> tuple[str, ...] | None:
    if value is None:
        return None
    if value.kind == "str":
        _one_of(value, ("all",))
        return None
    return tuple(item.text() for item in value.items())


def _read_user(section: _Section, tenant: Tenant, seed: str, first_app: str) -> User:
    name = section.need("name").text()
    open_ids = {app: value.text() for app, value in section.mapping("open_ids").items()}
    if section.get("open_id") is not None:
        open_ids[first_app] = section.prefixed("open_id", "ou_", str)
    user = User(
        name=name,
        union_id=section.prefixed("union_id", "on_", lambda: ids.union_id(seed, name)),
        user_id=section.text("user_id", ids.user_id(seed, name)),
        tenant_key=section.text("tenant", tenant.key),
        open_ids=open_ids,
        email=section.text("email"),
        mobile=section.text("mobile"),
        resigned=section.flag("resigned", default=False),
        visible=section.flag("visible", default=True),
    )
    section.finish()
    return user


def _require_distinct(section: _Section, apps: list[App], users: list[User]) -> None:
    """Refuse two apps or two people with one id, e-mail or mobile."""
    kinds: dict[str, list[str]] = {
        "app_id": [app.app_id for app in apps],
        "open_id": [open_id for user in users for open_id in user.open_ids.values()],
        "user_id": [user.user_id for user in users],
        "union_id": [user.union_id for user in users],
        "email": [user.email for user in users if user.email],
        "mobile": [user.mobile for user in users if user.mobile],
    }
    for kind, values in kinds.items():
        twice = next((value for value in values if values.count(value) > 1), None)
        if twice is not None:
            name = "apps" if kind == "app_id" else "users"
            raise section.need(name).error(f"two of the {name} have the {kind} `{twice}`")


def _read_group(value: _Value, content: _Content) -> Chat:
    section, directory = value.section(), content.directory
    people = _People(directory)
    name = section.text("name")
    owner = section.get("owner")
    chat = Chat(
        chat_id=section.prefixed("chat_id", "oc_", lambda: ids.chat_id(content.seed, name)),
        tenant_key=section.text("tenant", directory.first_app.tenant_key),
        owner=directory.first_app.app_id if owner is None else people.find(owner),
        created_by=section.text("created_by"),
        mode=section.choice("chat_mode", ("group", "topic", "p2p"), "group"),
        status=section.choice("chat_status", ("normal", "dissolved", "dissolved_save"), "normal"),
        external=section.flag("external", default=False),
        name=name,
        description=section.text("description"),
        avatar=section.text("avatar"),
        i18n_names={locale: text.text() for locale, text in section.mapping("i18n_names").items()},
        settings=_read_settings(section),
        restricted=_read_restricted(section),
        managers=people.list(section, "managers"),
        moderators=people.list(section, "moderators"),
        pending=people.list(section, "pending"),
        tabs_and_menus_reserved=section.flag("tabs_and_menus_reserved", default=False),
        super_large=section.flag("super_large", default=False),
        meeting=section.flag("meeting", default=False),
        banned=section.flag("banned", default=False),
    )
    joining = [*people.list(section, "members"), *people.list(section, "bots")]
    if not chat.dissolved:
        for member in (chat.owner, *joining, *chat.managers):
            chat.join(member)
    tenant = directory.tenant(chat.tenant_key)
    custom = [_read_tab(tab) for tab in section.sections("tabs")]
    chat.tabs = [
        {"tab_id": ids.long_id(content.seed, chat.chat_id, "tab", number), **tab}
        for number, tab in enumerate([*({"tab_type": kind} for kind in tenant.built_in_tabs), *custom])
    ]
    chat.menus = [
        _read_menu(menu, f"{content.seed}/{chat.chat_id}/{number}")
        for number, menu in enumerate(section.sections("menus"))
    ]
    section.finish()
    return chat


class _People:
    """Finds whoever a value of the file names."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def find(self, value: _Value) -> str:
        try:
            return self._directory.find(value.text())
        except KeyError as error:
            raise value.error(f"nobody is called `{value.text()}`") from error

    def list(self, section: _Section, name: str) -> list[str]:
        return [self.find(item) for item in section.items(name)]


def _read_settings(section: _Section) -> dict[str, str]:
    settings = dict(DEFAULT_SETTINGS)
    for name, value in section.mapping("settings").items():
        if name not in SETTING_VALUES:
            raise value.error(f"`{name}` is no setting; known are {', '.join(SETTING_VALUES)}")
        settings[name] = _one_of(value, SETTING_VALUES[name])
    settings["share_card_permission"] = SHARE_BESIDE_ADD[settings["add_member_permission"]]
    return settings


def _read_restricted(section: _Section) -> dict[str, Any]:
    value = section.get("restricted_mode")
    if value is None:
        return dict(UNRESTRICTED)
    inner = value.section()
    restricted: dict[str, Any] = {"status": inner.flag("status", default=False)}
    restricted |= {
        name: inner.choice(name, RESTRICTION_VALUES, "all_members") for name in RESTRICTED_SETTINGS
    }
    inner.finish()
    if restricted["status"] != ("not_anyone" in restricted.values()):
        raise value.error("on needs at least one setting at not_anyone, off needs none")
    return restricted


def _read_tab(section: _Section) -> dict[str, Any]:
    kind = section.choice("type", TAB_TYPES, "url")
    tab: dict[str, Any] = {"tab_type": kind}
    name, link = section.text("name"), section.text("link")
    if name:
        tab["tab_name"] = name
    if link:
        tab["tab_content"] = {kind: link}
    config: dict[str, Any] = {}
    if section.get("icon_key") is not None:
        config["icon_key"] = section.text("icon_key")
    if section.get("is_built_in") is not None:
        config["is_built_in"] = section.flag("is_built_in", default=False)
    if config:
        tab["tab_config"] = config
    section.finish()
    return tab


def _read_menu(section: _Section, seed: str) -> dict[str, Any]:
    children = [
        {
            "chat_menu_second_level_id": ids.long_id(seed, "child", number),
            "chat_menu_item": _read_menu_item(child),
        }
        for number, child in enumerate(section.sections("children"))
    ]
    menu = {"chat_menu_top_level_id": ids.long_id(seed, "menu"), "chat_menu_item": _read_menu_item(section)}
    return {**menu, "children": children} if children else menu


def _read_menu_item(section: _Section) -> dict[str, Any]:
    link = section.text("link")
    item: dict[str, Any] = {
        "action_type": "REDIRECT_LINK" if link else "NONE",
        "name": section.need("name").text(),
    }
    if link:
        item["redirect_link"] = {"common_url": link}
    i18n_names = {locale: name.text() for locale, name in section.mapping("i18n_names").items()}
    if i18n_names:
        item["i18n_names"] = i18n_names
    section.finish()
    return item
