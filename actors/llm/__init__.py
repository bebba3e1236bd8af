"""The LLM slot: asks, goes on with another model, runs tools, hands over speakable text."""
