"""OpenAI, and whoever speaks its protocol: chat, responses, ears and a voice."""
