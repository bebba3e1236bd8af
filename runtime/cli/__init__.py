"""The command `runtime`: its verbs, and a call as a person at a terminal has it."""
