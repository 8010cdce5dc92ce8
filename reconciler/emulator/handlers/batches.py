"""Lists of things that one call writes: is one bad entry the end of all?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from reconciler.emulator.operation import Call
from reconciler.emulator.wire import Refusal

_Wanted = TypeVar("_Wanted")
_Accepted = TypeVar("_Accepted")


def accept_each(
    call: Call, wanted: Iterable[_Wanted], accept: Callable[[_Wanted], _Accepted]
) -> list[_Accepted]:
    """Return what `accept` makes of every entry; one refused entry refuses the call.

    Where the other reading is chosen, refused entries are left out as long as one is good.

    Raises:
        Refusal: the one of the first bad entry.
    """
    accepted: list[_Accepted] = []
    refusals: list[Refusal] = []
    for entry in wanted:
        try:
            accepted.append(accept(entry))
        except Refusal as refusal:
            refusals.append(refusal)
    if refusals and (call.readings.bad_entry == "rejects_all" or not accepted):
        raise refusals[0]
    return accepted
