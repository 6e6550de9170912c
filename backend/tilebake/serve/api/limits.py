"""Limits: how much of the local API one client may use, and for how long it may keep it waiting."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Hold the caps of one server, in bytes, seconds and counts."""

    head_bytes: int = 8 << 10  # request line and headers
    body_bytes: int = 64 << 10
    head_seconds: float = (
        5.0  # from the connection, or the first byte of a next request, to the end of its head
    )
    body_seconds: float = 10.0
    read_seconds: float = 10.0  # for a client to take in what it asked for
    idle_seconds: float = 30.0  # between two requests on one connection
    requests: int = 32  # at work at once, of clients that know the token
    strangers: int = 8  # requests of those that do not
    connections: int = 64  # open at once, of each of the two
    leave_seconds: float = 3.0  # for answers under way when the server ends
