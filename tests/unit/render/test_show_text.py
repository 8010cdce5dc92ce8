from __future__ import annotations

import json

from reconciler.errors import Source
from reconciler.model.collection import Collection, Mode
from reconciler.model.group import DesiredGroup, LiveGroup
from reconciler.model.members import LiveMembers
from reconciler.model.menus import LiveMenu, LiveMenuItem, Menu, MenuItem, MenuLink
from reconciler.model.moderation import LiveModeration, Moderation
from reconciler.model.settings import Permissions, Settings
from reconciler.model.tabs import LiveTab, Tab
from reconciler.render.show_text import group_json, render_group
from tests.support.golden import assert_golden
from tests.support.plans import BOT, CHAT, HANMEI, LILEI, at

DESIRED = DesiredGroup(
    key="oncall-payments",
    settings=Settings(
        name="支付值班", i18n_names={"en_us": "Payments"}, permissions=Permissions(at_all="only_owner")
    ),
    owner="self",
    managers=Collection(mode=Mode.EXACT, items=(LILEI, BOT)),
    moderation=Moderation(mode="moderator_list", moderators=Collection(mode=Mode.EXACT, items=(LILEI,))),
    members=Collection(mode=Mode.ADDITIVE, items=(HANMEI,)),
    tabs=Collection(mode=Mode.EXACT, items=(Tab(name="Runbook", type="doc", link="https://d.example.com"),)),
    menus=Collection(
        mode=Mode.EXACT,
        items=(
            Menu(
                name="应急", children=(MenuItem(name="升级", url=MenuLink(common="https://u.example.com")),)
            ),
        ),
    ),
)
LIVE = LiveGroup(
    chat_id=CHAT,
    settings=Settings(
        name="支付值班🚨",
        description="线上",
        permissions=Permissions(at_all="all_members", edit="only_owner"),
    ),
    managers=frozenset({LILEI, HANMEI}),
    moderation=LiveModeration(mode="all_members"),
    members=LiveMembers(users=frozenset({LILEI, "ou_a", "ou_b"})),
    tabs=(
        LiveTab(id="1", type="message"),
        LiveTab(id="2", type="url", name="广告", link="https://ads.example.com"),
        LiveTab(id="3", type="url", name="广告", link="https://second.example.com"),
    ),
    menus=(LiveMenu(id="1", name="应急", children=(LiveMenuItem(id="2", name="升级"),)),),
    user_count=3,
)


def _locate(path: str) -> Source | None:
    return {"name": at(14, 11), "tabs/Runbook": at(26, 9)}.get(path)


def _nowhere(_path: str) -> Source | None:
    return None


def test_group_reads_as_in_its_golden_file():
    assert_golden("render/show-group.txt", render_group("oncall-payments", CHAT, DESIRED, LIVE, _locate))


def test_group_without_a_chat_reads_as_in_its_golden_file():
    assert_golden("render/show-unborn.txt", render_group("oncall-payments", None, DESIRED, None, _locate))


def test_group_that_left_the_configuration_reads_as_in_its_golden_file():
    assert_golden("render/show-left.txt", render_group("oncall-payments", CHAT, None, LIVE, _nowhere))


def test_reduced_answer_is_told_and_never_taken_for_empty():
    live = LiveGroup(
        chat_id=CHAT, full=False, settings=Settings(name="支付值班"), owner="ou_x", external=True
    )

    rendered = render_group("oncall-payments", CHAT, DESIRED, live, _nowhere)

    assert "Our app is not in the group" in rendered
    assert "The group is external" in rendered
    assert "(not told)" in rendered
    assert "ou_x" not in rendered
    assert "(absent)" not in rendered


def test_dissolved_group_is_told():
    live = LiveGroup(chat_id=CHAT, status="dissolved", full=False)

    assert "The group is dissolved." in render_group("a", CHAT, DESIRED, live, _nowhere)


def test_person_who_owns_the_group_is_shown():
    live = LiveGroup(chat_id=CHAT, owner=HANMEI)

    assert HANMEI in render_group("a", CHAT, None, live, _nowhere)


def test_unknown_group_has_no_table():
    assert render_group("a", None, None, None, _nowhere).splitlines() == [
        "a",
        "  The configuration does not have this group.",
        "  No live group was read.",
    ]


def test_json_holds_desired_live_and_positions():
    data = json.loads(group_json("oncall-payments", CHAT, DESIRED, LIVE, _locate))

    assert (data["format_version"], data["key"], data["chat_id"]) == (1, "oncall-payments", CHAT)
    assert data["desired"]["settings"]["name"] == "支付值班"
    assert data["live"]["managers"] == sorted([LILEI, HANMEI])
    assert data["sources"] == {
        "name": {"file": "groups/engineering.yaml", "line": 14, "column": 11},
        "tabs/Runbook": {"file": "groups/engineering.yaml", "line": 26, "column": 9},
    }


def test_json_of_what_is_missing_is_null():
    data = json.loads(group_json("a", None, None, None, _nowhere))

    assert (data["desired"], data["live"], data["sources"]) == (None, None, {})


def test_bot_is_not_called_absent_because_no_call_lists_bots():
    rendered = render_group("a", CHAT, DESIRED, LIVE, _nowhere)

    line = next(line for line in rendered.splitlines() if f"members/{BOT}" in line)
    assert line.endswith("(not told)")


def test_nobody_is_called_absent_by_a_list_that_is_cut():
    members = LiveMembers(users=frozenset({LILEI}), complete=False)
    live = LIVE.model_copy(update={"members": members})

    lines = render_group("a", CHAT, DESIRED, live, _nowhere).splitlines()

    told = {line.split()[0]: line.split("  ")[-1] for line in lines if "members/" in line}
    assert told[f"members/{LILEI}"] == "present"
    assert told[f"members/{HANMEI}"] == "(not told)"


def test_value_that_nobody_asked_for_has_no_position():
    def anywhere(path):
        return Source("groups.yaml", 1, 1)

    sources = json.loads(group_json("oncall-payments", CHAT, DESIRED, LIVE, anywhere))["sources"]

    assert "permissions.at_all" in sources
    assert not {"permissions.edit", "description", "tabs/广告"} & sources.keys()
