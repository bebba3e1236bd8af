"""The STT slot: puts what the caller says into words, whoever hears it."""
