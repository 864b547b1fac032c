"""What can be asked of a study: cases, readings, progress; and the readers' drafts."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from realfm_gui.domain.case import Case, CaseImage, Split
from realfm_gui.domain.reading import CaseAnswer, Draft, Phase, PhaseTimes, Reading
from realfm_gui.storage.database import in_the_users_words, transaction
from realfm_gui.storage.event_log import canonical_json, refuse_sealed_keys
from realfm_gui.storage.open_study import OpenStudy
from realfm_gui.storage.projections import is_locked


class StudyQueries(OpenStudy):
    """The part of a study that answers questions from the projections, and keeps drafts."""

    @property
    def creation(self) -> Mapping[str, Any]:
        """What the first event says of how the study was begun: ``app_version``, ``frame_order``, ...

        The latter is absent in studies from before there were numbers for it (`domain.frame_order`).
        """
        [[payload]] = self._rows("SELECT payload FROM events WHERE sequence = 1")
        begun: dict[str, Any] = json.loads(payload)
        return begun

    def cases(self, *splits: Split) -> list[Case]:
        """Return the cases of these splits (none given: all) in the order they were added."""
        wanted = [Split(split).value for split in splits or tuple(Split)]
        marks = ", ".join("?" * len(wanted))
        return self._cases(f"split IN ({marks})", tuple(wanted))

    def case(self, case_id: str) -> Case:
        """Return one case; KeyError if there is none of that id."""
        found = self._cases("case_id = ?", (case_id,))
        if not found:
            raise KeyError(case_id)
        return found[0]

    def readings(self, *, reader: str | None = None) -> list[Reading]:
        """Return locked unaided and submitted aided readings (of one reader) in the order of the log."""
        condition, parameters = ("", ()) if reader is None else ("WHERE reader = ?", (reader,))
        rows = self._rows(
            "SELECT reader, case_id, phase, answer, active_ms, idle_ms, paused_ms, session, sequence"  # noqa: S608
            f" FROM readings {condition} ORDER BY sequence",
            parameters,
        )
        return [
            Reading(
                reader=name,
                case_id=case_id,
                phase=Phase(phase),
                answer=CaseAnswer.from_payload(json.loads(answer)),
                times=PhaseTimes(active_ms=active_ms, idle_ms=idle_ms, paused_ms=paused_ms),
                session=session,
                sequence=sequence,
            )
            for name, case_id, phase, answer, active_ms, idle_ms, paused_ms, session, sequence in rows
        ]

    def locked_phases(self, reader: str) -> dict[str, set[Phase]]:
        """Return, for each case this reader has begun to answer, the phases on record."""
        locked: dict[str, set[Phase]] = {}
        for case_id, phase in self._rows("SELECT case_id, phase FROM readings WHERE reader = ?", (reader,)):
            locked.setdefault(case_id, set()).add(Phase(phase))
        return locked

    def last_opened(self, reader: str) -> tuple[str, Phase] | None:
        """Return the case and phase this reader opened last, or None."""
        rows = self._rows("SELECT case_id, phase FROM openings WHERE reader = ?", (reader,))
        return (rows[0][0], Phase(rows[0][1])) if rows else None

    def ai_revealed(self, reader: str, case_id: str) -> bool:
        """Return whether this reader has seen the model's output for this case."""
        return bool(self._rows("SELECT 1 FROM reveals WHERE reader = ? AND case_id = ?", (reader, case_id)))

    def progress_by_reader(self) -> dict[str, dict[Phase, int]]:
        """Return how many cases each reader has on record in each phase, 0 for who has not begun."""
        progress = {reader.id: dict.fromkeys(Phase, 0) for reader in self.protocol.readers}
        for reader, phase, count in self._rows(
            "SELECT reader, phase, count(*) FROM readings GROUP BY reader, phase"
        ):
            progress.setdefault(reader, dict.fromkeys(Phase, 0))[Phase(phase)] = count
        return progress

    def save_draft(self, draft: Draft) -> None:
        """Keep what a reader has typed but not locked; replaces the reader's earlier draft.

        Not part of the record. A draft that arrives after its phase was locked is late, and dropped.
        """
        self._refuse_writing()
        refuse_sealed_keys(draft.view)
        text = canonical_json(
            {"answer": draft.answer.to_payload(), "times": asdict(draft.times), "view": dict(draft.view)}
        )
        with in_the_users_words(self.root), transaction(self._connection):
            if not is_locked(self._connection, draft.reader, draft.case_id, draft.phase):
                self._connection.execute(
                    "INSERT INTO drafts VALUES (?,?,?,?) ON CONFLICT (reader) DO UPDATE SET"
                    " case_id = excluded.case_id, phase = excluded.phase, draft = excluded.draft",
                    (draft.reader, draft.case_id, draft.phase.value, text),
                )

    def draft(self, reader: str) -> Draft | None:
        """Return this reader's draft, or None; it is gone once that case and phase are locked."""
        rows = self._rows("SELECT case_id, phase, draft FROM drafts WHERE reader = ?", (reader,))
        if not rows:
            return None
        case_id, phase, text = rows[0]
        stored = json.loads(text)
        return Draft(
            reader=reader,
            case_id=case_id,
            phase=Phase(phase),
            answer=CaseAnswer.from_payload(stored["answer"]),
            times=PhaseTimes(**stored["times"]),
            view=stored["view"],
        )

    def _cases(self, condition: str, parameters: tuple[Any, ...]) -> list[Case]:
        images: dict[str, list[CaseImage]] = {}
        for case_id, image_id, file, series, position, digest in self._rows(
            "SELECT case_id, image_id, file, series, position, salted_sha256 FROM images"  # noqa: S608
            f" WHERE case_id IN (SELECT case_id FROM cases WHERE {condition})"
            " ORDER BY series, position, image_id",
            parameters,
        ):
            images.setdefault(case_id, []).append(
                CaseImage(
                    image_id=image_id, file=file, series=series, position=position, salted_sha256=digest
                )
            )
        rows = self._rows(
            "SELECT case_id, patient_id, split, indication FROM cases"  # noqa: S608
            f" WHERE {condition} ORDER BY sequence",
            parameters,
        )
        return [
            Case(
                case_id=case_id,
                patient_id=patient_id,
                split=Split(split),
                images=tuple(images[case_id]),
                indication=indication,
            )
            for case_id, patient_id, split, indication in rows
        ]
