"""docs/behaviour.md, "Drift": what somebody changed, and what only waits to be applied."""

from __future__ import annotations

import pytest

from reconciler.diff.changes import ChangeKind, Origin
from reconciler.errors import Diagnostic, PlatformFacts
from reconciler.model.address import Facet
from reconciler.model.announcement import Announcement, Block, LiveAnnouncement, Span
from reconciler.model.recorded import RecordedValue, recorded_form
from reconciler.model.settings import Permissions, Settings
from reconciler.plan.binding import Binding, BindingKind
from reconciler.plan.build import Member
from reconciler.plan.drift import DriftStatus, Event, find_drift
from reconciler.plan.plan import Gone, StepAction
from tests.support.builders import (
    HANMEI,
    LILEI,
    bound,
    change,
    desired_group,
    exact,
    forget_step,
    group_plan,
    live_group,
    live_tab,
    plan_data,
    plan_for,
    recorded_group,
    step,
    tab,
    unborn,
)

MOVED = change("name", origin=Origin.DRIFT, before="now", after="wanted")
PENDING = change("name", origin=Origin.CONFIG)
PROBLEM = Diagnostic("It cannot be read")


def named(name="支付值班", **fields):
    return Settings(name=name, **fields)


def report_of(*groups):
    return find_drift(plan_data(*groups))


def drift_of(desired, live, values=None):
    """Return what drifted in a group of which this was recorded."""
    [group] = find_drift(plan_for(bound(desired, live, recorded_group(values)))).groups
    return group.drifted


class TestGroups:
    @pytest.mark.parametrize("origin", [Origin.DRIFT, Origin.BOTH, Origin.NEW])
    def test_what_the_configuration_does_not_explain_is_drift(self, origin):
        report = report_of(group_plan(step(changes=[change("name", origin=origin)])))

        assert report.has_drift
        assert report.groups[0].status is DriftStatus.DRIFTED

    @pytest.mark.parametrize(
        "group",
        [
            pytest.param(group_plan(step(changes=[PENDING])), id="configured"),
            pytest.param(group_plan(forget_step()), id="left"),
            pytest.param(
                group_plan(step(changes=[change("avatar", origin=Origin.NEW)])), id="never-read-back"
            ),
            pytest.param(
                group_plan(step(Facet.TOP_NOTICE, [change("top_notice", origin=Origin.NEW)])), id="top-notice"
            ),
            pytest.param(
                group_plan(
                    step(Facet.EXISTENCE, action=StepAction.ADOPT),
                    step(changes=[change("name", origin=Origin.NEW)]),
                ),
                id="adopted",
            ),
            pytest.param(
                group_plan(
                    step(Facet.EXISTENCE, [change("name", origin=Origin.NEW)], action=StepAction.RESUME)
                ),
                id="resumed",
            ),
        ],
    )
    def test_what_waits_to_be_applied_is_no_drift(self, group):
        report = report_of(group)

        assert not report.has_drift
        assert report.has_changes
        assert (report.groups[0].status, report.groups[0].drifted) == (DriftStatus.PENDING, ())

    def test_key_without_a_chat_is_no_drift(self):
        report = find_drift(plan_for(unborn(desired_group(settings=named(), tabs=exact(tab("A"))))))

        assert not report.has_drift
        assert report.groups[0].pending == ("name", "tabs/A")

    def test_drift_and_pending_configuration_stand_apart(self):
        both = step(changes=[MOVED, change("description", origin=Origin.CONFIG)])

        [group] = report_of(group_plan(both)).groups

        assert [each.path for each in group.drifted] == ["name"]
        assert group.pending == ("description",)

    def test_group_as_it_should_be_is_only_counted(self):
        report = report_of(group_plan())

        assert (report.groups, report.counts.unchanged) == ((), 1)
        assert not report.has_drift
        assert not report.has_changes

    def test_groups_that_are_gone_stand_first_and_every_group_is_counted_once(self):
        report = report_of(
            group_plan(step(changes=[MOVED, PENDING]), key="a"),
            group_plan(key="b", problem=PROBLEM),
            group_plan(key="c", problem=PROBLEM, gone=Gone.DISSOLVED),
            group_plan(step(changes=[PENDING]), key="d"),
            group_plan(key="e"),
        )

        assert [(group.key, group.status.value) for group in report.groups] == [
            ("c", "gone"),
            ("a", "drifted"),
            ("b", "unreadable"),
            ("d", "pending"),
        ]
        assert report.counts.model_dump() == {
            "gone": 1,
            "drifted": 1,
            "unreadable": 1,
            "pending": 1,
            "unchanged": 1,
            "differences": 1,
            "pending_changes": 2,
        }

    def test_plan_and_report_agree_about_drift(self):
        gone = plan_data(group_plan(problem=PROBLEM, gone=Gone.OUTSIDE))
        unreadable = plan_data(group_plan(problem=PROBLEM))

        assert gone.has_drift
        assert find_drift(gone).has_drift
        assert not unreadable.has_drift
        assert not find_drift(unreadable).has_drift


