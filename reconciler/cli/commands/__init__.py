"""One module per command: parse, call a use case, show the result, return the exit status."""
