"""Rules of announcements.openapi.yaml, type docx: who may call, revisions, repeats, limits, reading."""

from __future__ import annotations

import asyncio

import pytest

from reconciler.emulator import Fault, FaultKind
from reconciler.emulator.acts import ActError
from reconciler.emulator.store import Token, TokenKind
from tests.support.announcements import (
    ALL,
    BLOCK_READS,
    CHAT,
    CHILDREN,
    CREATE,
    DELETE,
    GET,
    INFO,
    LIST,
    READS,
    UPDATE,
    WRITES,
    attempt,
    blocks,
    create,
    delete,
    group,
    of_type,
    text,
    texts,
)
from tests.support.pretend import OTHER, OURS, TENANT
from tests.support.rows import all_show, client_side, shows_error, shows_rule

ONLY_OWNER = "settings: {edit_permission: only_owner}"
READ_ONLY = 'scopes: ["im:chat.announcement:read"]'
IN_IT = f"owner: Kate, bots: [{OURS}]"

each_operation = pytest.mark.parametrize("operation", ALL)
each_block_operation = pytest.mark.parametrize("operation", [*BLOCK_READS, *WRITES])
each_read = pytest.mark.parametrize("operation", READS)
each_block_read = pytest.mark.parametrize("operation", BLOCK_READS)
each_write = pytest.mark.parametrize("operation", WRITES)

client_side(
    "announcements",
    "written through the API notifies nobody",
    "The absence of a notification in people's clients is nothing that an answer of the API shows.",
)
client_side(
    CREATE,
    "sends no notification",
    "The absence of a notification in people's clients is nothing that an answer of the API shows.",
)
client_side(
    "announcements",
    "downloaded with the media download",
    "It sends the caller to the drive API, which no contract of this project describes.",
)


@pytest.fixture
def api(make):
    """Our bot, a plain member of a group whose announcement says Hello."""
    return make(groups=group())


class TestAccess:
    @all_show(ALL, rules=["bot capability"], errors=[1772025])
    @each_operation
    def test_bot_capability_must_be_on_also_for_people(self, make, operation):
        api = make(app="bot: false", groups=group(more=f"{IN_IT}, members: [李雷]"))

        assert attempt(api, operation).code == 1772025
        assert attempt(api.as_user("ou_lilei"), operation).code == 1772025

    @all_show(ALL, errors=[1772034])
    @each_operation
    def test_app_must_be_enabled_in_the_tenant(self, make, operation):
        api = make(groups=group(more="owner: Kate, bots: [cli_asleep]"))
        now = api.emulator.clock.now()
        kept = Token("t-kept", TokenKind.TENANT, "cli_asleep", TENANT, now + 7200)
        with api.emulator.store.transaction(write=True):
            api.emulator.store.add_token(kept)  # fetched before the app was switched off

        assert attempt(api, operation, token=kept.token).code == 1772034

    @all_show(ALL, rules=["must be a member"], errors=[1772003])
    @each_operation
    def test_operator_must_be_a_member(self, api, operation):
        assert attempt(api.of(OTHER), operation).code == 1772003
        assert attempt(api.as_user("ou_jim"), operation).code == 1772003
        assert attempt(api.as_user("ou_kate"), operation).code == 0

    @all_show(ALL, rules=["must belong to the same tenant"], errors=[1772002])
    @each_operation
    def test_internal_chat_of_another_tenant_is_out_of_reach(self, make, operation):
        api = make(groups=group(more=f"owner: Stranger, tenant: elsewhere, bots: [{OURS}]"))

        assert attempt(api, operation).code == 1772002

    @all_show(ALL, errors=[1772004])
    @each_operation
    @pytest.mark.parametrize("external_sharing", ["true", "false"])
    def test_external_chats_are_not_supported_whatever_the_bot_may(self, make, operation, external_sharing):
        api = make(app=f"external_sharing: {external_sharing}", groups=group(more=f"{IN_IT}, external: true"))

        assert attempt(api, operation).code == 1772004

    @all_show(ALL, errors=[1770002])
    @each_operation
    @pytest.mark.parametrize("status", ["dissolved", "dissolved_save"])
    def test_dissolved_and_unknown_chats_are_not_found(self, make, operation, status):
        api = make(groups=group(more=f"{IN_IT}, chat_status: {status}"))

        answer = attempt(api, operation)

        assert (answer.status, answer.code) == (404, 1770002)
        assert attempt(api, operation, "oc_nothing").code == 1770002

    @shows_rule("announcements", "Single chats (p2p) have none")
    @shows_rule(INFO, "Not available for single chats")
    @each_operation
    def test_single_chats_have_no_announcement(self, make, operation):
        api = make(groups=f"  - {{chat_id: {CHAT}, chat_mode: p2p, owner: Kate, bots: [{OURS}]}}")

        assert attempt(api, operation).code == 1770002

    @all_show(ALL, errors=[1772001])
    @each_operation
    def test_missing_announcement_until_it_is_there_again(self, make, operation):
        api = make(groups=group("text: Hello, state: missing"))

        assert attempt(api, operation).code == 1772001
        api.emulator.acts.set_announcement_state(CHAT, "usable")
        assert attempt(api, operation).code == 0

    @all_show(ALL, errors=[1770032])
    @each_operation
    def test_document_must_be_readable(self, api, operation):
        api.emulator.acts.bar_from_announcement(CHAT, [OURS])

        answer = attempt(api, operation)

        assert (answer.status, answer.code) == (403, 1770032)
        assert attempt(api.as_user("ou_kate"), operation).code == 0

    @all_show(WRITES, errors=[1770020])
    @each_write
    def test_nobody_edits_a_document_that_is_being_copied(self, make, operation):
        api = make(groups=group("text: Hello, state: copying"))

        assert attempt(api, operation).code == 1770020
        assert texts(api) == ["Hello"]

    @all_show(ALL, errors=[1771002])
    @each_operation
    def test_new_announcement_may_be_late(self, make, operation):
        api = make(readings="announcement_at_creation: late")
        chat_id = api.create()

        late = attempt(api, operation, chat_id)
        api.emulator.move_clock(5)
        later = attempt(api, operation, chat_id)

        assert (late.status, late.code) == (500, 1771002)
        assert later.code != 1771002


