"""The actors around a tool call: what runs it, what serves it, what is told of it."""
