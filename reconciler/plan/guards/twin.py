"""`twin`: a group of the same name is there already and nobody's."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Diagnostic, text
from reconciler.plan.guards.scope import GroupScope
from reconciler.plan.plan import StepAction


def check_twin(scope: GroupScope) -> Iterator[Diagnostic]:
    """Refuse to create a group while our app is in one of the same name that no key is bound to."""
    group = scope.group
    create = next((step for step in group.steps if step.action is StepAction.CREATE), None)
    twins = scope.namesakes.get(group.name, ())
    if create and twins:
        yield Diagnostic(
            text("A group of this name exists already"),
            text(
                "Our app is in {ids}, of the same name and bound to no key of the configuration. Creating "
                "another one would make a twin. Nothing was changed in this group.",
                ids=", ".join(f"`{chat.chat_id}`" for chat in twins),
            ),
            text(
                "If the key was renamed, add `previously: [OLD]` in the YAML, or run `groupctl state mv OLD {key}`. To "
                "manage the existing group, set `chat_id: {chat_id}` in the YAML. To create a second one all the same, "
                "run `groupctl apply {key} --override twin`.",
                chat_id=twins[0].chat_id,
                key=group.key,
            ),
            address=group.key,
            source=next((each.source for each in create.changes if each.path == "name"), None),
        )
