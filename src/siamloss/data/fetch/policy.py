"""How patient a download is, and how a request ends that did not bring the whole file."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Policy:
    """Limits of a download; times in seconds.

    Attributes
    ----------
    connect_s, read_s : time-outs of a connection, and of a server that sends nothing.
    attempts : requests in a row to one server that bring nothing new, before the next mirror is tried.
    backoff_s, backoff_max_s : pause after the first such request, doubled after each (with jitter), and its limit.
    retry_after_max_s : limit of the pause that a server may ask for by ``Retry-After``.
    redirects : in a row, at most.
    chunk : bytes that are read at most before they are written.
    per_host : connections to one host at a time.
    """

    connect_s: float = 15.0
    read_s: float = 30.0
    attempts: int = 6
    backoff_s: float = 1.0
    backoff_max_s: float = 60.0
    retry_after_max_s: float = 300.0
    redirects: int = 8
    chunk: int = 1 << 20
    per_host: int = 4


class TransientError(Exception):
    """A request failed in a way that another may not.

    Attributes
    ----------
    wait_s : pause that the server asked for; None where it did not.
    """

    def __init__(self, message: str, wait_s: float | None = None):
        super().__init__(message)
        self.wait_s = wait_s


class RefusedError(Exception):
    """This server does not have the file, or not the right one: asking again is no use."""


class HaltedError(Exception):
    """Another download failed for all, or Ctrl-C."""
