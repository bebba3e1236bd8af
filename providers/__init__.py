"""Adapters to what listens, thinks and speaks; they see the vocabulary and the ports only."""
