"""Ways in and out of a conversation; they see the vocabulary and the ports only."""
