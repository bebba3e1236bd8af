"""The TTS slot: speaks pieces in order, and goes on with another voice where one broke off."""
