"""Rules of platform.openapi.yaml, im_message_create."""

from __future__ import annotations

import asyncio
import json

import pytest

from reconciler.emulator.store import Token, TokenKind
from tests.support.pictures import png
from tests.support.pretend import OTHER, OURS, STORE, TENANT
from tests.support.rows import client_side, shows_error, shows_rule

SEND = "im_message_create"
HELLO = {"text": "hello"}

GROUPS = f"""
  - {{chat_id: oc_team, name: Team, members: [李雷, Kate], bots: [{OTHER}]}}
  - {{chat_id: oc_theirs, name: Theirs, owner: Kate, members: [Jim]}}
  - {{chat_id: oc_gone, name: Gone, chat_status: dissolved}}
  - {{chat_id: oc_banned, name: Banned, banned: true}}
  - {{chat_id: oc_secret, name: Secret, secret: true}}
  - {{chat_id: oc_abroad, name: Abroad, external: true, members: [Stranger]}}
  - {{chat_id: oc_kate, chat_mode: p2p, members: [Kate]}}
  - {{chat_id: oc_left, chat_mode: p2p, members: [Gone]}}
  - {{chat_id: oc_topics, name: Topics, chat_mode: topic}}
"""

client_side(SEND, "group webhook bots cannot", "a webhook bot has no token and so no way to make this call")


@pytest.fixture
def team(make):
    return make(groups=GROUPS)


def send(api, content=HELLO, receiver="oc_team", kind="text", id_type="chat_id", **more):
    body = {"receive_id": receiver, "msg_type": kind, "content": text_of(content), **more}
    return api.call(SEND, query={"receive_id_type": id_type}, body=body)


def moderated(make, mode, people):
    return make(groups=f"  - {{chat_id: oc_x, {people}, settings: {{moderation_permission: {mode}}}}}")


def text_of(content):
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)


def uploaded(api, image_type):
    answer = api.call(
        "im_image_create", form={"image_type": image_type}, files={"image": ("a.png", png(1, 1))}
    )
    return answer.data["image_key"]


def card(*elements, **more):
    return {"schema": "2.0", "body": {"elements": list(elements)}, **more}


def store_app_in_two_tenants(make):
    """Return a store app in each of its tenants; it is in a group of either, oc_here and oc_there."""
    here = make(
        groups=f"  - {{chat_id: oc_here, owner: Kate, bots: [{STORE}]}}\n"
        f"  - {{chat_id: oc_there, owner: Stranger, tenant: elsewhere, bots: [{STORE}]}}"
    ).of(STORE)
    there = here.of(STORE)
    for app, tenant in ((here, TENANT), (there, "elsewhere")):
        app.token = f"t-{tenant}"
        token = Token(app.token, TokenKind.TENANT, STORE, tenant, here.emulator.clock.now() + 7200)
        with here.emulator.store.transaction(write=True):
            here.emulator.store.add_token(token)
    return here, there


class TestAnswer:
    @shows_rule(SEND, "deleted and updated are always false")
    def test_message_is_answered_as_it_was_sent(self, team):
        data = send(team).data

        assert data == {
            "message_id": data["message_id"],
            "msg_type": "text",
            "create_time": "1767225600000",
            "update_time": "1767225600000",
            "deleted": False,
            "updated": False,
            "chat_id": "oc_team",
            "sender": {"id": OURS, "id_type": "app_id", "sender_type": "app", "tenant_key": TENANT},
            "body": {"content": '{"text": "hello"}'},
        }
        assert data["message_id"].startswith("om_")

    @shows_rule(SEND, "thread_id only for topics")
    @shows_rule("chats", "It can be created only in the Feishu client and accepts topics only")
    def test_thread_id_comes_in_topic_groups(self, team):
        assert send(team, receiver="oc_topics").data["thread_id"].startswith("omt_")

    def test_message_is_kept(self, team):
        message_id = send(team).data["message_id"]

        kept = team.emulator.store.message(message_id)

        assert (kept.chat_id, kept.sender) == ("oc_team", OURS)

    def test_mentions_become_placeholders(self, team):
        text = '<at user_id="ou_lilei">x</at> <at user_id="ou_nobody"></at> <at user_id="all"></at>'

        data = send(team, {"text": text}).data

        assert json.loads(data["body"]["content"]) == {"text": '@_user_1 <at user_id="ou_nobody"></at> @_all'}
        assert data["mentions"] == [
            {"key": "@_user_1", "id": "ou_lilei", "id_type": "open_id", "name": "李雷", "tenant_key": TENANT}
        ]

    def test_person_is_the_sender_of_a_user_token(self, team):
        data = send(team.as_user("ou_lilei")).data

        assert data["sender"] == {
            "id": "ou_lilei",
            "id_type": "open_id",
            "sender_type": "user",
            "tenant_key": TENANT,
        }


