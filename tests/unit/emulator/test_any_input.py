"""Whatever is sent, the emulator answers, and answers as the API description says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.emulator.fields import AnyObject, Anything, Fields, File, Flag, Items, Number, Shape, Text
from reconciler.emulator.routes import BY_ID, OPERATIONS
from tests.support.pretend import OTHER, OURS, pretend
from tests.support.ways import InProcess

NAMES = st.sampled_from(
    [
        "ou_lilei",
        "ou_kate",
        "ou_gone",
        "ou_hidden",
        "ou_nobody",
        "ou_stranger",
        OURS,
        OTHER,
        "https://x.example",
        "支付",
        "",
    ]
)
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=70),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


def values(shape: Shape) -> st.SearchStrategy[Any]:
    """Return what mostly fits `shape`, so that calls get past the checks of the fields."""
    match shape:
        case Text():
            return st.sampled_from(shape.values) if shape.values else NAMES
        case Number():
            return st.integers(-1, 101)
        case Flag():
            return st.booleans()
        case File():
            return st.binary(max_size=40)
        case Anything():
            return JUNK
        case AnyObject():
            return st.dictionaries(st.text(max_size=5), JUNK, max_size=3)
        case Items():
            return st.lists(values(shape.of), max_size=4)
        case Fields():
            # Built where it is drawn: all that a block may hold is too much to build for every call.
            return st.deferred(lambda: objects(shape))


MOST_OPTIONAL = 12
"""Of more optional fields than that only a few are sent at a time."""


def objects(shape: Fields) -> st.SearchStrategy[dict[str, Any]]:
    required = {name: values(of) for name, of in shape.fields.items() if of.required}
    optional = {name: values(of) for name, of in shape.fields.items() if not of.required}
    if len(optional) <= MOST_OPTIONAL:
        return st.fixed_dictionaries(required, optional=optional)
    some = st.lists(st.sampled_from(sorted(optional)), max_size=3, unique=True)
    return some.flatmap(
        lambda names: st.fixed_dictionaries({**required, **{name: optional[name] for name in names}})
    )


CALLS = st.sampled_from(OPERATIONS).flatmap(
    lambda operation: st.tuples(
        st.just(operation.operation_id),
        (objects(operation.body) | JUNK) if operation.body else st.none(),
        objects(operation.query),
    )
)


def sent(operation: str, body: Any) -> dict[str, Any]:
    """Return how a body is sent: as a form where the operation takes one."""
    if not BY_ID[operation].form or not isinstance(body, dict):
        return {"body": body}
    files = {name: ("a", value) for name, value in body.items() if isinstance(value, bytes)}
    return {"files": files, "form": {name: str(value) for name, value in body.items() if name not in files}}


@pytest.fixture(scope="module", params=["in-process", "socket"])
def any_api(request):
    api = pretend(
        request.getfixturevalue("socket_way") if request.param == "socket" else InProcess(),
        tenant="quota: false",
        groups="  - {chat_id: oc_x, name: Team, members: [李雷], bots: [cli_asleep]}",
    )
    yield api
    api.close()


@settings(max_examples=80, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(calls=st.lists(CALLS, min_size=1, max_size=4))
def test_every_call_is_answered_as_described(any_api, calls):
    any_api.emulator.reset()
    any_api.token = ""

    for operation, body, query in calls:
        parameters = {
            name: str(value).lower() if isinstance(value, bool) else value for name, value in query.items()
        }
        answer = any_api.call(
            operation,
            "oc_x",
            query=parameters,
            menu_item_id="1",
            block_id="oc_x",
            user_id="ou_lilei",
            **sent(operation, body),
        )

        assert answer.status in {200, 400, 403, 404}
        assert answer.body["msg"]
    any_api.emulator.acts.chat("oc_x")
