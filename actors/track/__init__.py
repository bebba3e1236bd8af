"""The last stage: plays the agent's speech, or shows its text, and knows what was heard."""
