"""A check-up on the emulator: what is missing is told, and what does not need it is checked all the same."""

from __future__ import annotations

import pytest

from reconciler.checkup import check_belonging, check_up
from reconciler.emulator import FaultKind
from reconciler.errors import UsageError
from reconciler.model.settings import Settings
from reconciler.plan.report import Place, Topic, Verdict
from reconciler.plan.scopes import Known
from tests.support.builders import additive, desired_group, exact
from tests.support.house import WRITES, LoopClock, open_house
from tests.support.pretend import OURS, TENANT


def group(key="oncall", **fields):
    return desired_group(key, **{"settings": Settings(name=f"Group {key}"), **fields})


async def examine(house, *groups, patterns=(), clock=None):
    scope = house.scope(*groups, patterns=patterns)
    return await check_up(scope, house.gateway, clock or house.clock)


def of(found, topic):
    return [check for check in found.checks if check.topic is topic]


def verdict(found, topic):
    """Return the worst that was found of a topic."""
    badness = (Verdict.OK, Verdict.UNKNOWN, Verdict.WARNING, Verdict.SKIPPED, Verdict.FAILED)
    return max((check.verdict for check in of(found, topic)), key=badness.index)


def known(found, operation):
    return next(need.known for need in found.scopes if need.operation == operation)


def places(found):
    return {each.key: each.place for each in found.groups}


class TestAFleetThatIsFine:
    async def test_nothing_fails_and_nothing_is_written(self, house):
        fleet = group(tabs=exact(), menus=exact(), members=additive("ou_lilei")), group("project")
        await house.apply(*fleet)
        written = house.written()

        found = await examine(house, *fleet)

        assert Verdict.FAILED not in {check.verdict for check in found.checks}
        assert house.written() == written
        assert places(found) == {"oncall": Place.OWNER, "project": Place.OWNER}
        assert found.tenant_key == TENANT

    async def test_fleet_that_was_never_applied_is_examined_without_a_group(self, house):
        found = await examine(house, group(tabs=exact()))

        assert places(found) == {"oncall": Place.NO_CHAT}
        assert known(found, "chat_tab_list") is Known.THERE
        assert not WRITES & set(house.calls())

    async def test_one_call_is_made_for_each_group(self, house):
        fleet = [group(f"key-{number}") for number in range(5)]
        await house.apply(*fleet)
        before = house.calls().count("chat_get")

        await examine(house, *fleet)

        assert house.calls().count("chat_get") - before == len(fleet) + 1

    async def test_selected_groups_alone_are_read(self, house):
        await house.apply(group("alpha"), group("beta"))

        found = await examine(house, group("alpha"), group("beta"), patterns=["be*"])

        assert list(places(found)) == ["beta"]

    async def test_pattern_without_a_match_is_wrong_usage(self, house):
        with pytest.raises(UsageError):
            await examine(house, group(), patterns=["nope"])

    async def test_calls_of_a_plan_are_counted(self, house):
        fleet = group("a", tabs=exact()), group("b")
        await house.apply(*fleet)

        found = await examine(house, *fleet)

        assert found.calls == {"chat_get": 2, "chat_tab_list": 1}

    async def test_key_that_left_the_files_is_looked_at_as_well(self, house):
        await house.apply(group("alpha"), group("beta"))

        found = await examine(house, group("alpha"))

        assert places(found) == {"alpha": Place.OWNER, "beta": Place.OWNER}

    async def test_progress_is_told_for_every_group(self, house):
        fleet = group("alpha"), group("beta")
        await house.apply(*fleet)
        told = []

        await check_up(
            house.scope(*fleet), house.gateway, house.clock, lambda done, total: told.append((done, total))
        )

        assert told == [(1, 2), (2, 2)]