class TestTypes:
    @shows_rule("announcements", "announcement_type docx: only the docx endpoints work")
    @all_show([*BLOCK_READS, *WRITES], rules=["Works only when announcement_type is docx"], errors=[1772006])
    @each_block_operation
    def test_docx_operations_need_type_docx(self, make, api, operation):
        assert attempt(make(groups=group("type: doc, text: Hello")), operation).code == 1772006
        assert attempt(api, operation).code == 0
        assert api.call("chat_announcement_get", CHAT).code == 232097

    @shows_rule(INFO, "Works for both announcement types")
    @pytest.mark.parametrize("kind", ["docx", "doc"])
    def test_basic_info_tells_the_type(self, make, kind):
        api = make(groups=group(f"type: {kind}, text: Hello"))

        assert api.call(INFO, CHAT).data["announcement_type"] == kind

    @shows_rule("announcements", "nothing is compatible")
    def test_old_text_is_found_by_location_the_new_one_by_block(self, make):
        old = make(groups=group("type: doc, text: Hello")).call("chat_announcement_get", CHAT).data["content"]
        new = of_type(make(groups=group()), 2)

        assert '"zoneId": "0"' in old
        assert "zoneId" not in str(new)
        assert new["parent_id"] == CHAT

    @pytest.mark.parametrize(("reading", "kind"), [("", "docx"), ("new_announcement: doc", "doc")])
    def test_type_of_a_new_group_is_a_reading(self, make, reading, kind):
        api = make(readings=reading)

        assert api.call(INFO, api.create()).data["announcement_type"] == kind

    @shows_rule("announcements", "A new announcement is not empty", "exactly one announcement")
    @all_show(
        [*BLOCK_READS, CREATE, DELETE, UPDATE],
        rules=["revision_id -1 (default) means the latest"],
    )
    @shows_rule(LIST, "so there is always at least one")
    def test_new_announcement_has_a_root_named_like_the_chat_and_revision_1(self, api):
        chat_id = api.create()

        root = api.call(LIST, chat_id, query={"revision_id": 1}).data["items"]

        assert api.call(INFO, chat_id).data["revision_id"] == 1
        assert [(block["block_id"], block["block_type"], block["parent_id"]) for block in root] == [
            (chat_id, 1, "")
        ]
        assert root == api.call(LIST, chat_id).data["items"]
        assert root[0] == api.call(GET, chat_id, block_id=chat_id).data["block"]