class TestGone:
    @pytest.mark.parametrize(
        ("live", "gone"),
        [
            ({"status": "dissolved"}, Gone.DISSOLVED),
            ({"full": False}, Gone.OUTSIDE),
            ({"mode": "topic"}, None),
        ],
    )
    def test_group_is_gone_by_what_was_read(self, live, gone):
        [group] = plan_for(bound(desired_group(), live_group(**live))).groups

        assert group.problem
        assert group.gone is gone

    @pytest.mark.parametrize(
        ("platform", "gone"),
        [
            (PlatformFacts("chat_get", 232009), Gone.DISSOLVED),
            (PlatformFacts("chat_tab_list_tabs", 232011), Gone.OUTSIDE),
            (PlatformFacts("chat_get", 232034), None),
            (None, None),
        ],
    )
    def test_group_is_gone_by_the_refusal_to_read_it(self, platform, gone):
        binding = Binding(key="a", kind=BindingKind.BOUND, chat_id="oc_1")
        member = Member(binding, desired_group("a"), problem=Diagnostic("No", platform=platform))

        [group] = plan_for(member).groups

        assert group.gone is gone

    def test_group_that_was_never_managed_is_not_gone(self):
        adopted = bound(desired_group(), live_group(status="dissolved"), kind=BindingKind.ADOPT)

        [group] = plan_for(adopted).groups

        assert group.problem
        assert group.gone is None


class TestValues:
    def test_value_that_somebody_changed(self):
        [drifted] = drift_of(
            desired_group(settings=named("A")), live_group(settings=named("B")), {"name": "A"}
        )

        assert (drifted.left, drifted.live, drifted.wanted) == ("A", "B", "A")
        assert (drifted.event, drifted.origin, drifted.facet) == (Event.CHANGED, Origin.DRIFT, Facet.SETTINGS)

    def test_value_that_both_changed(self):
        [drifted] = drift_of(
            desired_group(settings=named("C")), live_group(settings=named("B")), {"name": "A"}
        )

        assert (drifted.left, drifted.live, drifted.wanted) == ("A", "B", "C")

    def test_value_that_was_never_applied(self):
        [drifted] = drift_of(desired_group(settings=named("C")), live_group(settings=named("B")))

        assert (drifted.left, drifted.event, drifted.origin) == (None, Event.UNKNOWN, Origin.NEW)

    def test_value_that_the_platform_made_of_ours_is_what_was_left(self):
        values = {"name": RecordedValue(sent="A ", echo="A")}

        [drifted] = drift_of(desired_group(settings=named("A ")), live_group(settings=named("B")), values)

        assert drifted.left == "A"

    def test_text_that_was_taken_away_is_told_by_what_is_wanted(self):
        desired = desired_group(settings=Settings(description="值班"))
        values = {"description": recorded_form("description", "值班")}

        [drifted] = drift_of(desired, live_group(settings=Settings(description="")), values)

        assert (drifted.left, drifted.live) == ("值班", "")

    def test_text_that_nobody_knows_any_more_is_told_by_its_digest(self):
        desired = desired_group(settings=Settings(description="C"))
        digest = recorded_form("description", "A")

        [drifted] = drift_of(desired, live_group(settings=Settings(description="B")), {"description": digest})

        assert drifted.left == digest

    def test_announcement(self):
        wanted = Announcement(blocks=(Block(kind="text", spans=(Span(text="A"),)),))
        values = {"announcement": recorded_form("announcement", "A\n")}
        live = live_group(announcement=LiveAnnouncement())

        [drifted] = drift_of(desired_group(announcement=wanted), live, values)

        assert (drifted.left, drifted.live) == (drifted.wanted, "")

    def test_owner(self):
        desired = desired_group(owner=LILEI)

        drifted = drift_of(desired, live_group(owner=HANMEI), {"owner": LILEI, "implied": [LILEI]})

        assert [(each.path, each.left, each.live) for each in drifted] == [
            (f"members/{LILEI}", LILEI, None),
            ("owner", LILEI, HANMEI),
        ]

    def test_what_apply_cannot_set_back_says_why(self):
        permissions = Settings(permissions=Permissions(at_all="only_owner"))
        live = live_group(owner=LILEI, settings=Settings(permissions=Permissions(at_all="all_members")))

        [drifted] = drift_of(desired_group(settings=permissions), live, {"permissions.at_all": "only_owner"})

        assert drifted.block
        assert drifted.block.reason.startswith("Only the owner or a manager may do this")


