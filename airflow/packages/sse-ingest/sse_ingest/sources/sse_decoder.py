"""Bytes of an event stream in, frames out. No I/O.

Follows https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
exactly, with two additions that the specification leaves to the implementation. The data stay bytes as
received: the contract checks whether they are UTF-8, so that a dead letter can show them. And memory is
bounded (see `max_frame_bytes`).
"""

import re

import msgspec

MAX_FRAME_BYTES = 16 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_LONGEST_RETRY = 10**10
_PLAIN = re.compile(rb"^id: (.*)\nevent: (.+)\ndata: (.+)\n\n", re.MULTILINE)


class Frame(msgspec.Struct, frozen=True, gc=False):
    """One dispatched event of the stream.

    `last_event_id` is the position to resume from after it. `own_id` says whether the id was in this block:
    an id also applies to the blocks after it. `truncated` marks a frame larger than the limit, of which
    `data` holds only the beginning.
    """

    event: str
    data: bytes
    last_event_id: str
    own_id: bool = True
    truncated: bool = False


def _text(value: bytes | bytearray) -> str:
    return str(value, "utf-8", "replace")


class Decoder:
    """Push parser: `decode()` takes the next bytes, cut anywhere, and returns the frames that they complete.

    `last_event_id` is the id at the start, so that a reconnected stream whose first blocks have no id keeps its
    position. Time is linear in the bytes, however they are cut into chunks. About twice `max_frame_bytes` are
    held at most. A longer line is cut, and its frame is marked as truncated.
    """

    def __init__(self, last_event_id: str = "", *, max_frame_bytes: int = MAX_FRAME_BYTES) -> None:
        self.retry_ms: int | None = None
        self.last_event_id = last_event_id
        self._limit = max_frame_bytes
        self._head: bytes | None = b""  # up to three bytes, held until it is known whether they are a BOM
        self._after_cr = False
        self._line = bytearray()  # the unterminated line
        self._line_cut = False
        self._in_block = False  # a field of a block that is not dispatched yet has been read
        self._reset_block()
        self._id = last_event_id  # the spec's "last event ID buffer"

    def _reset_block(self) -> None:
        self._data = bytearray()
        self._event = b""
        self._own_id = False
        self._truncated = False
        self._in_block = False

    def decode(self, chunk: bytes) -> list[Frame]:
        """Take the next bytes; return the frames completed by them, in order."""
        if self._head is not None:
            chunk = self._skip_bom(chunk)
        chunk = self._only_lf(chunk)
        frames: list[Frame] = []
        position = 0
        if self._in_block or self._line:
            position = self._finish_block(chunk, frames)
        end = chunk.rfind(b"\n\n", position)
        if end >= 0:
            region = chunk[position : end + 2]
            if not self._plain_blocks(region, frames):
                self._whole_blocks(region[:-2], frames)
            position = end + 2
        self._begin_block(chunk, position, frames)
        return frames

    def flush(self) -> list[Frame]:
        """The stream has ended: an unterminated block is dropped, as the specification requires."""
        self._line = bytearray()
        self._line_cut = False
        self._id = self.last_event_id
        self._reset_block()
        return []

    def _skip_bom(self, chunk: bytes) -> bytes:
        """Drop one leading BOM, which may itself come in pieces."""
        head = (self._head or b"") + chunk
        if len(head) < len(_BOM) and _BOM.startswith(head):
            self._head = head
            return b""
        self._head = None
        return head[3:] if head.startswith(_BOM) else head

    def _only_lf(self, chunk: bytes) -> bytes:
        """Replace CR and CRLF by LF. A CR ends its line at once; an LF right after it is dropped later."""
        if self._after_cr and chunk:
            self._after_cr = False
            if chunk.startswith(b"\n"):
                chunk = chunk[1:]
        if b"\r" in chunk:
            self._after_cr = chunk.endswith(b"\r")
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return chunk

    def _finish_block(self, chunk: bytes, frames: list[Frame]) -> int:
        """Read line by line to the end of the block that an earlier chunk began; returns the position of that end."""
        position = 0
        while True:
            newline = chunk.find(b"\n", position)
            if newline < 0:
                self._keep(chunk[position:])
                return len(chunk)
            if self._line:
                self._keep(chunk[position:newline])
                line, cut = bytes(self._line), self._line_cut
                self._line.clear()
                self._line_cut = False
            else:
                line, cut = chunk[position:newline], False
            position = newline + 1
            if not line:
                self._dispatch(frames)
                return position
            self._field(line, cut)

    def _whole_blocks(self, region: bytes, frames: list[Frame]) -> None:
        """Read blocks that are whole in one chunk, as nearly all are; the last one's blank line is removed."""
        for block in region.split(b"\n\n"):
            for line in block.split(b"\n"):
                if line:
                    self._field(line, cut=False)
                else:
                    self._dispatch(frames)
            self._dispatch(frames)

    def _plain_blocks(self, region: bytes, frames: list[Frame]) -> bool:
        """The same for blocks of exactly id, event and data, several times faster; False if a block is different."""
        blocks = _PLAIN.findall(region)
        # Each match is four whole lines. If the region has no other line, every block has matched.
        if (
            not blocks
            or region.count(b"\n") != 4 * len(blocks)
            or len(region) > self._limit
            or b"\0" in region
        ):
            return False
        frames += [Frame(str(b, "utf-8", "replace"), c, str(a, "utf-8", "replace")) for a, b, c in blocks]
        self._id = self.last_event_id = frames[-1].last_event_id
        return True

    def _begin_block(self, chunk: bytes, position: int, frames: list[Frame]) -> None:
        """Read what follows the last blank line of the chunk: complete lines, then an incomplete one."""
        lines = chunk[position:].split(b"\n")
        for line in lines[:-1]:
            if line:
                self._field(line, cut=False)
            else:
                self._dispatch(frames)
        self._keep(lines[-1])

    def _keep(self, piece: bytes) -> None:
        """Add to the unterminated line, up to the limit."""
        room = self._limit - len(self._line)
        self._line += piece[:room]
        self._line_cut = self._line_cut or len(piece) > room

    def _field(self, line: bytes, cut: bool) -> None:
        """Read one line that is not blank. `cut`: its end is missing."""
        if len(line) > self._limit:
            line, cut = line[: self._limit], True
        name, _, value = line.partition(b":")
        if value.startswith(b" "):
            value = value[1:]
        self._in_block = True
        if name == b"data":
            self._truncated |= cut
            self._add_data(value)
        elif name == b"event":
            self._truncated |= cut
            self._event = b"" if cut else value
        elif name == b"id":
            self._truncated |= cut
            if not cut and b"\0" not in value:
                self._id = _text(value)
                self._own_id = True
        elif name == b"retry" and value and not value.translate(None, b"0123456789"):
            digits = value.lstrip(b"0")[:12] or b"0"
            self.retry_ms = min(int(digits), _LONGEST_RETRY)

    def _add_data(self, value: bytes) -> None:
        room = self._limit - len(self._data)
        if len(value) > room:
            self._truncated = True
            if room < 0:
                return
            value = value[:room]
        self._data += value
        self._data += b"\n"

    def _dispatch(self, frames: list[Frame]) -> None:
        self.last_event_id = self._id
        if self._data:
            frames.append(
                Frame(
                    _text(self._event) or "message",
                    bytes(self._data[:-1]),
                    self._id,
                    self._own_id,
                    self._truncated,
                )
            )
        self._reset_block()
