"""The display check: a test pattern painted pixel by pixel, what the reader saw, what somebody measured."""
