"""Changes → Plan: what is to be done, in which order, whether it is safe and whether we may. Pure.

A plan is data. `build` makes it from desired, live and recorded; `order` holds the order of facets; one
file per facet turns the difference into the fewest operations; `guards` refuse unsafe plans; `authority`
says what our role allows; `outcome` is what became of each step. `saved` is a plan to be performed
later, `fingerprint` what it was made of, `recheck` whether it still stands.

May import `diff`, `model` and `errors`. No I/O, clock or randomness belong here.
"""
