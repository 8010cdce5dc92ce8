"""The scenario file: who exists in the pretend tenant, and which groups there are already.

YAML 1.2. docs/emulator.md has a scenario that says everything that can be said; a test holds the two together.
"""

from __future__ import annotations

import errno
import hashlib
import math
from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

from reconciler.emulator import ids
from reconciler.emulator.announcement import STATES as ANNOUNCEMENT_STATES
from reconciler.emulator.announcement import TYPES as ANNOUNCEMENT_TYPES
from reconciler.emulator.announcement import new_announcement, write_announcement
from reconciler.emulator.chat import (
    DEFAULT_SETTINGS,
    LOCALES,
    RESTRICTED_SETTINGS,
    RESTRICTION_VALUES,
    SECOND_LEVELS,
    SETTING_VALUES,
    SHARE_BESIDE_ADD,
    TAGS,
    TOP_LEVELS,
    UNRESTRICTED,
    Chat,
)
from reconciler.emulator.directory import STATUSES, App, Directory, Tenant, User, is_bot
from reconciler.emulator.events import Subscription
from reconciler.emulator.faults import Fault
from reconciler.emulator.nodes import Node, NodeError, read_nodes
from reconciler.emulator.readings import Readings, alternatives

LARGEST = 20_000_000
"""Bytes of the largest scenario that is read."""

LONGEST_NUMBER = 18
"""Digits that a whole number may have; so it fits wherever a client keeps it."""

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
        return _read_groups(self._content)

    def subscriptions(self) -> list[Subscription]:
        """Return what apps want to be told."""
        return self._content.subscriptions

    def faults(self, operations: Container[str]) -> list[Fault]:
        """Return the faults to begin with; `operations` are the operationIds there are.

        Raises:
            ScenarioError: a fault is wrong.
        """
        return [_read_fault(value, operations) for value in self._content.faults]

    @cached_property
    def _content(self) -> _Content:
        return _read_scenario(self.text, self.file)


def load_scenario(path: Path) -> Scenario:
    """Return the scenario in the file `path`.

    Raises:
        ScenarioError: the file cannot be read.
    """
    try:
        if path.is_fifo() or path.is_char_device():  # would be waited for, or never end
            raise OSError(errno.EINVAL, "Not an ordinary file")  # noqa: TRY301  told like every other
        with path.open("rb") as stream:
            content = stream.read(LARGEST + 1)
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
        self.kind = node.kind

    def error(self, message: str) -> ScenarioError:
        return ScenarioError(message, self.file, self.node.line, self.node.column)

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
        text = self._scalar(("int",), "a whole number")
        if len(text) > LONGEST_NUMBER:
            raise self.error(f"has more than {LONGEST_NUMBER} digits")
        return int(text, base=0 if text[:2] in {"0o", "0x"} else 10)

    def fraction(self) -> float:
        text = self._scalar(("float",), "a number")
        if text.lstrip("+-").lower() in {".inf", ".nan"} or not math.isfinite(float(text)):
            raise self.error("must be a finite number")
        return float(text)

    def items(self) -> list[_Value]:
        if self.kind != "seq":
            raise self.error("must be a list")
        return [_Value(item, self.file) for item in self.node.value]

    def section(self) -> _Section:
        return _Section(self)

    def plain(self) -> Any:
        """Return the value as plain data."""
        match self.kind:
            case "map":
                return {name: value.plain() for name, value in self.section().values.items()}
            case "seq":
                return [item.plain() for item in self.items()]
            case "bool":
                return self.flag()
            case "int":
                return self.number()
            case "float":
                return self.fraction()
            case "null":
                return None
            case _:
                return self.text()