class TestReceiver:
    @shows_rule(SEND, "the bot must be in it and allowed to speak")
    @shows_error(SEND, 230002, 230034, 230035, 230075, 232009, 230027)
    @pytest.mark.parametrize(
        ("receiver", "code"),
        [
            ("oc_nothing", 230034),
            ("oc_theirs", 230002),
            ("oc_gone", 232009),
            ("oc_banned", 230035),
            ("oc_secret", 230075),
            ("oc_abroad", 230027),
        ],
    )
    def test_chat_that_cannot_be_written_to(self, team, receiver, code):
        assert send(team, receiver=receiver).code == code

    @pytest.mark.parametrize(
        ("id_type", "receiver"),
        [
            ("open_id", "ou_lilei"),
            ("union_id", "on_lilei"),
            ("user_id", "lilei"),
            ("email", "li.lei@example.com"),
        ],
    )
    def test_person_under_every_kind_of_id(self, team, id_type, receiver):
        assert send(team, receiver=receiver, id_type=id_type).code == 0

    @shows_rule(SEND, "availability range")
    @shows_error(SEND, 230013, 230029, 230034, 230038)
    @pytest.mark.parametrize(
        ("id_type", "receiver", "code"),
        [
            ("open_id", "on_lilei", 230034),
            ("email", "nobody@example.com", 230034),
            ("open_id", "ou_hidden", 230013),
            ("open_id", "ou_gone", 230029),
            ("open_id", "ou_stranger", 230038),
        ],
    )
    def test_person_who_cannot_be_written_to(self, team, id_type, receiver, code):
        assert send(team, receiver=receiver, id_type=id_type).code == code

    @shows_error(SEND, 230053)
    def test_person_who_switched_the_bot_off(self, make):
        api = make(users=f"  - {{name: Calm, open_id: ou_calm, refuses: [{OURS}]}}")

        assert send(api, receiver="ou_calm", id_type="open_id").code == 230053

    @shows_error(SEND, 230013)
    def test_resigned_person_behind_a_one_to_one_chat(self, team):
        assert send(team, receiver="oc_left").code == 230013

    def test_first_message_to_a_person_makes_the_one_to_one_chat(self, team):
        first = send(team, receiver="ou_jim", id_type="open_id").data["chat_id"]

        assert send(team, receiver="on_jim", id_type="union_id").data["chat_id"] == first
        assert send(team, receiver=first).code == 0
        assert team.get(first)["chat_mode"] == "p2p"

    def test_one_to_one_chat_that_is_there_is_used(self, team):
        assert send(team, receiver="ou_kate", id_type="open_id").data["chat_id"] == "oc_kate"

    def test_nobody_writes_to_oneself(self, team):
        assert send(team.as_user("ou_kate"), receiver="ou_kate", id_type="open_id").code == 230034


class TestStoreApp:
    def test_internal_chat_of_another_tenant_is_230002(self, make):
        here, there = store_app_in_two_tenants(make)

        assert send(here, receiver="oc_there").code == 230002
        assert send(there, receiver="oc_there").code == 0

    def test_internal_chat_of_another_tenant_cannot_be_shared(self, make):
        here, there = store_app_in_two_tenants(make)

        assert send(here, {"chat_id": "oc_there"}, "oc_here", "share_chat").code == 230002
        assert send(there, {"chat_id": "oc_there"}, "oc_there", "share_chat").code == 0