class TestInfo:
    def test_people_are_shown_by_the_wanted_id_and_times_in_seconds(self, make):
        api = make(groups=group(more=f"owner: Kate, bots: [{OURS}], members: [李雷]"))
        attempt(api.as_user("ou_lilei"), UPDATE)

        info = api.call(INFO, CHAT, query={"user_id_type": "user_id"}).data

        now = int(api.emulator.clock.now())
        assert info == {
            "revision_id": 2,
            "create_time": 0,
            "update_time": now,
            "owner_id": "kate",
            "owner_id_type": "user_id",
            "modifier_id": "lilei",
            "modifier_id_type": "user_id",
            "announcement_type": "docx",
        }

    def test_people_are_left_out_where_the_app_may_not_see_their_user_ids(self, make):
        api = make(groups=group(), app=READ_ONLY, readings="user_ids_without_scope: left_out")

        info = api.call(INFO, CHAT, query={"user_id_type": "user_id"}).data

        assert not info.keys() & {"owner_id", "owner_id_type", "modifier_id", "modifier_id_type"}

    @shows_error(INFO, 1770001)
    def test_broken_declared_rule_is_1770001_where_the_operation_finds_it(self, make):
        api = make(groups=group(), readings="declared_rules: operation")

        assert api.call(INFO, CHAT, query={"user_id_type": "email"}).code == 1770001

    @pytest.mark.parametrize(
        ("reading", "shown"),
        [
            ("", {"owner_id": OURS, "owner_id_type": "app_id"}),
            ("bot_of_announcement: absent", {}),
        ],
    )
    def test_bot_as_owner_is_shown_by_its_app_id_or_not_at_all(self, make, reading, shown):
        api = make(readings=reading)

        info = api.call(INFO, api.create()).data

        assert {name: value for name, value in info.items() if name.startswith("owner")} == shown


MANY = "blocks: [{heading1: A}, {bullet: {elements: [], children: [{text: B}]}}, {text: C}, {text: D}]"


class TestReading:
    @shows_rule(LIST, "pre-order of the tree")
    def test_list_is_in_preorder(self, make):
        api = make(groups=group(MANY))

        found = blocks(api)

        assert [block["block_type"] for block in found] == [1, 3, 12, 2, 2, 2]
        assert found[3]["parent_id"] == found[2]["block_id"]
        assert found[2]["children"] == [found[3]["block_id"]]
        assert "children" not in found[1]

    @shows_rule(CHILDREN, "grandchildren are not included")
    def test_children_are_the_direct_ones_in_display_order(self, make):
        api = make(groups=group(MANY))

        items = api.call(CHILDREN, CHAT, block_id=CHAT).data["items"]

        assert [block["block_type"] for block in items] == [3, 12, 2, 2]
        assert [block["block_id"] for block in items] == blocks(api)[0]["children"]

    @shows_rule(LIST, "page_token is returned only while has_more is true")
    @pytest.mark.parametrize(("operation", "pages"), [(LIST, [4, 2]), (CHILDREN, [4])])
    def test_pages(self, make, operation, pages):
        api = make(groups=group(MANY))
        found, token = [], ""

        while True:
            query = {"page_size": 4, **({"page_token": token} if token else {})}
            data = attempt(api, operation, query=query).data
            found.append(len(data["items"]))
            assert ("page_token" in data) == data["has_more"]
            if not data["has_more"]:
                break
            token = data["page_token"]

        assert found == pages

    @all_show([LIST, CHILDREN], errors=[1770001])
    @pytest.mark.parametrize("operation", [LIST, CHILDREN])
    def test_foreign_page_token_is_refused(self, api, operation):
        assert attempt(api, operation, query={"page_token": "x"}).code == 1770001

    @pytest.mark.parametrize("size", [0, 501])
    @pytest.mark.parametrize("operation", [LIST, CHILDREN])
    def test_page_size_is_1_to_500(self, api, operation, size):
        assert attempt(api, operation, query={"page_size": size}).violations == ["page_size"]

    @pytest.mark.parametrize("operation", [GET, CHILDREN])
    def test_unknown_block_is_not_found(self, api, operation):
        answer = attempt(api, operation, block_id="doxcn_nothing")

        assert (answer.status, answer.code) == (404, 1770002)

    @all_show(BLOCK_READS, errors=[1770001])
    @all_show(WRITES, errors=[1770001])
    @each_block_operation
    @pytest.mark.parametrize("revision", [0, 2])
    def test_revision_that_there_never_was_is_refused(self, api, operation, revision):
        assert attempt(api, operation, query={"revision_id": revision}).code == 1770001

    def test_earlier_revision_reads_as_it_was(self, api):
        first = of_type(api, 2)["block_id"]
        create(api, text("Second"))
        delete(api, 0, 1)

        assert [texts(api, revision_id=number) for number in (1, 2, 3)] == [
            ["Hello"],
            ["Hello", "Second"],
            ["Second"],
        ]
        assert attempt(api, GET, block_id=first, query={"revision_id": 2}).code == 0
        assert attempt(api, GET, block_id=first).code == 1770002

    def test_revisions_before_the_scenario_read_like_its_own(self, make):
        assert texts(make(groups=group("text: Hello, revision: 9")), revision_id=4) == ["Hello"]

    @all_show(BLOCK_READS, rules=["an older revision edit permission"], errors=[1770032])
    @each_block_read
    def test_older_revision_is_for_those_who_may_edit(self, make, operation):
        api = make(groups=group("text: Hello, revision: 2", more=f"{IN_IT}, {ONLY_OWNER}"))
        older = {"revision_id": 1}

        assert attempt(api, operation).code == 0
        assert attempt(api, operation, query=older).code == 1770032
        assert attempt(api.as_user("ou_kate"), operation, query=older).code == 0


