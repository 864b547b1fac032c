"""What was displayed in a reading, as numbers. Pure functions on records; "displayed" is never "seen"."""