class TestWhoMaySpeak:
    @pytest.mark.parametrize(
        ("mode", "role"),
        [
            ("all_members", f"bots: [{OURS}]"),
            ("only_owner", f"managers: [{OURS}]"),
            ("moderator_list", f"bots: [{OURS}], moderators: [{OURS}]"),
        ],
    )
    def test_moderation_lets_speak(self, make, mode, role):
        assert send(moderated(make, mode, f"owner: Kate, {role}"), receiver="oc_x").code == 0

    @shows_rule(SEND, "the bot must be in it and allowed to speak")
    @shows_error(SEND, 230018)
    @pytest.mark.parametrize(
        ("mode", "role"), [("only_owner", f"bots: [{OURS}]"), ("moderator_list", f"managers: [{OURS}]")]
    )
    def test_moderation_forbids(self, make, mode, role):
        assert send(moderated(make, mode, f"owner: Kate, {role}"), receiver="oc_x").code == 230018

    @pytest.mark.parametrize("mode", ["only_owner", "moderator_list"])
    def test_owner_always_may(self, make, mode):
        assert send(moderated(make, mode, f"owner: {OURS}"), receiver="oc_x").code == 0

    @pytest.mark.parametrize(("owner", "code"), [(OURS, 0), ("Kate", 230018)])
    def test_mentioning_all_needs_the_permission_of_the_chat(self, make, owner, code):
        api = make(
            groups=f"  - {{chat_id: oc_x, owner: {owner}, bots: [{OURS}], settings: {{at_all_permission: only_owner}}}}"
        )

        assert send(api, {"text": '<at user_id="all"></at>'}, "oc_x").code == code

    @shows_rule(SEND, "needs the bot ability")
    @shows_error(SEND, 230006)
    def test_bot_ability_off_is_230006(self, make):
        assert send(make(app="bot: false", groups=GROUPS)).code == 230006

    @shows_error(SEND, 230036)
    def test_tenant_without_encryption_key_is_230036(self, make):
        assert send(make(tenant="encryption_key: false", groups=GROUPS)).code == 230036

    @shows_error("platform", 99991679)
    @pytest.mark.parametrize(
        "granted", [["im:message"], ["im:message:send_as_bot", "im:message.send_as_user"]]
    )
    def test_user_token_without_one_of_two_scopes_is_99991679(self, team, granted):
        assert send(team.as_user("ou_lilei", scopes=granted)).code == 99991679

    def test_user_token_with_both_scopes_will_do(self, team):
        assert send(team.as_user("ou_lilei", scopes=["im:message", "im:message.send_as_user"])).code == 0

    def test_app_behind_a_user_token_needs_both_scopes_too(self, make):
        api = make(app='scopes: ["im:message"]', groups=GROUPS)

        assert send(api).code == 0
        assert send(api.as_user("ou_lilei")).code == 99991672


