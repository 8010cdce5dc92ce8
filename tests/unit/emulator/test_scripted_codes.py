"""Codes that no state brings about: a fault of kind `answer` gives each as the API description has it."""

from __future__ import annotations

import pytest

from reconciler.emulator import Fault, FaultKind
from reconciler.emulator.routes import BY_ID
from tests.support.contract import load_contract, operations
from tests.support.pretend import SECRET
from tests.support.rows import scripted

SCRIPTED = [
    *scripted("chat_create", 232019, 232079),  # which kinds of group cannot hide the count is not described
    *scripted("chat_update", 232047),
    # What no client can bring about: tokens, codes and calls of older APIs, troubles inside the platform.
    *scripted("platform", 99991664, 99991665, 99991669, 4001, 20005, 20006, 20013, 20014, 99991676, 99991674),
    *scripted("platform", 20009, 90003088, 10005, 20002, 50003, 99991543, 99991403, 11232, 11233, 99991675),
    *scripted("platform", 99992352, 99992353, 99992354, 99992355, 99992356, 99992359, 99992363, 99992381),
    *scripted("platform", 99992500, 99992501, 99991201, 99991301, 30005, 1500, 1503, 1551, 1557, 1642, 1663),
    *scripted("platform", 1665, 1668, 2200, 5000, 10101, 10105, 10500, 40003, 40006, 45500, 55001),
    *scripted("contact_user_batch", 40004),
    *scripted("contact_user_get", 40003),
    *scripted("im_image_create", 232096, 234002, 234042),
    *scripted("im_message_create", 230019, 230054),
    *scripted("chat_tab_list", 232001),
    *scripted("chat_menu_tree_get", 232024),
    *scripted("chat_menu_tree_create", 232024),
    *scripted("chat_menu_tree_delete", 232024),
    *scripted("chat_menu_tree_sort", 232024),
    *scripted("chat_menu_item_patch", 232024),
    *scripted("chat_announcement_get", 232019),
    # Troubles of the document service, and codes that its pages list for operations that cannot meet them.
    *scripted("docx_chat_announcement_get", 1772006, 1771001, 1771003, 1771004, 1771005),
    *scripted("docx_chat_announcement_block_list", 1771001, 1771003, 1771004, 1771005),
    *scripted("docx_chat_announcement_block_get", 1771006, 1771003, 1771004, 1771005),
    *scripted("docx_chat_announcement_block_children_get", 1771001, 1771003, 1771004, 1771005),
    *scripted("docx_chat_announcement_block_children_create", 1770008, 1770013, 1770014, 1770019, 1770041),
    *scripted("docx_chat_announcement_block_children_create", 1770025, 1770026, 1770027, 1770031, 1770034),
    *scripted("docx_chat_announcement_block_children_create", 1771001, 1771003, 1771004, 1771005),
    *scripted(
        "docx_chat_announcement_block_children_batch_delete", 1770004, 1770005, 1770006, 1770007, 1770008
    ),
    *scripted(
        "docx_chat_announcement_block_children_batch_delete", 1770010, 1770011, 1770012, 1770013, 1770014
    ),
    *scripted(
        "docx_chat_announcement_block_children_batch_delete", 1770019, 1770025, 1770026, 1770027, 1770029
    ),
    *scripted(
        "docx_chat_announcement_block_children_batch_delete", 1770030, 1770033, 1770034, 1770035, 1770038
    ),
    *scripted(
        "docx_chat_announcement_block_children_batch_delete", 1770041, 1771001, 1771003, 1771004, 1771005
    ),
    *scripted(
        "docx_chat_announcement_block_batch_update", 1770005, 1770014, 1770028, 1770029, 1770030, 1770031
    ),
    *scripted(
        "docx_chat_announcement_block_batch_update", 1770034, 1770041, 1771001, 1771003, 1771004, 1771005
    ),
]


@pytest.mark.parametrize(("place", "code"), SCRIPTED)
def test_fault_answers_the_code_with_the_http_status_of_the_description(api, place, code):
    operation = operation_of(place)
    (row,) = [row for row in errors_of(place) if row["code"] == code]
    api.emulator.faults.add(Fault(FaultKind.ANSWER, operation, code=code))
    path = BY_ID[operation].path.replace("{", "").replace("}", "")

    answer = api.send(BY_ID[operation].method, path, body={"app_secret": SECRET})

    assert (answer.status, answer.code) == (row.get("http", 400), code)


def operation_of(place):
    """Return the operation that a place is or, for a document, one of its operations."""
    if place in operations():
        return place
    return next(name for name, described in operations().items() if described.file == place)


def errors_of(place):
    if place in operations():
        return operations()[place].document["x-errors"]
    errors = load_contract(place)["info"]["x-common-errors"]
    return errors["codes"] if isinstance(errors, dict) else errors
