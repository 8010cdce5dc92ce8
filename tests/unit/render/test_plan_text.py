"""What reviewers read; whole plans stand in `tests/golden/render`."""

from __future__ import annotations

import re

import pytest

from reconciler.diff.changes import ChangeKind, Level, Origin
from reconciler.errors import Diagnostic, Severity, Source, text
from reconciler.model.address import Facet
from reconciler.plan.operations import BindChat, DissolveChat, RenameKey
from reconciler.plan.plan import Authority, Block, GroupPlan, Plan, StepAction
from reconciler.render.columns import cell_width
from reconciler.render.plan_text import render_plan
from tests.support.golden import assert_golden
from tests.support.plans import (
    BOT,
    HANMEI,
    LILEI,
    a_change,
    a_create,
    a_forget,
    a_group,
    a_plan,
    a_step,
    added,
    at,
    calls,
    loosens,
    removed,
)

DASHBOARDS = {"name": "Dashboards", "type": "url", "link": "https://grafana.example.com/d/1"}
RUNBOOK = {"name": "Runbook", "type": "doc", "link": "https://example.feishu.cn/wiki/wikcnPIcqWjJQwkw"}
ESCALATE = {"name": "升级", "url": {"common": "https://oncall.example.com/up"}}
ROTA = {"name": "排班", "url": {"common": "https://oncall.example.com/rota"}}
LONG = "支付线上值班。" * 30


def _new_group() -> GroupPlan:
    return a_group(
        "oncall-payments",
        a_create(
            a_change("name", after="支付值班", origin=Origin.NEW, source=at(14, 11)),
            a_change("i18n_names.en_us", after="Payments on-call", origin=Origin.NEW, source=at(15, 25)),
            a_change("description", after=LONG, origin=Origin.NEW, source=at(16, 18)),
            a_change("chat_type", after="private", origin=Origin.NEW, source=at(17, 16)),
            a_change(
                "restricted_mode",
                after={"status": True, "screenshot": "not_anyone", "download": "all_members"},
                origin=Origin.NEW,
                source=at(4, 22),
            ),
            added(f"members/{LILEI}", LILEI, origin=Origin.NEW, source=at(22, 20)),
            added(f"members/{BOT}", BOT, origin=Origin.NEW, source=at(22, 30)),
            key="oncall-payments",
        ),
        a_step(
            Facet.SETTINGS,
            a_change(
                "permissions.at_all",
                before="all_members",
                after="only_owner",
                origin=Origin.NEW,
                source=at(19, 15),
            ),
        ),
        a_step(
            Facet.MANAGERS,
            added(
                f"managers/{LILEI}",
                LILEI,
                origin=Origin.NEW,
                risk=loosens(Level.MEDIUM),
                source=at(21, 16),
            ),
        ),
        a_step(
            Facet.TABS,
            added("tabs/Runbook", RUNBOOK, origin=Origin.NEW, source=at(26, 9)),
            added(
                "tabs/Dashboards",
                {**DASHBOARDS, "open_in_app": True},
                origin=Origin.NEW,
                source=at(27, 9),
            ),
        ),
        a_step(
            Facet.MENUS,
            added(
                "menus/应急",
                {"name": "应急", "children": [ESCALATE, ROTA]},
                origin=Origin.NEW,
                source=at(30, 9),
            ),
        ),
        name="支付值班",
        chat_id=None,
        user_count=1,
    )


