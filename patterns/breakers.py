"""When an agent keeps failing, its steps fail at once instead of waiting for it again.

An agent is closed (it is called), open (it is not), or after a minute half-open: one call is let
through on trial, and its outcome closes or opens the agent again. Only unexpected failures count:
defects, timeouts, services that do not answer. What a caller did wrong says nothing of the agent.
"""

from dataclasses import dataclass
from typing import Final, Protocol

from patterns.exceptions import AgentOpen, DawsError

FAILURES: Final = 5  # in a row
OPEN_SECONDS: Final = 60


@dataclass
class Breaker:
    """What is known of one agent while a run goes on."""

    failures: int = 0
    is_open: bool = False
    seconds_left: float = 0.0  # until a trial may be made

    def succeed(self) -> None:
        self.failures, self.is_open, self.seconds_left = 0, False, 0.0

    def fail(self) -> None:
        """A trial that fails has all earlier failures behind it, so it opens again."""
        self.failures += 1
        if self.failures >= FAILURES:
            self.is_open, self.seconds_left = True, float(OPEN_SECONDS)


@dataclass(frozen=True)
class Failure:
    """What a page says of the last failure."""

    capability: str
    sentence: str
    correlation_id: str


class Breakers(Protocol):
    """The agents' breakers as one run sees them."""

    def admit(self, agent: str) -> None:
        """Return when the agent may be called. Raises AgentOpen."""

    def succeeded(self, agent: str) -> None: ...

    def failed(self, agent: str, failure: Failure) -> None: ...

    def settle(self) -> None:
        """Tell the others; where nothing failed there is nothing to tell."""


class NoBreakers:
    """For runs that tell nobody: replays, tests, documents."""

    def admit(self, agent: str) -> None:
        """Everything may be called."""

    def succeeded(self, agent: str) -> None: ...

    def failed(self, agent: str, failure: Failure) -> None: ...

    def settle(self) -> None: ...


def is_unexpected(error: Exception) -> bool:
    """Whether an error speaks against the agent, and not against who asked it."""
    return not isinstance(error, DawsError) or error.code.startswith("SYSTEM_")


def agent_open(agent: str, seconds: float) -> AgentOpen:
    again = f"in {max(1, round(seconds))} seconds" if seconds > 0 else "when its trial call is over"
    return AgentOpen(
        f"The agent {agent!r} failed {FAILURES} times in a row and is not called now.",
        suggestion=f"Ask again {again}; an administrator may reset it earlier.",
        details={
            "reason": "agent_open",
            "agent": agent,
            "retry_after_seconds": max(0, round(seconds)),
        },
    )
