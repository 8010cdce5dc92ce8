"""Whatever is read, written by people, by the platform or by nobody: a result or a diagnostic of ours, never a bug.

`FUZZ_TIMES=20` tries twenty times as many examples.
"""

from __future__ import annotations

import json
import os
import random
import re
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from reconciler.config.document import read_bytes
from reconciler.config.loader import load_configuration
from reconciler.config.markdown import parse_markdown
from reconciler.config.problems import Problems
from reconciler.emulator.scenario import ScenarioError, parse_scenario
from reconciler.emulator.transport import EmulatorTransport
from reconciler.errors import ConfigurationError, ReconcilerError, SavedPlanError, StateError
from reconciler.model.collection import Collection, Mode
from reconciler.model.group import DesiredGroup
from reconciler.model.moderation import Moderation
from reconciler.model.settings import Settings
from reconciler.model.tabs import Tab
from reconciler.plan.saved import SAVED_VERSION
from reconciler.render.as_json import outcome_json, plan_json
from reconciler.render.diagnostics import render_diagnostics
from reconciler.render.outcome_text import render_outcome
from reconciler.render.plan_text import render_plan
from reconciler.state.codec import dump_state, parse_state
from reconciler.state.saved_plan import parse_saved_plan
from tests.support.builders import recorded_group, state
from tests.support.cli import GROUPS, SCENARIO, SETTINGS
from tests.support.house import House, open_house
from tests.support.virtual_time import run_virtual

FUZZ = hypothesis_settings(max_examples=300 * int(os.environ.get("FUZZ_TIMES", "1")))
FEWER = hypothesis_settings(max_examples=100 * int(os.environ.get("FUZZ_TIMES", "1")))

UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What no text for people holds, whoever made it."""
LINE_BREAK = re.compile(r"\r\n|\r|\n")
FRAGMENTS = (
    *(
        "a",
        ":",
        ": ",
        "- ",
        "\n",
        "\n  ",
        "[",
        "]",
        "{",
        "}",
        ", ",
        "'",
        '"',
        "#",
        "|",
        ">",
        "&x ",
        "*x",
        "!t ",
    ),
    *(
        "? ",
        "<<: ",
        "---\n",
        "...\n",
        "%YAML 1.1\n",
        "\t",
        "\r",
        "\\",
        "~",
        "null",
        "1e999",
        "0x",
        "-",
        "@",
        "`",
        "\x00",
    ),
    *(
        "\ufeff",
        "\u202e",
        "支付",
        "\U0001f6a8",
        "\u2028",
        "groups",
        "name",
        "members",
        "version: 1\n",
        "oncall",
        "ou_x",
    ),
)
"""What YAML is made of, and what it is not."""

JUNK: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 2**63, -(2**70), 10**400, 1e308, 0.5, "", "0", "-1", "NaN", "1e400"),
    *(
        "x" * 5_000,
        "\x1b]0;title\x07",
        "a\r\nb",
        "\u202e\u200b",
        "\x00",
        "oc_/../x?y#z",
        "ou_\n",
        "https://[",
        "{}",
    ),
    *(
        [],
        {},
        [None],
        [[]],
        [{}],
        ["x", 1],
        {"x": {}},
        [[[[[[]]]]]],
        "group",
        "all_members",
        "normal",
        "dissolved",
    ),
)


YAML_TEXTS = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=25).map("".join)
"""Mostly no YAML."""


def mutated(original: str) -> st.SearchStrategy[bytes]:
    """Text that was right until parts of it were cut out, repeated or replaced."""

    def mutate(edits: list[tuple[int, int, str]]) -> bytes:
        content = original
        for place, length, written in edits:
            at = place % (len(content) + 1)
            content = content[:at] + written + content[at + length :]
        return content.encode("utf-8", "surrogatepass")

    edit = st.tuples(st.integers(0, 10_000), st.integers(0, 12), st.sampled_from(("", *FRAGMENTS)))
    return st.lists(edit, min_size=1, max_size=4).map(mutate)


def check_told(error: ReconcilerError) -> None:
    """Every diagnostic can be printed, and says something."""
    for each in error.diagnostics:
        assert each.summary
    assert UNSAFE.search(render_diagnostics(error.diagnostics, color=False)) is None


class TestFiles:
    @FUZZ
    @given(st.binary(max_size=80) | YAML_TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")))
    def test_any_bytes_are_a_tree_or_problems_with_positions(self, content):
        problems = Problems()

        document = read_bytes(content, "f.yaml", problems)

        assert document or problems.has_errors
        assert all(each.source and each.source.line >= 1 and each.source.column >= 1 for each in problems.all)

    @FUZZ
    @given(
        st.sampled_from(("groupctl.yaml", "groups.yaml")).flatmap(
            lambda name: st.tuples(st.just(name), mutated(SETTINGS if name == "groupctl.yaml" else GROUPS))
        )
    )
    def test_any_fleet_is_a_configuration_or_problems_with_positions(self, tmp_path_factory, changed):
        name, content = changed
        root = tmp_path_factory.mktemp("fleet")
        (root / "groupctl.yaml").write_text(SETTINGS)
        (root / "groups.yaml").write_text(GROUPS)
        (root / name).write_bytes(content)

        try:
            load_configuration(root)
        except ConfigurationError as error:
            check_told(error)
            assert all(each.source for each in error.diagnostics)  # noqa: PT017  it may also be right

    @FUZZ
    @given(YAML_TEXTS | mutated(SCENARIO).map(lambda content: content.decode("utf-8", "replace")))
    def test_any_scenario_is_a_tenant_or_one_problem_with_its_position(self, content):
        try:
            parse_scenario(content, "scenario.yaml")
        except ScenarioError as error:
            assert error.message  # noqa: PT017  it may also be right
            assert error.line >= 1  # noqa: PT017

    @FUZZ
    @given(
        st.lists(st.sampled_from((*FRAGMENTS, "**", "](", "![", "<b>", "```", "> ", "1. ")), max_size=40).map(
            "".join
        )
    )
    def test_any_markdown_is_blocks_or_faults_with_lines(self, source):
        blocks, faults = parse_markdown(source)

        assert all(1 <= fault.line <= len(LINE_BREAK.findall(source)) + 1 for fault in faults)
        assert blocks is not None


RIGHT_STATE = dump_state(state(groups={"oncall": recorded_group({"settings.name": "支付值班"})})).encode()


class TestStates:
    @FUZZ
    @given(st.binary(max_size=60) | mutated(RIGHT_STATE.decode()))
    def test_any_bytes_are_a_state_or_one_problem(self, content):
        try:
            found = parse_state(content, "groupctl.lock.json")
        except StateError as error:
            check_told(error)
        else:
            assert parse_state(dump_state(found).encode(), "again") == found

    @FUZZ
    @given(st.data())
    def test_any_value_in_a_state_is_read_or_one_problem(self, data):
        content = json.loads(RIGHT_STATE)
        spoil(content, data.draw(st.randoms(use_true_random=False)))

        try:
            found = parse_state(json.dumps(content).encode(), "groupctl.lock.json")
        except StateError as error:
            check_told(error)
        else:
            dump_state(found)


class TestSavedPlans:
    @FUZZ
    @given(
        st.binary(max_size=60)
        | mutated('{"format_version": 1, "digest": "sha256:0", "plan": {}, "files": []}')
        | st.fixed_dictionaries(
            {
                "format_version": st.sampled_from((*JUNK, SAVED_VERSION)),
                "digest": st.sampled_from(JUNK),
                "plan": st.sampled_from(JUNK),
            }
        ).map(lambda data: json.dumps(data).encode())
    )
    def test_any_bytes_are_no_plan_and_one_problem(self, content):
        with pytest.raises(SavedPlanError) as caught:
            parse_saved_plan(content, "plan.json")

        check_told(caught.value)


# ------------------------------------------------------------------ the platform


def places(value: Any) -> list[tuple[Any, Any]]:
    """Return every place in a JSON value as its container and key."""
    found: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        container = waiting.pop()
        keys = list(container) if isinstance(container, dict) else range(len(container))
        found += [(container, key) for key in keys]
        waiting += [container[key] for key in keys if isinstance(container[key], dict | list)]
    return found


def spoil(value: Any, chance: random.Random) -> None:
    """Change a JSON object somewhere: a wrong value, none, one too many."""
    found = places(value)
    if not found:
        return
    container, key = chance.choice(found)
    change = chance.randrange(6)
    if change == 0:
        del container[key]
    elif change == 1 and isinstance(container, list):
        container += container * 3
    elif change == 2 and isinstance(container, dict):
        container[f"{key}_new"] = chance.choice(JUNK)
    elif change == 3 and isinstance(container[key], str):
        container[key] += chance.choice([each for each in JUNK if isinstance(each, str)])
    else:
        container[key] = chance.choice(JUNK)


class Spoiling(EmulatorTransport):
    """An emulator whose answers come spoilt now and then."""

    def __init__(self, emulator: Any, chance: random.Random, share: float) -> None:
        super().__init__(emulator)
        self._chance = chance
        self._share = share

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await super().handle_async_request(request)
        if self._chance.random() >= self._share:
            return answer
        body = json.loads(answer.content)
        spoil(body, self._chance)
        headers = dict(answer.headers)
        headers.pop("content-length", None)
        if self._chance.random() < 0.2:
            name = self._chance.choice(
                ["X-Tt-Logid", "Retry-After", "x-ogw-ratelimit-reset", "Date", "Content-Type"]
            )
            headers[name] = self._chance.choice(
                ["", "-1", "nan", "1e309", "\x7f", "99999999999999", "text/html; charset=zlib"]
            )
        return httpx.Response(answer.status_code, headers=headers, content=json.dumps(body).encode())


FLEET = (
    DesiredGroup(
        key="oncall",
        settings=Settings(name="支付值班", description="线上"),
        owner="ou_lilei",
        managers=Collection[str](mode=Mode.EXACT, items=("ou_han",)),
        members=Collection[str](mode=Mode.EXACT, items=("ou_lilei", "ou_kate", "han@acme.example")),
        moderation=Moderation(
            mode="moderator_list", moderators=Collection[str](mode=Mode.EXACT, items=("ou_lilei",))
        ),
        tabs=Collection[Tab](
            mode=Mode.EXACT, items=(Tab(name="Wiki", type="url", link="https://a.example.com"),)
        ),
        top_notice="announcement",
    ),
    DesiredGroup(key="project", settings=Settings(name="Project")),
)


async def use(house: House, chance: random.Random, share: float) -> None:
    """Apply, and print everything about it."""
    transport: Any = house.gateway
    transport._transport._http_transport = Spoiling(house.emulator, chance, share)
    for _ in range(2):
        plan = await house.plan(*FLEET)
        assert UNSAFE.search(render_plan(plan, color=False, verbose=True)) is None
        json.loads(plan_json(plan))
        outcome = await house.perform(plan, *FLEET)
        assert UNSAFE.search(render_outcome(outcome, color=False)) is None
        json.loads(outcome_json(outcome))
    parse_state(dump_state(house.state).encode(), "state")
    await house.gateway.list_chats()


class TestPlatform:
    @FEWER
    @given(st.randoms(use_true_random=False), st.sampled_from((0.05, 0.2, 0.6)))
    def test_spoilt_answers_end_in_an_outcome_or_a_diagnostic(self, chance, share):
        async def law() -> None:
            async with open_house() as house:
                try:
                    await use(house, chance, share)
                except ReconcilerError as error:
                    check_told(error)

        run_virtual(law())