class TestEditRight:
    CREATOR = f"{IN_IT}, created_by: {OURS}, {ONLY_OWNER}"

    @all_show(WRITES, rules=["only the owner, an admin, or the bot"], errors=[1772005])
    @each_write
    @pytest.mark.parametrize(
        ("more", "scopes", "code"),
        [
            (IN_IT, "all", 0),
            (f"{IN_IT}, {ONLY_OWNER}", "all", 1772005),
            (f"owner: Kate, managers: [{OURS}], {ONLY_OWNER}", "all", 0),
            (f"owner: {OURS}, {ONLY_OWNER}", "all", 0),
            (CREATOR, "all", 0),
            (CREATOR, '["im:chat.announcement:write_only"]', 1772005),
        ],
        ids=["member", "member, reserved", "admin", "owner", "creator with the scope", "creator without"],
    )
    def test_who_may_edit(self, make, operation, more, scopes, code):
        api = make(app=f"scopes: {scopes}", groups=group(more=more))

        assert attempt(api, operation).code == code

    @all_show(WRITES, rules=["Violations give 1772005 or 1770032"])
    @each_write
    def test_code_of_a_violation_is_a_reading(self, make, operation):
        api = make(
            readings='announcement_edit_refusal: "1770032"', groups=group(more=f"{IN_IT}, {ONLY_OWNER}")
        )

        assert attempt(api, operation).code == 1770032


