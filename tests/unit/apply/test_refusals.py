"""What is refused in part, what is refused everywhere, and what ends a run."""

from __future__ import annotations

import pytest

from reconciler.apply.run import EQUAL_FAILURES, Run
from reconciler.emulator import FaultKind
from reconciler.model.settings import Permissions, RestrictedMode, Settings
from reconciler.plan.outcome import Status
from tests.support.builders import additive, desired_group, exact, menu, tab
from tests.support.house import changed_paths, codes, group_of, open_house, problem_at, statuses, step_of

RESTRICTED = RestrictedMode(status=True, screenshot="not_anyone")
SECRET_DOC = "https://acme.feishu.cn/docx/secret"


def group(key="oncall", **fields):
    return desired_group(key, **{"settings": Settings(name=f"Group {key}"), **fields})


def named(name="Group oncall", **fields):
    return group(settings=Settings(name=name, **fields))


class TestRefusedField:
    @pytest.mark.parametrize(
        ("switches", "field", "code"),
        [
            ("restricted_mode: false", {"restricted_mode": RESTRICTED}, 232057),
            (
                "hide_member_count: false",
                {"permissions": Permissions(hide_member_count="only_owner")},
                232078,
            ),
            ("public_groups: false", {"chat_type": "public"}, 232091),
        ],
    )
    async def test_update_goes_once_more_without_it_and_it_is_the_failure(self, switches, field, code):
        async with open_house(tenant=switches) as house:
            await house.apply(named())
            path = {232057: "restricted_mode", 232078: "permissions.hide_member_count", 232091: "chat_type"}

            wanted = named(description="线上值班", **field)
            outcome = await house.apply(wanted)

            assert codes(outcome) == [code]
            assert house.written()["chat_update"] == 2
            assert house.chat("oncall")["description"] == "线上值班"
            assert changed_paths(await house.plan(wanted)) == [path[code]]
            assert step_of(outcome, "oncall/settings").calls == 2

    async def test_taken_public_name_leaves_the_other_fields_written(self, house):
        await house.apply(group("alpha", settings=Settings(name="Taken", chat_type="public")), group("beta"))
        wanted = group("beta", settings=Settings(name="Taken", chat_type="public", description="Beta"))
        first = group("alpha", settings=Settings(name="Taken", chat_type="public"))

        outcome = await house.apply(first, wanted)

        assert codes(outcome) == [232026]
        chat = house.chat("beta")
        assert (chat["description"], chat["name"]) == ("Beta", "Group beta")
        assert chat["settings"]["chat_type"] == "public"
        assert changed_paths(await house.plan(first, wanted)) == ["name"]

    async def test_fields_beside_a_refused_one_are_recorded(self):
        async with open_house(tenant="restricted_mode: false") as house:
            await house.apply(named())
            wanted = named(description="线上值班", restricted_mode=RESTRICTED)
            await house.apply(wanted)
            house.emulator.acts.change(house.chat_id("oncall"), description="Drifted")

            plan = await house.plan(wanted)

            origins = {change.path: change.origin.value for step in plan.steps for change in step.changes}
            assert origins == {"description": "drift", "restricted_mode": "new"}

    async def test_update_of_nothing_but_the_refused_field_is_not_repeated(self):
        async with open_house(tenant="restricted_mode: false") as house:
            await house.apply(named())

            outcome = await house.apply(named(restricted_mode=RESTRICTED))

            assert codes(outcome) == [232057]
            assert house.written()["chat_update"] == 1

    async def test_blamed_field_that_was_not_sent_is_not_repeated(self, house):
        await house.apply(named())
        house.refuse("chat_update", 232026)

        outcome = await house.apply(named(chat_type="public"))

        assert codes(outcome) == [232026]
        assert house.written()["chat_update"] == 1

    async def test_second_refusal_is_the_failure_too(self, house):
        await house.apply(named())
        house.refuse("chat_update", 232057, count=2)

        outcome = await house.apply(named(description="线上值班", restricted_mode=RESTRICTED))

        assert codes(outcome) == [232057]
        assert house.chat("oncall")["description"] == ""


