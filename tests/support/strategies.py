"""Hypothesis strategies of desired, live and recorded groups.

Alphabets are small on purpose: names, links and people collide, which is where planning gets hard.
"""

from __future__ import annotations

import os
from itertools import product

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from reconciler.diff.menus import menu_form
from reconciler.diff.tabs import tab_form
from reconciler.model.collection import Collection, Mode
from reconciler.model.group import DesiredGroup, LiveGroup
from reconciler.model.ids import SELF
from reconciler.model.members import LiveMembers
from reconciler.model.menus import LiveMenu, LiveMenuItem, Menu, MenuItem, MenuLink
from reconciler.model.moderation import LiveModeration, Moderation
from reconciler.model.recorded import RecordedGroup, RecordedValue, recorded_form
from reconciler.model.settings import (
    LOCALES,
    NEW_GROUP_SETTINGS,
    Locale,
    Permissions,
    RestrictedMode,
    Settings,
)
from reconciler.model.tabs import LiveTab, Tab
from tests.support.builders import CHAT, KEY


def law(examples: int) -> hypothesis_settings:
    """Return the settings of a law; `LAW_EXAMPLES` asks for more examples than a test run has time for.

    Laws are checked on the same examples in every run: a failure is a change of the code, never of luck.
    """
    wanted = max(examples, int(os.environ.get("LAW_EXAMPLES", "0")))
    return hypothesis_settings(max_examples=wanted, deadline=None, derandomize=True)


LAW = law(200)

USERS = ("ou_a", "ou_b", "ou_c", "ou_d")
OTHER_BOTS = ("cli_x", "cli_y")
NAMES = ("A", "B", "C")
LINKS = ("https://a.example.com", "https://b.example.com", "https://c.example.com")
ICONS = (None, "img_1", "img_2")

modes = st.sampled_from(Mode)
maybe = st.booleans()


def some(*values: object) -> st.SearchStrategy[object]:
    return st.sampled_from(values)


def subsets(values: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), unique=True)


# ------------------------------------------------------------------ settings

permissions = st.builds(
    Permissions,
    add_member=some(None, "only_owner", "all_members"),
    at_all=some(None, "only_owner", "all_members"),
    edit=some(None, "only_owner", "all_members"),
    urgent=some(None, "only_owner", "all_members"),
    membership_approval=some(None, "no_approval_required", "approval_required"),
    join_message_visibility=some(None, "only_owner", "all_members", "not_anyone"),
)


@st.composite
def restricted_modes(draw: st.DrawFn) -> RestrictedMode:
    bans = [draw(some("all_members", "not_anyone")) for _ in range(3)]
    return RestrictedMode.model_validate(
        {
            "status": "not_anyone" in bans,
            "screenshot": bans[0],
            "download": bans[1],
            "message": bans[2],
        }
    )


localized_names = st.none() | st.dictionaries(st.sampled_from(LOCALES), st.sampled_from(("甲", "乙")))

wanted_settings = st.builds(
    Settings,
    name=some(None, "支付值班", "Payments"),
    i18n_names=localized_names,
    description=some(None, "", "线上值班"),
    avatar=some(None, "img_1", "img_2"),
    chat_type=some(None, "private", "public"),
    group_message_type=some(None, "chat", "thread"),
    permissions=permissions,
    restricted_mode=st.none() | restricted_modes(),
)


@st.composite
def told_settings(draw: st.DrawFn) -> Settings:
    """Settings of a full view: everything is told, except that localized names may be absent."""
    drawn = draw(wanted_settings).fields()
    return Settings.from_fields({"name": "支付值班", **NEW_GROUP_SETTINGS.fields(), **drawn})


# ------------------------------------------------------------------ tabs