class TestEditLimit:
    @all_show(WRITES, rules=["limited to 3 per second"])
    @pytest.mark.parametrize("operation", WRITES)
    def test_three_edits_a_second_per_announcement_all_kinds_and_callers_together(self, make, operation):
        api = make(groups=group(more=f"owner: Kate, bots: [{OURS}, {OTHER}]") + group(chat="oc_y"))
        for each, caller in ((CREATE, api), (UPDATE, api.of(OTHER)), (DELETE, api.as_user("ou_kate"))):
            assert attempt(caller, each).code == 0

        refused = attempt(api, operation)
        elsewhere = attempt(api, CREATE, "oc_y", block_id="oc_y")
        api.emulator.move_clock(1)

        assert (refused.status, refused.code) == (429, 99991400)
        assert refused.headers["x-ogw-ratelimit-limit"] == "3"
        assert refused.headers["x-ogw-ratelimit-reset"] == "1"
        assert elsewhere.code == 0
        assert attempt(api, operation).code == 0

    def test_limit_goes_with_the_quota_switch_of_the_tenant(self, make):
        api = make(tenant="quota: false", groups=group())

        assert [attempt(api, CREATE).code for _ in range(4)] == [0] * 4

    @shows_error("announcements", 99991400)
    @pytest.mark.parametrize(
        ("operation", "calls", "status"),
        [
            (INFO, 20, 429),
            (LIST, 10, 400),
            (GET, 10, 400),
            (CHILDREN, 10, 400),
            (CREATE, 5, 400),
            (UPDATE, 5, 400),
            (DELETE, 5, 429),
        ],
    )
    def test_limit_per_app_is_counted_in_front_of_everything_else(self, api, operation, calls, status):
        codes = [attempt(api, operation, "oc_nothing").code for _ in range(calls)]

        refused = attempt(api, operation)

        assert codes == [1770002] * calls
        assert (refused.status, refused.code) == (status, 99991400)
        assert refused.headers["x-ogw-ratelimit-limit"] == str(calls)

    def test_overlapping_edits_of_one_announcement_both_take_effect(self, api):
        api.emulator.faults.add(Fault(FaultKind.LATENCY, CREATE, seconds=5))

        async def both():
            return await asyncio.gather(
                *(api.request(CREATE, CHAT, block_id=CHAT, body={"children": [text(name)]}) for name in "AB")
            )

        answers = api.run(both())

        assert [answer.json()["code"] for answer in answers] == [0, 0]
        assert sorted(texts(api)) == ["A", "B", "Hello"]


class TestRevisions:
    @all_show(WRITES, rules=["carries the revision_id after the edit"])
    @pytest.mark.parametrize(("reading", "step"), [("", 1), ("announcement_revisions: with_gaps", 3)])
    @each_write
    def test_answer_carries_the_higher_revision(self, make, operation, reading, step):
        api = make(readings=reading, groups=group())

        revision = attempt(api, operation).data["revision_id"]

        assert revision == 1 + step
        assert api.call(INFO, CHAT).data["revision_id"] == revision

    @all_show(WRITES, errors=[1770021])
    @each_write
    @pytest.mark.parametrize(("revision", "code"), [(1, 1770021), (2, 0), (1002, 0), (-1, 0)])
    def test_revision_may_lag_by_1000(self, make, operation, revision, code):
        api = make(groups=group("text: Hello, revision: 1002"))

        assert attempt(api, operation, query={"revision_id": revision}).code == code

    @each_write
    @pytest.mark.parametrize(("reading", "code"), [("", 0), ("edit_of_older_revision: refused", 1770021)])
    def test_edit_of_an_older_revision_is_merged_onto_the_latest(self, make, operation, reading, code):
        api = make(readings=reading, groups=group("text: Hello, revision: 5"))

        answer = attempt(api, operation, query={"revision_id": 4})

        assert answer.code == code
        if code == 0:
            assert answer.data["revision_id"] == 6

    def test_creation_may_call_the_revision_document_revision_id(self, make):
        api = make(readings="revision_of_creation: document_revision_id", groups=group())
        path = f"/open-apis/docx/v1/chats/{CHAT}/announcement/blocks/{CHAT}/children"

        answer = api.send(
            "POST",
            path,
            body={"children": [text()]},
            headers={"Authorization": f"Bearer {api.sign_in()}"},
        )

        assert answer.data["document_revision_id"] == 2
        assert "revision_id" not in answer.data