class TestRefusedDocument:
    async def test_other_tabs_come_in_their_order_and_the_refused_one_is_named(self):
        async with open_house(tenant=f"unreadable_docs: ['{SECRET_DOC}']") as house:
            wanted = group(
                tabs=exact(tab("A"), tab("Secret", SECRET_DOC, tab_type="doc"), tab("B"), tab("C"))
            )

            outcome = await house.apply(wanted)

            problem = problem_at(outcome, "oncall/tabs")
            assert problem.platform.code == 232051
            assert "Tab `Secret`" in problem.detail
            assert [each["name"] for each in named_tabs(house)] == ["A", "B", "C"]
            assert changed_paths(await house.plan(wanted)) == ["tabs/Secret"]

    async def test_order_of_the_others_is_set_all_the_same(self):
        async with open_house(tenant=f"unreadable_docs: ['{SECRET_DOC}']") as house:
            await house.apply(group(tabs=exact(tab("B"), tab("A"))))
            wanted = group(
                tabs=exact(tab("Secret", SECRET_DOC, tab_type="doc"), tab("N"), tab("A"), tab("B"))
            )

            outcome = await house.apply(wanted)

            assert codes(outcome) == [232051]
            assert [each["name"] for each in named_tabs(house)] == ["N", "A", "B"]

    async def test_single_tab_is_not_tried_twice(self):
        async with open_house(tenant=f"unreadable_docs: ['{SECRET_DOC}']") as house:
            outcome = await house.apply(group(tabs=exact(tab("Secret", SECRET_DOC, tab_type="doc"))))

            assert codes(outcome) == [232051]
            assert house.written()["chat_tab_create"] == 1

    async def test_changed_tabs_are_updated_one_by_one(self):
        async with open_house(tenant=f"unreadable_docs: ['{SECRET_DOC}']") as house:
            doc = "https://acme.feishu.cn/docx/open"
            await house.apply(
                group(tabs=exact(tab("Doc", doc, tab_type="doc"), tab("A", "https://a.example")))
            )

            outcome = await house.apply(
                group(tabs=exact(tab("Doc", SECRET_DOC, tab_type="doc"), tab("A", "https://b.example")))
            )

            assert codes(outcome) == [232051]
            assert [each["link"] for each in named_tabs(house)] == [doc, "https://b.example"]

    async def test_tab_that_came_beside_a_refused_one_is_ours(self):
        async with open_house(tenant=f"unreadable_docs: ['{SECRET_DOC}']") as house:
            secret = tab("Secret", SECRET_DOC, tab_type="doc")
            await house.apply(group(tabs=additive(tab("A"), secret)))

            plan = await house.plan(group(tabs=additive(secret)))

            assert changed_paths(plan) == ["tabs/A", "tabs/Secret"]


def named_tabs(house, key="oncall"):
    shown = [each for each in house.chat(key)["tabs"] if each.get("tab_name")]
    return [{"name": each["tab_name"], "link": _link(each["tab_content"])} for each in shown]


def _link(content):
    return content.get("url") or content.get("doc")


