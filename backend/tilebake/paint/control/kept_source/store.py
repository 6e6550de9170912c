"""Keep the records of a few sources, for the next edit of one of them."""

from collections import OrderedDict
from typing import Final, NamedTuple

from tilebake.paint.control.kept_source.record import SourceRecord

MOST_KEPT: Final = 400_000_000  # bytes


class SourceStore:
    """Keep records in memory, those used last, up to a number of bytes."""

    def __init__(self, most_bytes: int = MOST_KEPT) -> None:
        self.most_bytes = most_bytes
        self._records: OrderedDict[str, SourceRecord] = OrderedDict()  # the one used last stands last

    @property
    def nbytes(self) -> int:
        """Memory that the records take, in bytes."""
        return sum(record.nbytes for record in self._records.values())

    def get(self, key: str) -> SourceRecord | None:
        """Return a source's record; None where none is kept."""
        if key in self._records:
            self._records.move_to_end(key)
        return self._records.get(key)

    def put(self, key: str, record: SourceRecord) -> None:
        """Keep a record: its latents alone where attention is too much, and nothing where they are."""
        self._records.pop(key, None)
        kept = record if record.nbytes <= self.most_bytes else record.without_attention()
        if kept.nbytes > self.most_bytes:
            return
        self._records[key] = kept
        while self.nbytes > self.most_bytes:
            self._records.popitem(last=False)

    def clear(self) -> None:
        """Forget all records."""
        self._records.clear()


class SourceSlot(NamedTuple):
    """Say where a source's record is kept, and under which name.

    Sources of one name are alike in all that decides a pixel, and are painted by one model.
    """

    store: SourceStore
    key: str

    def find(self) -> SourceRecord | None:
        """Return the source's record; None where none is kept."""
        return self.store.get(self.key)

    def keep(self, record: SourceRecord) -> None:
        """Keep the source's record, if there is room."""
        self.store.put(self.key, record)