class _Section:
    """A mapping whose keys are taken one by one; a key that nobody takes is an error."""

    def __init__(self, value: _Value) -> None:
        if value.kind != "map":
            raise value.error("must be a mapping")
        self.value = value
        self.values: dict[str, _Value] = {}
        self.keys: dict[str, _Value] = {}
        self._taken: set[str] = set()
        for key_node, value_node in value.node.value:
            key = _Value(key_node, value.file)
            name = key.text()
            if name in self.values:
                raise key.error(f"`{name}` stands here twice")
            self.keys[name] = key
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

    def number(self, name: str, *, least: int) -> int | None:
        value = self.get(name)
        if value is None:
            return None
        if value.number() < least:
            raise value.error(f"must be {least} or more")
        return value.number()

    def choice(self, name: str, values: Iterable[str], default: str) -> str:
        value = self.get(name)
        return default if value is None else _one_of(value, values)

    def prefixed(self, name: str, prefix: str, make: Callable[[], str]) -> str:
        """Return an id that begins with `prefix`; without one the id that `make` returns."""
        value = self.get(name)
        if value is None:
            return make()
        return _prefixed(value, prefix)

    def items(self, name: str) -> list[_Value]:
        value = self.get(name)
        return [] if value is None else value.items()

    def sections(self, name: str, most: int | None = None) -> list[_Section]:
        items = self.items(name)
        if most is not None and len(items) > most:
            raise items[most].error(f"`{name}` has room for {most} only")
        return [item.section() for item in items]

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(item.text() for item in self.items(name))

    def mapping(self, name: str) -> dict[str, _Value]:
        value = self.get(name)
        return {} if value is None else value.section().values

    def pairs(self, name: str) -> list[tuple[_Value, _Value]]:
        """Return keys and values of the mapping `name`, so that a wrong key can be told with its position."""
        value = self.get(name)
        if value is None:
            return []
        inner = value.section()
        return [(key, inner.values[name]) for name, key in inner.keys.items()]

    def known(self, name: str, values: Container[str], default: str = "") -> str:
        """Return the id under `name`, which has to be one of `values`."""
        value = self.get(name)
        return default if value is None else _known(value, values)

    def place(self, name: str) -> _Value:
        """Return where to tell what is wrong with `name`: its value or, without one, the whole mapping."""
        return self.values.get(name, self.value)

    def finish(self) -> None:
        for name, key in self.keys.items():
            if name not in self._taken:
                raise key.error(f"`{name}` is no key here; known are {', '.join(sorted(self._taken))}")


def _one_of(value: _Value, values: Iterable[str]) -> str:
    if value.text() not in values:
        raise value.error(f"must be one of {', '.join(values)}")
    return value.text()


def _prefixed(value: _Value, prefix: str) -> str:
    if not value.text().startswith(prefix):
        raise value.error(f"must begin with `{prefix}`")
    return value.text()


def _known(value: _Value, values: Container[str]) -> str:
    if value.text() not in values:
        raise value.error(f"there is no `{value.text()}` in this scenario")
    return value.text()


def _compose(text: str, file: str) -> _Value:
    try:
        node = read_nodes(text)
    except NodeError as error:
        raise ScenarioError(error.message, file, error.line, error.column) from error
    if node is None:
        raise ScenarioError("the file is empty", file)
    return _Value(node, file)


# ---- from values to entities


@dataclass(frozen=True)
class _Content:
    seed: str
    directory: Directory
    subscriptions: list[Subscription]
    groups: list[_Value]
    faults: list[_Value]


def _read_scenario(text: str, file: str) -> _Content:
    section = _compose(text, file).section()
    version = section.need("version")
    if version.number() != 1:
        raise version.error("only version 1 is known")
    tenant = _read_tenant(section.need("tenant").section())
    others = [_read_tenant(other) for other in section.sections("tenants")]
    readings = _read_readings(section)
    seed = section.text("seed", tenant.key)
    installed = section.sections("apps")
    subscriptions = [_read_subscription(app, seed) for app in installed if app.get("events") is not None]
    apps = [_read_app(app, tenant, seed) for app in installed]
    if not apps:
        raise section.value.error("`apps` needs at least one app")
    people = section.sections("users")
    users = [_read_user(person, tenant, seed, apps[0].app_id) for person in people]
    groups, faults = section.items("groups"), section.items("faults")
    tenants = [section.need("tenant").section(), *section.sections("tenants")]
    section.finish()
    _require_distinct("tenants", tenants, {"key": [each.key for each in (tenant, *others)]})
    _require_distinct("apps", installed, {"app_id": [app.app_id for app in apps]})
    _require_distinct_people(people, users)
    directory = Directory([tenant, *others], apps, users, readings)
    for each in tenants:
        _require_known_in_tenant(each, directory)
    for app in installed:
        _require_known_in_app(app, directory)
    for person in people:
        _require_known_in_user(person, directory)
    return _Content(seed, directory, subscriptions, groups, faults)


