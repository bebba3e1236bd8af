"""The doors: HTTP, WebSocket and WebRTC, as one ASGI application that any service can mount."""
