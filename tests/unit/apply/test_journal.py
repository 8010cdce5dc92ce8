"""What a run writes down: each step before and after it, with the values to go back to; on the emulator."""

from __future__ import annotations

import pytest

from reconciler.apply.run import Run
from reconciler.config.markdown import parse_markdown
from reconciler.emulator import FaultKind
from reconciler.errors import JournalError
from reconciler.model.announcement import Announcement
from reconciler.model.settings import Permissions, Settings
from reconciler.plan.journal import BEFORE_LIMIT, RunBegan, RunEnded, StepBegan, StepEnded, StepWentOn
from reconciler.plan.outcome import Status
from tests.support.builders import additive, desired_group, entry, exact, menu, tab
from tests.support.house import MemoryJournal, group_of, statuses

AT_ALL = Permissions(at_all="only_owner")


def group(key="oncall", **fields):
    return desired_group(key, **{"settings": Settings(name=f"Group {key}"), **fields})


def announced(markdown):
    blocks, faults = parse_markdown(markdown)
    assert not faults
    return Announcement(blocks=blocks)


def told(house, kind):
    return [event for event in house.journal.events if isinstance(event, kind)]


def change_of(house, path):
    [change] = [each for event in told(house, StepBegan) for each in event.changes if each.path == path]
    return change


async def test_run_is_told_with_who_ran_what_on_which_state(house):
    house.state = house.state.model_copy(update={"serial": 7})

    await house.apply(group())

    [began] = told(house, RunBegan)
    assert house.journal.events[0] == began
    assert (began.fleet, began.endpoint, began.app_id) == ("acme-groups", "emulator", house.app_id)
    assert (began.lineage, began.serial, began.command) == ("lineage-1", 7, "groupctl apply")
    assert began.totals.actions == {"create": 1}


async def test_step_is_written_down_before_its_first_call_and_after_its_last(house):
    written = []
    write = house.journal.write

    def spying_write(event):
        written.append((event.event, house.writes()))
        write(event)

    house.journal.write = spying_write

    await house.apply(group(settings=Settings(name="Group oncall", permissions=AT_ALL)))

    assert written == [
        ("run_began", []),
        ("step_began", []),
        ("step_ended", ["chat_create"]),
        ("step_began", ["chat_create"]),
        ("step_ended", ["chat_create", "chat_update"]),
        ("run_ended", ["chat_create", "chat_update"]),
    ]


async def test_end_of_a_create_tells_the_chat_id(house):
    await house.apply(group())

    [ended] = told(house, StepEnded)
    assert ended.chat_id == house.chat_id("oncall")
    assert (ended.status, ended.calls, ended.answered) == (Status.DONE, 1, ("create_chat",))


async def test_everything_that_goes_is_kept_as_it_was(house):
    text = "# 旧\n\n" + "长" * 20_000 + "\n"
    await house.apply(
        group(
            announcement=announced(text),
            tabs=exact(tab("Runbook", "https://example.com/old")),
            menus=exact(menu("升级", entry("一"))),
            members=exact("self", "ou_lilei"),
        )
    )
    house.journal = MemoryJournal()

    await house.apply(
        group(announcement=announced("新\n"), tabs=exact(), menus=exact(), members=exact("self"))
    )

    assert change_of(house, "announcement").before == text
    assert change_of(house, "tabs/Runbook").before["link"] == "https://example.com/old"
    assert change_of(house, "menus/升级").before["children"][0]["name"] == "一"
    assert change_of(house, "members/ou_lilei").before == "ou_lilei"


async def test_texts_of_the_configuration_are_cut_and_others_at_a_million_characters(house):
    await house.apply(group(announcement=announced("长" * 5_000)))

    assert len(str(change_of(house, "announcement").after)) < 2_100
    assert BEFORE_LIMIT == 1_000_000


