"""Performs a plan through the ports it declares, records what was done and reports the outcome.

May import `plan` and below. It speaks no HTTP and writes no files: `Gateway`, `StateStore` and `Clock` do.
"""
