"""Who exists and who calls: tenants with their switches, apps, and people with three kinds of ids.

A person is known inside the emulator by the union_id, a bot by its App ID; `is_bot` tells them apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from reconciler.emulator import ids
from reconciler.emulator.readings import Readings
from reconciler.emulator.wire import Refusal

USER_ID_SCOPE = "contact:user.employee_id:readonly"
"""Scope without which an app does not get to see ids of the form user_id."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """A company and the switches of its edition and its administrator."""

    key: str
    name: str = ""
    restricted_mode: bool = True
    """Whether the edition has the restricted mode (232057)."""
    hide_member_count: bool = True
    """Whether the tenant may hide member counts (232078)."""
    public_groups: bool = True
    """Whether the administrator allows public groups (232091)."""
    quota: bool = True
    """Whether the rate limit is enforced."""
    member_cap: int | None = None
    """Members per group that the administrator allows (232044)."""
    member_list_cap: int | None = None
    """Length at which the security setting cuts member lists."""
    search_lag: int = 60
    """Seconds for which a search knows nothing of a new group, or of a new name of a group.

    The platform only makes clear that search is not read-after-write (wire-behaviour.md, 4.2), not how long it
    lags. With a minute nobody who makes a group and looks it up at once comes to rely on finding it.
    """
    built_in_tabs: tuple[str, ...] = ("message", "pin")
    """Built-in tabs of a fresh group; `message` is always the first."""
    review_words: tuple[str, ...] = ()
    """Words that the content review refuses in names and descriptions (232023)."""
    docs: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Links of documents that are not open to all, with the names of their only collaborators (232051)."""
    images: tuple[tuple[str, str], ...] = ()
    """Known image keys, of messages and avatars alike, with the App ID that uploaded each (232056)."""
    encryption_key: bool = True
    """Whether the key is there with which the tenant encrypts its messages and images (230036, 234041)."""
    leak_check: bool = False
    """Whether messages with plain phone numbers or mail addresses are refused (230028)."""


@dataclass(frozen=True, slots=True)
class App:
    """An app; `scopes` of `None` are all scopes.

    A custom app belongs to `tenant_key` and works nowhere else; a store app works in the tenants that have it
    installed. Both hear of groups through their bot, if they have one.
    """

    app_id: str
    app_secret: str = field(repr=False)
    name: str
    tenant_key: str
    open_id: str
    scopes: tuple[str, ...] | None = None
    bot: bool = True
    enabled: bool = True
    external_sharing: bool = False
    store: bool = False
    installed_in: tuple[str, ...] = ()
    """Tenants that installed a store app."""
    app_ticket: str = ""
    """First ticket of a store app; the later ones are made from the seed."""
    ip_white_list: tuple[str, ...] = ()
    """Addresses that may call; empty lets everybody (99991401)."""

    def works_in(self, tenant_key: str) -> bool:
        """Tell whether the app can act in a tenant."""
        return self.enabled and tenant_key in (self.installed_in if self.store else (self.tenant_key,))

    def may(self, scope: str) -> bool:
        """Tell whether the app holds `scope`."""
        return self.scopes is None or scope in self.scopes


STATUSES = ("frozen", "exited", "unjoin")
"""States of an account beside resigned; an account is activated unless its person has yet to join."""


@dataclass(frozen=True, slots=True)
class User:
    """A person; `open_ids` holds the ones that differ from the generated ids, by App ID."""

    name: str
    union_id: str
    user_id: str
    tenant_key: str
    open_ids: dict[str, str]
    email: str = ""
    mobile: str = ""
    resigned: bool = False
    visible: bool = True
    """Whether the person is inside the apps' availability and data range."""
    en_name: str = ""
    enterprise_email: str = ""
    departments: tuple[str, ...] = ()
    """department_id of each department."""
    status: tuple[str, ...] = ()
    """What else the account is: any of `STATUSES`."""
    refuses: tuple[str, ...] = ()
    """App IDs of the bots whose messages the person has switched off (230053)."""
    blocks: tuple[str, ...] = ()
    """People who may not work together with this one, by any id, e-mail, mobile or name."""
    contacts: tuple[str, ...] | None = None
    """People of other tenants whom this one knows, named in the same way; `None` is everybody."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the bot of an app in one tenant or, with a user token, a person through the app.

    `granted` are the scopes that the person granted to the app; `None` are all of them.
    """

    app: App
    tenant_key: str
    user: User | None = None
    granted: tuple[str, ...] | None = None

    @property
    def id(self) -> str:
        """Inner id of the operator: of the person, else of the bot."""
        return self.user.union_id if self.user else self.app.app_id

    def may(self, scopes: Iterable[str]) -> bool:
        """Tell whether the app holds any of `scopes` and the person behind it, if any, granted that one."""
        return any(self.app.may(scope) and self.grants(scope) for scope in scopes)

    def grants(self, scope: str) -> bool:
        """Tell whether the person lets the app use `scope`; a bot needs nobody's consent."""
        return self.granted is None or scope in self.granted