class TestClientToken:
    @each_write
    def test_repeat_is_answered_like_the_first_call_and_changes_nothing(self, make, operation):
        api = make(groups=group('text: "Hello\\nWorld"'))
        first = attempt(api, operation, query={"client_token": "once"}).data
        before = blocks(api)
        api.emulator.move_clock(599)

        again = attempt(api, operation, query={"client_token": "once"}).data

        assert again == first
        assert first["client_token"] == "once"
        assert blocks(api) == before
        assert api.call(INFO, CHAT).data["revision_id"] == 2

    @pytest.mark.parametrize("query", [{}, {"client_token": ""}])
    def test_without_one_the_server_makes_one_that_counts_as_well(self, api, query):
        answer = attempt(api, CREATE, query=query).data

        again = attempt(api, CREATE, query={"client_token": answer["client_token"]}).data

        assert again == answer
        assert attempt(api, CREATE, query=query).data["client_token"] != answer["client_token"]

    def test_it_is_forgotten_after_ten_minutes(self, api):
        attempt(api, CREATE, query={"client_token": "once"})
        api.emulator.move_clock(601)

        attempt(api, CREATE, query={"client_token": "once"})

        assert texts(api) == ["Hello", "New", "New"]

    def test_refused_edit_does_not_spend_it(self, api):
        query = {"client_token": "once"}

        assert attempt(api, CREATE, query=query, body={"children": [text()], "index": 9}).code == 1770001
        assert attempt(api, CREATE, query=query).code == 0

    def test_repeats_are_no_edits_for_the_limit(self, api):
        codes = [attempt(api, CREATE, query={"client_token": "once"}).code for _ in range(5)]

        assert codes == [0] * 5

    def test_repeat_shows_people_by_the_id_asked_for_now(self, api):
        body = {
            "children": [{"block_type": 2, "text": {"elements": [{"mention_user": {"user_id": "ou_jim"}}]}}]
        }
        attempt(api, CREATE, body=body, query={"client_token": "once"})

        again = attempt(
            api, CREATE, body=body, query={"client_token": "once", "user_id_type": "union_id"}
        ).data

        element = again["children"][0]["text"]["elements"][0]
        assert element["mention_user"]["user_id"] == "on_jim"

    def test_repeat_may_be_refused(self, make):
        api = make(readings="repeated_edit: refused", groups=group())
        attempt(api, CREATE, query={"client_token": "once"})

        assert attempt(api, CREATE, query={"client_token": "once"}).code == 1770001
        assert texts(api) == ["Hello", "New"]


class TestCommonErrors:
    @shows_error("announcements", 99991661, 99991663, 99991668)
    @each_operation
    @pytest.mark.parametrize(
        ("token", "code"), [("", 99991661), ("t-wrong", 99991663), ("u-wrong", 99991668)]
    )
    def test_token_is_needed_and_checked(self, api, operation, token, code):
        assert attempt(api, operation, token=token).code == code

    @shows_error("announcements", 99991672)
    @each_operation
    def test_app_needs_the_scope(self, make, operation):
        api = make(app='scopes: ["im:chat"]', groups=group())

        assert attempt(api, operation).code == 99991672

    @shows_error("announcements", 99991679)
    @each_operation
    def test_person_must_have_granted_the_scope(self, api, operation):
        person = api.as_user("ou_kate", scopes=["im:chat"])

        assert attempt(person, operation).code == 99991679

    @shows_error("announcements", 99992402)
    @each_block_operation
    def test_malformed_parameter_is_named(self, api, operation):
        assert attempt(api, operation, query={"revision_id": "x"}).violations == ["revision_id"]

    @shows_error("announcements", 9499)
    @each_write
    @pytest.mark.parametrize("body", [b"{", b"[]"])
    def test_body_must_be_a_json_object(self, api, operation, body):
        assert attempt(api, operation, body=body).code == 9499

    @shows_rule(DELETE, "The HTTP method is DELETE")
    def test_range_to_delete_travels_in_the_body_of_a_delete(self, api):
        path = f"/open-apis/docx/v1/chats/{CHAT}/announcement/blocks/{CHAT}/children/batch_delete"
        headers = {"Authorization": f"Bearer {api.sign_in()}"}
        body = {"start_index": 0, "end_index": 1}

        assert api.send("POST", path, body=body, headers=headers).status == 404
        assert api.send("DELETE", path, headers=headers).code == 9499
        assert api.send("DELETE", path, body=body, headers=headers).code == 0


