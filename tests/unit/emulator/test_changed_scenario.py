"""A database that is kept: whom a changed scenario no longer has is gone, and a reset elsewhere is noticed."""

from __future__ import annotations

import pytest

from reconciler.emulator import Emulator, ManualClock
from reconciler.emulator.acts import ActError
from reconciler.emulator.faults import Fault, FaultKind
from tests.support.pretend import OTHER, OURS, SECRET, TENANT, Pretend, scenario
from tests.support.ways import InProcess

LEAN = f"""
version: 1
tenant: {{key: {TENANT}}}
apps: [{{app_id: {OURS}, app_secret: {SECRET}, open_id: ou_ours}}]
users:
  - {{name: Kate, open_id: ou_kate, user_id: kate, union_id: on_kate}}
  - {{name: Jim, open_id: ou_jim, user_id: jim, union_id: on_jim}}
"""
"""The usual scenario without the other apps, and without everybody but Kate and Jim."""


@pytest.fixture
def reopen(tmp_path, way, request):
    """Open the same database again, with this scenario; those opened before stay open if they are `kept`."""
    opened: list[Pretend] = []

    def build(text, *, kept=False):
        if opened and not kept:
            opened.pop().close()
        reached = request.getfixturevalue("socket_way") if way == "socket" else InProcess()
        emulator = Emulator.from_text(text, tmp_path / "emulator.sqlite", ManualClock())
        opened.append(Pretend(emulator, way=reached))
        return opened[-1]

    yield build
    for each in reversed(opened):
        each.close()


def group(body):
    return scenario(groups=f"  - {{chat_id: oc_team, name: Team, {body}}}")


def shown(api, chat_id="oc_team"):
    return api.emulator.acts.chat(chat_id)


class TestWhoIsGone:
    def test_members_leave_with_every_role(self, reopen):
        reopen(
            group(
                f"owner: Kate, members: [Jim, 李雷], bots: [{OURS}, {OTHER}], managers: [李雷, Jim, {OTHER}],"
                " moderators: [李雷, Jim], pending: [韩梅梅],"
                " announcement: {owner: 李雷, barred: [李雷, Jim]}"
            )
        )

        api = reopen(LEAN)

        chat = shown(api)
        assert chat["members"] == ["ou_kate", "ou_jim", OURS]
        assert (chat["managers"], chat["moderators"], chat["pending"]) == (["ou_jim"], ["ou_jim"], [])
        announcement = chat["announcement"]
        assert (announcement["owner"], announcement["modifier"]) == ("ou_kate", "ou_kate")
        assert announcement["barred"] == ["ou_jim"]
        assert api.members("oc_team") == ["ou_kate", "ou_jim"]
        assert api.call("docx_chat_announcement_get", "oc_team").data["owner_id"] == "ou_kate"

    @pytest.mark.parametrize(
        ("body", "owner"),
        [
            pytest.param(f"owner: 李雷, members: [Kate, Jim], bots: [{OURS}], managers: [Jim]", "ou_jim", id="manager"),
            pytest.param(f"owner: 李雷, members: [Kate, Jim], bots: [{OURS}]", "ou_kate", id="person"),
            pytest.param(f"owner: 李雷, members: [韩梅梅], bots: [{OURS}]", OURS, id="first app"),
            pytest.param(f"owner: {OTHER}, members: [Kate], bots: [{OURS}]", "ou_kate", id="after an app"),
        ],
    )  # fmt: skip
    def test_owner_is_followed_by_the_heir(self, reopen, body, owner):
        reopen(group(body))

        api = reopen(LEAN)

        assert (shown(api)["owner"], shown(api)["status"]) == (owner, "normal")
        assert owner not in shown(api)["managers"]
        assert api.get("oc_team").get("owner_id", OURS) == owner

    @pytest.mark.parametrize("body", ["owner: 李雷", f"owner: {OTHER}, members: [韩梅梅]"])
    def test_group_that_nobody_can_take_over_is_dissolved(self, reopen, body):
        reopen(group(body))

        api = reopen(LEAN)

        assert (shown(api)["status"], shown(api)["members"]) == ("dissolved", [])
        assert api.get("oc_team")["chat_status"] == "dissolved"

    def test_one_to_one_chat_is_dissolved(self, reopen):
        before = reopen(scenario())
        gone, kept = (before.emulator.acts.open_conversation(name) for name in ("李雷", "Kate"))

        api = reopen(LEAN)

        assert [shown(api, chat_id)["status"] for chat_id in (gone, kept)] == ["dissolved", "normal"]

    def test_nobody_of_them_is_left_in_a_group_that_was_dissolved_before(self, reopen):
        reopen(group("owner: 李雷, members: [Kate], chat_status: dissolved_save"))

        api = reopen(LEAN)

        chat = shown(api)
        assert (chat["status"], chat["former"], chat["owner"]) == ("dissolved_save", ["ou_kate"], OURS)

    def test_maker_is_forgotten(self, reopen):
        reopen(group(f"owner: Kate, created_by: {OTHER}, bots: [{OURS}, {OTHER}]"))

        assert shown(reopen(LEAN))["created_by"] == ""

    def test_token_of_a_person_is_invalid(self, reopen):
        before = reopen(group(f"owner: Kate, members: [李雷, Jim], bots: [{OURS}]"))
        tokens = [before.emulator.acts.sign_in(name) for name in ("李雷", "Jim")]

        api = reopen(LEAN)

        codes = [api.call("chat_get", "oc_team", token=token).code for token in tokens]
        assert codes == [99991668, 0]

    def test_their_share_links_end(self, reopen):
        before = reopen(group(f"owner: Kate, bots: [{OURS}, {OTHER}]"))
        links = [
            app.call("chat_link", "oc_team", body={}).data["share_link"] for app in (before.of(OTHER), before)
        ]

        acts = reopen(LEAN).emulator.acts

        with pytest.raises(ActError, match="the link has ended"):
            acts.join_by_link("Jim", links[0])
        acts.join_by_link("Jim", links[1])

    def test_every_answer_about_the_group_is_possible(self, reopen):
        before = reopen(
            group(f"owner: 李雷, members: [Kate, 韩梅梅], bots: [{OURS}, {OTHER}], moderators: [韩梅梅]")
        )
        body = {"msg_type": "text", "content": '{"text": "Hello"}', "receive_id": "oc_team"}
        before.of(OTHER).call("im_message_create", body=body, query={"receive_id_type": "chat_id"})
        before.emulator.acts.write_announcement("oc_team", "韩梅梅", "Hello")

        api = reopen(LEAN)

        for operation in (
            "chat_get", "chat_members_get", "chat_moderation_get", "docx_chat_announcement_get",
            "docx_chat_announcement_block_list", "chat_tab_list", "chat_menu_tree_get",
        ):  # fmt: skip
            assert api.call(operation, "oc_team").code == 0, operation
        assert api.call("chat_list").data["items"][0]["owner_id"] == "ou_kate"
        assert api.call("chat_search", query={"query": "Team"}).code == 0