class TestAccess:
    async def test_secret_that_was_revoked_fails_and_skips_the_platform(self, house):
        house.refuse("auth_tenant_access_token_internal", 10014, status=200, count=None)

        found = await examine(house, group())

        [credentials] = of(found, Topic.CREDENTIALS)
        assert (credentials.verdict, credentials.platform.code) == (Verdict.FAILED, 10014)
        assert {verdict(found, topic) for topic in (Topic.BOT, Topic.CLOCK, Topic.SCOPES, Topic.ROLES)} == {
            Verdict.SKIPPED
        }
        assert verdict(found, Topic.QUOTA) is Verdict.UNKNOWN

    async def test_life_of_the_token_is_told(self, house):
        found = await examine(house, group())

        [token] = of(found, Topic.CREDENTIALS)
        assert "120 minutes" in token.detail

    @pytest.mark.parametrize("code", ["11205", "11240"])
    async def test_app_without_a_bot_fails_and_roles_are_skipped(self, code):
        async with open_house(app="bot: false", readings=f'bot_ability_off: "{code}"') as house:
            found = await examine(house, group())

        [bot] = of(found, Topic.BOT)
        assert (bot.verdict, bot.summary) == (Verdict.FAILED, "Bot ability is off")
        assert verdict(found, Topic.ROLES) is Verdict.SKIPPED
        assert verdict(found, Topic.CLOCK) is Verdict.OK

    async def test_answer_without_a_bot_means_the_same(self, house):
        house.fault(FaultKind.ANSWER, "bot_info", body='{"code": 0, "msg": "ok"}', status=200, headers=JSON)

        found = await examine(house, group())

        assert [check.summary for check in of(found, Topic.BOT)] == ["Bot ability is off"]

    async def test_bot_that_the_tenant_stopped_fails(self, house):
        body = '{"code": 0, "msg": "ok", "bot": {"app_name": "Ours", "activate_status": 1}}'
        house.fault(FaultKind.ANSWER, "bot_info", body=body, status=200, headers=JSON)

        found = await examine(house, group())

        assert [check.summary for check in of(found, Topic.BOT)] == ["Bot is not enabled"]

    @pytest.mark.parametrize(
        ("seconds", "expected"), [(0, Verdict.OK), (120, Verdict.WARNING), (-120, Verdict.WARNING)]
    )
    async def test_clock_is_compared_with_the_date_of_the_answers(self, house, seconds, expected):
        ours = LoopClock()
        ours.move(seconds)

        found = await examine(house, group(), clock=ours)

        assert verdict(found, Topic.CLOCK) is expected

    async def test_answers_without_a_usable_date_leave_the_clock_unknown(self, house):
        body = '{"code": 0, "msg": "ok", "bot": {}}'
        house.fault(
            FaultKind.ANSWER, "bot_info", body=body, status=200, headers={**JSON, "Date": "yesterday"}
        )

        found = await examine(house, group())

        assert verdict(found, Topic.CLOCK) is Verdict.UNKNOWN


JSON = {"Content-Type": "application/json"}


class TestScopes:
    async def test_missing_scope_of_one_facet_is_told_by_name(self):
        async with open_house(app="scopes: [im:chat:read, im:chat.members:read]") as house:
            found = await examine(house, group(tabs=exact(), members=additive("ou_lilei"), chat_id="oc_mine"))

        failed = [check for check in of(found, Topic.SCOPES) if check.verdict is Verdict.FAILED]
        [tabs] = [check for check in failed if "chat_tab_list" in check.detail]
        assert "im:chat or im:chat.tabs:read or im:chat:readonly, for: tabs." in tabs.detail
        assert tabs.platform.code == 99991672
        assert known(found, "chat_members_get") is Known.THERE

    async def test_write_scope_is_unknown_rather_than_tried(self):
        async with open_house(app="scopes: [im:chat:readonly]") as house:
            await examine(house, group(tabs=exact()))
            found = await examine(house, group(tabs=exact()))
            calls = house.calls()

        assert known(found, "chat_tab_create") is Known.UNKNOWN
        assert not WRITES & set(calls)

    async def test_missing_names_of_people_are_a_warning_only(self):
        async with open_house(app="scopes: [im:chat]") as house:
            found = await examine(house, group(members=additive("ou_lilei")))

        assert verdict(found, Topic.SCOPES) is Verdict.WARNING

    async def test_scope_that_a_menu_call_misses_itself_counts_as_missing(self):
        scopes = "scopes: [im:chat:read]"
        async with open_house(app=scopes, readings="missing_scope: operation") as house:
            found = await examine(house, group(menus=exact()))

        assert known(found, "chat_menu_tree_get") is Known.MISSING

    async def test_without_the_scope_to_read_groups_one_refusal_speaks_for_all(self, house):
        fleet = [group(f"key-{number:03}") for number in range(100)]
        await house.apply(*fleet)
        before = house.calls().count("chat_get")
        house.refuse("chat_get", 99991672, count=None)

        found = await examine(house, *fleet)

        assert set(places(found).values()) == {Place.UNREADABLE}
        assert house.calls().count("chat_get") - before <= 64 + 1
        assert [check.partial for check in of(found, Topic.ROLES)] == [False]

    async def test_read_without_an_answer_leaves_its_scope_unknown(self, house):
        house.fault(FaultKind.ANSWER, "chat_tab_list", status=502, count=None)

        found = await examine(house, group(tabs=exact()))

        assert known(found, "chat_tab_list") is Known.UNKNOWN
        assert verdict(found, Topic.SCOPES) is Verdict.UNKNOWN

    async def test_page_of_a_portal_is_no_proof_of_a_scope(self, house):
        house.fault(FaultKind.ANSWER, "chat_tab_list", status=403, body="<html>", count=None)

        found = await examine(house, group(tabs=exact()))

        assert known(found, "chat_tab_list") is Known.UNKNOWN

    async def test_declared_right_to_operate_as_owner_cannot_be_seen(self, house):
        house.operate_as_owner = True

        found = await examine(house, group())

        assert "Nothing tells whether the app may operate as owner" in {
            check.summary for check in of(found, Topic.SCOPES)
        }


