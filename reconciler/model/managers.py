"""The managers facet: users and bots the owner appointed.

Source: members.openapi.yaml, `x-limits` and chat_managers_add_managers `x-rules`.
"""

from __future__ import annotations

from typing import Final

ORDINARY_CAP: Final = 10
"""Managers of an ordinary group, users and bots together, the owner not counted."""
LARGE_CAP: Final = 20
"""Managers of a super-large group; no call tells which group is one."""
USERS_PER_CALL: Final = 50
BOTS_PER_CALL: Final = 5
