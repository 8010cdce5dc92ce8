"""Performs the operations of one step and deals with what the platform answers to them.

- A refused person does not spoil a create: it goes once more without people.
- A refused field does not spoil an update: it goes once more without it, and the field is the failure.
- A refused document does not spoil other tabs: they go one by one, and the refused ones are the failure.
- A tab or menu call with unknown outcome is never repeated: what is there is read, and what then still
  differs is done. Everything else with unknown outcome was repeated by the transport already; whether it
  took effect shows when live is compared.

Source: DESIGN section 4, "Repeats" and "First failed step".
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from reconciler.apply.ports import Gateway
from reconciler.apply.run import Run
from reconciler.errors import Diagnostic, OutcomeUnknown, PlatformError, Refused, text
from reconciler.model.settings import Settings
from reconciler.plan.answers import Answer
from reconciler.plan.operations import CreateChat, CreateTabs, Operation, UpdateChat, UpdateTabs

DOCUMENT_REFUSED: Final = 232051
"""No right on the document of a doc tab. Source: tabs.openapi.yaml, chat_tab_create `x-errors`."""

_REREAD: Final = frozenset({"create_tabs", "delete_tabs", "create_menus", "delete_menus"})
_ATTEMPTS: Final = 3
"""How often a step reads back and goes on before it gives up."""

Absorb = Callable[[Answer], None]
Replan = Callable[[], Awaitable[tuple[Operation, ...]]]


class Interrupted(Exception):
    """The run ends; the rest of the step was not started."""


@dataclass
class Calls:
    """The calls of one step."""

    gateway: Gateway
    run: Run
    chat_id: str
    absorb: Absorb
    """Takes what an answer tells into the picture of the live group."""
    replan: Replan
    """Reads the facet and returns what is still to be done."""
    count: int = 0
    problems: list[Diagnostic] = field(default_factory=list)
    """Failures that did not keep the rest of the step from being done."""
    unsure: PlatformError | None = None
    """An outcome that only live can tell."""
    without_people: bool = False
    """Whether the create went without the people it named."""

    async def perform(self, operations: Sequence[Operation]) -> None:
        """Perform all operations in order.

        Raises:
            PlatformError: One failed; later ones were not tried.
            Interrupted: The run ended before one.
        """
        pending = list(operations)
        attempts = 0
        while pending:
            operation = pending.pop(0)
            try:
                await self._perform_or_mend(operation)
            except OutcomeUnknown as error:
                if isinstance(operation, CreateChat):
                    raise
                if operation.kind not in _REREAD:
                    self.unsure = error
                    continue
                attempts += 1
                if attempts > _ATTEMPTS:
                    raise
                pending = list(await self.replan())

    async def _perform_or_mend(self, operation: Operation) -> None:
        try:
            await self._call(operation)
        except Refused as error:
            if not await self._mend(operation, error):
                raise

    async def _call(self, operation: Operation) -> None:
        if self.run.ending:
            raise Interrupted
        hopeless = self.run.hopeless(operation.kind)
        if hopeless:
            raise hopeless
        self.count += 1
        try:
            answer = await self.gateway.perform(operation, self.chat_id)
        except PlatformError as error:
            self.run.learn(operation.kind, error)
            raise
        self.chat_id = answer.chat_id or self.chat_id
        self.absorb(answer)

    async def _mend(self, operation: Operation, error: Refused) -> bool:
        """Do what can be done of a refused operation; false when nothing can."""
        match operation:
            case CreateChat() if error.blames_people and (operation.users or operation.bots):
                self.without_people = True
                await self._call(operation.model_copy(update={"users": (), "bots": ()}))
            case UpdateChat() if error.field:
                self.problems.append(error.diagnostic)
                rest = without_field(operation.settings, error.field)
                if rest.fields():
                    await self._call(UpdateChat(settings=rest))
            case CreateTabs() if error.facts.code == DOCUMENT_REFUSED:
                for tab in operation.tabs:
                    await self._call_alone(CreateTabs(tabs=(tab,)), tab.name)
            case UpdateTabs() if error.facts.code == DOCUMENT_REFUSED:
                for update in operation.tabs:
                    await self._call_alone(UpdateTabs(tabs=(update,)), update.tab.name)
            case _:
                return False
        return True

    async def _call_alone(self, operation: Operation, name: str) -> None:
        try:
            await self._call(operation)
        except Refused as error:
            detail = text("Tab `{name}`: {detail}", name=name, detail=error.diagnostic.detail)
            self.problems.append(replace(error.diagnostic, detail=detail))


def without_field(settings: Settings, path: str) -> Settings:
    """Return `settings` without the field at `path`, or without all below it."""
    return Settings.from_fields(
        {
            each: value
            for each, value in settings.fields().items()
            if each != path and not each.startswith(f"{path}.")
        }
    )