class Directory:
    """Finds tenants, apps and people; never changes."""

    def __init__(
        self,
        tenants: Iterable[Tenant],
        apps: Iterable[App],
        users: Iterable[User],
        readings: Readings | None = None,
    ) -> None:
        self.readings = readings or Readings()
        self.tenants = {tenant.key: tenant for tenant in tenants}
        self.apps = {app.app_id: app for app in apps}
        self.users = {user.union_id: user for user in users}
        self._by_user_id = {user.user_id: user for user in self.users.values()}
        self._by_open_id = {
            _open_id(app_id, user): (app_id, user) for app_id in self.apps for user in self.users.values()
        }

    @property
    def first_app(self) -> App:
        """The first app of the scenario; runs in process act as it."""
        return next(iter(self.apps.values()))

    @cached_property
    def known_tenants(self) -> frozenset[str]:
        """The tenants that are described, and those that only people belong to."""
        return frozenset(self.tenants) | {user.tenant_key for user in self.users.values()}

    def tenant(self, key: str) -> Tenant:
        """Return the tenant `key`; one that only people belong to has the usual switches."""
        return self.tenants.get(key) or Tenant(key)

    def resolve(self, app_id: str, id_type: str, value: str) -> User | None:
        """Return the person named `value` as the app `app_id` names people, or `None`.

        Raises:
            Refusal: 99992361 for an open_id that was given to another app.
        """
        if id_type == "union_id":
            return self.users.get(value)
        if id_type == "user_id":
            return self._by_user_id.get(value)
        issuer, user = self._by_open_id.get(value, ("", None))
        if user is not None and issuer != app_id:
            raise Refusal(99992361)
        return user

    def by_contact(self, kind: str, value: str) -> User | None:
        """Return the person with this `email` or `mobile`; +86 may be left out of a number."""
        return self._by_contact.get((kind, _plain(value)))

    @cached_property
    def _by_contact(self) -> dict[tuple[str, str], User]:
        return {
            (kind, _plain(value)): user
            for user in self.users.values()
            for kind, value in (("email", user.email), ("mobile", user.mobile))
            if value
        }

    def show(self, app_id: str, id_type: str, union_id: str) -> str:
        """Return the id of a person in the form `id_type`, as the app `app_id` sees it."""
        user = self.users[union_id]
        if id_type == "union_id":
            return user.union_id
        if id_type == "user_id":
            return user.user_id
        return _open_id(app_id, user)

    def collaborate(self, one: str, other: str) -> bool:
        """Tell whether two people, named by their inner ids, may work together: neither blocks the other."""
        return not any(
            self.find(name) == blocked
            for blocker, blocked in ((one, other), (other, one))
            for name in self.users[blocker].blocks
        )

    def knows(self, one: str, stranger: str) -> bool:
        """Tell whether somebody of another tenant is a contact of a person, both named by their inner ids."""
        contacts = self.users[one].contacts
        return contacts is None or stranger in map(self.find, contacts)

    def find(self, name: str) -> str:
        """Return the inner id of whoever `name` means: any id, e-mail, mobile or display name, or a bot.

        Raises:
            KeyError: nobody is called so.
        """
        if name in self.apps or name in self.users:
            return name
        if name in self._by_open_id:
            return self._by_open_id[name][1].union_id
        return self._by_other_name[name]

    @cached_property
    def _by_other_name(self) -> dict[str, str]:
        """Inner ids by user_id, e-mail, mobile and display name; the first who is called so."""
        found: dict[str, str] = {}
        for user in self.users.values():
            for name in filter(None, (user.user_id, user.email, user.mobile, user.name)):
                found.setdefault(name, user.union_id)
        return found


def is_bot(member: str) -> bool:
    """Tell whether the inner id `member` is a bot's."""
    return member.startswith("cli_")


def _plain(contact: str) -> str:
    """Return an address or a number in the form in which it is compared."""
    return contact.strip().lower().removeprefix("+86")


def _open_id(app_id: str, user: User) -> str:
    return user.open_ids.get(app_id) or ids.open_id(app_id, user.union_id)