class TestContent:
    @shows_rule(SEND, "content is a JSON string, not an object")
    def test_object_instead_of_a_string_is_refused(self, team):
        body = {"receive_id": "oc_team", "msg_type": "text", "content": HELLO}

        assert team.call(SEND, query={"receive_id_type": "chat_id"}, body=body).code == 9499

    @pytest.mark.parametrize(
        ("kind", "content"),
        [
            ("post", {"zh_cn": {"title": "x", "content": [[{"tag": "text", "text": "x"}]]}}),
            ("image", {"image_key": "img_ours"}),
            ("file", {"file_key": "file_v2_x"}),
            ("audio", {"file_key": "file_v2_x"}),
            ("media", {"file_key": "file_v2_x", "image_key": "img_ours"}),
            ("sticker", {"file_key": "file_v2_x"}),
            ("share_chat", {"chat_id": "oc_team"}),
            ("share_user", {"user_id": "ou_lilei"}),
        ],
    )
    def test_every_kind_of_message(self, team, kind, content):
        assert send(team, content, kind=kind).data["body"]["content"] == text_of(content)

    @shows_error(SEND, 230001)
    @pytest.mark.parametrize(
        ("kind", "content"),
        [
            pytest.param("text", "hello", id="no JSON"),
            pytest.param("text", '{"text": "x", "y": NaN}', id="NaN"),
            pytest.param("text", '{"text": "x", "y": -Infinity}', id="infinity"),
            pytest.param("text", "[]", id="no object"),
            pytest.param("text", '{"text": "\\ud800"}', id="half a surrogate pair"),
            pytest.param("text", "[" * 50_000, id="nested beyond reason"),
            pytest.param("post", {"zh_cn": None}, id="post of nothing"),
            pytest.param("media", {"file_key": "x", "image_key": "img_nothing"}, id="unknown cover"),
            pytest.param("text", {}, id="text missing"),
            pytest.param("post", {}, id="post without a language"),
            pytest.param("post", {"en_us": {"content": [[{"tag": "b"}]]}}, id="unknown node"),
            pytest.param("post", {"en_us": {"content": [[{"tag": "hr"}, {"tag": "md"}]]}}, id="md not alone"),
            pytest.param("image", {"image_key": "img_nothing"}, id="unknown image"),
            pytest.param("file", {}, id="file_key missing"),
            pytest.param("share_chat", {"chat_id": "oc_nothing"}, id="unknown chat"),
            pytest.param("share_user", {"user_id": "ou_ours"}, id="bots cannot be shared"),
            pytest.param("share_user", {"user_id": "ou_jim_of_other"}, id="open_id of another app"),
            pytest.param("system", {"type": "divider"}, id="system message in a group"),
        ],
    )
    def test_content_that_does_not_fit_its_kind_is_230001(self, team, kind, content):
        assert send(team, content, kind=kind).code == 230001

    @shows_error(SEND, 230013)
    def test_person_outside_the_availability_cannot_be_shared(self, team):
        assert send(team, {"user_id": "ou_hidden"}, kind="share_user").code == 230013

    def test_text_after_ext_says_what_is_wrong(self, team):
        assert "ext=content is not a string in json format" in send(team, "hello").body["msg"]

    @shows_rule(SEND, "Images must be uploaded with im_image_create")
    @shows_error(SEND, 230017, 230055)
    @pytest.mark.parametrize(
        ("uploader", "image_type", "kind", "code"),
        [
            (OTHER, "message", "image", 230017),
            (OURS, "avatar", "image", 230055),
            (OURS, "message", "file", 230055),
            (OTHER, "message", "audio", 230017),
        ],
    )
    def test_images_belong_to_the_app_that_uploaded_them(self, team, uploader, image_type, kind, code):
        key = "image_key" if kind == "image" else "file_key"

        assert send(team, {key: uploaded(team.of(uploader), image_type)}, kind=kind).code == code

    def test_own_image_is_sent(self, team):
        assert send(team, {"image_key": uploaded(team, "message")}, kind="image").code == 0

    @shows_error(SEND, 230002, 230015)
    @pytest.mark.parametrize(("shared", "code"), [("oc_kate", 230015), ("oc_theirs", 230002)])
    def test_chats_that_cannot_be_shared(self, team, shared, code):
        assert send(team, {"chat_id": shared}, kind="share_chat").code == code

    @shows_error(SEND, 230025)
    @pytest.mark.parametrize(
        ("kind", "length"), [("text", 153_601), ("post", 30_721), ("interactive", 30_721)]
    )
    def test_longer_content_is_230025(self, team, kind, length):
        assert send(team, "{}".ljust(length), kind=kind).code == 230025

    def test_text_of_150_kb_is_sent(self, team):
        assert send(team, text_of(HELLO).ljust(153_600)).code == 0

    @shows_error(SEND, 230022)
    def test_words_that_the_review_refuses(self, make):
        assert send(make(tenant="review_words: [赌]", groups=GROUPS), {"text": "赌场"}).code == 230022

    @shows_error(SEND, 230028)
    @pytest.mark.parametrize("text", ["call 13800000001", "write to a.b@example.com"])
    def test_leak_check_refuses_plain_numbers_and_addresses(self, make, text):
        api = make(tenant="leak_check: true", groups=GROUPS)

        assert send(api, {"text": text}).code == 230028
        assert send(api, {"text": "1380"}).code == 0

    @shows_error(SEND, 230027)
    def test_system_message_needs_its_scope(self, make):
        api = make(app='scopes: ["im:message"]', groups=GROUPS)

        assert send(api, {"type": "divider"}, receiver="oc_kate", kind="system").code == 230027

    def test_system_message_goes_to_one_person(self, team):
        assert send(team, {"type": "divider"}, receiver="oc_kate", kind="system").code == 0

    def test_system_message_is_for_bots(self, team):
        kate = team.as_user("ou_kate")

        assert send(kate, {"type": "divider"}, receiver="oc_kate", kind="system").code == 230001

    @pytest.mark.parametrize("body", [{"msg_type": "video"}, {"receive_id": ""}, {"uuid": "x" * 51}])
    def test_declared_rules_are_99992402(self, team, body):
        answer = team.call(
            SEND,
            query={"receive_id_type": "chat_id"},
            body={"receive_id": "oc_team", "msg_type": "text", "content": "{}", **body},
        )

        assert answer.violations == list(body)

    def test_receive_id_type_is_required(self, team):
        body = {"receive_id": "oc_team", "msg_type": "text", "content": "{}"}

        assert team.call(SEND, body=body).violations == ["receive_id_type"]


