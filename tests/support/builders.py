"""Builders with defaults: a test names only what it is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from reconciler.diff.changes import Change, ChangeKind, Origin
from reconciler.diff.risk import NEUTRAL
from reconciler.model.address import Facet, address
from reconciler.model.base import JsonValue
from reconciler.model.collection import Collection, Mode
from reconciler.model.fleet import Fleet, GuardLimits
from reconciler.model.group import DesiredGroup, LiveGroup
from reconciler.model.ids import SELF
from reconciler.model.members import LiveMembers
from reconciler.model.menus import LiveMenu, LiveMenuItem, Menu, MenuItem, MenuLink
from reconciler.model.moderation import LiveModeration
from reconciler.model.recorded import RecordedGroup, RecordedValue, State
from reconciler.model.settings import NEW_GROUP_SETTINGS
from reconciler.model.tabs import LiveTab, Tab, TabType
from reconciler.plan.answers import ListedChat
from reconciler.plan.binding import Binding, BindingKind
from reconciler.plan.build import Member, PlanHeader, PlanOptions, build_plan
from reconciler.plan.operations import ForgetGroup, Operation
from reconciler.plan.plan import GroupPlan, Plan, Step, StepAction

T = TypeVar("T")

KEY = "oncall-payments"
CHAT = "oc_a0553eda9014c201e6969b478895c230"
LILEI = "ou_lilei"
HANMEI = "ou_hanmei"
JIM = "ou_jim"
BOT = "cli_b20fbf7e94b8d02e"

HEADER = PlanHeader(
    tool_version="0.1.0", endpoint="emulator", fleet="acme-groups", lineage="lineage-1", app_id="cli_a10f"
)


def exact(*items: T, keep: Iterable[str] = (), spared: bool = False) -> Collection[T]:
    return Collection[T](mode=Mode.EXACT, items=items, keep=tuple(keep), spared=spared)


def additive(*items: T, keep: Iterable[str] = (), spared: bool = False) -> Collection[T]:
    return Collection[T](mode=Mode.ADDITIVE, items=items, keep=tuple(keep), spared=spared)


# ------------------------------------------------------------------ tabs and menus


def tab(name: str, link: str = "", *, tab_type: TabType = "url", **fields: JsonValue) -> Tab:
    return Tab(name=name, type=tab_type, link=link or f"https://example.com/{name}", **fields)


def live_tab(
    tab_id: str, name: str | None = None, link: str = "", *, tab_type: str = "url", **fields: JsonValue
) -> LiveTab:
    return LiveTab(
        id=tab_id,
        type=tab_type,
        name=name,
        link=link or (f"https://example.com/{name}" if name else None),
        **fields,
    )


MESSAGE_TAB = LiveTab(id="tab-message", type="message")


def link(name: str) -> MenuLink:
    return MenuLink(common=f"https://example.com/{name}")


def entry(name: str, url: str | None = "same", **fields: JsonValue) -> MenuItem:
    """Return a menu entry that leads to a page of its own name; `url=None` leads nowhere."""
    return MenuItem(name=name, url=_link_or_none(name, url), **fields)


def menu(name: str, *children: MenuItem, url: str | None = "same", **fields: JsonValue) -> Menu:
    """Return a top-level menu; one with children leads nowhere."""
    return Menu(name=name, url=None if children else _link_or_none(name, url), children=children, **fields)


def live_menu(menu_id: str, shape: Menu, **fields: JsonValue) -> LiveMenu:
    """Return `shape` as the platform shows it under `menu_id`; children are `<menu_id>.1`, `.2` …."""
    children = tuple(
        LiveMenuItem(**dict(child), id=f"{menu_id}.{number}")
        for number, child in enumerate(shape.children, start=1)
    )
    return LiveMenu(**{**dict(shape), "children": children, "id": menu_id, **fields})


def _link_or_none(name: str, url: str | None) -> MenuLink | None:
    return None if url is None else link(name if url == "same" else url)


# ------------------------------------------------------------------ groups


def desired_group(key: str = KEY, **fields: JsonValue) -> DesiredGroup:
    return DesiredGroup(key=key, **fields)


def live_group(**fields: JsonValue) -> LiveGroup:
    """Return a group that a bot owns, as an empty create leaves it, with every facet told."""
    defaults: dict[str, JsonValue] = {
        "chat_id": CHAT,
        "settings": NEW_GROUP_SETTINGS.model_copy(update={"name": "支付值班"}),
        "managers": frozenset(),
        "moderation": LiveModeration(mode="all_members"),
        "members": LiveMembers(users=frozenset(), bots=frozenset({SELF})),
        "tabs": (MESSAGE_TAB,),
        "menus": (),
    }
    return LiveGroup(**{**defaults, **fields})


def recorded_group(values: dict[str, JsonValue] | None = None, **fields: JsonValue) -> RecordedGroup:
    """Return a recorded group; plain values are taken as sent."""
    recorded = {
        path: value if isinstance(value, RecordedValue) else RecordedValue(sent=value)
        for path, value in (values or {}).items()
    }
    return RecordedGroup(**{"chat_id": CHAT, "values": recorded, **fields})


def state(**fields: JsonValue) -> State:
    return State(**{"lineage": "lineage-1", "fleet": "acme-groups", "endpoint": "emulator", **fields})


def listed_chat(chat_id: str = CHAT, name: str | None = "支付值班", **fields: JsonValue) -> ListedChat:
    return ListedChat(
        **{"owner": None, "external": False, "status": "normal", **fields}, chat_id=chat_id, name=name
    )


# ------------------------------------------------------------------ plans


def only(operations: Sequence[Operation], kind: type[T]) -> T:
    """Return the one operation there is, which has to be of the given kind."""
    [operation] = operations
    assert isinstance(operation, kind)
    return operation


def change(path: str, kind: ChangeKind = ChangeKind.CHANGE, **fields: JsonValue) -> Change:
    return Change(**{"origin": Origin.CONFIG, "risk": NEUTRAL, **fields}, path=path, kind=kind)


def removals(facet: Facet, *names: str) -> tuple[Change, ...]:
    return tuple(change(f"{facet}/{name}", ChangeKind.REMOVE, before=name) for name in names)


def step(
    facet: Facet = Facet.SETTINGS,
    changes: Sequence[Change] = (),
    operations: Sequence[Operation] = (),
    **fields: JsonValue,
) -> Step:
    defaults: dict[str, JsonValue] = {
        "action": StepAction.UPDATE,
        "reason": "live differs from the configuration",
    }
    return Step(
        **{**defaults, **fields},
        address=address(KEY, facet),
        facet=facet,
        changes=tuple(changes),
        operations=tuple(operations),
    )


def forget_step() -> Step:
    return step(Facet.LIFECYCLE, operations=[ForgetGroup()], action=StepAction.FORGET)


def group_plan(*steps: Step, key: str = KEY, **fields: JsonValue) -> GroupPlan:
    return GroupPlan(**{"chat_id": CHAT, **fields}, key=key, steps=steps)


def plan_data(*groups: GroupPlan, **fields: JsonValue) -> Plan:
    """Return a plan of ready-made groups."""
    header: dict[str, JsonValue] = {
        "tool_version": "0.1.0",
        "endpoint": "emulator",
        "fleet": "acme-groups",
        "lineage": "lineage-1",
        "app_id": "cli_a10f",
    }
    return Plan(**{**header, **fields}, groups=groups)


def bound(
    desired: DesiredGroup | None,
    live: LiveGroup | None,
    recorded: RecordedGroup | None = None,
    *,
    kind: BindingKind = BindingKind.BOUND,
) -> Member:
    """Return a key that is bound to the chat of `live`."""
    binding = Binding(
        key=desired.key if desired else KEY,
        kind=kind,
        chat_id=live.chat_id if live else CHAT,
        recorded=recorded,
    )
    return Member(binding=binding, desired=desired, live=live)


def unborn(desired: DesiredGroup, uuid: str = "gr-1") -> Member:
    """Return a key that has no chat yet."""
    return Member(binding=Binding(key=desired.key, kind=BindingKind.CREATE, uuid=uuid), desired=desired)


def fleet_of(members: Iterable[Member], **fields: JsonValue) -> Fleet:
    groups = {each.binding.key: each.desired for each in members if each.desired}
    return Fleet(**{"name": "acme-groups", **fields}, groups=groups)


def plan_for(
    *members: Member,
    options: PlanOptions | None = None,
    managed: int = 1,
    guards: GuardLimits | None = None,
    operate_as_owner: bool = False,
) -> Plan:
    """Return the plan of a fleet that consists of `members`."""
    fleet = fleet_of(members, guards=guards or GuardLimits(), operate_as_owner=operate_as_owner)
    return build_plan(members, fleet, HEADER, options or PlanOptions(), managed=managed)
