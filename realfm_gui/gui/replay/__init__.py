"""Replay: any stored reading painted again from its record."""
