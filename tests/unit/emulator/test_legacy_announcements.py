"""Rules of announcements.openapi.yaml: chat_announcement_get and chat_announcement_patch (type doc)."""

from __future__ import annotations

import json

import pytest

from tests.support.pretend import OURS
from tests.support.rows import shows_error, shows_rule

OPERATIONS = ("chat_announcement_get", "chat_announcement_patch")
END = {"zoneId": "0", "endOfZone": True}


def paragraph(text):
    run = {"type": "textRun", "textRun": {"text": text, "style": {}}}
    return {"type": "paragraph", "paragraph": {"elements": [run], "style": {}}}


def insert(*blocks, location=END):
    payload = json.dumps({"blocks": list(blocks)})
    return {
        "requestType": "InsertBlocksRequestType",
        "insertBlocksRequest": {"payload": payload, "location": location},
    }


def title(payload):
    return {"requestType": "UpdateTitleRequestType", "updateTitleRequest": {"payload": payload}}


def delete(start, end):
    return {
        "requestType": "DeleteContentRangeRequestType",
        "deleteContentRangeRequest": {"deleteRange": {"zoneId": "0", "startIndex": start, "endIndex": end}},
    }


INSERT = insert(paragraph("New"))


def read(api, **query):
    return api.call("chat_announcement_get", "oc_x", query=query)


def patch(api, *edits, revision="1"):
    requests = [edit if isinstance(edit, str) else json.dumps(edit) for edit in edits]
    return api.call("chat_announcement_patch", "oc_x", body={"revision": revision, "requests": requests})


def content(api):
    return json.loads(read(api).data["content"])


def lines(api):
    """Return the text of every paragraph of the body."""
    return [
        "".join(element["textRun"]["text"] for element in block["paragraph"]["elements"])
        for block in content(api)["body"]["blocks"]
    ]


def chat(announcement="type: doc", more="external: false"):
    return f"  - {{chat_id: oc_x, announcement: {{{announcement}}}, {more}}}"


OLD = 'type: doc, text: "Hello\\nWorld"'


@pytest.fixture
def api(make):
    return make(groups=chat(OLD))


def calls(api):
    """Return the codes of both operations."""
    return read(api).code, patch(api, INSERT).code


def both_show(*, rules=(), errors=()):
    def note(test):
        for operation in OPERATIONS:
            shows_rule(operation, *rules)(test)
            shows_error(operation, *errors)(test)
        return test

    return note


class TestGet:
    def test_content_is_the_document_as_json_with_positions(self, api):
        body = content(api)["body"]

        locations = [
            (block["paragraph"]["location"], block["paragraph"]["elements"][0]["textRun"]["location"])
            for block in body["blocks"]
        ]
        assert locations == [
            (
                {"zoneId": "0", "startIndex": 0, "endIndex": 6},
                {"zoneId": "0", "startIndex": 0, "endIndex": 5},
            ),
            (
                {"zoneId": "0", "startIndex": 6, "endIndex": 12},
                {"zoneId": "0", "startIndex": 6, "endIndex": 11},
            ),
        ]

    @pytest.mark.parametrize(
        ("id_type", "kate", "jim"), [("open_id", "ou_kate", "ou_jim"), ("user_id", "kate", "jim")]
    )
    def test_people_are_named_as_asked_for(self, make, id_type, kate, jim):
        api = make(groups=chat(more=f"owner: Kate, members: [Jim], bots: [{OURS}]"))
        patch(api.as_user("ou_jim"), INSERT)

        data = read(api, user_id_type=id_type).data

        assert (data["owner_id_type"], data["owner_id"]) == (id_type, kate)
        assert (data["modifier_id_type"], data["modifier_id"]) == (id_type, jim)

    def test_people_are_left_out_where_the_app_may_not_see_their_user_ids(self, make):
        api = make(
            groups=chat(more=f"owner: Kate, bots: [{OURS}]"),
            app='scopes: ["im:chat"]',
            readings="user_ids_without_scope: left_out",
        )

        data = read(api, user_id_type="user_id").data

        assert not data.keys() & {"owner_id", "owner_id_type", "modifier_id", "modifier_id_type"}

    def test_bots_are_named_by_app_id(self, api):
        data = read(api).data

        assert (data["owner_id_type"], data["owner_id"]) == ("app_id", OURS)
        assert (data["modifier_id_type"], data["modifier_id"]) == ("app_id", OURS)

    def test_times_are_seconds_in_strings(self, make):
        api = make(readings="new_announcement: doc")
        chat_id, made = api.create(), str(int(api.emulator.clock.now()))
        api.emulator.move_clock(10)
        body = {"revision": "1", "requests": [json.dumps(INSERT)]}
        api.call("chat_announcement_patch", chat_id, body=body)

        data = api.call("chat_announcement_get", chat_id).data

        assert (data["create_time"], data["update_time"]) == (made, str(int(made) + 10))