def _read_tenant(section: _Section) -> Tenant:
    usual = Tenant("")
    search_lag = section.number("search_lag", least=0)
    tenant = Tenant(
        key=section.need("key").text(),
        name=section.text("name"),
        restricted_mode=section.flag("restricted_mode", default=usual.restricted_mode),
        hide_member_count=section.flag("hide_member_count", default=usual.hide_member_count),
        public_groups=section.flag("public_groups", default=usual.public_groups),
        quota=section.flag("quota", default=usual.quota),
        member_cap=section.number("member_cap", least=1),
        member_list_cap=section.number("member_list_cap", least=0),
        search_lag=usual.search_lag if search_lag is None else search_lag,
        built_in_tabs=_read_built_in_tabs(section, usual.built_in_tabs),
        review_words=section.texts("review_words"),
        docs=_read_docs(section),
        images=tuple((key, app.text()) for key, app in section.mapping("images").items()),
        encryption_key=section.flag("encryption_key", default=usual.encryption_key),
        leak_check=section.flag("leak_check", default=usual.leak_check),
    )
    section.finish()
    return tenant


def _read_docs(section: _Section) -> tuple[tuple[str, tuple[str, ...]], ...]:
    unreadable: list[tuple[str, tuple[str, ...]]] = [(link, ()) for link in section.texts("unreadable_docs")]
    shared = [
        (link, tuple(name.text() for name in names.items()))
        for link, names in section.mapping("docs").items()
    ]
    return (*unreadable, *shared)


def _require_known_in_tenant(section: _Section, directory: Directory) -> None:
    """Refuse collaborators and uploaders who do not exist; tenants are read before apps and people."""
    people = _People(directory)
    for names in section.mapping("docs").values():
        for name in names.items():
            people.find(name)
    for app in section.mapping("images").values():
        _known(app, directory.apps)


def _require_known_in_app(section: _Section, directory: Directory) -> None:
    """Refuse tenants that do not exist; those that only people belong to are known after the people."""
    section.known("tenant", directory.known_tenants)
    for item in section.items("installed_in"):
        _known(item, directory.known_tenants)


def _require_known_in_user(section: _Section, directory: Directory) -> None:
    """Refuse apps and people who do not exist."""
    for app, open_id in section.pairs("open_ids"):
        _known(app, directory.apps)
        _prefixed(open_id, "ou_")
    for app in section.items("refuses"):
        _known(app, directory.apps)
    for names in ("blocks", "contacts"):
        _People(directory).list(section, names)


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
        app_ticket=section.text("app_ticket"),
        ip_white_list=section.texts("ip_white_list"),
    )
    section.finish()
    return app


def _read_subscription(app: _Section, seed: str) -> Subscription:
    value, app_id = app.need("events"), app.text("app_id")
    written = {"verification_token": ids.verification_token(seed, app_id), **value.section().value.plain()}
    try:
        return Subscription.from_json({**written, "app_id": app_id})
    except ValueError as error:
        raise value.error(str(error)) from error


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
        en_name=section.text("en_name"),
        enterprise_email=section.text("enterprise_email"),
        departments=section.texts("departments"),
        status=tuple(_one_of(item, STATUSES) for item in section.items("status")),
        refuses=section.texts("refuses"),
        blocks=section.texts("blocks"),
        contacts=None if section.get("contacts") is None else section.texts("contacts"),
    )
    section.finish()
    return user


