"""Rules of platform.openapi.yaml: finding people by address, number or id, and what of them is shown."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.emulator import Emulator, ManualClock
from tests.support.pretend import Pretend, scenario
from tests.support.rows import shows_error, shows_rule

FIND = "contact_user_batch_get_id"
BATCH = "contact_user_batch"
NAMES = "contact_user_basic_batch"
GET = "contact_user_get"

ZOE = (
    "  - {name: Zoe, open_id: ou_zoe, user_id: zoe, union_id: on_zoe, email: zoe@example.com,"
    ' mobile: "+8613900000001", en_name: Zoë, enterprise_email: zoe@corp.example,'
    " departments: [sales], status: [frozen]}\n"
    "  - {name: Left, open_id: ou_left, union_id: on_left, email: left@example.com, resigned: true}\n"
    "  - {name: Unseen, open_id: ou_unseen, email: unseen@example.com, visible: false}\n"
    '  - {name: Abroad, open_id: ou_abroad, mobile: "+4915112345678", status: [unjoin, exited]}\n'
)
ACTIVE = {
    "is_frozen": False,
    "is_resigned": False,
    "is_activated": True,
    "is_exited": False,
    "is_unjoin": False,
}
BASE_SCOPES = {
    FIND: "contact:user.id:readonly",
    BATCH: "contact:contact.base:readonly",
    NAMES: "contact:user.basic_profile:readonly",
    GET: "contact:contact.base:readonly",
}
ANYBODY: dict[str, dict[str, Any]] = {
    FIND: {"body": {"emails": ["li.lei@example.com"]}},
    BATCH: {"query": {"user_ids": ["ou_lilei"]}},
    NAMES: {"body": {"user_ids": ["ou_lilei"]}},
    GET: {"user_id": "ou_lilei"},
}


@pytest.fixture
def people(make):
    return make(users=ZOE)


def find(api, query=None, **body):
    return api.call(FIND, body=body, query=query).data["user_list"]


def batch(api, *user_ids, **query):
    return api.call(BATCH, query={"user_ids": list(user_ids), **query})


def names(api, *user_ids, **query):
    return api.call(NAMES, body={"user_ids": list(user_ids)}, query=query)


class TestFindByAddressAndNumber:
    @shows_rule(
        FIND, "a person asked for by both comes back twice", "repeats email when it was found by email"
    )
    def test_addresses_and_numbers_are_looked_up_independently(self, people):
        found = find(people, emails=["zoe@example.com"], mobiles=["+8613900000001"])

        frozen = {**ACTIVE, "is_frozen": True}
        assert found == [
            {"user_id": "ou_zoe", "email": "zoe@example.com", "status": frozen},
            {"user_id": "ou_zoe", "mobile": "+8613900000001", "status": frozen},
        ]

    @shows_rule(FIND, "could not be resolved has no user_id", "contact data range limits who can be found")
    @pytest.mark.parametrize(
        "address",
        [
            pytest.param("nobody@example.com", id="unknown"),
            pytest.param("unseen@example.com", id="outside the data range"),
            pytest.param("zoe@corp.example", id="enterprise mailbox"),
            pytest.param("left@example.com", id="resigned"),
        ],
    )
    def test_what_cannot_be_resolved_has_no_user_id(self, people, address):
        assert find(people, emails=[address]) == [{"email": address}]

    @shows_rule(FIND, "could not be resolved has no user_id")
    def test_id_that_the_app_may_not_see_is_left_out(self, make):
        api = make(app=f'scopes: ["{BASE_SCOPES[FIND]}"]')

        found = find(api, {"user_id_type": "user_id"}, emails=["li.lei@example.com"])

        assert found == [{"email": "li.lei@example.com"}]

    def test_resigned_people_are_found_when_asked_for(self, people):
        (found,) = find(people, emails=["left@example.com"], include_resigned=True)

        assert found["user_id"] == "ou_left"
        assert found["status"]["is_resigned"]

    @shows_rule(FIND, "user_id is of the type chosen")
    @pytest.mark.parametrize(
        ("id_type", "user_id"), [("open_id", "ou_zoe"), ("union_id", "on_zoe"), ("user_id", "zoe")]
    )
    def test_user_id_is_of_the_type_asked_for(self, people, id_type, user_id):
        (found,) = find(people, {"user_id_type": id_type}, emails=["zoe@example.com"])

        assert found["user_id"] == user_id

    @pytest.mark.parametrize(
        ("number", "user_id"), [("13900000001", "ou_zoe"), ("+4915112345678", "ou_abroad")]
    )
    def test_only_numbers_outside_mainland_china_need_the_country_code(self, people, number, user_id):
        (found,) = find(people, mobiles=[number])

        assert found["user_id"] == user_id

    def test_status_needs_its_scope(self, make):
        api = make(app=f'scopes: ["{BASE_SCOPES[FIND]}"]')

        assert find(api, emails=["li.lei@example.com"]) == [
            {"user_id": "ou_lilei", "email": "li.lei@example.com"}
        ]

    @pytest.mark.parametrize(("reading", "listed"), [("listed", 1), ("left_out", 0)])
    def test_unresolved_address_by_reading(self, make, reading, listed):
        api = make(readings=f"unresolved_contact: {reading}")

        assert len(find(api, emails=["nobody@example.com"])) == listed

    @pytest.mark.parametrize("code", [40001, 99992402])
    def test_neither_addresses_nor_numbers_by_reading(self, make, code):
        api = make(readings=f'no_contact: "{code}"')

        assert api.call(FIND, body={"emails": []}).code == code

    def test_51_addresses_are_refused(self, api):
        assert api.call(FIND, body={"emails": ["x"] * 51}).code == 40001


class TestBatch:
    @shows_rule(BATCH, "left out silently")
    def test_people_outside_the_data_range_are_missing(self, api):
        answer = batch(api, "ou_lilei", "ou_hidden", "ou_stranger")

        assert [user["open_id"] for user in answer.data["items"]] == ["ou_lilei"]

    @shows_error(BATCH, 41050)
    def test_nobody_in_range_is_41050(self, api):
        assert (batch(api, "ou_hidden").status, batch(api, "ou_hidden").code) == (400, 41050)

    def test_nobody_in_range_is_an_empty_list_where_that_reading_is_chosen(self, make):
        api = make(readings="nobody_in_range: left_out")

        assert batch(api, "ou_hidden").data == {"items": []}

    @shows_rule(BATCH, "At most 50 IDs")
    @shows_error(BATCH, 40001)
    @pytest.mark.parametrize(
        "query",
        [
            pytest.param({"user_ids": ["ou_lilei"] * 51}, id="51"),
            pytest.param({}, id="none"),
            pytest.param({"user_ids": [""]}, id="empty id"),
            pytest.param({"user_ids": ["ou_lilei"], "user_id_type": "email"}, id="unknown type"),
        ],
    )
    def test_wrong_parameters_are_40001(self, api, query):
        assert api.call(BATCH, query=query).code == 40001

    def test_50_ids_are_taken(self, api):
        assert batch(api, *["ou_lilei"] * 50).code == 0

    @shows_error("platform", 99992351, 99992360, 99992364)
    @pytest.mark.parametrize(
        ("id_type", "code"), [("open_id", 99992351), ("user_id", 99992360), ("union_id", 99992364)]
    )
    def test_id_that_does_not_exist_fails_the_whole_call(self, api, id_type, code):
        assert batch(api, "nobody", user_id_type=id_type).code == code

    @shows_error("platform", 99992361)
    def test_open_id_of_another_app_is_99992361(self, api):
        assert batch(api, "ou_jim_of_other").code == 99992361

    @shows_rule(BATCH, "With a user token the data range")
    def test_person_sees_the_own_organisation(self, api):
        lilei = api.as_user("ou_lilei")

        found = batch(lilei, "ou_hidden", "ou_stranger").data["items"]

        assert [user["open_id"] for user in found] == ["ou_hidden"]

    @shows_rule(BATCH, "lacks the scope (x-scopes-field")
    @pytest.mark.parametrize(
        ("scope", "field"),
        [
            ("contact:user.employee_id:readonly", "user_id"),
            ("contact:user.base:readonly", "name"),
            ("contact:user.base:readonly", "en_name"),
            ("contact:user.base:readonly", "avatar"),
            ("contact:user.email:readonly", "email"),
            ("contact:user.phone:readonly", "mobile"),
            ("contact:user.employee:readonly", "status"),
            ("contact:contact:readonly", "status"),
            ("contact:user.employee:readonly", "enterprise_email"),
            ("contact:user.department:readonly", "department_ids"),
            ("contact:contact:access_as_app", "department_ids"),
        ],
    )
    def test_every_field_needs_its_scope(self, make, scope, field):
        without = make(app=f'scopes: ["{BASE_SCOPES[BATCH]}"]', users=ZOE)
        having = make(app=f'scopes: ["{BASE_SCOPES[BATCH]}", "{scope}"]', users=ZOE)

        assert batch(without, "ou_zoe").data["items"] == [{"union_id": "on_zoe", "open_id": "ou_zoe"}]
        assert field in batch(having, "ou_zoe").data["items"][0]

    def test_person_has_to_grant_the_scope_of_a_field(self, api):
        lilei = api.as_user("ou_lilei", scopes=[BASE_SCOPES[BATCH]])

        assert batch(lilei, "ou_kate").data["items"] == [{"union_id": "on_kate", "open_id": "ou_kate"}]

    @shows_rule(BATCH, "never returns seats")
    def test_seats_and_department_path_never_come(self, people):
        lilei = people.as_user("ou_lilei")

        (zoe,) = batch(lilei, "ou_zoe").data["items"]

        assert not zoe.keys() & {"assign_info", "subscription_ids", "department_path"}

    def test_department_ids_are_of_the_type_asked_for(self, people):
        (own,) = batch(people, "ou_zoe", department_id_type="department_id").data["items"]
        (generated,) = batch(people, "ou_zoe").data["items"]

        assert own["department_ids"] == ["sales"]
        assert generated["department_ids"][0].startswith("od-")

    def test_states_of_an_account(self, people):
        (abroad,) = batch(people, "ou_abroad").data["items"]

        assert abroad["status"] == {**ACTIVE, "is_activated": False, "is_exited": True, "is_unjoin": True}


class TestNames:
    @shows_rule(NAMES, "data range is NOT checked")
    def test_everybody_has_a_name(self, people):
        found = names(people, "ou_zoe", "ou_hidden", "ou_stranger").data["users"]

        assert found == [
            {"user_id": "ou_zoe", "name": "Zoe", "i18n_name": {"en_us": "Zoë"}},
            {"user_id": "ou_hidden", "name": "Hidden"},
            {"user_id": "ou_stranger", "name": "Stranger"},
        ]

    @shows_rule(NAMES, "user_id in the answer is of the type")
    def test_user_id_is_of_the_type_asked_for(self, api):
        assert names(api, "lilei", user_id_type="user_id").data["users"][0]["user_id"] == "lilei"

    @shows_error(NAMES, 40001)
    @pytest.mark.parametrize("count", [0, 11])
    def test_fewer_than_1_or_more_than_10_ids_are_40001(self, api, count):
        assert names(api, *["ou_lilei"] * count).code == 40001

    def test_10_ids_are_taken(self, api):
        assert names(api, *["ou_lilei"] * 10).code == 0

    @shows_rule(NAMES, "only 5 calls per second")
    def test_sixth_call_of_a_second_is_limited(self, api):
        statuses = [names(api, "ou_lilei").status for _ in range(6)]

        assert statuses == [200] * 5 + [429]

    @pytest.mark.parametrize(("reading", "code"), [("refused", 99991672), ("left_out", 0)])
    def test_user_id_without_its_scope_by_reading(self, make, reading, code):
        api = make(app=f'scopes: ["{BASE_SCOPES[NAMES]}"]', readings=f"user_ids_without_scope: {reading}")

        answer = api.call(NAMES, body={"user_ids": ["lilei"]}, query={"user_id_type": "user_id"})

        assert answer.code == code
        assert code or answer.data["users"] == [{"name": "李雷"}]

    @pytest.mark.parametrize(("reading", "code"), [("left_out", 0), ("refused", 99992351)])
    def test_unknown_id_by_reading(self, make, reading, code):
        api = make(readings=f"unknown_id_of_a_name: {reading}")

        assert names(api, "ou_lilei", "ou_nobody").code == code


class TestGet:
    @shows_rule(GET, "name is the default name")
    def test_user_has_the_default_name_and_no_others(self, people):
        user = people.call(GET, user_id="ou_zoe").data["user"]

        assert (user["name"], user["en_name"]) == ("Zoe", "Zoë")
        assert "i18n_name" not in user
        assert {"email", "mobile", "user_id", "status"} <= user.keys()

    @shows_rule(GET, "lacks the scope are left out")
    def test_fields_without_their_scope_are_absent(self, make):
        api = make(app=f'scopes: ["{BASE_SCOPES[GET]}"]')

        assert api.call(GET, user_id="ou_lilei").data["user"] == {
            "union_id": "on_lilei",
            "open_id": "ou_lilei",
        }

    @shows_rule(GET, "department_path comes only with a user token")
    def test_department_path_needs_a_user_token_and_its_scope(self, people):
        lilei = people.as_user("ou_lilei")
        plain = people.as_user("ou_lilei", scopes=["contact:contact:readonly"])

        (path,) = lilei.call(GET, user_id="ou_zoe").data["user"]["department_path"]

        assert path["department_path"]["department_ids"] == [path["department_id"]]
        assert "department_path" not in people.call(GET, user_id="ou_zoe").data["user"]
        assert "department_path" not in plain.call(GET, user_id="ou_zoe").data["user"]

    @shows_rule(GET, "ID type must match user_id_type")
    @pytest.mark.parametrize(
        ("user_id", "id_type", "code"),
        [
            ("ou_lilei", "open_id", 0),
            ("on_lilei", "union_id", 0),
            ("lilei", "user_id", 0),
            ("on_lilei", "open_id", 41012),
            ("ou_lilei", "user_id", 41012),
        ],
    )
    def test_id_is_of_the_type_asked_for(self, api, user_id, id_type, code):
        assert api.call(GET, user_id=user_id, query={"user_id_type": id_type}).code == code

    @shows_error(GET, 41012)
    def test_unknown_id_is_41012(self, api):
        assert api.call(GET, user_id="ou_nobody").code == 41012

    @shows_error(GET, 41050)
    @pytest.mark.parametrize("user_id", ["ou_hidden", "ou_stranger"])
    def test_outside_the_data_range_of_the_app_is_41050(self, api, user_id):
        assert api.call(GET, user_id=user_id).code == 41050

    @shows_error(GET, 41050)
    def test_outside_what_a_person_may_see_is_41050(self, api):
        lilei = api.as_user("ou_lilei")

        assert lilei.call(GET, user_id="ou_hidden").code == 0
        assert lilei.call(GET, user_id="ou_stranger").code == 41050

    @shows_error(GET, 40001)
    def test_wrong_parameter_is_40001(self, api):
        assert api.call(GET, user_id="ou_lilei", query={"department_id_type": "x"}).code == 40001


class TestApp:
    @pytest.mark.parametrize("operation", ANYBODY)
    def test_scope_of_the_operation_is_enough_for_the_call(self, make, operation):
        assert (
            make(app=f'scopes: ["{BASE_SCOPES[operation]}"]').call(operation, **ANYBODY[operation]).code == 0
        )
        assert make(app="scopes: []").call(operation, **ANYBODY[operation]).code == 99991672

    @pytest.mark.parametrize("operation", ANYBODY)
    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            pytest.param("enabled: false", 99991662, id="disabled"),
            pytest.param("tenant: elsewhere", 99991673, id="not in the tenant any more"),
        ],
    )
    @shows_error("platform", 99991662, 99991673)
    def test_app_that_stopped_working_after_it_got_its_token(self, way, tmp_path, operation, changed, code):
        database = tmp_path / "emulator.sqlite"
        before = Pretend(Emulator.from_text(scenario(), database, ManualClock()))
        token = before.sign_in()
        before.close()
        after = Pretend(Emulator.from_text(scenario(app=changed), database, ManualClock()))

        answer = after.call(operation, token=token, **ANYBODY[operation])

        assert (answer.status, answer.code) == (400, code)
        after.close()
