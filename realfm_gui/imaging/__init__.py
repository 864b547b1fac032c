"""Images: from files to frames, from frames to the pixels of the viewport; import and de-identification.

Nothing is imported here: the window needs `rendering` (numpy only) at start and must not pay for pydicom.
"""
