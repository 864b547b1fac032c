"""Damage for DICOM files: seeded, so that every file of a run can be made again from (seed, number)."""

from collections.abc import Callable, Sequence

import numpy as np

_TELLING_NUMBERS = (
    0,
    1,
    2,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0x8000,
    0xFFFE,
    0xFFFF,
    0x7FFFFFFF,
    0xFFFFFFFE,
    0xFFFFFFFF,
)
_TELLING_TAGS = (
    *(0x00020010, 0x00280002, 0x00280004, 0x00280006, 0x00280008, 0x00280010, 0x00280011, 0x00280100),
    *(0x00280101, 0x00280102, 0x00280103, 0x00281050, 0x00281051, 0x00281052, 0x00281053, 0x00281101),
    *(0x00281201, 0x00283000, 0x00283002, 0x00283006, 0x00283010, 0x00186011, 0x52009229, 0x52009230),
    *(0x60000010, 0x60000050, 0x60003000, 0x7FE00001, 0x7FE00010, 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD),
)

Damage = Callable[[bytearray, np.random.Generator, Sequence[bytes]], bytearray]


def mutated(seeds: Sequence[bytes], seed: int, number: int) -> bytes:
    """Return damaged file `number` of the run `seed`: a good file with one to four kinds of damage."""
    random = np.random.default_rng((seed, number))
    content = bytearray(seeds[int(random.integers(len(seeds)))])
    for _ in range(int(random.integers(1, 5))):
        damage = _DAMAGES[int(random.integers(len(_DAMAGES)))]
        if content:
            content = damage(content, random, seeds)
    return bytes(content)


def _place(content: bytearray, random: np.random.Generator) -> int:
    # Headers lie in front, and small places are where decoders fall: half of all damage goes there.
    end = len(content) if random.random() < 0.5 else min(len(content), 4000)
    return int(random.integers(end))


def _flip_bytes(content: bytearray, random: np.random.Generator, _: Sequence[bytes]) -> bytearray:
    for _number in range(int(random.integers(1, 30))):
        content[_place(content, random)] ^= int(random.integers(1, 256))
    return content


def _cut_short(content: bytearray, random: np.random.Generator, _: Sequence[bytes]) -> bytearray:
    return content[: _place(content, random)]


def _take_out(content: bytearray, random: np.random.Generator, _: Sequence[bytes]) -> bytearray:
    at = _place(content, random)
    del content[at : at + int(random.integers(1, 200))]
    return content


def _put_in(content: bytearray, random: np.random.Generator, seeds: Sequence[bytes]) -> bytearray:
    other = seeds[int(random.integers(len(seeds)))]
    start = int(random.integers(len(other)))
    at = _place(content, random)
    content[at:at] = other[start : start + int(random.integers(1, 400))]
    return content


def _write_over(content: bytearray, random: np.random.Generator, _: Sequence[bytes]) -> bytearray:
    at, count = _place(content, random), int(random.integers(1, 64))
    fill = (b"\0", b"\xff", b" ", b"9", random.bytes(1))[int(random.integers(5))]
    content[at : at + count] = (fill * count)[: max(0, len(content) - at)]
    return content


def _edit_a_length(content: bytearray, random: np.random.Generator, _: Sequence[bytes]) -> bytearray:
    """Change what follows something that looks like a value representation."""
    start = _place(content, random)
    for at in range(start, min(start + 500, len(content) - 8)):
        if bytes(content[at : at + 2]).isalpha() and bytes(content[at : at + 2]).isupper():
            is_long = content[at + 2 : at + 4] == b"\0\0"
            place, size = (at + 4, 4) if is_long else (at + 2, 2)
            content[place : place + size] = _number(random, size)
            break
    return content


def _edit_an_element(content: bytearray, random: np.random.Generator, _: Sequence[bytes]) -> bytearray:
    """Change tag, length or value of an element that matters to the pixels."""
    tag = _TELLING_TAGS[int(random.integers(len(_TELLING_TAGS)))]
    order = "little" if random.random() < 0.9 else "big"
    wanted = (tag >> 16).to_bytes(2, order) + (tag & 0xFFFF).to_bytes(2, order)
    at = content.find(wanted)
    if at >= 0:
        place = at + int(random.choice((0, 2, 4, 6, 8, 10, 12)))
        size = int(random.choice((1, 2, 4)))
        content[place : place + size] = _number(random, size)
    return content


def _swap_the_syntax(content: bytearray, random: np.random.Generator, _: Sequence[bytes]) -> bytearray:
    at = content.find(b"1.2.840.10008.1.2", 0, 400)
    if at >= 0:
        suffixes = (
            b".4.50",
            b".4.57",
            b".4.70",
            b".4.80",
            b".4.90",
            b".4.91",
            b".4.201",
            b".5",
            b".1",
            b".2",
            b"",
        )
        content[at + 17 : at + 22] = suffixes[int(random.integers(len(suffixes)))].ljust(5, b"\0")[:5]
    return content


def _number(random: np.random.Generator, size: int) -> bytes:
    if random.random() < 0.3:
        return random.bytes(size)
    value = _TELLING_NUMBERS[int(random.integers(len(_TELLING_NUMBERS)))]
    return (value & ((1 << (8 * size)) - 1)).to_bytes(size, "little")


_DAMAGES: tuple[Damage, ...] = (
    _flip_bytes,
    _cut_short,
    _take_out,
    _put_in,
    _write_over,
    _edit_a_length,
    _edit_an_element,
    _edit_an_element,
    _swap_the_syntax,
)
