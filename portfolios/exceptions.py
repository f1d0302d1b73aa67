"""What can go wrong in portfolios.

DawsError
└── PortfolioError
    ├── PortfolioNotFound       NOT_FOUND_3001: no such portfolio for this user, or at all
    ├── PortfolioInvalid        VALIDATION_2011: settings a portfolio cannot have
    ├── EntriesRefused          VALIDATION_2010: mistakes in a batch of entries, all of them listed
    │   └── ImportRefused       the same for a file; 413 when it is too large
    ├── ImportUndecided         VALIDATION_2031: a file leaves open what only its reader knows
    ├── DocumentUnreadable      VALIDATION_2020: a ledger document that cannot be evaluated
    ├── ChoicesInvalid          VALIDATION_2033: what was said about a file names nothing
    ├── ImportFileMissing       VALIDATION_2034: an import without a file
    ├── ExportFormatUnknown     VALIDATION_2021: no export is called like this
    ├── EntryNotFound           NOT_FOUND_3004: no entry of that number in this ledger
    ├── EntryAlreadyReversed    BUSINESS_4007
    ├── NothingToAmend          BUSINESS_4009: a reversal is not corrected, it is reversed
    ├── ActionNotProposed       BUSINESS_4011: booked already, dismissed, not held, or not due
    ├── PreviewOutdated         BUSINESS_4010: what is to be written is not what was previewed
    ├── CostMethodRefused       BUSINESS_4012: a change of method for what is relieved already
    ├── ImportRunNotFound       NOT_FOUND_3005
    ├── RunNotFound             NOT_FOUND_3007: no such run for this user, or at all
    ├── ReconciliationItemNotFound  NOT_FOUND_3031: no such difference in this portfolio
    ├── ReconciliationRefused   BUSINESS_4031: a difference that cannot be accepted so
    └── UploadGone              VALIDATION_2013: no previewed file waits under that id
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from patterns.exceptions import DawsError


class PortfolioError(DawsError):
    """Root of this app's family."""


class PortfolioNotFound(PortfolioError):
    """One answer for a foreign portfolio and for one that never existed."""

    code = "NOT_FOUND_3001"
    http_status = 404
    suggestion = "Open the list of portfolios and choose one of them."

    def __init__(self) -> None:
        super().__init__("There is no such portfolio.")


class PortfolioInvalid(PortfolioError):
    code = "VALIDATION_2011"
    http_status = 422


class EntriesRefused(PortfolioError):
    """A batch with mistakes: nothing of it was written."""

    code = "VALIDATION_2010"
    http_status = 422
    suggestion = "Mend what details.errors names and send the whole batch again."

    def __init__(self, errors: Sequence[Mapping[str, Any]]) -> None:
        first = errors[0]
        count = f"{len(errors)} mistakes" if len(errors) > 1 else "1 mistake"
        super().__init__(
            f"Nothing was written: {count}. {first['message']}",
            details={"reason": first["reason"], "errors": [dict(error) for error in errors]},
        )