class TestRunWide:
    @pytest.mark.parametrize("code", [99991403, 232025, 232034])
    async def test_refusal_of_everything_stops_the_run_at_once(self, house, code):
        fleet = [group(f"key-{number}", tabs=exact(tab("A"))) for number in range(6)]
        house.refuse("chat_create", code, after=1, count=None)

        plan = await house.plan(*fleet)
        outcome = await house.perform(plan, *fleet, parallelism=1)

        assert outcome.stopped.platform.code == code
        assert house.writes() == ["chat_create", "chat_tab_create", "chat_create"]
        found = [each.status for each in outcome.groups]
        assert found == [Status.DONE, Status.FAILED, *[Status.NOT_STARTED] * 4]
        assert outcome.groups[-1].problem.platform.code == code

    async def test_credentials_that_are_revoked_meanwhile_stop_the_run(self, house):
        fleet = [group(f"key-{number}") for number in range(4)]
        plan = await house.plan(*fleet)
        house.refuse("chat_create", 99991663, after=1, count=None)
        house.refuse("auth_tenant_access_token_internal", 10014, status=200, count=None)

        outcome = await house.perform(plan, *fleet, parallelism=1)

        assert outcome.stopped.platform.code == 10014
        assert house.written() == {"chat_create": 2}
        assert [each.status for each in outcome.groups][2:] == [Status.NOT_STARTED] * 2

    async def test_groups_under_way_end_before_their_next_call(self, house):
        first, second = (group(f"key-{number}", tabs=exact(tab("A"))) for number in range(2))
        await house.apply(group("key-0"))
        house.refuse("chat_tab_create", 99991403)

        house.fault(FaultKind.LATENCY, "chat_create", seconds=5)
        outcome = await house.apply(first, second)

        assert statuses(outcome, "key-1") == {"existence": Status.DONE, "tabs": Status.NOT_STARTED}
        assert group_of(outcome, "key-1").status is Status.NOT_STARTED
        assert house.written()["chat_tab_create"] == 1

    async def test_refusal_of_everything_while_reading_back_stops_the_run(self, house):
        await house.apply(group("key-0"), group("key-1"))
        fleet = [
            group(f"key-{number}", settings=Settings(name=f"Renamed {number}"), tabs=exact(tab("A")))
            for number in range(2)
        ]
        plan = await house.plan(*fleet)
        house.refuse("chat_get", 99991403)

        outcome = await house.perform(plan, *fleet, parallelism=1)

        assert outcome.stopped.platform.code == 99991403
        assert house.written()["chat_update"] == 1

    async def test_missing_scope_stops_its_operation_everywhere_without_more_calls(self, house):
        fleet = [group(f"key-{number}", tabs=exact(tab("A"))) for number in range(EQUAL_FAILURES + 3)]
        house.refuse("chat_tab_create", 99991672, count=None)

        outcome = await house.apply(*fleet, parallelism=1)

        assert house.written() == {"chat_create": len(fleet), "chat_tab_create": 1}
        assert outcome.stopped is None
        assert codes(outcome) == [99991672] * len(fleet)
        assert {each.status for each in outcome.groups} == {Status.FAILED}

    async def test_five_equal_failures_in_a_row_let_no_new_group_start(self, house):
        fleet = [group(f"key-{number}") for number in range(EQUAL_FAILURES + 3)]
        house.refuse("chat_create", 232023, count=None)

        outcome = await house.apply(*fleet, parallelism=1)

        assert house.written() == {"chat_create": EQUAL_FAILURES}
        assert outcome.stopped.summary == "Too many groups failed in the same way"
        assert "232023" in outcome.stopped.detail
        assert [each.status for each in outcome.groups][EQUAL_FAILURES:] == [Status.NOT_STARTED] * 3

    async def test_five_failures_without_a_code_count_by_what_they_are(self, house):
        fleet = [group(f"key-{number}") for number in range(EQUAL_FAILURES + 3)]
        house.fault(FaultKind.DROP, "chat_create", count=None)

        outcome = await house.apply(*fleet, parallelism=1)

        assert outcome.stopped.summary == "Too many groups failed in the same way"
        assert "5 groups in a row failed with “No answer from the platform”" in outcome.stopped.detail
        assert [each.status for each in outcome.groups][EQUAL_FAILURES:] == [Status.NOT_STARTED] * 3

    async def test_failures_of_two_kinds_do_not_add_up(self, house):
        fleet = [group(f"key-{number}") for number in range(2 * EQUAL_FAILURES - 2)]
        house.refuse("chat_create", 232023, count=EQUAL_FAILURES - 1)
        house.fault(FaultKind.DROP, "chat_create", after=EQUAL_FAILURES - 1, count=None)

        outcome = await house.apply(*fleet, parallelism=1)

        assert outcome.stopped is None
        assert {each.status for each in outcome.groups} == {Status.FAILED}

    async def test_group_under_way_goes_on_to_its_end_after_five_equal_failures(self, house):
        await house.apply(group("slow"))
        slow = group("slow", settings=Settings(name="New name"), tabs=exact(tab("A")), menus=exact(menu("M")))
        fleet = [group(f"bad-{number}") for number in range(EQUAL_FAILURES)]
        house.refuse("chat_create", 232023, count=None)
        house.fault(FaultKind.LATENCY, "chat_update", seconds=5)

        outcome = await house.apply(slow, *fleet)

        assert outcome.stopped is not None
        assert group_of(outcome, "slow").status is Status.DONE

    async def test_keep_going_goes_on(self, house):
        fleet = [group(f"key-{number}") for number in range(EQUAL_FAILURES + 3)]
        house.refuse("chat_create", 232023, count=None)

        outcome = await house.apply(*fleet, parallelism=1, run=Run(keep_going=True))

        assert house.written() == {"chat_create": len(fleet)}
        assert outcome.stopped is None

    async def test_a_group_that_comes_to_its_end_breaks_the_row(self, house):
        fleet = [group(f"key-{number}") for number in range(2 * EQUAL_FAILURES - 1)]
        house.refuse("chat_create", 232023, count=EQUAL_FAILURES - 1)
        house.refuse("chat_create", 232023, after=EQUAL_FAILURES, count=EQUAL_FAILURES - 1)

        outcome = await house.apply(*fleet, parallelism=1)

        assert outcome.stopped is None