def _updated_group() -> GroupPlan:
    return a_group(
        "oncall-payments",
        a_step(
            Facet.SETTINGS,
            a_change("name", before="支付值班", after="支付值班🚨", source=at(14, 11)),
            a_change("i18n_names.ja_jp", before=None, after="ｼﾊﾗｲ当番", source=at(15, 40)),
            a_change(
                "description",
                before=LONG + "白班：李雷。" + LONG,
                after=LONG + "白班：韩梅梅。" + LONG,
                source=at(16, 18),
            ),
            a_change(
                "chat_type", before="private", after="public", risk=loosens(Level.HIGH), source=at(17, 16)
            ),
            a_change(
                "restricted_mode",
                before={"status": True, "screenshot": "not_anyone", "download": "not_anyone"},
                after={"status": True, "screenshot": "not_anyone", "download": "all_members"},
                risk=loosens(Level.HIGH),
                source=at(18, 22),
            ),
        ),
        a_step(
            Facet.MANAGERS,
            added(f"managers/{HANMEI}", HANMEI, risk=loosens(Level.MEDIUM), source=at(21, 16)),
            removed(f"managers/{BOT}", BOT, source=at(21, 3)),
            operations=calls(2),
        ),
        a_step(
            Facet.MODERATION,
            a_change("moderation", before="all_members", after="moderator_list", source=at(20, 15)),
            added(f"moderation/{LILEI}", LILEI, risk=loosens(Level.LOW), source=at(20, 40)),
        ),
        a_step(
            Facet.TABS,
            removed("tabs/旧手册", {**RUNBOOK, "name": "旧手册"}, source=at(25)),
            a_change(
                "tabs/Dashboards",
                before={**DASHBOARDS, "icon": "img_v3_0"},
                after={**DASHBOARDS, "link": "https://grafana.example.com/d/2", "open_in_app": True},
                source=at(27, 9),
            ),
            added("tabs/🚨 告警", {**DASHBOARDS, "name": "🚨 告警"}, source=at(28, 9)),
            a_change(
                "tabs",
                kind=ChangeKind.MOVE,
                before=["Dashboards", "Runbook"],
                after=["Runbook", "Dashboards"],
                source=at(25),
            ),
            operations=calls(4),
        ),
        a_step(
            Facet.MENUS,
            a_change(
                "menus/应急",
                before={"name": "应急", "children": [ESCALATE, ROTA]},
                after={
                    "name": "应急",
                    "children": [
                        ROTA,
                        {
                            **ESCALATE,
                            "url": {
                                "common": "https://oncall.example.com/new",
                                "ios": "https://i.example.com",
                            },
                            "i18n_names": {"en_us": "Escalate"},
                        },
                    ],
                },
                source=at(30, 9),
            ),
            operations=calls(2),
        ),
        name="支付值班🚨",
        user_count=24,
    )


def _drifted_group() -> GroupPlan:
    return a_group(
        "all-hands",
        a_step(
            Facet.SETTINGS,
            a_change("name", before="大家庭", after="全员公告", origin=Origin.DRIFT, source=at(40, 11)),
            a_change(
                "permissions.add_member",
                before="only_owner",
                after="all_members",
                origin=Origin.BOTH,
                risk=loosens(Level.MEDIUM),
                source=at(42, 20),
            ),
            a_change(
                "permissions.urgent",
                before="all_members",
                after="only_owner",
                origin=Origin.NEW,
                source=at(43, 20),
            ),
        ),
        a_step(
            Facet.TABS,
            removed("tabs/广告", {**DASHBOARDS, "name": "广告"}, origin=Origin.DRIFT, source=at(45)),
            added("tabs/Runbook", RUNBOOK, origin=Origin.DRIFT, source=at(46)),
            a_change(
                "tabs",
                kind=ChangeKind.MOVE,
                before=["b", "a"],
                after=["a", "b"],
                origin=Origin.DRIFT,
                source=at(45),
            ),
        ),
        name="全员公告",
        user_count=1204,
    )


def _blocked_step(facet: Facet = Facet.MANAGERS):
    return a_step(
        facet,
        added(f"managers/{LILEI}", LILEI, risk=loosens(Level.MEDIUM), source=at(51, 16)),
        authority=Authority.REFUSED,
        block=Block(
            reason="Only the owner may do this; our app is a manager here.",
            remedy="Hand the group to the app in the Feishu client, or list `managers` in `unmanaged`.",
        ),
    )


def _blocked_group() -> GroupPlan:
    return a_group(
        "project-apollo",
        a_step(
            Facet.SETTINGS,
            a_change("name", before="阿波罗", after="阿波罗项目", source=at(50, 11)),
            authority=Authority.UNKNOWN,
        ),
        _blocked_step(),
        name="阿波罗项目",
        user_count=12,
    )


def _refusal() -> Diagnostic:
    return Diagnostic(
        text("Our app would lose its role"),
        text("The app is a manager of this group and not in the list of `managers`."),
        text("Add `self` to `managers`, or run `groupctl apply --override lockout`."),
        address="project-borea/managers",
        source=at(60, 3),
    )


def _refused_group() -> GroupPlan:
    return a_group(
        "project-borea",
        a_step(Facet.MANAGERS, removed("managers/self", "self", source=at(60, 3))),
        name="Borea",
        user_count=7,
        refusals=(_refusal(),),
    )


def _plan_refusal() -> Diagnostic:
    return Diagnostic(
        text("Plan removes too much"),
        text(
            "{gone} members, managers, moderators, tabs and menus would be removed; the limit is {limit}.",
            gone=41,
            limit=10,
        ),
        text("If this is what you want, run `groupctl apply --override {guard}`.", guard="removals"),
    )


