"""How a text file is written: its encoding, its separator, and where its table begins."""

import codecs
import csv
import re
from dataclasses import dataclass
from pathlib import Path

from realfm_gui.formats.problems import refusal

HEAD_BYTES = 1 << 18
"""So much of a file is looked at to see what it is."""

OTHER_ENCODINGS = {"cp1252": "Windows-1252", "latin-1": "Latin-1"}
"""What text without a byte-order mark may be in beside UTF-8, and what that is called."""

_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_LINE_END = re.compile(r"\r\n|\n|\r")
_CONTROL_CHARACTERS = frozenset(map(chr, range(32))) - set("\t\n\r\f\v\x1a")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLayout:
    """How a table in a text file is written.

    Attributes
    ----------
    encoding : str
        utf-8, utf-8-sig, utf-16, cp1252 or latin-1.
    delimiter, decimal : str
        What separates cells, and units from tenths.
    header : tuple of str
        The columns' names, as written.
    lines_before : int
        Lines before the first line of data, the header among them.
    """

    encoding: str
    delimiter: str
    decimal: str
    header: tuple[str, ...]
    lines_before: int


def encoding_of(path: Path) -> str:
    """Return how the text of a file is encoded.

    Raises
    ------
    BadRatingsFile
        If it is empty or no text at all.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        if not head.strip():
            raise refusal(path, "is empty", hint="Choose the file that holds the ratings.")
        for mark, encoding in _BYTE_ORDER_MARKS.items():
            if head.startswith(mark):
                if not _decodes(path, encoding):
                    raise refusal(
                        path,
                        f"begins as {encoding.upper().removesuffix('-SIG')} text and is none further on",
                        hint="It may be cut off. Save it once more, as UTF-8.",
                    )
                return encoding
        if b"\0" in head:
            raise not_text(path)
    # Latin-1 gives every byte a meaning, so the list always ends well.
    return next(encoding for encoding in ("utf-8", *OTHER_ENCODINGS) if _decodes(path, encoding))


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while part := file.read(1 << 22):
                decoder.decode(part)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def head_of(path: Path, encoding: str) -> str:
    """Return the beginning of a text file, its last line perhaps cut.

    Raises
    ------
    BadRatingsFile
        If it is no text.
    """
    with path.open("rb") as file:
        text = file.read(HEAD_BYTES).decode(encoding, errors="replace")
    strange = sum(character in _CONTROL_CHARACTERS or character == "\ufffd" for character in text[:4096])
    if strange > len(text[:4096]) // 100:
        raise not_text(path)
    return text


def not_text(path: Path) -> Exception:
    """Return the refusal of a file that is neither text nor a known binary format."""
    return refusal(
        path,
        "is neither a text table nor a workbook",
        hint="Ratings are read from CSV, TSV, Parquet, .imrmc, .lrc and RJafroc's .xlsx files.",
    )


def unreadable_cells(path: Path) -> Exception:
    """Return the refusal of a table with a cell that is longer than any name or number."""
    return refusal(
        path,
        f"has a cell of more than {csv.field_size_limit():,} characters",
        hint="Perhaps a quotation mark is opened and not closed.",
    )


def table_layout(path: Path, head: str, encoding: str) -> TextLayout:
    """Return how a table with a header line is written.

    Raises
    ------
    BadRatingsFile
        If there is a single column.
    """
    lines = _LINE_END.split(head)
    header_line = next((i for i, line in enumerate(lines) if line.strip(' \t;,"')), None)
    if header_line is None:
        raise refusal(path, "holds separators and no text", hint="Choose the file that holds the ratings.")
    try:
        delimiter = max(",;\t", key=lambda sign: len(_cells(lines[header_line], sign)))
        header = tuple(cell.strip() for cell in _cells(lines[header_line], delimiter))
        writes_commas = delimiter != "," and _writes_decimal_commas(lines[header_line + 1 :], delimiter)
    except csv.Error as error:
        raise unreadable_cells(path) from error
    if len(header) < 2:
        raise refusal(
            path,
            f"has one column only ({header[0][:60]!r})",
            hint="A table of ratings has the columns reader, modality, case, truth and rating, "
            "separated by commas, semicolons or tabs.",
        )
    decimal = "," if writes_commas else "."
    return TextLayout(
        encoding=encoding, delimiter=delimiter, decimal=decimal, header=header, lines_before=header_line + 1
    )


def _cells(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])


def _writes_decimal_commas(lines: list[str], delimiter: str) -> bool:
    for line in lines[:-1] or lines:
        for cell in _cells(line, delimiter):
            whole, comma, tenths = cell.strip().lstrip("+-").partition(",")
            if comma and (whole + tenths).isdigit():
                return True
    return False