class TestActs:
    def test_person_replaces_the_text(self, api):
        api.emulator.acts.write_announcement(CHAT, "Kate", "One\nTwo")

        assert texts(api) == ["One", "Two"]
        assert texts(api, revision_id=1) == ["Hello"]
        info = api.call(INFO, CHAT).data
        assert (info["revision_id"], info["modifier_id"]) == (2, "ou_kate")

    def test_person_writes_blocks_of_any_kind(self, api):
        short = [
            {"callout": [{"text": "A"}]},
            {"table": [["B", "C"]]},
            {"grid": [[{"text": "D"}], [{"divider": {}}]]},
            {"mindnote": {"token": "x"}},
        ]

        api.emulator.acts.write_announcement(CHAT, "Kate", blocks=short)

        assert [block["block_type"] for block in blocks(api)] == [
            *(1, 19, 2, 31, 32, 2, 32, 2, 24, 25, 2, 25, 22, 29)
        ]
        assert texts(api) == ["A", "B", "C", "D"]
        table = of_type(api, 31)
        assert table["table"]["cells"] == table["children"]

    def test_looking_at_the_chat_shows_its_announcement_with_people_as_elsewhere(self, make):
        api = make(groups=group(f"text: Hello, barred: [李雷, {OTHER}]"))

        announcement = api.emulator.acts.chat(CHAT)["announcement"]

        assert (announcement["owner"], announcement["barred"]) == ("ou_kate", ["ou_lilei", OTHER])

    @pytest.mark.parametrize(
        "short",
        [
            "text",
            {},
            {"text": "A", "heading1": "B"},
            {"page": "A"},
            {"poem": "A"},
            {"text": 1},
            {"text": {"elements": "A"}},
            {"text": {"elements": ["A"]}},
            {"text": {"elements": [{}]}},
            {"text": {"elements": [{"text_run": "A"}]}},
            {"text": {"children": "A"}},
            {"callout": "A"},
            {"divider": "A"},
            {"table": []},
            {"table": [[]]},
            {"table": [["A"], ["B", "C"]]},
            {"grid": [[]]},
        ],
    )
    def test_blocks_written_wrongly_change_nothing(self, api, short):
        with pytest.raises(ActError):
            api.emulator.acts.write_announcement(CHAT, "Kate", blocks=[{"text": "A"}, short])

        assert texts(api) == ["Hello"]
        assert api.call(INFO, CHAT).data["revision_id"] == 1

    def test_acts_that_make_no_sense(self, make):
        api = make(
            groups=group("type: doc")
            + f"  - {{chat_id: oc_p2p, chat_mode: p2p, owner: Kate, bots: [{OURS}]}}"
        )
        acts = api.emulator.acts

        with pytest.raises(ActError, match="no blocks"):
            acts.write_announcement(CHAT, "Kate", blocks=[{"text": "A"}])
        with pytest.raises(ActError, match="no announcement"):
            acts.write_announcement("oc_p2p", "Kate", "A")
        with pytest.raises(ActError, match="state must be"):
            acts.set_announcement_state(CHAT, "lost")
        with pytest.raises(ActError, match="there is no block"):
            acts.upload_media(CHAT, "doxcn_nothing")

    def test_old_announcement_is_written_too(self, make):
        api = make(groups=group("type: doc"))

        api.emulator.acts.write_announcement(CHAT, "Kate", "One")

        data = api.call("chat_announcement_get", CHAT).data
        assert "One" in data["content"]
        assert data["revision"] == "2"


class TestPeople:
    """People in the text are kept by their inner ids and shown as the caller asks."""

    MENTION = "blocks: [{text: {elements: [{mention_user: {user_id: on_lilei}}, {mention_user: {user_id: on_lost}}]}}]"

    @pytest.mark.parametrize(("id_type", "shown"), [("open_id", "ou_lilei"), ("user_id", "lilei")])
    def test_mentions_of_the_scenario(self, make, id_type, shown):
        api = make(groups=group(self.MENTION))

        elements = blocks(api, user_id_type=id_type)[1]["text"]["elements"]

        assert [element["mention_user"]["user_id"] for element in elements] == [shown, "on_lost"]


@each_write
def test_working_calls_change_what_they_say(api, operation):
    attempt(api, operation)

    assert texts(api) == {CREATE: ["Hello", "New"], DELETE: [], UPDATE: ["Hello"]}[operation]


def test_deduplication_is_apart_for_each_kind_of_edit(api):
    attempt(api, CREATE, query={"client_token": "once"})

    assert "children" not in attempt(api, DELETE, query={"client_token": "once"}).data
