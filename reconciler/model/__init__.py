"""What a group is: frozen types for desired, live and recorded groups. Pure.

Three views of one group share the value types of the facets:

- *desired*: what the configuration asks for. ``None`` means *unmanaged*: never compared, never written.
- *live*: what the platform returned. ``None`` means *not told* (not read, or left out of a reduced answer);
  it is never the same as empty.
- *recorded*: what the state file remembers from the last apply.

May import only `reconciler.errors` and pydantic. No HTTP, YAML, files, clock or randomness belong here.
"""
