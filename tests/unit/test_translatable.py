"""Every text for people is made by `text`, so that a translation can be looked up by its template."""

from __future__ import annotations

import ast

import pytest

from tests.support.golden import REPOSITORY

PACKAGE = REPOSITORY / "reconciler"
MODULES = [
    file for file in sorted(PACKAGE.rglob("*.py")) if "emulator" not in file.relative_to(PACKAGE).parts
]
MAKERS = {"Diagnostic", "Meaning", "UsageError", "BadParameter"}


def untranslatable(module):
    """Lines on which what is told to people is put together by hand."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            told = [
                *node.args,
                *(word.value for word in node.keywords if word.arg in {"summary", "detail", "hint"}),
            ]
            yield from (each.lineno for each in told if name in MAKERS and _is_raw(each))
            yield from (
                node.lineno for each in node.args[:1] if name == "text" and isinstance(each, ast.JoinedStr)
            )


def _is_raw(node):
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and " " in str(node.value))


@pytest.mark.parametrize("file", MODULES, ids=lambda file: file.relative_to(PACKAGE).as_posix())
def test_texts_for_people_have_templates(file):
    assert list(untranslatable(ast.parse(file.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize("file", MODULES, ids=lambda file: file.relative_to(PACKAGE).as_posix())
def test_braces_are_doubled_only_in_templates_that_are_filled(file):
    calls = (
        node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
    )
    plain = [
        node.args[0]
        for node in calls
        if getattr(node.func, "id", "") == "text" and node.args and not node.keywords
    ]

    assert [each.lineno for each in plain if isinstance(each, ast.Constant) and "{{" in str(each.value)] == []
