"""What can go wrong, for the whole house.

    DawsError                     root of every app's family; SYSTEM_5003
    └── PatternError              BUSINESS_4003
        ├── PatternUnknown        no file of that name
        ├── PatternInvalid        a pattern file with mistakes, all of them listed
        ├── UploadUnknown         NOT_FOUND_3052: no such pattern of the house, or version of it
        ├── InputsInvalid         VALIDATION_2xxx: what the caller sent, all of it listed
        ├── CapabilityUnknown     BUSINESS_4004
        ├── CapabilityMisdeclared a capability without types or docstring, or declared twice
        ├── ReferenceMissing      a name that the data does not have; never read as None
        ├── ArgumentsInvalid      references resolved, but the capability's input refuses them
        ├── OutputInvalid         SYSTEM_5003: a capability returned something undeclared
        ├── FigureUnknown         NOT_FOUND_3006: a path that leads to no figure of a run
        ├── NotExplained          BUSINESS_4008: no explanation, or one that leads elsewhere
        ├── RunBusy               SYSTEM_5007: somebody else computes the same for too long
        ├── AgentOpen             SYSTEM_5008: the agent failed too often and is left alone
        ├── OverBudget            SYSTEM_5009: a step took longer than it may
        ├── RunCancelled          BUSINESS_4050: whoever asked waits no more
        ├── DependencyFailed      a step that could not run because an earlier one failed
        └── NotCanonical          SYSTEM_5003: NaN, infinity or a type without a canonical form

A broken step is a result (see `runner`); an invalid pattern is an exception.
This module imports nothing, so every app can root its family here.
"""

from collections.abc import Mapping, Sequence
from typing import Any


class DawsError(Exception):
    """An error that may be shown: a code, a sentence, a suggestion and details.

    The correlation id belongs to the request, so it is added when the error is written down.
    """

    code: str = "SYSTEM_5003"
    http_status: int = 500
    suggestion: str = ""

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        suggestion: str | None = None,
        details: Mapping[str, Any] | None = None,
        http_status: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.details: dict[str, Any] = dict(details or {})
        if code is not None:
            self.code = code
        if suggestion is not None:
            self.suggestion = suggestion
        if http_status is not None:
            self.http_status = http_status

    def as_dict(self, correlation_id: str) -> dict[str, Any]:
        return {
            "code": self.code,
            "message": self.message,
            "suggestion": self.suggestion,
            "details": self.details,
            "correlation_id": correlation_id,
        }


class PatternError(DawsError):
    code = "BUSINESS_4003"
    http_status = 422


class PatternUnknown(PatternError):
    suggestion = "Choose one of the patterns in patterns/library."


class PatternInvalid(PatternError):
    """Every mistake of a pattern in `details["errors"]`."""

    suggestion = "Mend the pattern file; `manage.py check` lists every mistake."

    def __init__(self, message: str, faults: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(
            message,
            details={
                "reason": "pattern_invalid",
                "errors": [dict(fault) for fault in faults],
            },
        )


class UploadUnknown(PatternError):
    code = "NOT_FOUND_3052"
    http_status = 404
    suggestion = "Take one that the page of patterns lists."


class InputsInvalid(PatternError):
    """Every mistake of the caller's inputs in `details["errors"]`."""

    code = "VALIDATION_2005"
    suggestion = "Mend the inputs named in details.errors and send them again."


class CapabilityUnknown(PatternError):
    code = "BUSINESS_4004"


class CapabilityMisdeclared(PatternError):
    http_status = 500


class ReferenceMissing(PatternError):
    pass


class ArgumentsInvalid(PatternError):
    pass


class OutputInvalid(PatternError):
    code = "SYSTEM_5003"
    http_status = 500


class DependencyFailed(PatternError):
    pass


class RunBusy(PatternError):
    code = "SYSTEM_5007"
    http_status = 503
    suggestion = "Ask again in a moment: the answer is kept as soon as it is there."


class AgentOpen(PatternError):
    code = "SYSTEM_5008"
    http_status = 503


class OverBudget(PatternError):
    code = "SYSTEM_5009"
    http_status = 504
    suggestion = "Ask again, or for less: what was finished is kept."


class RunCancelled(PatternError):
    code = "BUSINESS_4050"
    http_status = 409
    suggestion = "Ask again to go on: the steps that were finished are kept."


class FigureUnknown(PatternError):
    code = "NOT_FOUND_3006"
    http_status = 404
    suggestion = "Take the path of a figure from the run's result."


class NotExplained(PatternError):
    """A figure without an explanation, or whose explanation leads to another value."""

    code = "BUSINESS_4008"
    http_status = 409


class NotCanonical(PatternError):
    code = "SYSTEM_5003"
    http_status = 500