def _unreadable_group() -> GroupPlan:
    return a_group(
        "legal",
        name="法务",
        problem=Diagnostic(
            text("Our app is not in the group"),
            text("The platform shows outsiders only the name of `{chat_id}`.", chat_id="oc_1"),
            text("Add the app to the group in the Feishu client."),
            address="legal",
            source=at(70, 3),
        ),
    )


def _warned_group() -> GroupPlan:
    return a_group(
        "sales",
        name="销售",
        warnings=(
            Diagnostic(
                text("Member list is incomplete"),
                text("A security setting of the tenant cuts the member list of this group."),
                address="sales/members",
                severity=Severity.WARNING,
            ),
        ),
    )


def _adopted_group() -> GroupPlan:
    adopt = a_step(
        Facet.EXISTENCE,
        action=StepAction.ADOPT,
        reason=text("the chat `{chat_id}` exists already; it is managed from now on", chat_id="oc_1"),
        operations=(BindChat(chat_id="oc_1"),),
    )
    rename = a_step(
        Facet.SETTINGS, a_change("name", before="Ops", after="[ops] 测试群", origin=Origin.NEW, source=at(80))
    )
    return a_group("ops", adopt, rename, name="[ops] 测试群", user_count=3)


IDLE = tuple(a_group(f"idle-{number}", name="安静") for number in range(3))
WHOLE = a_plan(
    _drifted_group(),
    *IDLE,
    _unreadable_group(),
    _updated_group(),
    _adopted_group(),
    _blocked_group(),
    _refused_group(),
    _warned_group(),
    a_group("tmp-2024", a_forget("tmp-2024"), name="临时群"),
    tenant_key="2ed263bf32cf1651",
)


@pytest.mark.parametrize(
    ("name", "plan"),
    [
        ("new-group", a_plan(_new_group())),
        ("update", a_plan(_updated_group(), *IDLE)),
        ("drift", a_plan(_drifted_group())),
        ("blocked", a_plan(_blocked_group())),
        ("blocked-wholly", a_plan(a_group("oncall", _blocked_step(), name="值班", user_count=3))),
        ("group-refused", a_plan(_refused_group())),
        ("plan-refused", a_plan(_updated_group(), refusals=(_plan_refusal(),))),
        ("unreadable", a_plan(_unreadable_group(), *IDLE)),
        ("forget", a_plan(a_group("tmp-2024", a_forget("tmp-2024"), name="临时群"))),
        ("adopt", a_plan(_adopted_group())),
        ("empty", a_plan(*IDLE)),
        ("warning-only", a_plan(_warned_group())),
        ("whole-fleet", WHOLE),
    ],
)
def test_plan_reads_as_in_its_golden_file(name: str, plan: Plan):
    assert_golden(f"render/plan-{name}.txt", render_plan(plan, color=False))


def test_verbose_plan_reads_as_in_its_golden_file():
    plan = a_plan(_updated_group(), *IDLE)

    assert_golden("render/plan-verbose.txt", render_plan(plan, color=False, verbose=True))


def test_coloured_plan_reads_as_in_its_golden_file():
    plan = a_plan(_drifted_group(), _blocked_group())

    assert_golden("render/plan-colour.txt", render_plan(plan, color=True))


def test_colour_adds_nothing_but_escape_sequences():
    coloured = render_plan(WHOLE, color=True)

    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == render_plan(WHOLE, color=False)


def test_plan_without_changes_says_so_in_its_last_line():
    last = render_plan(a_plan(*IDLE), color=False).splitlines()[-1]

    assert last == "No changes. The groups are as the configuration wants them."


def test_plan_of_unreadable_groups_does_not_claim_that_nothing_differs():
    assert "no changes" not in render_plan(a_plan(_unreadable_group()), color=False).lower()


def test_totals_leave_out_what_is_zero_and_speak_singular():
    plan = a_plan(a_group("a", a_step(), user_count=1))

    assert render_plan(plan, color=False).endswith("Plan: 1 to update; 1 call; 1 membership affected.")


def test_time_that_the_quota_takes_at_least_is_told():
    plan = a_plan(a_group("a", a_step(), user_count=1)).model_copy(update={"shortest_seconds": 139})

    assert "1 call, at least 2:19;" in render_plan(plan, color=False)


def test_blocked_and_refused_groups_count_neither_calls_nor_memberships():
    plan = a_plan(_refused_group(), a_group("b", _blocked_step(), user_count=9))

    assert render_plan(plan, color=False).endswith(
        "Plan: nothing to do; 0 calls. 1 step blocked, 1 group refused."
    )