class TestThings:
    RUNBOOK = {"name": "A", "type": "url", "link": "https://example.com/A"}

    def test_thing_that_somebody_added(self):
        live = live_group(tabs=(live_tab("1", "B"),))

        [drifted] = drift_of(desired_group(tabs=exact()), live, {"tabs": []})

        assert (drifted.path, drifted.event, drifted.left, drifted.wanted) == (
            "tabs/B",
            Event.ADDED,
            None,
            None,
        )
        assert drifted.live["link"] == "https://example.com/B"

    def test_thing_that_somebody_removed(self):
        [drifted] = drift_of(
            desired_group(tabs=exact(tab("A"))), live_group(tabs=()), {"tabs": [self.RUNBOOK]}
        )

        assert (drifted.event, drifted.left, drifted.live) == (Event.REMOVED, self.RUNBOOK, None)

    def test_thing_that_somebody_changed(self):
        live = live_group(tabs=(live_tab("1", "A", "https://example.com/else"),))

        [drifted] = drift_of(desired_group(tabs=exact(tab("A"))), live, {"tabs": [self.RUNBOOK]})

        assert (drifted.event, drifted.left) == (Event.CHANGED, self.RUNBOOK)

    def test_thing_that_was_renamed_in_the_configuration_and_changed_by_somebody(self):
        """It is known by the name that it still has."""
        desired = desired_group(tabs=exact(tab("New", "https://example.com/A")))
        live = live_group(tabs=(live_tab("1", "A", "https://example.com/A", open_in_app=True),))
        recorded = self.RUNBOOK | {"open_in_app": False}

        [drifted] = drift_of(desired, live, {"tabs": [recorded]})

        assert (drifted.path, drifted.origin, drifted.left) == ("tabs/New", Origin.BOTH, recorded)

    def test_order_that_somebody_changed(self):
        desired = desired_group(tabs=exact(tab("A"), tab("B")))
        live = live_group(tabs=(live_tab("2", "B"), live_tab("1", "A")))
        values = {"tabs": [self.RUNBOOK, {"name": "B", "type": "url", "link": "https://example.com/B"}]}

        [drifted] = drift_of(desired, live, values)

        assert (drifted.event, drifted.left, drifted.live) == (Event.REORDERED, ["A", "B"], ["B", "A"])

    @pytest.mark.parametrize("path", ["members", "implied"])
    def test_person_whom_somebody_took_out(self, path):
        desired = desired_group(members=exact(LILEI))

        [drifted] = drift_of(desired, live_group(), {path: [LILEI]})

        assert (drifted.event, drifted.left) == (Event.REMOVED, LILEI)

    def test_person_whom_somebody_let_post(self):
        kind = change(f"moderation/{HANMEI}", ChangeKind.REMOVE, before=HANMEI, origin=Origin.DRIFT)
        group = group_plan(step(Facet.MODERATION, [kind]), recorded=recorded_group({"moderators": [LILEI]}))

        [drifted] = report_of(group).groups[0].drifted

        assert (drifted.event, drifted.live) == (Event.ADDED, HANMEI)