class TestInterrupt:
    async def test_call_in_flight_ends_and_the_rest_is_not_started(self, house):
        run = Run()
        gateway = house.gateway
        fleet = group("alpha", tabs=exact(tab("A")), menus=exact(menu("M"))), group("beta")
        plan = await house.plan(*fleet)

        class InterruptedAt:
            def __getattr__(self, name):
                return getattr(gateway, name)

            async def perform(self, operation, chat_id):
                if operation.kind == "create_tabs":
                    run.interrupt()
                return await gateway.perform(operation, chat_id)

        house.gateway = InterruptedAt()

        outcome = await house.perform(plan, *fleet, run=run, parallelism=1)

        assert outcome.interrupted
        assert not outcome.stopped
        assert statuses(outcome, "alpha") == {
            "existence": Status.DONE,
            "tabs": Status.DONE,
            "menus": Status.NOT_STARTED,
        }
        assert group_of(outcome, "alpha").status is Status.NOT_STARTED
        assert group_of(outcome, "beta").status is Status.NOT_STARTED
        assert house.state.groups["alpha"].items("tabs")
        assert house.chats()[0]["chat_id"] == house.chat_id("alpha")

    async def test_step_in_the_middle_of_its_calls_says_so_and_the_next_run_goes_on(self, house):
        await house.apply(group(tabs=exact(tab("Old"))))
        run = Run()
        gateway = house.gateway
        wanted = group(tabs=exact(tab("A"), tab("B"), tab("Old")))
        plan = await house.plan(wanted)

        class InterruptedAt:
            def __getattr__(self, name):
                return getattr(gateway, name)

            async def perform(self, operation, chat_id):
                run.interrupt()
                return await gateway.perform(operation, chat_id)

        house.gateway = InterruptedAt()

        outcome = await house.perform(plan, wanted, run=run)

        step = step_of(outcome, "oncall/tabs")
        assert (step.status, step.calls) == (Status.FAILED, 1)
        assert problem_at(outcome, "oncall/tabs").summary == "Step was cut off"
        house.gateway = gateway
        assert (await house.apply(wanted)).complete
