"""A sensor at the outside of a firewall: it reads a capture as it is written, and tells of each wire that leaves.

Each direction of a connection is put together by its sequence numbers, so what TCP sends again is told once. What the
capture lost is not made up: the sensor says so, and begins anew with the next wire.
"""

import os
import re
import struct
import sys
from datetime import datetime, timezone


def packets(file):
    """The time and the bytes of each packet of a capture of Ethernet."""
    file.read(24)
    while len(head := file.read(16)) == 16:
        seconds, micros, size, _ = struct.unpack("<IIII", head)
        yield seconds + micros / 1e6, file.read(size)


def segments(file):
    """The time, the connection, the sequence number and the payload of each TCP segment that carries any."""
    for at, frame in packets(file):
        ip = frame[14:]
        length = struct.unpack(">H", ip[2:4])[0]
        tcp = ip[(ip[0] & 15) * 4 : length]
        source, target, sequence = struct.unpack(">HHI", tcp[:8])
        payload = tcp[(tcp[12] >> 4) * 4 :]
        if payload:
            yield at, (ip[12:20], source, target), sequence, payload


log = os.open(sys.argv[1], os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o644)
streams = {}
for at, connection, sequence, payload in segments(sys.stdin.buffer):
    expected, begun = streams.get(connection, (sequence, b""))
    end, seen = (sequence + len(payload)) % 2**32, (expected - sequence) % 2**32
    if seen >= 2**31:
        print(f"{2**32 - seen} bytes of {connection} are missing", file=sys.stderr, flush=True)
        begun, new, expected = b"", payload.partition(b"\n")[2], end
    else:
        new = payload[seen:]
    *whole, begun = (begun + new).split(b"\n")
    streams[connection] = (end if new else expected, begun)
    stamp = datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    # What asks for a status is no wire.
    for document in filter(lambda document: b"<FIToFICstmrCdtTrf>" in document, whole):
        imad = re.search(rb"<MsgId>([^<]*)<", document).group(1).decode()
        amount = re.search(rb'Ccy="(...)">([^<]*)<', document)
        day, source, number = imad[:8], imad[8:16], int(imad[16:])
        line = f"{stamp} out {imad} {source}@{day}/{number} {amount[2].decode()} {amount[1].decode()}\n"
        os.write(log, line.encode())