class TestAnotherProcess:
    """Another emulator on the same database, as `groupctl emulator reset` beside a server has one."""

    def test_reset_is_noticed(self, reopen):
        here = reopen(scenario())
        here.emulator.move_clock(3600)
        here.emulator.faults.add(Fault(FaultKind.LATENCY, operation="chat_update", seconds=1))
        here.create(name="Team")
        now = here.emulator.clock.start
        there = reopen(scenario(), kept=True)

        there.emulator.reset()
        answer = here.call("chat_list", token=here.token)

        assert answer.code == 99991663
        assert here.emulator.clock.now() == now
        assert here.emulator.faults.listed() == []
        assert [entry.operation for entry in here.emulator.log] == ["chat_list"]

    def test_calls_before_the_reset_count_no_more(self, reopen):
        here = reopen(scenario())
        codes = [here.call("chat_get", "oc_nothing").code for _ in range(60)]
        assert 99991400 in codes
        there = reopen(scenario(), kept=True)

        there.emulator.reset()
        here.token = ""

        assert here.call("chat_get", "oc_nothing").code != 99991400

    def test_closing_keeps_no_quota_from_before_the_reset(self, reopen, tmp_path):
        there = reopen(scenario())
        here = Emulator.from_text(scenario(), tmp_path / "emulator.sqlite", ManualClock())
        here.quota.load(f'{{"chat_list": [{here.clock.now()}]}}')

        there.emulator.reset()
        here.close()

        assert there.emulator.store.meta("quota") == "{}"

    def test_changed_scenario_is_noticed(self, reopen):
        here = reopen(scenario())
        there = reopen(scenario(users="  - {name: Newcomer, open_id: ou_new}"), kept=True)
        chat_id = there.create(name="Team", user_id_list=["ou_new"])

        assert here.members(chat_id) == ["ou_new"]

    def test_what_is_in_memory_stays_without_a_reset(self, reopen):
        here = reopen(scenario())
        here.emulator.faults.add(Fault(FaultKind.LATENCY, operation="chat_update", seconds=1))
        there = reopen(scenario(), kept=True)

        chat_id = there.create(name="Team")

        assert here.get(chat_id)["name"] == "Team"
        assert len(here.emulator.faults.listed()) == 1