class TestCards:
    @pytest.mark.parametrize(
        "content",
        [
            card({"tag": "markdown", "content": "**done**"}),
            card({"tag": "button", "behaviors": [{"type": "open_url"}]}),
            {"header": {"title": {"tag": "plain_text", "content": "x"}}, "elements": [{"tag": "hr"}]},
            {"type": [], "elements": [{"tag": []}, [[1]]]},
            {"type": "card", "data": {"card_id": "7355372766134157313"}},
            card({"tag": "img", "img_key": "img_ours"}, {"tag": "person", "user_id": "ou_kate"}),
            card({"tag": "audio", "audio_id": "1"}, config={"enable_forward": False}),
        ],
    )
    def test_every_form_of_a_card_is_taken(self, team, content):
        assert send(team, content, kind="interactive").code == 0

    @shows_rule(SEND, "Cards sent as JSON cannot use template variables")
    def test_variables_are_for_templates(self, team):
        template = {"type": "template", "data": {"template_id": "AAq", "template_variable": {"name": "x"}}}

        sent = send(team, card({"tag": "markdown", "content": "${name}"}), kind="interactive").data

        assert send(team, template, kind="interactive").code == 0
        assert "${name}" in sent["body"]["content"]

    @shows_error(SEND, 230099)
    @pytest.mark.parametrize(
        ("content", "sub_code"),
        [
            pytest.param("{", 200621, id="no JSON"),
            pytest.param('{"elements": [NaN]}', 200621, id="NaN"),
            pytest.param("[]", 200621, id="no object"),
            pytest.param({"elements": {}}, 200621, id="elements are no list"),
            pytest.param({"schema": "2.0", "body": []}, 200621, id="body is no object"),
            pytest.param({"type": "template", "data": {}}, 200621, id="template without an id"),
            pytest.param(card(*[{"tag": "hr"}] * 201), 11310, id="201 elements"),
            pytest.param(card({"tag": "at", "id": "ou_nobody"}), 100290, id="unknown person"),
            pytest.param(
                card({"tag": "column_set", "columns": [{"tag": "img"}]}), 200570, id="unknown image"
            ),
            pytest.param(card(*[{"tag": "audio", "audio_id": "1"}] * 2), 300230, id="audio_id twice"),
            pytest.param(card({"tag": "audio", "audio_id": "1"}), 300220, id="audio that may be forwarded"),
        ],
    )
    def test_card_that_cannot_be_built_names_a_sub_code(self, team, content, sub_code):
        answer = send(team, content, kind="interactive")

        assert (answer.status, answer.code) == (400, 230099)
        assert f"ext=ErrCode: {sub_code}; ErrMsg: " in answer.body["msg"]