# One draw from a table is many times faster than one draw per field.
tabs = st.sampled_from(
    [
        *(
            Tab(name=name, type="url", link=link, open_in_app=opening, icon=icon)
            for name, link, opening, icon in product(NAMES, LINKS, (None, True, False), ICONS)
        ),
        *(Tab(name=name, type="doc", link=link) for name, link in product(NAMES, LINKS)),
    ]
)

tab_lists = st.lists(tabs, max_size=3, unique_by=(lambda tab: tab.name, lambda tab: (tab.type, tab.link)))


@st.composite
def live_tab_rows(draw: st.DrawFn, *, max_size: int = 4, foreign: bool = True) -> tuple[LiveTab, ...]:
    """A row of tabs, the message tab first; names and links may repeat, built-in tabs stand in between."""
    drawn = draw(st.lists(tabs, max_size=max_size))
    row = [LiveTab(**dict(tab), id=f"tab-{number}") for number, tab in enumerate(drawn)]
    if foreign:
        builtin = draw(st.lists(st.integers(0, len(row)), max_size=2))
        for number, place in enumerate(sorted(builtin, reverse=True)):
            row.insert(place, LiveTab(id=f"pin-{number}", type="pin"))
    return (LiveTab(id="tab-message", type="message"), *row)


@st.composite
def tab_collections(draw: st.DrawFn) -> Collection[Tab]:
    items = tuple(draw(tab_lists))
    keep = tuple(sorted(set(draw(subsets((*NAMES, "tab-0")))) - {tab.name for tab in items}))
    mode = draw(modes)
    return Collection[Tab](mode=mode, items=items, keep=keep if mode is Mode.EXACT else ())


# ------------------------------------------------------------------ menus

PLAIN_LINKS = (None, *(MenuLink(common=link) for link in LINKS))
PLATFORM_LINKS = (*PLAIN_LINKS, MenuLink(common=LINKS[0], ios=LINKS[1]))
LOCALIZED: tuple[dict[Locale, str] | None, ...] = (None, {}, {"en_us": "甲"}, {"en_us": "乙", "ja_jp": "甲"})

plain_menu_items = st.sampled_from(
    [MenuItem(name=name, url=link) for name, link in product(NAMES, PLAIN_LINKS)]
)
menu_items = st.sampled_from(
    [
        MenuItem(name=name, url=link, i18n_names=names, icon=icon)
        for name, link, names, icon in product(NAMES, PLATFORM_LINKS, LOCALIZED, ICONS)
    ]
)


@st.composite
def menus(draw: st.DrawFn, *, plain: bool = False) -> Menu:
    """A top-level menu. `plain`: neither localized names nor icons."""
    items = plain_menu_items if plain else menu_items
    children = tuple(draw(st.lists(items, max_size=2)))
    top = draw(items)
    return Menu(
        name=top.name,
        url=None if children else top.url,
        i18n_names=top.i18n_names,
        icon=None if children else top.icon,
        children=children,
    )


def menu_lists(*, plain: bool = False, max_size: int = 3) -> st.SearchStrategy[list[Menu]]:
    return st.lists(menus(plain=plain), max_size=max_size, unique_by=lambda menu: menu.name)


@st.composite
def live_menu_rows(draw: st.DrawFn, *, plain: bool = False, max_size: int = 3) -> tuple[LiveMenu, ...]:
    """The menu of a group; a person can have made two menus of one name."""
    shapes = draw(st.lists(menus(plain=plain), max_size=max_size))
    return tuple(
        LiveMenu(
            **{
                **dict(shape),
                "id": f"menu-{number}",
                "children": tuple(
                    LiveMenuItem(**dict(child), id=f"menu-{number}-{place}")
                    for place, child in enumerate(shape.children)
                ),
            }
        )
        for number, shape in enumerate(shapes)
    )


@st.composite
def menu_collections(draw: st.DrawFn) -> Collection[Menu]:
    items = tuple(draw(menu_lists()))
    keep = tuple(sorted(set(draw(subsets((*NAMES, "menu-0")))) - {menu.name for menu in items}))
    mode = draw(modes)
    return Collection[Menu](mode=mode, items=items, keep=keep if mode is Mode.EXACT else ())