def test_more_than_ten_groups_that_open_up_are_counted():
    groups = [
        a_group(f"g{number:02}", a_step(Facet.SETTINGS, a_change(risk=loosens(Level.HIGH))))
        for number in range(12)
    ]

    rendered = render_plan(a_plan(*groups), color=False)

    assert "g09 (high) and 2 more." in rendered
    assert "g10 (high)" not in rendered


def test_adding_a_member_is_no_headline():
    add = added(f"members/{LILEI}", LILEI, risk=loosens(Level.LOW))

    rendered = render_plan(a_plan(a_group("a", a_step(Facet.MEMBERS, add))), color=False)

    assert "! loosens (low)" in rendered
    assert "Opens up access" not in rendered


@pytest.mark.parametrize("name", ["支付值班", "🚨", "ｱﾊﾟﾄ", "e\u0301tude", "👩‍👩‍👧", "🇨🇳", "plain"])
def test_columns_line_up_whatever_the_script(name: str):
    step = a_step(
        Facet.TABS,
        added(f"tabs/{name}", {"name": name, "type": "url"}),
        added("tabs/Dashboards and more", {"name": "Dashboards and more", "type": "url"}),
    )

    lines = render_plan(a_plan(a_group("a", step)), color=False).splitlines()

    columns = {cell_width(line.split("type:")[0]) for line in lines if "type:" in line}
    assert len(columns) == 1


@pytest.mark.parametrize(
    "hostile", ["a\x1b]0;title\x07", "a\u202eb", "a\nPlan: nothing", "a\x9b31m", "a\u2028b"]
)
def test_hostile_names_reach_the_terminal_as_visible_escapes(hostile: str):
    group = a_group(
        "oncall",
        a_step(
            Facet.SETTINGS,
            a_change("name", before=hostile, after="x", source=Source(hostile, 1, 1)),
        ),
        a_step(
            Facet.TABS,
            added(f"tabs/{hostile}", {"name": hostile, "type": "url", "link": hostile}),
            a_change("tabs", kind=ChangeKind.MOVE, before=[hostile, "b"], after=["b", hostile]),
        ),
        name=hostile,
        warnings=(Diagnostic("s", text("Name {name}.", name=hostile), address=hostile),),
    )

    rendered = render_plan(a_plan(group), color=False)

    assert rendered.replace("\n", "").isprintable()
    assert not any(line.startswith("Plan: nothing") for line in rendered.splitlines())


def test_square_brackets_are_ordinary_text():
    rendered = render_plan(a_plan(_adopted_group()), color=False)

    assert '"[ops] 测试群"' in rendered


class TestLifeCycle:
    def test_group_to_be_dissolved_is_marked_and_counted(self):
        ending = a_step(
            Facet.LIFECYCLE,
            a_change("chat_status", before="normal", after="dissolved"),
            action=StepAction.DISSOLVE,
            reason="the key left the configuration, which said `on_remove: dissolve`",
            operations=(DissolveChat(),),
        )

        text = render_plan(a_plan(a_group("oncall", ending, user_count=4)), color=False)

        assert "- dissolve  oncall" in text
        assert "dissolve (1 call): the key left the configuration, which said `on_remove: dissolve`" in text
        assert '~ change  chat_status  "normal" → "dissolved"' in text
        assert "1 to dissolve; 1 call; 4 memberships affected" in text

    def test_renamed_key_is_told_and_the_group_counts_by_what_else_is_done(self):
        renaming = a_step(
            Facet.EXISTENCE,
            action=StepAction.RENAME,
            reason="the key was `old` before",
            operations=(RenameKey(old="old"),),
        )

        alone = render_plan(a_plan(a_group("oncall", renaming)), color=False)
        resumed = render_plan(a_plan(a_group("oncall", renaming, a_create())), color=False)

        assert "rename (no call): the key was `old` before" in alone
        assert "1 to update" in alone
        assert "1 to create" in resumed


class TestOwner:
    def test_people_are_shown_by_name_on_both_sides(self):
        change = a_change("owner", before=HANMEI, after=LILEI, risk=loosens(Level.HIGH))
        people = {LILEI: "李雷 <li.lei@example.com>", HANMEI: "韩梅梅 <+86…0002>"}

        text = render_plan(a_plan(a_group("oncall", a_step(Facet.OWNER, change)), people=people), color=False)

        assert "~ change  owner  韩梅梅 <+86…0002> → 李雷 <li.lei@example.com>  ! loosens (high)" in text

    def test_owner_of_a_new_group_is_set(self):
        created = a_create(a_change("owner", after=LILEI, origin=Origin.NEW))

        assert f"+ set  owner  {LILEI}" in render_plan(a_plan(a_group("oncall", created)), color=False)