class TestGroups:
    async def test_group_that_we_left_affects_itself_alone(self, house):
        fleet = group("alpha"), group("beta")
        await house.apply(*fleet)
        acts, chat_id = house.emulator.acts, house.chat_id("beta")
        acts.add_members(chat_id, ["ou_lilei"])
        acts.transfer(chat_id, "ou_lilei")
        acts.remove_members(chat_id, [OURS])

        found = await examine(house, *fleet)

        [check] = of(found, Topic.ROLES)
        assert places(found) == {"alpha": Place.OWNER, "beta": Place.OUTSIDE}
        assert (check.verdict, check.keys, check.partial) == (Verdict.FAILED, ("beta",), True)

    async def test_dissolved_group_is_told_as_such(self, house):
        await house.apply(group())
        house.emulator.acts.dissolve(house.chat_id("oncall"))

        found = await examine(house, group())

        assert places(found) == {"oncall": Place.DISSOLVED}

    async def test_group_that_cannot_be_read_is_told_with_its_reason(self, house):
        await house.apply(group("alpha"), group("beta"))
        house.refuse("chat_get", 232010, chat_id=house.chat_id("beta"), count=None)

        found = await examine(house, group("alpha"), group("beta"))

        [beta] = [each for each in found.groups if each.key == "beta"]
        assert beta.place is Place.UNREADABLE
        assert beta.problem.platform.code == 232010

    async def test_names_are_looked_up_before_owners_are_compared(self, house):
        fleet = group(owner="li.lei@example.com", managers=additive("self"))
        await house.apply(fleet, overrides=["owner", "lockout", "forgets", "removals"])

        found = await examine(house, fleet)

        assert [each.refused for each in found.groups] == [("managers",)]

    async def test_name_that_nobody_has_fails_its_group(self, house):
        found = await examine(house, group("alpha", owner="nobody@example.com"), group("beta"))

        [check] = of(found, Topic.PEOPLE)
        assert (check.verdict, check.keys, check.partial) == (Verdict.FAILED, ("alpha",), True)

    async def test_person_who_left_the_company_is_a_warning(self, house):
        found = await examine(house, group(managers=additive("on_gone")))

        assert {check.verdict for check in of(found, Topic.PEOPLE)} == {Verdict.WARNING}

    async def test_platform_that_refuses_everything_half_way_is_told(self, house):
        house.refuse("contact_user_batch_get_id", 99991403, count=None)

        found = await examine(house, group(owner="li.lei@example.com"))

        assert [check.platform.code for check in of(found, Topic.PEOPLE)] == [99991403]


class TestState:
    async def test_state_of_another_tenant_fails(self, house):
        await house.apply(group())
        house.state = house.state.model_copy(update={"tenant_key": "elsewhere"})

        assert verdict(await examine(house, group()), Topic.TENANT) is Verdict.FAILED

    async def test_state_that_is_ours_is_fine(self, house):
        await house.apply(group())

        assert check_belonging(house.scope(group()), house.clock.now()) == ()

    async def test_state_of_another_app_fails_and_names_both(self, house):
        await house.apply(group())
        house.app_id = "cli_other"

        [check] = check_belonging(house.scope(group()), house.clock.now())

        assert check.verdict is Verdict.FAILED
        assert "`cli_other`" in check.detail
