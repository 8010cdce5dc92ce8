"""People by e-mail, number, union id and user id: looked up, left out, or wrong; on the emulator."""

from __future__ import annotations

from reconciler.errors import Severity
from reconciler.model.moderation import Moderation
from reconciler.model.persons import Person, Standing
from reconciler.model.settings import Settings
from reconciler.plan.outcome import Status
from reconciler.render.plan_text import render_plan
from reconciler.workflow import Choices, plan_groups
from tests.support.builders import additive, desired_group, exact
from tests.support.house import group_of, open_house, problem_in
from tests.support.pretend import OTHER

LILEI, HAN = "li.lei@example.com", "+8613800000002"


def group(key="oncall", **fields):
    return desired_group(key, **{"settings": Settings(name=f"Group {key}"), **fields})


class TestFinding:
    async def test_every_kind_of_name_leads_to_the_open_id(self, house):
        found = await house.gateway.find_people([LILEI, HAN, "on_kate", "user_id:jim"])

        assert {name: person.open_id for name, person in found.items()} == {
            LILEI: "ou_lilei",
            HAN: "ou_han",
            "on_kate": "ou_kate",
            "user_id:jim": "ou_jim",
        }

    async def test_standing_is_told_as_far_as_the_directory_tells_it(self, house):
        found = await house.gateway.find_people(
            ["nobody@example.com", "+8613899999999", "on_nobody", "user_id:gone", "on_hidden", "on_kate"]
        )

        assert {name: person.standing for name, person in found.items()} == {
            "nobody@example.com": Standing.UNKNOWN,
            "+8613899999999": Standing.UNKNOWN,
            "on_nobody": Standing.UNKNOWN,
            "user_id:gone": Standing.RESIGNED,
            "on_hidden": Standing.INVISIBLE,
            "on_kate": Standing.ACTIVE,
        }

    async def test_only_invisible_people_are_invisible(self, house):
        assert await house.gateway.find_people(["on_hidden"]) == {
            "on_hidden": Person(standing=Standing.INVISIBLE)
        }

    async def test_one_wrong_id_among_many_costs_a_few_calls_only(self):
        users = "".join(f"  - {{name: M{n}, open_id: ou_m{n}, union_id: on_m{n}}}\n" for n in range(49))
        async with open_house(users=users) as house:
            found = await house.gateway.find_people([*(f"on_m{n}" for n in range(49)), "on_wrong"])

            assert [name for name, person in found.items() if not person.open_id] == ["on_wrong"]
            assert house.calls().count("contact_user_batch") <= 13

    async def test_name_is_looked_up_once_in_a_run(self, house):
        await house.gateway.find_people([LILEI])
        await house.gateway.find_people([LILEI])

        assert house.calls().count("contact_user_batch_get_id") == 1

    async def test_addresses_and_numbers_go_together_fifty_of_each_a_call(self):
        users = "".join(
            f"  - {{name: M{n}, open_id: ou_m{n}, email: m{n}@example.com, mobile: '+8613900000{n:03d}'}}\n"
            for n in range(60)
        )
        async with open_house(users=users) as house:
            names = [f"m{n}@example.com" for n in range(60)] + [f"+8613900000{n:03d}" for n in range(60)]

            found = await house.gateway.find_people(names)

            assert all(person.open_id for person in found.values())
            assert house.calls().count("contact_user_batch_get_id") == 2


