"""Whole fleets for the laws of runs on the emulator, what goes wrong in a run, and what people do meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from hypothesis import strategies as st

from reconciler.emulator import Fault, FaultKind
from reconciler.emulator.acts import ActError
from reconciler.model.collection import Collection, Mode
from reconciler.model.group import DesiredGroup
from reconciler.model.ids import SELF
from reconciler.model.moderation import Moderation
from reconciler.model.tabs import Tab
from tests.support.house import House
from tests.support.pretend import OTHER
from tests.support.strategies import maybe, menu_lists, modes, some, subsets, wanted_settings

KEYS = ("alpha", "beta", "gamma")
PEOPLE = ("ou_lilei", "ou_han", "ou_kate", "ou_jim")
LINKS = ("https://a.example.com", "https://b.example.com", "https://acme.feishu.cn/docx/plan")

ANSWERS: tuple[tuple[int, int | None], ...] = (
    (502, None),
    (504, None),
    (500, 5000),
    (400, 232019),
    (429, 99991400),
    (400, 232001),
    (400, 232017),
    (400, 99991672),
)


@st.composite
def people(draw: st.DrawFn, pool: tuple[str, ...]) -> Collection[str]:
    return Collection[str](mode=draw(modes), items=tuple(draw(subsets(pool))))


@st.composite
def tab_rows(draw: st.DrawFn) -> Collection[Tab]:
    names = draw(st.lists(some("A", "B", "C"), unique=True))
    links = draw(st.permutations(LINKS))
    items = tuple(
        Tab(name=str(name), type="doc" if "docx" in link else "url", link=link)
        for name, link in zip(names, links, strict=False)
    )
    return Collection[Tab](mode=draw(modes), items=items)


@st.composite
def moderations(draw: st.DrawFn) -> Moderation:
    mode = draw(some("all_members", "only_owner", "moderator_list"))
    listed = draw(people(PEOPLE)) if mode == "moderator_list" else None
    return Moderation(mode=mode, moderators=listed)  # type: ignore[arg-type]  # one of the literals


@st.composite
def groups(draw: st.DrawFn, key: str) -> DesiredGroup:
    """A group that the emulated tenant allows; public names differ."""
    settings = draw(wanted_settings)
    menus = draw(st.none() | menu_lists(plain=True))
    return DesiredGroup(
        key=key,
        settings=settings.model_copy(update={"name": f"{settings.name or 'Group'} {key}"}),
        managers=draw(st.none() | people((SELF, *PEOPLE, OTHER))),
        moderation=draw(st.none() | moderations()),
        members=draw(
            st.none()
            | st.builds(
                lambda items: Collection[str](mode=Mode.ADDITIVE, items=tuple(items)),
                subsets((SELF, *PEOPLE, OTHER)),
            )
        ),
        tabs=draw(st.none() | tab_rows()),
        menus=None if menus is None else Collection(mode=draw(modes), items=tuple(menus)),
    )


@st.composite
def fleets(draw: st.DrawFn) -> tuple[DesiredGroup, ...]:
    return tuple(draw(groups(key)) for key in KEYS if draw(maybe))


@st.composite
def faults(draw: st.DrawFn) -> Fault:
    """One thing that goes wrong, from any call on."""
    kind = draw(some("answer", "drop", "malformed", "truncated", "revoke_token"))
    after = draw(st.integers(0, 20))
    # Six outlast the repeats of the client.
    count = draw(st.sampled_from((1, 6)))
    done = draw(maybe)
    if kind == "answer":
        status, code = draw(st.sampled_from(ANSWERS))
        # A refusal is a promise that nothing was done; only a broken gateway is not to be trusted.
        return Fault(
            FaultKind.ANSWER,
            after=after,
            count=count,
            status=status,
            code=code,
            done=done and status >= 500,
        )
    return Fault(FaultKind(str(kind)), after=after, count=count, done=done and kind == "drop")


@st.composite
def hands(draw: st.DrawFn) -> tuple[str, tuple[object, ...]]:
    """Something a person does in the client to one group."""
    name = str(
        draw(
            some(
                "rename",
                "add_members",
                "remove_members",
                "add_managers",
                "remove_managers",
                "set_moderation",
                "add_tab",
                "remove_tab",
                "sort_tabs",
                "add_menu",
                "remove_menu",
                "sort_menus",
            )
        )
    )
    if name.endswith(("members", "managers")):
        return name, (draw(subsets(PEOPLE)),)
    if name == "set_moderation":
        return name, (draw(some("all_members", "only_owner", "moderator_list")), draw(subsets(PEOPLE)))
    if name == "add_tab":
        return name, (
            "url",
            draw(some("A", "B", "X")),
            draw(some("https://a.example.com", "https://x.example")),
        )
    return name, ()


def meddle(house: House, chat_id: str, name: str, arguments: Sequence[object]) -> None:
    """Do by hand what can be done: not everything fits to every group."""
    # Two public groups cannot have one name, so that each gets a name of its own.
    acts = house.emulator.acts
    chat = acts.chat(chat_id)
    tabs = [each["tab_id"] for each in chat["tabs"]]
    menus = [each["chat_menu_top_level_id"] for each in chat["menus"]]
    last: dict[str, tuple[object, ...] | None] = {
        "rename": (f"By hand {chat_id}",),
        "remove_tab": (tabs[-1],) if len(tabs) > 2 else None,
        "sort_tabs": ([tabs[0], *reversed(tabs[1:])],),
        "add_menu": ({"name": "X", "action_type": "NONE"},) if len(menus) < 3 else None,
        "remove_menu": (menus[0],) if menus else None,
        "sort_menus": (menus[::-1],),
    }
    given = last.get(name, tuple(arguments))
    if given is not None:
        with suppress(ActError):
            getattr(acts, name)(chat_id, *given)