class TestWhichAnnouncement:
    @both_show(rules=["Only for announcements of type doc"], errors=[232097])
    @shows_rule("announcements", "announcement_type docx: only the docx endpoints work")
    def test_docx_is_232097(self, make):
        assert calls(make(groups=chat("type: docx"))) == (232097, 232097)

    @both_show(rules=["Only for announcements of type doc"])
    def test_doc_is_read_and_edited(self, api):
        assert calls(api) == (0, 0)

    @both_show(rules=["Not available for single chats (p2p)"], errors=[232003])
    def test_single_chat_has_none(self, make):
        assert calls(make(groups="  - {chat_id: oc_x, chat_mode: p2p}")) == (232003, 232003)

    @pytest.mark.parametrize("state", ["missing", "copying"])
    @both_show(errors=[232003])
    def test_chat_without_a_usable_announcement_is_232003(self, make, state):
        assert calls(make(groups=chat(f"type: doc, state: {state}"))) == (232003, 232003)

    @both_show(rules=["needs read permission on the announcement document"], errors=[232066])
    def test_who_may_not_read_the_document_is_232066(self, make):
        api = make(groups=chat(f"type: doc, barred: [{OURS}]", more="members: [Jim]"))

        assert calls(api) == (232066, 232066)
        assert calls(api.as_user("ou_jim")) == (0, 0)


class TestWhoMayEdit:
    RULE = "If the chat allows only owner and admins to edit group information"
    RESERVED = "settings: {edit_permission: only_owner}"

    @pytest.mark.parametrize(
        ("state", "scopes", "code"),
        [
            pytest.param(f"owner: {OURS}", "all", 0, id="owner"),
            pytest.param(f"owner: Kate, managers: [{OURS}]", "all", 0, id="manager"),
            pytest.param(f"owner: Kate, bots: [{OURS}]", "all", 232002, id="member"),
            pytest.param(f"owner: Kate, created_by: {OURS}, bots: [{OURS}]", "all", 0, id="creator"),
            pytest.param(
                f"owner: Kate, created_by: {OURS}, bots: [{OURS}]",
                '["im:chat"]',
                232002,
                id="creator without operate_as_owner",
            ),
        ],
    )
    @shows_rule("chat_announcement_patch", RULE)
    @shows_error("chat_announcement_patch", 232002)
    def test_reserved_editing(self, make, state, scopes, code):
        api = make(app=f"scopes: {scopes}", groups=chat(more=f"{state}, {self.RESERVED}"))

        assert calls(api) == (0, code)

    @shows_rule("chat_announcement_patch", RULE)
    def test_otherwise_every_member_edits(self, make):
        assert patch(make(groups=chat(more=f"owner: Kate, bots: [{OURS}]")), INSERT).code == 0


class TestRevision:
    LAG = "revision may lag the latest revision by at most 100"

    @pytest.mark.parametrize(
        ("revision", "code"),
        [
            ("150", 0),
            ("0150", 0),
            ("50", 0),
            ("49", 232018),
            ("151", 232018),
            ("0", 232018),
            ("9" * 30, 232018),
        ],
    )
    @shows_rule("chat_announcement_patch", LAG)
    @shows_error("chat_announcement_patch", 232018)
    def test_revision_may_lag_by_100(self, make, revision, code):
        api = make(groups=chat("type: doc, revision: 150"))

        assert patch(api, INSERT, revision=revision).code == code

    def test_revision_that_never_was_is_232018(self, api):
        assert patch(api, INSERT, revision="0").code == 232018

    def test_edit_of_an_older_revision_is_merged(self, api):
        codes = [patch(api, insert(paragraph(text))).code for text in ("One", "Two")]

        assert codes == [0, 0]
        assert lines(api) == ["Hello", "World", "One", "Two"]

    def test_edit_of_an_older_revision_is_232018_under_the_other_reading(self, make):
        api = make(groups=chat(), readings="legacy_edit_of_older_revision: refused")

        codes = [patch(api, INSERT, revision=revision).code for revision in ("1", "1", "2")]

        assert codes == [0, 232018, 0]

    @shows_rule("chat_announcement_patch", "The new revision is not returned")
    def test_new_revision_is_read_from_the_announcement(self, api):
        answer = patch(api, INSERT)

        assert answer.data == {}
        assert read(api).data["revision"] == "2"

    @pytest.mark.parametrize("revision", ["", "x", "-1", "1.0", "１"])
    def test_revision_must_be_digits(self, api, revision):
        assert patch(api, INSERT, revision=revision).violations == ["revision"]

    def test_revision_must_be_there(self, api):
        answer = api.call("chat_announcement_patch", "oc_x", body={"requests": [json.dumps(INSERT)]})

        assert answer.violations == ["revision"]


