"""Performs the operations of one step and deals with what the platform answers to them.

- A refused person does not spoil a create: it goes once more without people.
- A refused field does not spoil an update: it goes once more without it, and the field is the failure. The same
  for the avatar of a create, and for a picture that could not be uploaded.
- A refused document does not spoil other tabs: they go one by one, and the refused ones are the failure.
- After an unknown outcome what is there is read, and what then still differs is done. The transport repeats
  what may be repeated blindly before that; a create is left to the next run, which repeats it by its key.
- The same when a call names tabs, menus or blocks that somebody changed meanwhile.

Source: docs/behaviour.md, "Repeats".
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from reconciler.apply.images import UploadedImages
from reconciler.apply.ports import Gateway
from reconciler.apply.run import Run
from reconciler.errors import (
    Diagnostic,
    OutcomeUnknown,
    PlatformError,
    Refused,
    RunRefused,
    text,
)
from reconciler.model.settings import Settings
from reconciler.model.tabs import Tab
from reconciler.plan.answers import Answer
from reconciler.plan.operations import (
    CreateBlocks,
    CreateChat,
    CreateTabs,
    DeleteBlocks,
    DeleteMenus,
    DeleteTabs,
    Operation,
    PatchMenuItem,
    SortMenus,
    SortTabs,
    TabUpdate,
    UpdateBlocks,
    UpdateChat,
    UpdateTabs,
    UploadImage,
)
from reconciler.plan.pictures import pictures_in, with_keys

DOCUMENT_REFUSED: Final = 232051
"""No right on the document of a doc tab. Source: tabs.openapi.yaml, chat_tab_create `x-errors`."""

_OVERTAKEN: Final = frozenset({0, 232001, 232072, 1770001, 1770002, 1770003, 1770021})
"""What calls are refused with whose tabs, menus or blocks somebody removed or added meanwhile; 0 is the gateway's own.
Source: tabs.openapi.yaml, `info.x-convergence`; menus.openapi.yaml, chat_menu_tree_sort `x-errors`;
announcements.openapi.yaml, docx_chat_announcement_block_children_create `x-errors`."""

_AVATAR_AT_CREATE: Final = frozenset({232001, 232021, 232041})
"""What a create may be refused with for its avatar; its page has no code for that.
Source: chats.openapi.yaml, chat_create `x-open-questions`."""

_IMAGE_REFUSED: Final = frozenset({232041, 232056})
"""An image key of the call is not usable. Source: wire-behaviour.md, section 12."""

_ATTEMPTS: Final = 3
"""How often a step reads back and goes on before it gives up."""

Absorb = Callable[[Operation, Answer], None]
Replan = Callable[[], Awaitable[Sequence[Operation]]]


class Interrupted(Exception):
    """The run ends; the rest of the step was not started."""


@dataclass
class Calls:
    """The calls of one step."""

    gateway: Gateway
    run: Run
    images: UploadedImages
    chat_id: str
    absorb: Absorb
    """Takes what an operation did and its answer tells into the picture of the live group."""
    replan: Replan
    """Reads the facet and returns what is still to be done."""
    answered: list[str] = field(default_factory=list)
    """Kinds of the operations that were done; the caller's own list, if it brings one."""
    count: int = 0
    problems: list[Diagnostic] = field(default_factory=list)
    """Failures that did not keep the rest of the step from being done."""
    without_people: bool = False
    """Whether the create went without the people it named."""
    maybe_done: bool = False
    """Whether a call that failed may have been done all the same."""
    _missing: set[tuple[str, str]] = field(default_factory=set)
    """Tabs, by type and link, that could not be created."""

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
            except (OutcomeUnknown, Refused) as error:
                attempts += 1
                if attempts > _ATTEMPTS or not _may_be_overtaken(operation, error):
                    raise
                rest = list(await self.replan())
                if isinstance(error, Refused) and rest == [operation, *pending]:
                    raise
                pending = rest

    async def _perform_or_mend(self, operation: Operation) -> None:
        if isinstance(operation, UploadImage):
            await self._upload(operation)
            return
        bound = with_keys(self._without_missing(operation), self.images.known)
        if bound is not None:
            await self._call_or_mend(bound)

    async def _call_or_mend(self, operation: Operation) -> None:
        try:
            await self._call(operation)
        except Refused as error:
            if error.facts.code in _IMAGE_REFUSED:
                self.images.give_up(picture for picture, _ in pictures_in(operation))
            if not await self._mend(operation, error):
                raise

    async def _upload(self, operation: UploadImage) -> None:
        """Upload a file unless its image key is known; a refused avatar does not keep the rest from being written."""

        async def perform() -> str:
            answer = await self._call(operation)
            assert answer.image, "an upload answers with an image key"
            return answer.image

        try:
            key = await self.images.provide(operation, perform)
        except RunRefused:
            raise
        except PlatformError as error:
            if operation.purpose != "avatar":
                raise
            self.problems.append(error.diagnostic)
        else:
            self.absorb(operation, Answer(image=key))

    async def _call(self, operation: Operation) -> Answer:
        if self.run.ending:
            raise Interrupted
        hopeless = self.run.hopeless(operation.kind)
        if hopeless:
            raise hopeless
        self.count += 1
        try:
            answer = await self.gateway.perform(operation, self.chat_id)
        except PlatformError as error:
            # An image that nobody knows of changes no group.
            self.maybe_done |= error.maybe_done and not isinstance(operation, UploadImage)
            self.run.learn(operation.kind, error)
            raise
        self.answered.append(operation.kind)
        self.chat_id = answer.chat_id or self.chat_id
        self.absorb(operation, answer)
        return answer

    async def _mend(self, operation: Operation, error: Refused) -> bool:
        """Do what can be done of a refused operation; false when nothing can."""
        match operation:
            case CreateChat() if error.blames_people and (operation.users or operation.bots):
                self.without_people = True
                await self._call_or_mend(operation.model_copy(update={"users": (), "bots": ()}))
            case CreateChat() if operation.settings.avatar and error.facts.code in _AVATAR_AT_CREATE:
                rest = without_field(operation.settings, "avatar")
                await self._call(operation.model_copy(update={"settings": rest}))
                self.problems.append(_avatar_refused(error))
            case UpdateChat() if error.field:
                return await self._update_without(error, operation.settings)
            case CreateTabs() | UpdateTabs() if error.facts.code == DOCUMENT_REFUSED:
                await self._one_by_one(operation, error)
            case _:
                return False
        return True

    async def _update_without(self, error: Refused, settings: Settings) -> bool:
        rest = without_field(settings, error.field)
        if rest == settings:
            return False
        self.problems.append(error.diagnostic)
        if rest.fields():
            await self._call(UpdateChat(settings=rest))
        return True

    async def _one_by_one(self, operation: CreateTabs | UpdateTabs, refusal: Refused) -> None:
        parts = [(operation.model_copy(update={"tabs": (each,)}), each) for each in operation.tabs]
        if len(parts) == 1:
            self._give_up(parts[0][1], refusal)
            return
        for part, each in parts:
            try:
                await self._call(part)
            except Refused as error:
                self._give_up(each, error)

    def _give_up(self, refused: Tab | TabUpdate, error: Refused) -> None:
        tab = refused if isinstance(refused, Tab) else refused.tab
        detail = text("Tab `{name}`: {detail}", name=tab.name, detail=error.diagnostic.detail)
        self.problems.append(replace(error.diagnostic, detail=detail))
        if isinstance(refused, Tab):
            self._missing.add((tab.type, tab.link))

    def _without_missing(self, operation: Operation) -> Operation:
        """Return `operation`; an order leaves out the tabs that could not be created."""
        if not isinstance(operation, SortTabs):
            return operation
        order = tuple(ref for ref in operation.order if (ref.type, ref.link) not in self._missing)
        return SortTabs(order=order)


def _avatar_refused(error: Refused) -> Diagnostic:
    return replace(
        error.diagnostic,
        summary=text("Avatar refused"),
        hint=text(
            "The image has to be uploaded as an avatar by this very app; name the file (`./…`) instead."
        ),
    )


def _may_be_overtaken(operation: Operation, error: OutcomeUnknown | Refused) -> bool:
    """Tell whether reading back can show something else than was planned with."""
    if isinstance(error, OutcomeUnknown):
        return not isinstance(operation, CreateChat)
    return isinstance(operation, _NAMING) and error.facts.code in _OVERTAKEN


_NAMING = (
    UpdateTabs,
    DeleteTabs,
    SortTabs,
    PatchMenuItem,
    DeleteMenus,
    SortMenus,
    UpdateBlocks,
    CreateBlocks,
    DeleteBlocks,
)
"""Operations that name existing tabs, menus or blocks by their ids or places."""


def without_field(settings: Settings, path: str) -> Settings:
    """Return `settings` without the field at `path`, or without all below it."""
    return Settings.from_fields(
        {
            each: value
            for each, value in settings.fields().items()
            if each != path and not each.startswith(f"{path}.")
        }
    )
