"""Desired × live × recorded → changes, one function per facet. Pure.

| desired  | live                     | result                                                           |
|----------|--------------------------|------------------------------------------------------------------|
| unmanaged| anything                 | no change: it is never compared                                  |
| managed  | not told                 | no change: a reduced answer is never drift and never "empty"     |
| managed  | equal                    | no change                                                        |
| managed  | the echo of what we sent | no change: a *normalization*, while desired is as it was sent    |
| managed  | other                    | a change, with its origin                                        |

The *origin* of a change tells who moved: `new` (nothing recorded), `config` (live is as recorded: the
configuration changed), `drift` (desired is as recorded: somebody changed the group), `both`.

May import `model` and `errors`.
"""
