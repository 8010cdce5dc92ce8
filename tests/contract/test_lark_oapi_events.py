"""The vendor's SDK believes the emulator's events: it decrypts them, checks token and signature, and reads them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from reconciler.emulator import Emulator, ManualClock, Request, Response, Subscription
from tests.support.pretend import OURS, scenario
from tests.support.served import served

KEY = "test key"
TOKEN = "v-1"
GROUPS = f"  - {{chat_id: oc_team, name: Team, owner: ou_lilei, members: [ou_kate], bots: [{OURS}]}}"


@pytest.fixture
def handled() -> list[Any]:
    """The typed events that the SDK handed over."""
    return []


@pytest.fixture
def receiver(lark, handled):
    """The SDK's dispatcher behind a loopback port; its URL."""
    from lark_oapi.core.model import RawRequest

    dispatcher = (
        lark.EventDispatcherHandler.builder(KEY, TOKEN)
        .register_p2_im_chat_updated_v1(handled.append)
        .register_p2_im_chat_disbanded_v1(handled.append)
        .register_p2_im_chat_member_bot_deleted_v1(handled.append)
        .register_p2_im_chat_member_user_added_v1(handled.append)
        .register_p2_im_chat_member_user_deleted_v1(handled.append)
        .register_p2_im_chat_member_user_withdrawn_v1(handled.append)
        .register_p2_im_chat_access_event_bot_p2p_chat_entered_v1(handled.append)
        .register_p1_customized_event("p2p_chat_create", handled.append)
        .build()
    )

    async def answer(request: Request) -> Response:
        raw = RawRequest()
        raw.uri, raw.body = request.path, request.body
        raw.headers = {name.title(): value for name, value in request.headers.items()}
        judged = dispatcher.do(raw)
        return Response(judged.status_code, {}, judged.content or b"")

    with served(answer) as url:
        yield url


@pytest.fixture
def emulator(receiver):
    """An emulator whose events go to the SDK; it answered the challenge."""
    emulator = Emulator.from_text(scenario(groups=GROUPS), clock=ManualClock())
    wanted = Subscription(OURS, url=receiver, verification_token=TOKEN, encrypt_key=KEY)
    assert asyncio.run(emulator.subscribe(wanted)) == ""
    yield emulator
    emulator.close()


def test_sdk_takes_every_event_encrypted_and_signed(emulator, handled):
    acts = emulator.acts
    acts.set_moderation("oc_team", "moderator_list", ["ou_kate"])
    acts.add_members("oc_team", ["ou_han"])
    acts.withdraw_members("oc_team", ["ou_han"])
    acts.remove_members("oc_team", ["ou_kate"])
    acts.open_conversation("ou_jim")
    acts.add_members("oc_team", ["ou_jim"])
    acts.dissolve("oc_team")

    outcomes = [delivery.outcome for delivery in asyncio.run(emulator.deliver())]

    assert outcomes == ["accepted"] * 8
    assert [getattr(event, "type", None) or event.header.event_type for event in handled] == [
        event.body.get("type") or event.event_type for event in emulator.events(OURS)
    ]


def test_sdk_reads_the_fields_of_an_event(emulator, handled):
    emulator.acts.set_moderation("oc_team", "moderator_list", ["ou_kate"])

    asyncio.run(emulator.deliver())

    (updated,) = handled
    assert updated.event.operator_id.union_id == "on_lilei"
    assert updated.event.after_change.moderation_permission == "moderator_list"
    assert updated.event.after_change.owner_id.open_id == "ou_lilei"
    assert [member.user_id.open_id for member in updated.event.moderator_list.added_member_list] == [
        "ou_lilei",
        "ou_kate",
    ]


def test_sdk_with_another_key_takes_nothing(emulator, handled, receiver):
    wanted = Subscription(OURS, url=receiver, verification_token=TOKEN, encrypt_key="another key")

    reason = asyncio.run(emulator.subscribe(wanted))

    assert reason
    assert [each.encrypt_key for each in emulator.subscriptions()] == [KEY]
