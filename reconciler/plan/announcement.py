"""The fewest calls that make a live announcement say what is desired.

What stays in its place is kept, with its id and its comments. Texts that differ are changed in one call for all of
them. New blocks are created before old ones are deleted, so that the announcement is never shorter than before and
after; from the end to the beginning, so that places before them stay as they were.

Source: announcements.openapi.yaml, `info.x-convergence`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, count
from typing import Final, NamedTuple, TypeAlias, TypeVar

from reconciler.errors import text
from reconciler.model.announcement import (
    BLOCKS_PER_CREATE,
    MENTIONS_PER_REQUEST,
    SAYABLE,
    UPDATES_PER_CALL,
    Announcement,
    Block,
    LiveAnnouncement,
    LiveBlock,
    said,
)
from reconciler.model.group import DesiredGroup, LiveGroup
from reconciler.plan.operations import (
    BlockRef,
    BlockUpdate,
    CreateBlocks,
    DeleteBlocks,
    Operation,
    UpdateBlocks,
)
from reconciler.plan.plan import Block as Obstacle

MAX_CELLS: Final = 10_000
"""Pairs of live and desired blocks that are looked at, which takes half a second; where there are more, all between
the equal ends is updated if the kinds are the same, else replaced."""

T = TypeVar("T")

_DOCUMENT: Final = BlockRef()


def plan_announcement(desired: Announcement, live: LiveAnnouncement) -> tuple[Operation, ...]:
    """Return the operations of the announcement step; none for one of the old kind, which no call can replace."""
    if live.type == "doc":
        return ()
    scripts = (
        _Aligner(may_update=may_update).align(live.blocks, desired.blocks) for may_update in (True, False)
    )
    # Of equals min() takes the first: whatever is updated keeps its id.
    best = min(
        scripts, key=lambda script: (script.cost.calls + _calls_of(script.cost.updates), script.cost.touched)
    )
    return tuple(_Writer(live.revision).write(best))


def announcement_block(desired: DesiredGroup, live: LiveGroup) -> Obstacle | None:
    """Return why a live announcement must not or cannot be replaced, `None` when it can."""
    assert desired.announcement, "only what is managed has a step"
    assert live.announcement, "only what is told has a step"
    if live.announcement.type == "doc":
        return Obstacle(
            reason=text(
                "The announcement is of the old kind (doc), which no call of the platform can replace."
            ),
            remedy=text(
                "Write it anew in the Feishu client, which makes one of the new kind, or list `announcement` in "
                "`unmanaged`."
            ),
        )
    foreign = foreign_kinds(live.announcement)
    if not foreign or desired.announcement.replace_all:
        return None
    return Obstacle(
        reason=text(
            "The live announcement holds what Markdown cannot say ({kinds}); it would be lost.",
            kinds=", ".join(foreign),
        ),
        remedy=text(
            "Write `announcement: {markdown: …, replace_all: true}` to replace it, or list `announcement` in "
            "`unmanaged`."
        ),
    )


def foreign_kinds(live: LiveAnnouncement) -> list[str]:
    """Return the kinds of blocks that Markdown cannot say."""
    return sorted({_name_of(block) for block in live.blocks if said(block) is None})


def _name_of(block: LiveBlock) -> str:
    """Return what Markdown cannot say of a block: its kind, or that of something below it."""
    if block.own is None and block.kind not in SAYABLE:
        return block.kind
    inner = next((each for each in block.children if said(each) is None), None)
    return _name_of(inner) if inner and block.own else f"formatted {block.kind}"


def _calls_of(updates: int) -> int:
    return -(-updates // UPDATES_PER_CALL)


# ------------------------------------------------------------------ what becomes of each block


class _Cost(NamedTuple):
    """What a way costs: calls but those for updates, blocks that come or go, blocks that are updated."""

    calls: int = 0
    touched: int = 0
    updates: int = 0

    def plus(self, other: _Cost) -> _Cost:
        return _Cost(*(mine + its for mine, its in zip(self, other, strict=True)))


@dataclass(frozen=True, slots=True)
class _Keep:
    """A live block stays as it is."""


@dataclass(frozen=True, slots=True)
class _Match:
    """A live block stays and becomes a desired one."""

    live: LiveBlock
    desired: Block
    below: _Script


@dataclass(frozen=True, slots=True)
class _Delete:
    """A live block goes."""


@dataclass(frozen=True, slots=True)
class _Create:
    """A desired block comes."""

    desired: Block


_Edit: TypeAlias = _Keep | _Match | _Delete | _Create


@dataclass(frozen=True, slots=True)
class _Script:
    """What becomes of the children of one block, in their order."""

    edits: tuple[_Edit, ...]
    cost: _Cost


_State: TypeAlias = tuple[int, int, bool, bool]
"""Live and desired blocks behind us, and whether a deletion and a creation began since the last one that stays."""


class _Step(NamedTuple):
    cost: _Cost
    before: _State | None
    edit: _Edit | None


class _Aligner:
    """Finds the cheapest script; with `may_update` those that update texts as well."""

    def __init__(self, *, may_update: bool) -> None:
        self._may_update = may_update

    def align(self, live: Sequence[LiveBlock], desired: Sequence[Block]) -> _Script:
        told = [said(block) for block in live]
        head, head_wide = _equal_ends(told, desired)
        tail, tail_wide = _equal_ends(
            [each if each is None else each[::-1] for each in reversed(told[head:])],
            desired[head_wide:][::-1],
        )
        inner_live, inner_told = live[head : len(live) - tail], told[head : len(live) - tail]
        inner_desired = desired[head_wide : len(desired) - tail_wide]
        if len(inner_live) * len(inner_desired) > MAX_CELLS:
            inner = self._in_place(inner_live, inner_desired) or _replaced(len(inner_live), inner_desired)
        else:
            inner = self._cheapest(inner_live, inner_told, inner_desired)
        kept = _Keep()
        return _Script((*([kept] * head), *inner.edits, *([kept] * tail)), inner.cost)

    def _in_place(self, live: Sequence[LiveBlock], desired: Sequence[Block]) -> _Script | None:
        """Return the script by which every live block becomes the desired one in its place, if it can."""
        if len(live) != len(desired):
            return None
        matches = [match for pair in zip(live, desired, strict=True) if (match := self._match(*pair))]
        if len(matches) < len(live):
            return None
        cost = _Cost(updates=sum(_differs(match.live, match.desired) for match in matches))
        for match in matches:
            cost = cost.plus(match.below.cost)
        return _Script(tuple(matches), cost)

    def _cheapest(
        self, live: Sequence[LiveBlock], told: Sequence[tuple[Block, ...] | None], desired: Sequence[Block]
    ) -> _Script:
        """Walk through all pairs of places, the cheapest way to each known before it is gone on from."""
        steps: dict[_State, _Step] = {(0, 0, False, False): _Step(_Cost(), None, None)}
        for row in range(len(live) + 1):
            for column in range(len(desired) + 1):
                for state in ((row, column, gone, come) for gone in (False, True) for come in (False, True)):
                    if state not in steps:
                        continue
                    for following, cost, edit in self._ways(state, live, told, desired):
                        total = steps[state].cost.plus(cost)
                        if following not in steps or total < steps[following].cost:
                            steps[following] = _Step(total, state, edit)
        ends = ((len(live), len(desired), gone, come) for gone in (False, True) for come in (False, True))
        end: _State | None = min((each for each in ends if each in steps), key=lambda each: steps[each].cost)
        cost = steps[end].cost if end else _Cost()
        edits: list[_Edit] = []
        while end and (step := steps[end]).edit:
            edits.append(step.edit)
            end = step.before
        return _Script(tuple(reversed(edits)), cost)

    def _ways(
        self,
        state: _State,
        live: Sequence[LiveBlock],
        told: Sequence[tuple[Block, ...] | None],
        desired: Sequence[Block],
    ) -> Iterator[tuple[_State, _Cost, _Edit]]:
        row, column, deleting, creating = state
        if column < len(desired):
            wanted = desired[column]
            cost = _Cost((not creating) + _calls_below(wanted), 1)
            yield (row, column + 1, deleting, True), cost, _Create(wanted)
        if row == len(live):
            return
        yield (row + 1, column, True, creating), _Cost(not deleting, 1), _Delete()
        says = told[row]
        if says is not None and tuple(desired[column : column + len(says)]) == says:
            yield (row + 1, column + len(says), False, False), _Cost(), _Keep()
            if says:
                return
        if column < len(desired) and (match := self._match(live[row], desired[column])):
            cost = match.below.cost.plus(_Cost(updates=_differs(match.live, match.desired)))
            yield (row + 1, column + 1, False, False), cost, match

    def _match(self, live: LiveBlock, desired: Block) -> _Match | None:
        if live.own is None or live.own.kind != desired.kind:
            return None
        if not self._may_update and _differs(live, desired):
            return None
        return _Match(live, desired, self.align(live.children, desired.children))


def _equal_ends(told: Sequence[tuple[Block, ...] | None], desired: Sequence[Block]) -> tuple[int, int]:
    """Return how many live and desired blocks are equal from the beginning on.

    Whatever says nothing right before the first difference is left to be used.
    """
    equal = equal_wide = wide = 0
    for number, says in enumerate(told, 1):
        if says is None or tuple(desired[wide : wide + len(says)]) != says:
            break
        wide += len(says)
        if says:
            equal, equal_wide = number, wide
    return equal, equal_wide


def _replaced(live: int, desired: Sequence[Block]) -> _Script:
    calls = 1 + len(_portions(desired, BLOCKS_PER_CREATE, _itself)) + sum(map(_calls_below, desired))
    edits: tuple[_Edit, ...] = (*map(_Create, desired), *([_Delete()] * live))
    return _Script(edits, _Cost(calls, live + len(desired)))


def _differs(live: LiveBlock, desired: Block) -> bool:
    return live.own != desired.model_copy(update={"children": ()})


def _calls_below(block: Block) -> int:
    """Return how many calls it takes to create what stands below a new block."""
    portions = _portions(block.children, BLOCKS_PER_CREATE, _itself)
    return len(portions) + sum(map(_calls_below, block.children))


def _itself(block: Block) -> Block:
    return block


def _portions(things: Sequence[T], most: int, block_of: Callable[[T], Block]) -> list[list[T]]:
    """Return things in the portions that one call takes: so many, and not too many mentions of people."""
    portions: list[list[T]] = []
    mentions = 0
    for thing in things:
        own = sum(1 for span in block_of(thing).spans if span.person)
        if not portions or len(portions[-1]) == most or mentions + own > MENTIONS_PER_REQUEST:
            portions.append([])
            mentions = 0
        portions[-1].append(thing)
        mentions += own
    return portions


# ------------------------------------------------------------------ scripts as operations


@dataclass
class _Writer:
    """Writes a script as operations, for an announcement of one revision."""

    revision: int
    _numbers: Iterator[int] = field(default_factory=count)

    def write(self, script: _Script) -> Iterator[Operation]:
        updates = list(_updates(script))
        for portion in _portions(updates, UPDATES_PER_CALL, lambda update: update.block):
            yield UpdateBlocks(revision=self.revision, updates=tuple(portion))
        yield from self._edit(_DOCUMENT, script)

    def _edit(self, parent: BlockRef, script: _Script) -> Iterator[Operation]:
        """Yield what changes the children of a block: all that comes, then all that goes, from the last to the first."""
        gaps = list(_gaps(script))
        for place, _, come in reversed(gaps):
            yield from self._create(parent, place, come)
        for edit in script.edits:
            if isinstance(edit, _Match):
                yield from self._edit(BlockRef(id=edit.live.id), edit.below)
        shifts = accumulate(len(come) for _, _, come in gaps)
        for (place, gone, _), shift in reversed(list(zip(gaps, shifts, strict=True))):
            if gone:
                start = place + shift
                yield DeleteBlocks(revision=self.revision, parent=parent, start=start, end=start + gone)

    def _create(self, parent: BlockRef, place: int, blocks: Sequence[Block]) -> Iterator[Operation]:
        made: list[tuple[BlockRef, Block]] = []
        for portion in _portions(blocks, BLOCKS_PER_CREATE, _itself):
            number = next(self._numbers)
            yield CreateBlocks(
                revision=self.revision,
                number=number,
                parent=parent,
                index=place + len(made),
                blocks=tuple(block.model_copy(update={"children": ()}) for block in portion),
            )
            made += [(BlockRef(made=(number, index)), block) for index, block in enumerate(portion)]
        for ref, block in made:
            yield from self._create(ref, 0, block.children)


def _updates(script: _Script) -> Iterator[BlockUpdate]:
    for edit in script.edits:
        if isinstance(edit, _Match):
            if _differs(edit.live, edit.desired):
                yield BlockUpdate(id=edit.live.id, block=edit.desired.model_copy(update={"children": ()}))
            yield from _updates(edit.below)


def _gaps(script: _Script) -> Iterator[tuple[int, int, list[Block]]]:
    """Yield between what stays: the place, how many blocks go from there on, and which ones come."""
    place = gone = 0
    come: list[Block] = []
    for edit in (*script.edits, _Keep()):
        match edit:
            case _Create():
                come.append(edit.desired)
            case _Delete():
                gone += 1
            case _:
                if gone or come:
                    yield place, gone, come
                place, gone, come = place + gone + 1, 0, []
