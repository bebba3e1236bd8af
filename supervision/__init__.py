"""A small OTP on Pykka: mailbox, address, actor, spec, supervisor. No voice in it."""
