"""The announcement through the whole machine: client, plan and apply on the emulator."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from reconciler.config.markdown import parse_markdown
from reconciler.diff.announcement import live_markdown
from reconciler.diff.changes import Origin
from reconciler.emulator import FaultKind
from reconciler.model.address import Facet
from reconciler.model.announcement import Announcement
from reconciler.model.group import DesiredGroup
from reconciler.model.markdown import markdown_of
from reconciler.model.settings import Permissions, Settings
from reconciler.plan.outcome import Status
from tests.support.builders import desired_group
from tests.support.house import House, codes, open_house, problem_at, statuses, step_of

CREATE = "docx_chat_announcement_block_children_create"
DELETE = "docx_chat_announcement_block_children_batch_delete"
UPDATE = "docx_chat_announcement_block_batch_update"
WHERE = "oncall/announcement"

RICH = """# 值班手册

请联系 @ou_lilei 或看 [Runbook](https://example.com/a?b=1)。
**先看这里** _再看那里_ ~~不要~~ `make`

- 第一
  - 里面

    里面的段落
- [ ] 待办
- [x] 完成

1. 一
2. 二

> 引用
>
> 第二段

```python
print("x")
```

---
"""


def wanted(markdown: str, *, replace_all: bool = False, **fields: Any) -> DesiredGroup:
    blocks, faults = parse_markdown(markdown)
    assert not faults
    announcement = Announcement(blocks=blocks, replace_all=replace_all)
    return desired_group(
        "oncall", **{"settings": Settings(name="值班"), "announcement": announcement, **fields}
    )


async def live(house: House) -> str:
    """Return the live announcement as Markdown."""
    chat = await house.gateway.read_group(house.chat_id("oncall"), {Facet.ANNOUNCEMENT})
    assert chat.announcement
    return live_markdown(chat.announcement)


def write(house: House, *blocks: Any) -> None:
    """Replace the announcement as a person in the client does."""
    house.emulator.acts.write_announcement(house.chat_id("oncall"), house.app_id, blocks=blocks)


def give_away(house: House) -> None:
    """Make a person the owner; our app is an ordinary member then."""
    house.emulator.acts.add_members(house.chat_id("oncall"), ["ou_lilei"])
    house.emulator.acts.transfer(house.chat_id("oncall"), "ou_lilei")


async def begun(house: House, markdown: str) -> None:
    """Make a group with an announcement, and forget what that took."""
    await house.apply(wanted(markdown))
    house.emulator.log.clear()


class TestWriting:
    async def test_new_group_gets_its_announcement_and_the_next_plan_is_empty(self, house):
        outcome = await house.apply(wanted(RICH))

        assert outcome.complete, outcome
        assert await live(house) == RICH
        assert not (await house.plan(wanted(RICH))).steps

    async def test_changed_text_is_one_call_that_keeps_all_blocks(self, house):
        await begun(house, "# A\n\none\n\ntwo\n")

        await house.apply(wanted("# A\n\nuno\n\ndos\n"))

        assert house.writes() == [UPDATE]
        assert await live(house) == "# A\n\nuno\n\ndos\n"

    async def test_new_paragraph_between_others_is_one_call(self, house):
        await begun(house, "one\n\nthree\n")

        await house.apply(wanted("one\n\ntwo\n\nthree\n"))

        assert house.writes() == [CREATE]
        assert await live(house) == "one\n\ntwo\n\nthree\n"

    async def test_replaced_block_is_created_before_the_old_one_goes(self, house):
        await begun(house, "one\n\n---\n\nthree\n")

        await house.apply(wanted("one\n\n# two\n\nthree\n"))

        assert house.writes() == [CREATE, DELETE]

    async def test_done_to_do_is_an_update(self, house):
        await begun(house, "- [ ] it\n")

        await house.apply(wanted("- [x] it\n"))

        assert house.writes() == [UPDATE]
        assert await live(house) == "- [x] it\n"

    async def test_items_below_an_item_are_created_below_it(self, house):
        await begun(house, "- a\n- b\n")

        await house.apply(wanted("- a\n  - deep\n    - deeper\n- b\n"))

        assert house.writes() == [CREATE, CREATE]
        assert await live(house) == "- a\n  - deep\n    - deeper\n- b\n"

    async def test_empty_text_empties_the_announcement(self, house):
        await begun(house, RICH)

        await house.apply(wanted(""))

        assert house.writes() == [DELETE]
        assert await live(house) == ""

    async def test_120_paragraphs_take_three_calls(self, house):
        long = "\n\n".join(f"paragraph {number}" for number in range(120)) + "\n"

        await begun(house, "")
        await house.apply(wanted(long))

        assert house.writes() == [CREATE] * 3
        assert await live(house) == long

    async def test_edits_of_one_announcement_stay_below_three_a_second(self, house):
        deep = "".join(f"- a{number}\n  - b{number}\n" for number in range(12))

        outcome = await house.apply(wanted(deep))

        assert outcome.complete
        assert codes(outcome) == []
        assert house.calls().count(CREATE) == 13, "none was refused and repeated"

    async def test_announcement_is_read_only_where_it_is_managed(self, house):
        await house.apply(desired_group("oncall", settings=Settings(name="值班")))

        await house.plan(desired_group("oncall", settings=Settings(name="值班")))

        assert not [call for call in house.calls() if "announcement" in call]

    async def test_merged_neighbours_are_no_difference(self):
        async with open_house(readings="adjacent_text_runs: merged") as house:
            await house.apply(wanted(RICH))

            assert not (await house.plan(wanted(RICH))).steps


class TestRecord:
    async def test_state_holds_a_digest_and_no_text(self, house):
        await house.apply(wanted("secret plans\n"))

        value = house.state.groups["oncall"].values["announcement"]

        assert value.sent.startswith("sha256:")
        assert value.echo is None
        assert "secret" not in house.state.model_dump_json()

    async def test_what_somebody_wrote_is_drift(self, house):
        await begun(house, "one\n")
        write(house, {"text": "uno"})

        [step] = (await house.plan(wanted("one\n"))).steps

        assert [(change.before, change.after) for change in step.changes] == [("uno\n", "one\n")]
        assert step.origin is Origin.DRIFT

    async def test_changed_configuration_is_no_drift(self, house):
        await begun(house, "one\n")

        [step] = (await house.plan(wanted("two\n"))).steps

        assert step.origin is Origin.CONFIG

    async def test_empty_paragraphs_are_no_difference(self, house):
        await begun(house, "one\n\ntwo\n")
        write(house, {"text": ""}, {"text": "one"}, {"text": ""}, {"text": "two"}, {"text": ""})

        assert not (await house.plan(wanted("one\n\ntwo\n"))).steps

    async def test_quotation_of_the_client_is_one_of_markdown(self, house):
        await begun(house, "")
        write(house, {"quote_container": [{"text": "a"}, {"text": "b"}]})

        assert not (await house.plan(wanted("> a\n>\n> b\n"))).steps


class TestForeignBlocks:
    async def test_what_markdown_cannot_say_blocks_the_step(self, house):
        await begun(house, "one\n")
        write(house, {"text": "one"}, {"table": [["a", "b"]]})

        outcome = await house.apply(wanted("one\n"))

        assert statuses(outcome, "oncall") == {"announcement": Status.BLOCKED}
        assert "table" in problem_at(outcome, WHERE).detail
        assert "replace_all" in problem_at(outcome, WHERE).hint

    async def test_replace_all_replaces_it_and_nothing_else(self, house):
        await begun(house, "one\n")
        write(house, {"text": "one"}, {"table": [["a", "b"]]}, {"text": "two"})

        outcome = await house.apply(wanted("one\n\ntwo\n", replace_all=True))

        assert outcome.complete
        assert house.writes() == [DELETE]
        assert await live(house) == "one\n\ntwo\n"

    async def test_old_kind_with_the_same_text_is_no_difference(self):
        async with open_house(readings="new_announcement: doc") as house:
            await house.apply(desired_group("oncall", settings=Settings(name="值班")))
            house.emulator.acts.write_announcement(house.chat_id("oncall"), house.app_id, text="one\ntwo")

            outcome = await house.apply(wanted("# one\n\ntwo\n"))

            assert outcome.complete
            assert not (await house.plan(wanted("# one\n\ntwo\n"))).steps

    async def test_old_kind_with_another_text_is_blocked(self):
        async with open_house(readings="new_announcement: doc") as house:
            await house.apply(desired_group("oncall", settings=Settings(name="值班")))

            [step] = (await house.plan(wanted("one\n"))).steps

            assert step.block
            assert "no call of the platform can replace" in step.block.reason
            assert step.operations == ()


class TestPeople:
    async def test_person_named_by_email_is_looked_up(self, house):
        await house.apply(wanted("ask @li.lei@example.com\n"))

        assert await live(house) == "ask @ou_lilei\n"

    async def test_person_nobody_knows_fails_the_group(self, house):
        plan = await house.plan(wanted("ask @nobody@example.com\n"))

        assert plan.groups[0].problem
        assert "n…@example.com" in plan.groups[0].problem.detail

    async def test_person_who_left_is_named_as_plain_text_with_a_warning(self):
        more = "  - {name: Left, open_id: ou_left, user_id: l, union_id: on_left, email: left@example.com, resigned: true}"
        async with open_house(users=more) as house:
            plan = await house.plan(wanted("ask @left@example.com\n"))
            await house.apply(wanted("ask @left@example.com\n"))

            assert [each.summary for each in plan.groups[0].warnings] == ["Person is left out"]
            assert await live(house) == "ask \\@left@example.com\n"


class TestAuthority:
    async def test_member_may_not_edit_where_only_owner_and_managers_may(self, house):
        permissions = Permissions(edit="only_owner")
        await house.apply(wanted("one\n", settings=Settings(name="值班", permissions=permissions)))
        give_away(house)

        [step] = (await house.plan(wanted("two\n"))).steps

        assert step.block

    async def test_member_may_edit_where_everybody_may(self, house):
        await begun(house, "one\n")
        give_away(house)

        outcome = await house.apply(wanted("two\n"))

        assert outcome.complete
        assert await live(house) == "two\n"


class TestTrouble:
    async def test_announcement_that_is_late_after_the_creation_is_waited_for(self):
        async with open_house(readings="announcement_at_creation: late") as house:
            outcome = await house.apply(wanted(RICH))

            assert outcome.complete, outcome
            assert await live(house) == RICH

    @pytest.mark.parametrize("operation", [CREATE, UPDATE, DELETE])
    async def test_edit_whose_answer_is_lost_is_not_done_twice(self, house, operation):
        await begun(house, "one\n\ntwo\n\nthree\n")
        house.fault(FaultKind.DROP, operation, done=True)

        outcome = await house.apply(wanted("uno\n\n# two\n"))

        assert outcome.complete, outcome
        assert await live(house) == "uno\n\n# two\n"

    async def test_edit_is_gone_on_with_when_the_platform_refuses_repeated_keys(self):
        async with open_house(readings="repeated_edit: refused") as house:
            await begun(house, "one\n")
            house.fault(FaultKind.DROP, CREATE, done=True)

            outcome = await house.apply(wanted("one\n\ntwo\n"))

            assert outcome.complete, outcome
            assert await live(house) == "one\n\ntwo\n"

    async def test_edit_of_somebody_else_in_between_is_gone_on_with(self):
        async with open_house(readings="edit_of_older_revision: refused") as house:
            await begun(house, "one\n")
            plan = await house.plan(wanted("one\n\ntwo\n"))
            write(house, {"text": "zero"}, {"text": "one"})

            outcome = await house.perform(plan, wanted("one\n\ntwo\n"))

            assert outcome.complete, outcome
            assert await live(house) == "one\n\ntwo\n"

    async def test_copied_announcement_is_waited_for(self, house):
        await begun(house, "one\n")
        house.emulator.acts.set_announcement_state(house.chat_id("oncall"), "copying")
        applying = asyncio.ensure_future(house.apply(wanted("two\n")))
        await asyncio.sleep(1)
        house.emulator.acts.set_announcement_state(house.chat_id("oncall"), "usable")

        outcome = await applying

        assert outcome.complete, outcome

    async def test_refused_right_fails_the_step_with_the_code(self, house):
        await begun(house, "one\n")

        outcome = await house.apply(wanted("ask @ou_hidden\n"))

        assert step_of(outcome, WHERE).status is Status.FAILED
        assert codes(outcome) == [1770032]


def test_rich_text_is_in_its_one_form():
    assert markdown_of(parse_markdown(RICH)[0]) == RICH


async def test_text_that_begins_like_an_open_id_names_nobody(house):
    await house.plan(wanted("ou_x is an id"))

    assert "contact_user_batch" not in house.calls()
