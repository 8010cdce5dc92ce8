"""Rules of chats.openapi.yaml: chat_link."""

from __future__ import annotations

import pytest

from reconciler.emulator import Emulator, ManualClock
from reconciler.emulator.acts import ActError
from tests.support.pretend import OTHER, OURS, Pretend, scenario
from tests.support.rows import shows_error, shows_rule

DAY = 86_400

each_validity = pytest.mark.parametrize(
    ("validity", "days"), [("week", 7), ("year", 365), ("permanently", None)]
)


def link(api, chat_id="oc_x", validity=None):
    return api.call("chat_link", chat_id, body={"validity_period": validity} if validity else {})


def url(api, chat_id="oc_x", validity=None):
    return link(api, chat_id, validity).data["share_link"]


def chat(state):
    return f"  - {{chat_id: oc_x, name: Team, {state}}}"


def opens(api, share_link, user="李雷"):
    """Tell whether the link lets somebody in."""
    try:
        api.emulator.acts.join_by_link(user, share_link)
    except ActError:
        return False
    return True


class TestValidity:
    @each_validity
    @shows_rule("chat_link", "week lasts 7 days, year lasts one year, permanently never ends")
    def test_answer_tells_when_the_link_ends(self, api, validity, days):
        now = int(api.emulator.clock.now())

        data = link(api, api.create(), validity).data

        assert data["is_permanent"] == (days is None)
        assert data["expire_time"] == ("0" if days is None else str(now + days * DAY))

    @each_validity
    @shows_rule("chat_link", "week lasts 7 days, year lasts one year, permanently never ends")
    def test_link_works_until_then(self, api, validity, days):
        share_link = url(api, api.create(), validity)
        api.emulator.move_clock((days or 3_650) * DAY - 1)
        assert opens(api, share_link)

        api.emulator.move_clock(1)

        assert opens(api, share_link, "Jim") == (days is None)

    @pytest.mark.parametrize("body", [{}, {"validity_period": None}, None], ids=["empty", "null", "none"])
    @shows_rule("chat_link", "default week")
    def test_default_is_a_week_also_without_a_body(self, api, body):
        now = int(api.emulator.clock.now())

        data = api.call("chat_link", api.create(), body=body).data

        assert data["expire_time"] == str(now + 7 * DAY)

    def test_body_is_needed_under_the_other_reading(self, make):
        api = make(readings="omitted_body: refused")
        chat_id = api.create()

        assert api.call("chat_link", chat_id).code == 9499
        assert link(api, chat_id).code == 0

    def test_permanent_link_has_no_end_at_all_under_the_other_reading(self, make):
        api = make(readings="end_of_permanent_link: absent")

        data = link(api, api.create(), "permanently").data

        assert data.keys() == {"share_link", "is_permanent"}

    def test_unknown_period_breaks_a_declared_rule(self, api):
        assert link(api, api.create(), "month").violations == ["validity_period"]

    @shows_error("chat_link", 232001)
    def test_unknown_period_is_232001_under_the_other_reading(self, make):
        api = make(readings="declared_rules: operation")

        assert link(api, api.create(), "month").code == 232001

    @pytest.mark.parametrize(("readings", "links"), [("", 2), ("repeated_link: same", 1)])
    def test_each_call_makes_a_new_link_and_the_earlier_one_stays_valid(self, make, readings, links):
        api = make(readings=readings)
        chat_id = api.create()

        made = [url(api, chat_id), url(api, chat_id)]

        assert len(set(made)) == links
        assert opens(api, made[0], "李雷")
        assert opens(api, made[1], "Jim")


