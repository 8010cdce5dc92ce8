"""The order of writing inside one group, as data.

    existence → settings → members → managers → moderation → announcement → tabs → menus
        → top notice → departures → owner → departure of the old owner → lifecycle

Members come before managers and moderators, who have to be in the group; settings come first, because they
decide who may do the rest; whoever goes, goes late, and an old owner after the transfer only, because owners cannot
be removed. Groups do not wait for each other.

Source: docs/behaviour.md, "Order".
"""

from __future__ import annotations

from typing import Final

from reconciler.model.address import Facet

ORDER: Final = (
    Facet.EXISTENCE,
    Facet.SETTINGS,
    Facet.MEMBERS,
    Facet.MANAGERS,
    Facet.MODERATION,
    Facet.ANNOUNCEMENT,
    Facet.TABS,
    Facet.MENUS,
    Facet.TOP_NOTICE,
    Facet.DEPARTURES,
    Facet.OWNER,
    Facet.LIFECYCLE,
)

RANK: Final = {facet: rank for rank, facet in enumerate(ORDER)}