class TestRequests:
    GIVEN = "requests must be given; each item is a JSON string, not an object"

    @pytest.mark.parametrize("more", [{}, {"requests": []}, {"requests": None}])
    @shows_rule("chat_announcement_patch", GIVEN)
    @shows_error("chat_announcement_patch", 232001)
    def test_requests_must_be_given(self, api, more):
        answer = api.call("chat_announcement_patch", "oc_x", body={"revision": "1", **more})

        assert answer.code == 232001

    @shows_rule("chat_announcement_patch", GIVEN)
    def test_item_must_not_be_an_object(self, api):
        answer = api.call("chat_announcement_patch", "oc_x", body={"revision": "1", "requests": [INSERT]})

        assert answer.code == 9499

    @pytest.mark.parametrize(
        ("location", "expected"),
        [
            (END, ["Hello", "World", "New"]),
            ({"zoneId": "0", "startOfZone": True}, ["New", "Hello", "World"]),
            ({"zoneId": "0", "index": 0}, ["New", "Hello", "World"]),
            ({"zoneId": "0", "index": 6}, ["Hello", "New", "World"]),
            ({"zoneId": "0", "index": 12}, ["Hello", "World", "New"]),
            ({"zoneId": "0", "index": 3, "endOfZone": True}, ["Hello", "World", "New"]),
        ],
    )
    def test_blocks_are_inserted_at_their_place(self, api, location, expected):
        assert patch(api, insert(paragraph("New"), location=location)).code == 0

        assert lines(api) == expected

    def test_edits_are_applied_in_order(self, api):
        start = {"zoneId": "0", "startOfZone": True}

        patch(api, *(insert(paragraph(text), location=start) for text in ("One", "Two")))

        assert lines(api) == ["Two", "One", "Hello", "World"]

    def test_title_is_replaced(self, api):
        patch(api, title(json.dumps(paragraph("News")["paragraph"])))

        assert content(api)["title"] == paragraph("News")["paragraph"]

    def test_blocks_and_elements_of_other_kinds_take_one_position(self, api):
        mention = {"type": "person", "person": {"openId": "ou_kate"}}
        line = {"type": "paragraph", "paragraph": {"elements": [mention], "lineId": "a"}}

        assert patch(api, insert({"type": "horizontalLine", "horizontalLine": {}}, line)).code == 0

        rule, mentioning = content(api)["body"]["blocks"][2:]
        assert rule == {"type": "horizontalLine", "horizontalLine": {}}
        assert mentioning["paragraph"] == {
            "elements": [mention],
            "lineId": "a",
            "location": {"zoneId": "0", "startIndex": 13, "endIndex": 15},
        }

    @pytest.mark.parametrize(
        "edit",
        [
            pytest.param("no JSON", id="no JSON"),
            pytest.param("[]", id="no object"),
            pytest.param(r'{"requestType": "\ud800"}', id="half a character"),
            pytest.param({}, id="no requestType"),
            pytest.param({"requestType": "InsertBlocksRequestType"}, id="no edit"),
            pytest.param(insert(), id="no blocks"),
            pytest.param(insert({"type": "paragraph"}), id="empty paragraph"),
            pytest.param(
                insert(paragraph("x"), location={"zoneId": "1", "endOfZone": True}), id="other zone"
            ),
            pytest.param(insert(paragraph("x"), location={"zoneId": "0"}), id="no place"),
            pytest.param(insert(paragraph("x"), location={"zoneId": "0", "index": 3}), id="inside a line"),
            pytest.param(title("News"), id="title that is no paragraph"),
            pytest.param({"requestType": "ReplaceAllTextRequestType"}, id="replace"),
            pytest.param({"requestType": "UpdateParagraphStyleRequestType"}, id="style"),
            pytest.param(delete(0, 6), id="delete"),
        ],
    )
    @shows_error("chat_announcement_patch", 232018)
    def test_edit_that_cannot_be_applied_is_232018_and_none_takes_effect(self, api, edit):
        before = read(api).data

        assert patch(api, INSERT, edit).code == 232018

        assert read(api).data == before


class TestDeletion:
    """The other reading: ranges can be deleted."""

    @pytest.fixture
    def api(self, make):
        return make(groups=chat(OLD), readings="legacy_deletion: accepted")

    def test_lines_are_deleted(self, api):
        assert patch(api, delete(0, 6)).code == 0

        assert lines(api) == ["World"]

    def test_text_can_be_replaced(self, api):
        assert patch(api, delete(0, 12), INSERT).code == 0

        assert lines(api) == ["New"]

    def test_range_that_ends_inside_a_line_is_232018(self, api):
        assert patch(api, delete(0, 3)).code == 232018
