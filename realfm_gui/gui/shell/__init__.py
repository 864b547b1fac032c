"""The frame around the pages: window, navigation, commands, the one door for changes."""
