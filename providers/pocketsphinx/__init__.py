"""PocketSphinx: the ears that need no key, each in a process of its own."""
