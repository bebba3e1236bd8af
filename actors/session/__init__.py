"""The Session: the turn machine as an actor, and what it decides with."""