# ------------------------------------------------------------------ people


@st.composite
def people_collections(draw: st.DrawFn, *, pool: tuple[str, ...]) -> Collection[str]:
    items = tuple(draw(subsets(pool)))
    keep = tuple(each for each in draw(subsets(pool)) if each not in items)
    mode = draw(modes)
    return Collection[str](mode=mode, items=items, keep=keep if mode is Mode.EXACT else ())


manager_collections = people_collections(pool=(SELF, *USERS, *OTHER_BOTS))
moderator_collections = people_collections(pool=USERS)
member_collections = people_collections(pool=(SELF, *USERS, *OTHER_BOTS))


@st.composite
def moderations(draw: st.DrawFn) -> Moderation:
    mode = draw(st.sampled_from(("all_members", "only_owner", "moderator_list")))
    moderators = draw(moderator_collections) if mode == "moderator_list" else None
    return Moderation(mode=mode, moderators=moderators)  # type: ignore[arg-type]  # one of the literals


# ------------------------------------------------------------------ groups

desired_groups = st.builds(
    DesiredGroup,
    key=st.just(KEY),
    settings=wanted_settings,
    owner=st.none() | st.sampled_from(USERS),
    managers=st.none() | manager_collections,
    moderation=st.none() | moderations(),
    members=st.none() | member_collections,
    tabs=st.none() | tab_collections(),
    menus=st.none() | menu_collections(),
    top_notice=some(None, "announcement", "none"),
)


@st.composite
def live_groups(draw: st.DrawFn) -> LiveGroup:
    """A group as read in full: managers and moderators are in it, a person who owns it is listed."""
    owner = draw(st.none() | st.sampled_from(USERS))
    users = frozenset(draw(subsets(USERS))) | ({owner} if owner else set())
    bots = frozenset(draw(subsets(OTHER_BOTS))) | {SELF}
    candidates = sorted((users | bots) - ({owner} if owner else {SELF}))
    managers = frozenset(each for each in candidates if draw(maybe))
    mode = draw(st.sampled_from(("all_members", "only_owner", "moderator_list")))
    listed = frozenset(each for each in sorted(users) if draw(maybe)) | ({owner} if owner else set())
    return LiveGroup(
        chat_id=CHAT,
        settings=draw(told_settings()),
        owner=owner,
        managers=managers,
        moderation=LiveModeration.model_validate(
            {"mode": mode, "moderators": listed if mode == "moderator_list" else None}
        ),
        members=LiveMembers(users=frozenset(users), bots=frozenset(bots)),
        tabs=draw(live_tab_rows()),
        menus=draw(live_menu_rows()),
        user_count=len(users),
    )


@st.composite
def recorded_groups(draw: st.DrawFn) -> RecordedGroup | None:
    """What some earlier apply left; it need not have anything to do with live or desired."""
    if draw(maybe):
        return None
    values = {
        path: RecordedValue(sent=recorded_form(path, value))
        for path, value in draw(wanted_settings).fields().items()
    }
    pools = {"managers": (SELF, *USERS, *OTHER_BOTS), "moderators": USERS, "members": (*USERS, *OTHER_BOTS)}
    for facet, pool in pools.items():
        if draw(maybe):
            values[facet] = RecordedValue(sent=draw(subsets(pool)))
    if draw(maybe):
        values["tabs"] = RecordedValue(sent=[tab_form(tab) for tab in draw(tab_lists)])
    if draw(maybe):
        values["top_notice"] = RecordedValue(sent=draw(some("announcement", "none")))
    if draw(maybe):
        values["menus"] = RecordedValue(sent=[menu_form(menu) for menu in draw(menu_lists())])
    return RecordedGroup(chat_id=CHAT, created_by_us=draw(maybe), values=values)