class ImportRefused(EntriesRefused):
    suggestion = "Mend the rows that details.errors names and import the file again."

    def __init__(self, errors: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(errors)
        if any(error["reason"] == "file_too_large" for error in errors):
            self.http_status = 413


class ImportUndecided(PortfolioError):
    """The file can be read in several ways, and none of them was chosen."""

    code = "VALIDATION_2031"
    http_status = 422
    suggestion = "Answer what details.questions asks and send the file again."

    def __init__(self, questions: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(
            f"Nothing was written: {questions[0]['message']}",
            details={"reason": "ambiguous", "questions": [dict(each) for each in questions]},
        )


class DocumentUnreadable(PortfolioError):
    """A ledger document that cannot be evaluated at all; every reason is listed."""

    code = "VALIDATION_2020"
    http_status = 422
    suggestion = "Mend what details.errors names; docs/evaluate.md describes the document."

    def __init__(self, errors: Sequence[Mapping[str, Any]]) -> None:
        first = errors[0]
        super().__init__(
            f"The ledger document cannot be read. {first['message']}",
            details={"reason": first["reason"], "errors": [dict(error) for error in errors]},
        )
        self.http_status = {"file_too_large": 413, "file_malformed": 400}.get(first["reason"], 422)


class ChoicesInvalid(PortfolioError):
    """A style, a column or a security that was named beside the file, and does not exist."""

    code = "VALIDATION_2033"
    http_status = 422
    suggestion = "Mend what details.errors names."

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__(
            mistakes[0],
            details={
                "reason": "choice_invalid",
                "errors": [{"message": message} for message in mistakes],
            },
        )


class ImportFileMissing(PortfolioError):
    code = "VALIDATION_2034"
    http_status = 422
    suggestion = "Send the file as the field `file` of a form, or as the body itself."

    def __init__(self) -> None:
        super().__init__("There is no file.", details={"reason": "value_missing"})


class ExportFormatUnknown(PortfolioError):
    """A ledger was asked for as a file that is not written."""

    code = "VALIDATION_2021"
    http_status = 422

    def __init__(self, wanted: str, known: Sequence[str]) -> None:
        super().__init__(
            f"No export is called {wanted[:40]!r}.",
            suggestion=f"Ask for one of {', '.join(known)}.",
            details={"reason": "format_unknown"},
        )


class EntryNotFound(PortfolioError):
    code = "NOT_FOUND_3004"
    http_status = 404

    def __init__(self, portfolio_id: UUID, seq: int) -> None:
        super().__init__(
            f"The ledger has no entry {seq}.",
            details={"portfolio_id": str(portfolio_id), "seq": seq},
        )


class EntryAlreadyReversed(PortfolioError):
    code = "BUSINESS_4007"
    http_status = 409
    suggestion = "Write a new entry instead of reversing again."


class NothingToAmend(PortfolioError):
    code = "BUSINESS_4009"
    http_status = 409
    suggestion = "Reverse the reversal, then correct the entry that stands again."

    def __init__(self, seq: int) -> None:
        super().__init__(f"Entry {seq} is a reversal.", details={"seq": seq})


class ActionNotProposed(PortfolioError):
    code = "BUSINESS_4011"
    http_status = 409
    suggestion = "Open the inbox again: it shows what is proposed now."

    def __init__(self, action_id: UUID) -> None:
        super().__init__(
            "This corporate action is not proposed here: its entries stand already, it was "
            "dismissed, nothing was held at the open of its ex-date, or that day is still to come.",
            details={"corporate_action": str(action_id)},
        )


class PreviewOutdated(PortfolioError):
    """The ledger or the form changed after the preview, or the button was pressed twice."""

    code = "BUSINESS_4010"
    http_status = 409
    suggestion = "Look at the new preview, then write it."


class CostMethodRefused(PortfolioError):
    """A change of the cost method that cannot be, with what can."""

    code = "BUSINESS_4012"
    http_status = 422

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message, suggestion=remedy, details={"reason": "cost_method_refused"})


class ImportRunNotFound(PortfolioError):
    code = "NOT_FOUND_3005"
    http_status = 404

    def __init__(self, run_id: int) -> None:
        super().__init__(f"There is no import run {run_id}.", details={"import_run": run_id})


class RunNotFound(PortfolioError):
    """One answer for a foreign run and for one that never was."""

    code = "NOT_FOUND_3007"
    http_status = 404
    suggestion = "Open the page again; its run is named at its foot."

    def __init__(self) -> None:
        super().__init__("There is no such run.")


class UploadGone(PortfolioError):
    """The file was imported, replaced or forgotten meanwhile."""

    code = "VALIDATION_2013"
    http_status = 422
    suggestion = "Choose the file again."


class ReconciliationItemNotFound(PortfolioError):
    code = "NOT_FOUND_3031"
    http_status = 404

    def __init__(self, item_id: int) -> None:
        super().__init__(f"There is no difference {item_id}.", details={"item": item_id})


class ReconciliationRefused(PortfolioError):
    """Only a statement's difference is accepted, and only with a reason."""

    code = "BUSINESS_4031"
    http_status = 422
    suggestion = "Say why the difference may stay."