async def test_people_are_ids_whatever_they_are_called_in_the_files(house):
    await house.apply(
        group(
            members=additive("li.lei@example.com", "+8613800000002", "ou_unknown"), owner="li.lei@example.com"
        ),
        overrides=("forgets", "removals", "owner", "lockout"),
    )

    everything = "".join(event.model_dump_json() for event in house.journal.events)
    assert "ou_lilei" in everything
    assert "example.com" not in everything
    assert "13800000002" not in everything


async def test_failure_is_told_with_code_and_log_id(house):
    house.refuse("chat_update", 232017, count=None)

    await house.apply(group(settings=Settings(name="Group oncall", permissions=AT_ALL)))

    _, failed = told(house, StepEnded)
    assert failed.status is Status.FAILED
    assert failed.answered == ()
    assert failed.problem.platform.code == 232017
    assert failed.problem.platform.log_id


async def test_what_is_left_after_a_lost_answer_is_told_before_it_is_done(house):
    await house.apply(group(tabs=exact()))
    house.journal = MemoryJournal()
    house.fault(FaultKind.DROP, "chat_tab_create")

    await house.apply(group(tabs=exact(tab("Runbook"))))

    [event] = told(house, StepWentOn)
    assert (event.address, event.operations) == ("oncall/tabs", ("create_tabs",))
    assert [change.path for change in event.changes] == ["tabs/Runbook"]
    [ended] = told(house, StepEnded)
    assert (ended.calls, ended.answered) == (2, ("create_tabs",))


async def test_end_tells_how_many_groups_came_to_what(house):
    house.refuse("chat_create", 232023)

    await house.apply(group("alpha"), group("beta"))

    [ended] = told(house, RunEnded)
    assert ended.counts == {"done": 1, "failed": 1}
    assert not ended.interrupted


async def test_interrupted_run_says_so(house):
    run = Run()
    plan = await house.plan(group())
    run.interrupt()

    await house.perform(plan, group(), run=run)

    [ended] = told(house, RunEnded)
    assert ended.interrupted


async def test_apply_without_a_step_leaves_no_journal(house):
    await house.apply(group())
    house.journal = MemoryJournal()

    await house.apply(group())

    assert house.journal.events == []


class TestBroken:
    """A journal that cannot be written: what nobody can read about afterwards is not done."""

    async def test_run_is_refused_before_anything_is_done(self, house):
        plan = await house.plan(group())
        house.journal = MemoryJournal(broken_from=0)

        with pytest.raises(JournalError):
            await house.perform(plan, group())

        assert house.writes() == []
        assert house.store.saved == []

    async def test_no_further_step_starts_and_the_outcome_says_why(self, house):
        house.journal = MemoryJournal(broken_from=3)
        wanted = group(settings=Settings(name="Group oncall", permissions=AT_ALL))

        outcome = await house.apply(wanted)

        assert house.writes() == ["chat_create"]
        assert statuses(outcome, "oncall") == {"existence": Status.DONE, "settings": Status.NOT_STARTED}
        assert outcome.stopped.summary == "Journal cannot be written"
        assert not outcome.complete

    async def test_create_that_did_not_start_leaves_no_intent(self, house):
        house.journal = MemoryJournal(broken_from=1)

        outcome = await house.apply(group("alpha"), group("beta"))

        assert house.writes() == []
        assert house.state.intents == {}
        assert group_of(outcome, "alpha").status is Status.NOT_STARTED

    async def test_step_in_the_middle_does_nothing_that_is_not_written_down(self, house):
        await house.apply(group(tabs=exact()))
        house.journal = MemoryJournal(broken_from=2)
        house.fault(FaultKind.DROP, "chat_tab_create")
        before = len(house.writes())

        outcome = await house.apply(group(tabs=exact(tab("Runbook"))))

        assert house.writes()[before:] == ["chat_tab_create"]
        assert statuses(outcome, "oncall") == {"tabs": Status.FAILED}

    async def test_what_was_done_is_recorded_all_the_same(self, house):
        house.journal = MemoryJournal(broken_from=2)

        outcome = await house.apply(group())

        assert group_of(outcome, "oncall").status is Status.DONE
        assert "oncall" in house.state.groups
