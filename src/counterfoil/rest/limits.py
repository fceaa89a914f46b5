"""How often one may call: per caller, else per address, in sliding windows.

All of it is in this process's memory and forgotten with it; several servers on one database count apart. It is touched
by the event loop alone, so there are no locks.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Generic, Literal, TypeVar

Mode = Literal["auto", "on", "off"]
# https://docs.qonto.com: 1,000 requests in 10 seconds, 10,000 in 10 minutes; 200 answers 401 in an hour.
CALLS = ((1_000, 10), (10_000, 600))
REFUSALS = ((200, 3_600),)
PLACES_MAX = 10_000  # of each kind; some 700 bytes each. The one unseen for longest is forgotten first.
_SLOTS = 10
_NETWORK_BITS = 64  # one customer of an IPv6 provider has 2^64 addresses

Value = TypeVar("Value")


class Window:
    """A count over the last `seconds`, kept as ten slots and the one that is just leaving, which counts in part."""

    __slots__ = ("_counts", "_limit", "_newest", "_total", "_width")

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit = limit
        self._width = seconds / _SLOTS
        self._counts = [0] * (_SLOTS + 1)
        self._newest = -1
        self._total = 0

    def wait(self, now: float) -> float:
        """Seconds until one more is within the limit; 0 when it is so now."""
        slot = int(now / self._width)
        if slot != self._newest:
            self._move(slot)
        if self._total < self._limit:
            return 0.0
        excess = float(self._total - self._limit + 1)
        for age in range(_SLOTS, -1, -1):
            slot = self._newest - age
            count = self._counts[slot % (_SLOTS + 1)]
            if count >= excess:
                leaves_at = (slot + _SLOTS + excess / count) * self._width
                return max(0.0, leaves_at - now)
            excess -= count
        return self._width * _SLOTS

    def add(self, now: float) -> None:
        """Counts one."""
        slot = int(now / self._width)
        if slot != self._newest:
            self._move(slot)
        self._counts[self._newest % (_SLOTS + 1)] += 1
        self._total += 1

    def _move(self, slot: int) -> None:
        for passed in range(max(self._newest + 1, slot - _SLOTS), slot + 1):
            place = passed % (_SLOTS + 1)
            self._total -= self._counts[place]
            self._counts[place] = 0
        self._newest = max(self._newest, slot)


class Meter:
    """Several windows on the same events."""

    __slots__ = ("_windows",)

    def __init__(self, bounds: tuple[tuple[int, int], ...]) -> None:
        self._windows = tuple(Window(limit, seconds) for limit, seconds in bounds)

    def wait(self, now: float) -> float:
        longest = 0.0
        for window in self._windows:
            seconds = window.wait(now)
            if seconds > longest:
                longest = seconds
        return longest

    def add(self, now: float) -> None:
        for window in self._windows:
            window.add(now)


class Recent(Generic[Value]):
    """A dictionary of at most `most` entries: the one unseen for longest gives way."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[object, Value] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: object) -> Value | None:
        found = self._values.get(key)
        if found is not None:
            self._values.move_to_end(key)
        return found

    def put(self, key: object, value: Value) -> None:
        self._values[key] = value
        self._values.move_to_end(key)
        if len(self._values) > self._most:
            self._values.popitem(last=False)

    def drop(self, key: object) -> None:
        self._values.pop(key, None)

    def clear(self) -> None:
        self._values.clear()


class Limits:
    """Who may call now. mode: auto leaves callers on this machine alone, on counts them too, off counts nobody."""

    def __init__(self, mode: Mode = "auto", *, clock: Callable[[], float] = time.monotonic, most: int = PLACES_MAX):
        self.mode: Mode = mode
        self._clock = clock
        self._calls: Recent[Meter] = Recent(most)
        self._refusals: Recent[Meter] = Recent(most)
        # Who was proven to call with a header. Else whoever makes up keys would have a count of his own for each.
        self._callers: Recent[str] = Recent(most)

    def place(self, host: str | None) -> str:
        """What stands for an address in the counts; "" for one that is not counted."""
        if self.mode == "off" or host is None:
            return ""
        place, is_loopback = _place(host)
        return "" if is_loopback and self.mode == "auto" else place

    def caller(self, authorization: bytes | None) -> str:
        """Who was proven to call with this header; "" when nobody was yet, or not for long."""
        return (self._callers.get(_digest(authorization)) or "") if authorization is not None else ""

    def wait(self, place: str, caller: str, *, is_page: bool = False) -> int:
        """Whole seconds to wait before this request may be served; 0 serves and counts it."""
        now = self._clock()
        if not caller and not is_page:
            refused = self._refusals.get(place)
            if refused is not None and (seconds := refused.wait(now)) > 0:
                return math.ceil(seconds)
        key = (is_page, caller or place)
        meter = self._calls.get(key)
        if meter is None:
            meter = Meter(CALLS)
            self._calls.put(key, meter)
        seconds = meter.wait(now)
        if seconds > 0:
            return math.ceil(seconds)
        meter.add(now)
        return 0

    def refused(self, place: str, authorization: bytes | None) -> None:
        """Counts an answer 401; whoever it went to is known no more."""
        meter = self._refusals.get(place)
        if meter is None:
            meter = Meter(REFUSALS)
            self._refusals.put(place, meter)
        meter.add(self._clock())
        if authorization is not None:
            self._callers.drop(_digest(authorization))

    def learn(self, authorization: bytes, caller: str) -> None:
        """Notes who was proven to call with this header."""
        self._callers.put(_digest(authorization), caller)

    def forget(self) -> None:
        """Begins to count anew."""
        self._calls.clear()
        self._refusals.clear()
        self._callers.clear()


def _digest(authorization: bytes) -> bytes:
    return hashlib.sha256(authorization).digest()


@lru_cache(maxsize=4096)
def _place(host: str) -> tuple[str, bool]:
    """(the address, or the IPv6 network that a customer has; whether it is this machine)."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host[:80], False
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped), address.ipv4_mapped.is_loopback
        if not address.is_loopback:
            return str(ip_network((address, _NETWORK_BITS), strict=False)), False
    return str(address), address.is_loopback
