"""What every answer must hold beside its description; schemathesis loads this into its own process."""

from __future__ import annotations

from typing import Any

import schemathesis


@schemathesis.check
def code_msg_and_log_id(_context: Any, response: Any, _case: schemathesis.Case[Any]) -> None:
    """Every answer is a JSON object with `code` and `msg`, and names its log id in a header."""
    assert response.text.startswith("{"), f"the answer is no JSON object: {response.text!r}"
    body = response.json()
    assert isinstance(body["code"], int), "the answer has no code"
    assert isinstance(body["msg"], str), "the answer has no msg"
    assert response.headers.get("x-tt-logid"), "the answer has no X-Tt-Logid"
