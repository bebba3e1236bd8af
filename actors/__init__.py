"""The voice vocabulary, the ports and the stage actors of a call."""