class TestGroups:
    async def test_people_get_in_by_whatever_they_are_called(self, house):
        wanted = group(
            members=additive(LILEI, OTHER, "user_id:jim"),
            managers=exact(HAN),
            moderation=Moderation(mode="moderator_list", moderators=exact("on_kate")),
        )

        await house.apply(wanted)

        chat = house.chat("oncall")
        assert {"ou_lilei", "ou_han", "ou_kate", "ou_jim", OTHER} <= set(chat["members"])
        assert (chat["managers"], chat["moderators"]) == (["ou_han"], ["ou_kate"])
        assert not (await house.plan(wanted)).steps

    async def test_two_names_of_one_person_are_one_person(self, house):
        await house.apply(group(members=exact(LILEI, "ou_lilei", keep=("on_lilei",))))

        assert house.state.groups["oncall"].items("members") == ["ou_lilei"]

    async def test_state_and_plan_hold_ids_only(self, house):
        wanted = group(members=additive(LILEI, HAN))
        plan = await house.plan(wanted)
        await house.perform(plan, wanted)

        for text in (plan.model_dump_json(), house.state.model_dump_json()):
            assert "example.com" not in text
            assert "138" not in text

    async def test_unknown_person_fails_that_group_only(self, house):
        outcome = await house.apply(group(members=additive("li.lai@example.com")), group("other"))

        assert problem_in(outcome, "oncall").summary == "Unknown person"
        assert group_of(outcome, "oncall").status is Status.UNREADABLE
        assert group_of(outcome, "other").status is Status.DONE

    async def test_former_colleague_is_left_out_with_a_warning(self, house):
        plan = await house.plan(group(members=additive("user_id:gone", "user_id:jim")))

        [warning] = plan.groups[0].warnings
        assert warning.summary == "Person is left out"
        assert "has left the company" in warning.detail
        assert [change.after for change in plan.steps[0].changes if change.path.startswith("members/")] == [
            "ou_jim"
        ]

    async def test_strict_people_make_it_a_failure(self, house):
        wanted = group(members=additive("user_id:gone"))

        plan = await plan_groups(house.scope(wanted), Choices(strict_people=True), house.gateway, house.clock)

        problem = plan.groups[0].problem
        assert problem
        assert problem.severity is Severity.ERROR
        assert (
            "`user_id:gone` has left the company; with `--strict-people` the group is left as it is."
            in problem.detail
        )
        assert not plan.steps

    async def test_missing_scope_fails_the_groups_that_need_it(self):
        async with open_house(app='scopes: ["im:chat"]') as house:
            plan = await house.plan(group(members=additive(LILEI)), group("other"))

            assert [bool(each.problem) for each in plan.groups] == [True, False]
            assert plan.groups[0].problem
            assert "contact:user.id:readonly" in plan.groups[0].problem.hint


class TestNames:
    async def test_plan_shows_names_beside_what_was_written(self, house):
        plan = await house.plan(group(members=additive(LILEI, HAN, "ou_kate")))

        text = render_plan(plan, color=False)

        assert "李雷 <li.lei@example.com>" in text
        assert "韩梅梅 <+86…0002>" in text
        assert "Kate <ou_kate>" in text
        assert "13800000002" not in text

    async def test_of_several_names_of_a_person_the_address_is_shown(self, house):
        plan = await house.plan(group(members=additive(LILEI, "user_id:lilei")))

        assert set(plan.people.values()) == {"李雷 <li.lei@example.com>"}

    async def test_id_that_is_nobodys_costs_no_other_their_names(self, house):
        plan = await house.plan(group(members=additive("ou_kate", "ou_00000000000000000000000000000bad")))

        assert plan.people == {"ou_kate": "Kate <ou_kate>"}

    async def test_guards_name_people(self, house):
        await house.apply(group(members=additive(LILEI, HAN)))

        plan = await house.plan(group(members=exact()), overrides=())

        assert plan.refusals
        assert "李雷 <ou_" in render_plan(plan, color=False).partition("error:")[2]

    async def test_without_the_scope_people_are_shown_as_written(self):
        scopes = '["im:chat", "contact:user.id:readonly"]'
        async with open_house(app=f"scopes: {scopes}") as house:
            text = render_plan(await house.plan(group(members=additive(LILEI, "ou_kate"))), color=False)

            assert "li.lei@example.com" in text
            assert "ou_kate" in text
