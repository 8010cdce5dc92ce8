"""Codes that no state brings about: a fault of kind `answer` gives each as the API description has it."""

from __future__ import annotations

import json

import pytest

from reconciler.emulator import Fault, FaultKind, Request
from reconciler.emulator.routes import BY_ID
from tests.support.contract import operations
from tests.support.pretend import SECRET
from tests.support.rows import scripted

SCRIPTED = [
    *scripted("im_image_create", 232096),
]


@pytest.mark.parametrize(("operation", "code"), SCRIPTED)
def test_fault_answers_the_code_with_the_http_status_of_the_description(api, operation, code):
    rows = operations()[operation].document["x-errors"]
    (row,) = [row for row in rows if row["code"] == code]
    api.emulator.faults.add(Fault(FaultKind.ANSWER, operation, code=code))
    path = BY_ID[operation].path.replace("{", "").replace("}", "")

    response = api.run(
        api.emulator.handle(
            Request(BY_ID[operation].method, path, body=json.dumps({"app_secret": SECRET}).encode())
        )
    )

    assert (response.status, response.json()["code"]) == (row["http"], code)
