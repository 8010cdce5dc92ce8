"""Tokens of store apps: app_ticket, app token, one tenant token per tenant that installed the app."""

from __future__ import annotations

import pytest

from reconciler.emulator.events import Subscription
from reconciler.emulator.outbox import MOST_TICKETS
from tests.support.pretend import OURS, SECRET, STORE, TENANT, TICKET
from tests.support.rows import shows_error, shows_rule

APP_TOKEN = "auth_app_access_token"
TENANT_TOKEN = "auth_tenant_access_token"
RESEND = "auth_app_ticket_resend"
CREDENTIALS = {"app_id": STORE, "app_secret": SECRET}
EVERY_HOUR = 3600


@pytest.fixture
def app_token(api):
    return api.call(APP_TOKEN, body={**CREDENTIALS, "app_ticket": TICKET}).body["app_access_token"]


def tenant_token(api, app_token, tenant_key=TENANT):
    return api.call(TENANT_TOKEN, body={"app_access_token": app_token, "tenant_key": tenant_key})


@shows_rule(APP_TOKEN, "Only for store", "Same 2-hour / 30-minute rules")
def test_app_token_of_a_store_app_follows_the_rules_of_all_tokens(api):
    body = {**CREDENTIALS, "app_ticket": TICKET}

    first = api.call(APP_TOKEN, body=body).body
    api.emulator.move_clock(1800)
    again = api.call(APP_TOKEN, body=body).body

    assert first["app_access_token"].startswith("a-")
    assert (first["expire"], again["expire"]) == (7200, 5400)
    assert again["app_access_token"] == first["app_access_token"]
    assert "tenant_access_token" not in first


@shows_rule(TENANT_TOKEN, "one token per tenant that installed the app", "Same 2-hour / 30-minute rules")
def test_every_tenant_that_installed_the_app_has_a_token_of_its_own(api, app_token):
    here, there = tenant_token(api, app_token), tenant_token(api, app_token, "elsewhere")

    assert here.body["tenant_access_token"].startswith("t-")
    assert here.body["tenant_access_token"] != there.body["tenant_access_token"]
    assert here.body["expire"] == 7200
    assert tenant_token(api, app_token).body == here.body


def test_tenant_token_below_thirty_minutes_is_renewed(api, app_token):
    first = tenant_token(api, app_token).body
    api.emulator.move_clock(5401)

    assert tenant_token(api, app_token).body["tenant_access_token"] != first["tenant_access_token"]


def test_tenant_token_of_a_store_app_is_good_for_calls(api, app_token):
    token = tenant_token(api, app_token).body["tenant_access_token"]

    assert api.call("bot_info", token=token).code == 0
    assert api.call("bot_info", token=app_token).code == 99991671


@shows_error(APP_TOKEN, 10003, 10012, 10014, 10015)
@shows_error("platform", 10012, 10015)
@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param({**CREDENTIALS}, 10003, id="ticket missing"),
        pytest.param({**CREDENTIALS, "app_ticket": ""}, 10003, id="ticket empty"),
        pytest.param({**CREDENTIALS, "app_ticket": 5}, 10003, id="ticket of the wrong type"),
        pytest.param({**CREDENTIALS, "app_ticket": "x"}, 10012, id="wrong ticket"),
        pytest.param({**CREDENTIALS, "app_ticket": TICKET, "app_id": "cli_no"}, 10014, id="unknown app"),
        pytest.param({**CREDENTIALS, "app_ticket": TICKET, "app_id": OURS}, 10014, id="custom app"),
        pytest.param({**CREDENTIALS, "app_ticket": TICKET, "app_secret": "x"}, 10015, id="wrong secret"),
    ],
)
def test_app_token_is_refused_with_http_200(api, body, code):
    answer = api.call(APP_TOKEN, body=body)

    assert (answer.status, answer.code) == (200, code)
    assert "app_access_token" not in answer.body


@shows_error(APP_TOKEN, 10014)
def test_disabled_store_app_gets_no_app_token(make):
    api = make(store="enabled: false")

    assert api.call(APP_TOKEN, body={**CREDENTIALS, "app_ticket": TICKET}).code == 10014


@shows_error(TENANT_TOKEN, 10003)
@pytest.mark.parametrize("missing", ["app_access_token", "tenant_key"])
def test_tenant_token_needs_both_fields(api, app_token, missing):
    body = {"app_access_token": app_token, "tenant_key": TENANT}
    del body[missing]

    answer = api.call(TENANT_TOKEN, body=body)

    assert (answer.status, answer.code) == (200, 10003)


class TestNoTenantToken:
    @shows_error(TENANT_TOKEN, 10013)
    @shows_error("platform", 10013)
    def test_tenant_that_did_not_install_the_app(self, api, app_token):
        answer = tenant_token(api, app_token, "nowhere")

        assert (answer.status, answer.code) == (200, 10013)

    def test_unknown_app_token(self, api):
        assert tenant_token(api, "a-unknown").code == 10013

    @shows_rule(TENANT_TOKEN, "Only for store")
    def test_token_of_a_custom_app(self, api):
        assert tenant_token(api, api.sign_in()).code == 10013

    def test_expired_app_token(self, api, app_token):
        api.emulator.move_clock(7200)

        assert tenant_token(api, app_token).code == 10013


class TestTicket:
    def test_ticket_of_the_past_hour_is_refused(self, api, app_token):
        api.emulator.move_clock(EVERY_HOUR)

        answer = api.call(APP_TOKEN, body={**CREDENTIALS, "app_ticket": TICKET})

        assert answer.code == 10012

    @shows_rule(RESEND, "The ticket arrives by the event")
    def test_resend_pushes_the_ticket_and_does_not_answer_it(self, api):
        api.emulator.store.save_subscription(Subscription(STORE))

        answer = api.call(RESEND, body=CREDENTIALS)

        assert answer.body == {"code": 0, "msg": "ok"}
        assert api.emulator.store.events(STORE)[-1].body["event"]["app_ticket"] == TICKET

    def test_ticket_of_the_next_hour_is_taken(self, api, app_token):
        api.emulator.store.save_subscription(Subscription(STORE))
        api.emulator.move_clock(EVERY_HOUR)
        api.call(RESEND, body=CREDENTIALS)
        pushed = api.emulator.store.events(STORE)[-1].body["event"]["app_ticket"]

        assert api.call(APP_TOKEN, body={**CREDENTIALS, "app_ticket": pushed}).code == 0

    def test_of_a_long_time_only_the_last_tickets_are_pushed(self, api):
        api.emulator.store.save_subscription(Subscription(STORE))
        api.emulator.move_clock(1000 * EVERY_HOUR)

        pushed = [event.body["event"]["app_ticket"] for event in api.emulator.events(STORE)]

        assert len(pushed) == 1 + MOST_TICKETS
        assert pushed[0] == TICKET
        assert api.call(APP_TOKEN, body={**CREDENTIALS, "app_ticket": pushed[-1]}).code == 0

    @shows_error(RESEND, 10016)
    @shows_error("platform", 10016)
    @shows_rule(RESEND, "Only for store")
    def test_custom_app_cannot_ask_for_it(self, api):
        answer = api.call(RESEND, body={"app_id": OURS, "app_secret": SECRET})

        assert (answer.status, answer.code) == (200, 10016)

    @shows_error(RESEND, 10003)
    def test_resend_needs_credentials(self, api):
        assert api.call(RESEND, body={"app_id": STORE}).code == 10003
