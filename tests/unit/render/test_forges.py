"""What forges read beside a report."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import Diagnostic, Severity, Source
from reconciler.model.address import Facet
from reconciler.render.forges import code_quality, github_annotations, gitlab_report
from tests.support.plans import a_change, a_create, a_forget, a_group, a_plan, a_step, at

HERE = Source("groups.yaml", 4, 7)
MISTAKE = Diagnostic("Unknown alias", "`@lilie` is no alias.", "Did you mean `@lilei`?", source=HERE)


def test_gitlab_counts_groups_that_come_change_and_go():
    plan = a_plan(
        a_group("a", a_create(a_change("name", after="A"), key="a")),
        a_group("b", a_step(Facet.SETTINGS, a_change("name", before="A", after="B"), key="b")),
        a_group("c", a_forget("c")),
        a_group("d"),
    )

    assert json.loads(gitlab_report(plan)) == {"create": 1, "update": 1, "delete": 1}


def test_code_quality_shows_problems_at_their_lines_in_the_repository():
    (issue,) = json.loads(code_quality([MISTAKE, Diagnostic("Nowhere")], "fleets/acme"))

    assert issue["location"] == {"path": "fleets/acme/groups.yaml", "lines": {"begin": 4}}
    assert issue["description"] == "Unknown alias: `@lilie` is no alias. Did you mean `@lilei`?"
    assert (issue["check_name"], issue["severity"]) == ("Unknown alias", "major")


def test_equal_problems_have_fingerprints_of_their_own_that_do_not_move_with_the_line():
    lower = Diagnostic(MISTAKE.summary, MISTAKE.detail, MISTAKE.hint, source=Source("groups.yaml", 9, 1))

    twice = [each["fingerprint"] for each in json.loads(code_quality([MISTAKE, lower], ""))]
    moved = [each["fingerprint"] for each in json.loads(code_quality([lower, MISTAKE], ""))]

    assert len({*twice}) == 2
    assert twice == moved


def test_warnings_are_minor():
    warning = Diagnostic("Long name", source=at(1), severity=Severity.WARNING)

    assert json.loads(code_quality([warning], ""))[0]["severity"] == "minor"


def test_github_gets_a_command_for_each_problem_with_a_place():
    told = github_annotations([MISTAKE, Diagnostic("Nowhere")], "fleets/acme")

    assert told == (
        "::error file=fleets/acme/groups.yaml,line=4,col=7,title=Unknown alias"
        "::`@lilie` is no alias. Did you mean `@lilei`?\n"
    )


def test_what_is_special_in_commands_of_github_is_escaped():
    hostile = Diagnostic("a,b:c%d", "100 %\n::error::x", source=Source("a,b:c.yaml", 1, 1))

    told = github_annotations([hostile], "")

    assert told == r"::error file=a%2Cb%3Ac.yaml,line=1,col=1,title=a%2Cb%3Ac%25d::100 %25\n::error::x" + "\n"


@given(st.text(), st.text(), st.text())
def test_nothing_makes_a_second_command(summary, detail, file):
    told = github_annotations([Diagnostic(summary, detail, source=Source(file, 1, 1))], "")

    assert told.count("\n") == 1
    assert len(told.splitlines()) == 1
    assert told.startswith("::error file=")
