"""WebRTC, by aiortc: a caller in a browser, and the agent as the one who dials."""