def _require_distinct(kind: str, sections: Sequence[_Section], found: dict[str, list[str]]) -> None:
    """Refuse the second of two things with one id; `found` has the ids of each key, in the order of `sections`."""
    for name, values in found.items():
        seen: set[str] = set()
        for section, value in zip(sections, values, strict=True):
            if value and value in seen:
                raise _twice(kind, section, name, value)
            seen.add(value)


def _twice(kind: str, section: _Section, name: str, value: str) -> ScenarioError:
    if name in section.values:
        return section.values[name].error(f"two of the {kind} have the {name} `{value}`")
    called = section.text("name")
    return section.value.error(f"two of the {kind} are called `{called}`: give this one a {name} of its own")


def _require_distinct_people(sections: Sequence[_Section], users: Sequence[User]) -> None:
    """Refuse the second of two people with one id, e-mail or mobile."""
    kinds: dict[str, list[str]] = {
        "user_id": [user.user_id for user in users],
        "union_id": [user.union_id for user in users],
        "email": [user.email for user in users],
        "mobile": [user.mobile for user in users],
    }
    _require_distinct("users", sections, kinds)
    seen: set[str] = set()
    for section, user in zip(sections, users, strict=True):
        for open_id in user.open_ids.values():
            if open_id in seen:
                raise section.value.error(f"two of the users have the open_id `{open_id}`")
            seen.add(open_id)


def _read_fault(value: _Value, operations: Container[str]) -> Fault:
    try:
        fault = Fault.from_json(value.section().value.plain())
    except ValueError as error:
        raise value.error(str(error)) from error
    if not fault.known_in(operations):
        raise value.error(f"there is no operation {fault.operation}")
    return fault


def _read_groups(content: _Content) -> list[Chat]:
    chats: dict[str, Chat] = {}
    named: Counter[str] = Counter()
    for value in content.groups:
        section = value.section()
        chat = _read_group(section, content, _chat_id(section, content.seed, named))
        if chat.chat_id in chats:
            raise section.place("chat_id").error(f"two of the groups have the chat_id `{chat.chat_id}`")
        chats[chat.chat_id] = chat
    return list(chats.values())


def _chat_id(section: _Section, seed: str, named: Counter[str]) -> str:
    """Return the chat_id of a group; `named` counts the groups of each name that have it made."""

    def made() -> str:
        name = section.text("name")
        named[name] += 1
        # The first of a name keeps its id when another one of that name comes.
        return ids.chat_id(seed, name) if named[name] == 1 else ids.chat_id(seed, name, named[name])

    return section.prefixed("chat_id", "oc_", made)


def _read_group(section: _Section, content: _Content, chat_id: str) -> Chat:
    directory = content.directory
    people = _People(directory)
    owner = section.get("owner")
    chat = Chat(
        chat_id=chat_id,
        tenant_key=section.known("tenant", directory.known_tenants, directory.first_app.tenant_key),
        owner=directory.first_app.app_id if owner is None else people.find(owner),
        created_by=section.known("created_by", directory.apps),
        mode=section.choice("chat_mode", ("group", "topic", "p2p"), "group"),
        status=section.choice("chat_status", ("normal", "dissolved", "dissolved_save"), "normal"),
        external=section.flag("external", default=False),
        name=section.text("name"),
        description=section.text("description"),
        avatar=section.text("avatar"),
        i18n_names=_read_i18n_names(section),
        settings=_read_settings(section),
        restricted=_read_restricted(section),
        tags=[_one_of(tag, TAGS) for tag in section.items("tags")],
        managers=people.list(section, "managers"),
        moderators=people.list(section, "moderators"),
        pending=people.list(section, "pending"),
        tabs_and_menus_reserved=section.flag("tabs_and_menus_reserved", default=False),
        pins_reserved=section.flag("pins_reserved", default=False),
        secret=section.flag("secret", default=False),
        team=section.flag("team", default=False),
        super_large=section.flag("super_large", default=False),
        meeting=section.flag("meeting", default=False),
        banned=section.flag("banned", default=False),
    )
    joining = [*people.list(section, "members"), *people.list(section, "bots")]
    _require_roles(section, people, chat, joining)
    if not chat.dissolved:
        for member in (chat.owner, *joining, *chat.managers):
            chat.join(member)
    elif chat.status == "dissolved_save":
        chat.former = [chat.owner, *joining]
    tenant = directory.tenant(chat.tenant_key)
    custom = [_read_tab(tab) for tab in section.sections("tabs")]
    chat.tabs = [
        {"tab_id": ids.long_id(content.seed, chat.chat_id, "tab", number), **tab}
        for number, tab in enumerate([*({"tab_type": kind} for kind in tenant.built_in_tabs), *custom])
    ]
    chat.menus = [
        _read_menu(menu, f"{content.seed}/{chat.chat_id}/{number}")
        for number, menu in enumerate(section.sections("menus", most=TOP_LEVELS))
    ]
    if chat.mode != "p2p":
        chat.announcement = _read_announcement(section.get("announcement"), chat, content.seed, people)
    section.finish()
    return chat


