"""What the operations do: one function each, one module per area of the API.

A handler gets a `Call` whose fields are checked, raises `Refusal` with the codes of its operation in the
order that the API description gives, and changes the store only when nothing is refused any more.
"""
