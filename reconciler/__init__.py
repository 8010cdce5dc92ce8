"""Feishu group reconciler: group chats described in YAML, planned, applied and watched for drift.

The way of one group from YAML to report:

1. ``config`` reads the YAML files and merges their layers into a *desired* group, keeping for every value
   the file, line and column it comes from.
2. ``state`` tells which chat the group's key is bound to and what was *recorded* at the last apply.
3. ``feishu`` reads the *live* group from the platform.
4. ``diff`` compares the three, facet by facet, and ``plan`` orders what is to be done into steps, checks the
   guards and decides what our role allows.
5. ``render`` shows the plan, or ``apply`` performs it and reports the outcome; ``state`` records it.

``workflow`` ties these together into use cases, ``cli`` turns words into use cases and exit statuses.
``emulator`` is a pretend platform that shares no code with the rest.

Importing this package does nothing else than define the version.
"""

__version__ = "0.1.0"