def _read_announcement(value: _Value | None, chat: Chat, seed: str, people: _People) -> dict[str, Any]:
    if value is None:
        return new_announcement("docx", chat.chat_id, chat.owner)
    section = value.section()
    owner = section.get("owner")
    kind = section.choice("type", ANNOUNCEMENT_TYPES, "docx")
    announcement = new_announcement(kind, chat.chat_id, chat.owner if owner is None else people.find(owner))
    numbers = count()
    try:
        write_announcement(
            announcement,
            chat.chat_id,
            lambda: ids.block_id(seed, chat.chat_id, next(numbers)),
            section.text("text"),
            [item.plain() for item in section.items("blocks")],
        )
    except ValueError as error:
        raise value.error(str(error)) from error
    announcement["revision"] = _read_revision(section)
    announcement["state"] = section.choice("state", ANNOUNCEMENT_STATES, "usable")
    announcement["barred"] = people.list(section, "barred")
    announcement["limits"] = _read_limits(section)
    section.finish()
    return announcement


def _read_revision(section: _Section) -> int:
    revision = section.number("revision", least=1)
    return 1 if revision is None else revision


def _read_limits(section: _Section) -> dict[str, int]:
    value = section.get("limits")
    if value is None:
        return {}
    inner = value.section()
    limits = {name: inner.number(name, least=0) for name in ("blocks", "depth", "children")}
    inner.finish()
    return {name: number for name, number in limits.items() if number is not None}


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
        return list(dict.fromkeys(self.find(item) for item in section.items(name)))


def _require_roles(section: _Section, people: _People, chat: Chat, joining: list[str]) -> None:
    """Refuse somebody who is in a list of the group that is not for them."""
    for item in section.items("bots"):
        if not is_bot(people.find(item)):
            raise item.error(f"`{item.text()}` is no bot")
    present = {chat.owner, *joining, *chat.managers}
    for item in section.items("managers"):
        if people.find(item) == chat.owner:
            raise item.error(f"`{item.text()}` is the owner, who is no manager")
    for item in section.items("moderators"):
        if people.find(item) not in present:
            raise item.error(f"`{item.text()}` is not in the group")
    for item in section.items("pending"):
        if people.find(item) in present:
            raise item.error(f"`{item.text()}` is in the group already")
    if chat.mode == "p2p" and len(present) > 2:
        raise section.place("chat_mode").error("a one-to-one chat has two members")


def _read_i18n_names(section: _Section) -> dict[str, str]:
    return {_one_of(locale, LOCALES): name.text() for locale, name in section.pairs("i18n_names")}


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
        for number, child in enumerate(section.sections("children", most=SECOND_LEVELS))
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
    i18n_names = _read_i18n_names(section)
    if i18n_names:
        item["i18n_names"] = i18n_names
    section.finish()
    return item