class TestWhoMayShare:
    RESERVED = "settings: {add_member_permission: only_owner}"
    SHARING = "While add_member_permission is only_owner"

    @pytest.mark.parametrize(
        ("state", "code"),
        [
            pytest.param(f"owner: {OURS}", 0, id="owner"),
            pytest.param(f"owner: Kate, managers: [{OURS}]", 0, id="manager"),
            pytest.param(f"owner: Kate, bots: [{OURS}]", 232064, id="member"),
            pytest.param(f"owner: Kate, created_by: {OURS}, bots: [{OURS}]", 232064, id="creator"),
            pytest.param(
                f"owner: Kate, created_by: {OURS}, managers: [{OURS}]", 0, id="creator who is manager"
            ),
        ],
    )
    @shows_rule("chat_link", SHARING)
    @shows_rule("chats", "In share_card_permission, allowed means")
    @shows_error("chat_link", 232064)
    def test_reserved_sharing_is_for_owner_and_managers(self, make, state, code):
        assert link(make(groups=chat(f"{state}, {self.RESERVED}"))).code == code

    @shows_rule("chat_link", SHARING)
    def test_people_share_by_their_own_role(self, make):
        api = make(groups=chat(f"owner: Kate, members: [Jim], {self.RESERVED}"))

        assert [link(api.as_user(person)).code for person in ("ou_kate", "ou_jim")] == [0, 232064]

    def test_members_share_while_it_is_open(self, make):
        assert link(make(groups=chat(f"owner: Kate, bots: [{OURS}]"))).code == 0

    @pytest.mark.parametrize(("scopes", "code"), [("all", 0), ('["im:chat"]', 232064)])
    def test_creator_with_operate_as_owner_shares_under_the_other_reading(self, make, scopes, code):
        api = make(
            app=f"scopes: {scopes}",
            readings="creator_shares_reserved_chat: allowed",
            groups=chat(f"owner: Kate, created_by: {OURS}, bots: [{OURS}], {self.RESERVED}"),
        )

        assert link(api).code == code

    @pytest.mark.parametrize(
        ("state", "code"), [("secret: true", 232061), ("chat_mode: p2p", 232062), ("team: true", 232063)]
    )
    @shows_rule("chat_link", "p2p chats, secret chats and team groups have no share link")
    @shows_error("chat_link", 232061, 232062, 232063)
    def test_some_kinds_of_chat_cannot_be_shared(self, make, state, code):
        assert link(make(groups=chat(state))).code == code

    @shows_error("chat_link", 232065)
    def test_person_who_has_left_the_company_is_232065(self, make):
        api = make(groups=chat("members: [Gone]"))

        assert link(api.as_user("ou_gone")).code == 232065


class TestUse:
    DEPENDS = "stops working when that bot is disabled or leaves the group"

    def test_link_lets_people_in(self, api):
        chat_id = api.create()

        assert opens(api, url(api, chat_id))

        assert api.members(chat_id) == ["ou_lilei"]

    def test_link_of_a_chat_with_approval_leads_to_the_waiting_list(self, make):
        api = make(groups=chat("members: [Jim], settings: {membership_approval: approval_required}"))
        share_link = url(api)

        assert all(opens(api, share_link, person) for person in ("李雷", "李雷", "Jim"))

        assert api.emulator.acts.chat("oc_x")["pending"] == ["ou_lilei"]
        assert api.members("oc_x") == ["ou_jim"]

    @shows_rule("chat_link", DEPENDS)
    def test_link_of_a_bot_ends_when_the_bot_leaves_and_others_stay(self, make):
        api = make(groups=chat(f"owner: Kate, bots: [{OURS}, {OTHER}]"))
        bots, others, kates = url(api), url(api.of(OTHER)), url(api.as_user("ou_kate"))

        api.emulator.acts.remove_members("oc_x", [OURS])

        assert [opens(api, share_link) for share_link in (bots, others, kates)] == [False, True, True]

    @shows_rule("chat_link", DEPENDS)
    def test_link_of_a_bot_ends_when_the_bot_is_disabled(self, tmp_path):
        database, groups = tmp_path / "emulator.sqlite", chat("owner: Kate")
        before = Pretend(Emulator.from_text(scenario(), database, ManualClock()))
        share_link = url(before, before.create())
        before.close()

        after = Pretend(
            Emulator.from_text(scenario(app="enabled: false", groups=groups), database, ManualClock())
        )

        assert not opens(after, share_link)
        after.close()

    def test_link_of_a_bot_works_in_an_external_chat_of_another_tenant(self, make):
        state = f"external: true, tenant: elsewhere, owner: Stranger, bots: [{OURS}]"
        api = make(app="external_sharing: true", groups=chat(state))

        assert opens(api, url(api))

    def test_link_of_a_person_works_after_the_person_left(self, make):
        api = make(groups=chat("owner: Kate, members: [Jim]"))
        share_link = url(api.as_user("ou_jim"))

        api.emulator.acts.remove_members("oc_x", ["Jim"])

        assert opens(api, share_link)

    def test_link_of_a_dissolved_chat_and_no_link_at_all_do_not_work(self, make):
        api = make(groups=chat("owner: Kate"))
        share_link = url(api.as_user("ou_kate"))

        api.emulator.acts.dissolve("oc_x")

        assert not opens(api, share_link)
        assert not opens(api, "https://applink.feishu.cn/")
