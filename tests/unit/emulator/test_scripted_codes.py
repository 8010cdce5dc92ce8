"""Codes that no state brings about: a fault of kind `answer` gives each as the API description has it."""

from __future__ import annotations

import pytest

from reconciler.emulator import Fault, FaultKind
from reconciler.emulator.routes import BY_ID
from tests.support.contract import operations
from tests.support.pretend import SECRET
from tests.support.rows import scripted

SCRIPTED = [
    *scripted("im_image_create", 232096),
    *scripted("chat_tab_list", 232001),
    *scripted("chat_menu_tree_get", 232014, 232024),
    *scripted("chat_menu_tree_create", 232014, 232024),
    *scripted("chat_menu_tree_delete", 232014, 232024),
    *scripted("chat_menu_tree_sort", 232014, 232024),
    *scripted("chat_menu_item_patch", 232014, 232024),
    *scripted("chat_search", 232004),
    *scripted("chat_members_me_join", 232004),
    *scripted("chat_announcement_get", 232019),
]


@pytest.mark.parametrize(("operation", "code"), SCRIPTED)
def test_fault_answers_the_code_with_the_http_status_of_the_description(api, operation, code):
    rows = operations()[operation].document["x-errors"]
    (row,) = [row for row in rows if row["code"] == code]
    api.emulator.faults.add(Fault(FaultKind.ANSWER, operation, code=code))
    path = BY_ID[operation].path.replace("{", "").replace("}", "")

    answer = api.send(BY_ID[operation].method, path, body={"app_secret": SECRET})

    assert (answer.status, answer.code) == (row["http"], code)
