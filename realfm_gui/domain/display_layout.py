"""The layout of a record of what was displayed: magic, blocks, kinds of entries, their fields.

A file is a header (magic, version) and blocks. A block is written in one go and carries its length and
CRC-32, so that the end that a crash tore off is found and left out. A block holds entries, each a byte that
says its kind and its fields, little-endian. Windows, maps and cuts (JSON) and places (numbers) are written
once and then named by their number in the segment: a picture takes 49 bytes.
"""

import struct

from realfm_gui.domain.display_record import HASH_BYTES

MAGIC = b"RFMSHOWN"
VERSION = 1
HEADER = MAGIC + struct.pack("<HHI", VERSION, 0, 0)
BLOCK = struct.Struct("<4sII")
BLOCK_MAGIC = b"BLCK"

SEGMENT, VALUE, PLACE, DISPLAYED, HIDDEN, IDLE, STILL, ENDED, ARRANGED = range(1, 10)
LENGTH = struct.Struct("<I")
PLACE_FIELDS = struct.Struct("<IIIIdddddBB")
DISPLAYED_FIELDS = struct.Struct(f"<QBHBIIIII{HASH_BYTES}s{HASH_BYTES}s")
LENS_FIELDS = struct.Struct("<dd")
HIDDEN_FIELDS = struct.Struct("<QBB")
IDLE_FIELDS = struct.Struct("<QQ")
STILL_FIELDS = struct.Struct("<Q")
ENDED_FIELDS = struct.Struct("<QB")
ARRANGED_FIELDS = struct.Struct("<QBBB")

INVERTED, ANNOTATED, WORDS, EXACT, LENS, PICTURE_HASHED, OVERLAY_HASHED = (1 << bit for bit in range(7))
NONE = 0xFFFFFFFF
EVERY_PANE = NO_PANE = 0xFF
