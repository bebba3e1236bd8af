"""The rules of turn taking, one subject a file; each writes into the draft of one step."""