class TestOnceOnly:
    @shows_rule(
        SEND, "within 1 hour the repeat does not send", "A changed content with an old uuid is not sent"
    )
    def test_repeat_within_the_hour_answers_the_first_message(self, team):
        first = send(team, uuid="one").data
        team.emulator.move_clock(3600)

        again = send(team, {"text": "changed"}, uuid="one").data

        assert again == first
        assert team.emulator.store.bot_messages_after("oc_team", 0) == 1

    def test_after_an_hour_the_uuid_is_new_again(self, team):
        first = send(team, uuid="one").data
        team.emulator.move_clock(3601)

        assert send(team, uuid="one").data["message_id"] != first["message_id"]

    def test_uuid_of_a_person_belongs_to_the_app_by_which_it_sends(self, team):
        theirs = team.of(OTHER)
        theirs.token = team.emulator.acts.sign_in("ou_lilei", OTHER)
        first = send(team.as_user("ou_lilei"), uuid="one").data

        assert send(theirs, uuid="one").data["message_id"] != first["message_id"]

    def test_uuid_of_a_store_app_belongs_to_the_tenant_in_which_it_sends(self, make):
        here, there = store_app_in_two_tenants(make)
        first = send(here, receiver="oc_here", uuid="one").data

        assert send(there, receiver="oc_there", uuid="one").data["message_id"] != first["message_id"]

    def test_uuid_belongs_to_its_sender(self, team):
        first = send(team, uuid="one").data

        assert send(team.of(OTHER), uuid="one").data["message_id"] != first["message_id"]

    def test_repeat_is_refused_where_that_reading_is_chosen(self, make):
        api = make(groups=GROUPS, readings="message_uuid_again: refused")
        send(api, uuid="one")

        assert send(api, uuid="one").code == 230049

    @pytest.mark.parametrize("way", ["in-process"])
    @shows_error(SEND, 230049)
    def test_message_that_is_still_being_sent_is_230049(self, team):
        team.sign_in()
        body = {"receive_id": "oc_team", "msg_type": "text", "content": text_of(HELLO), "uuid": "one"}

        async def twice():
            return await asyncio.gather(
                *(team.request(SEND, query={"receive_id_type": "chat_id"}, body=body) for _ in range(2))
            )

        first, second = team.run(twice())

        assert sorted([first.json()["code"], second.json()["code"]]) == [0, 230049]


class TestRate:
    @shows_rule(SEND, "At most 5 messages per second")
    @shows_error(SEND, 230020)
    def test_sixth_message_of_a_second_into_one_chat_is_refused_whichever_bot_sends_it(self, team):
        other = team.of(OTHER)
        codes = [send(bot).code for bot in (team, other, team, other, team)]

        assert codes == [0] * 5
        assert send(other).code == 230020
        assert send(team, receiver="oc_kate").code == 0

    @shows_rule(SEND, "At most 5 messages per second")
    @shows_error(SEND, 230020)
    def test_sixth_message_to_one_person_is_refused(self, team):
        codes = [send(team, receiver="ou_kate", id_type="open_id").code for _ in range(6)]

        assert codes == [0] * 5 + [230020]

    def test_after_a_second_it_goes_on(self, team):
        for _ in range(5):
            send(team)
        team.emulator.move_clock(1)

        assert send(team).code == 0

    def test_people_are_not_counted(self, team):
        lilei = team.as_user("ou_lilei")

        assert {send(lilei).code for _ in range(6)} == {0}

    def test_quota_can_be_switched_off(self, make):
        api = make(tenant="quota: false", groups=GROUPS)

        assert {send(api).code for _ in range(6)} == {0}
