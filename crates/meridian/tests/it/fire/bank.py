"""Our bank: a hub that writes wires, and a gateway that sends them to the other bank over TCP.

Customers' wires take a connection each, those of the treasury one session that stays. The gateway writes down what it
takes over and what it is answered, and sends nothing a second time by itself. It does as files in `told/` say:
`fence` closes route a, `replay` names a list that is sent over route b, `ask` a wire whose status is asked for, and `rest` ends
the hub's day.
"""

import json
import os
import random
import re
import socket
import struct
import sys
import threading
import time
import uuid
from datetime import datetime, timezone

ROUTES = {"a": ("10.3.0.2", 5000), "b": ("10.4.0.2", 5000)}
DAY = datetime.now(timezone.utc).strftime("%Y%m%d")
WIRE = (
    '<Message><AppHdr xmlns="urn:iso:std:iso:20022:tech:xsd:head.001.001.02"><BizMsgIdr>{imad}</BizMsgIdr>'
    "<MsgDefIdr>pacs.008.001.08</MsgDefIdr><CreDt>{at}</CreDt></AppHdr>"
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"><FIToFICstmrCdtTrf>'
    "<GrpHdr><MsgId>{imad}</MsgId><CreDtTm>{at}</CreDtTm><NbOfTxs>1</NbOfTxs></GrpHdr>"
    "<CdtTrfTxInf><PmtId><InstrId>{imad}</InstrId><EndToEndId>NOTPROVIDED</EndToEndId><UETR>{uetr}</UETR></PmtId>"
    '<IntrBkSttlmAmt Ccy="USD">{amount}</IntrBkSttlmAmt><ChrgBr>SHAR</ChrgBr></CdtTrfTxInf>'
    "</FIToFICstmrCdtTrf></Document></Message>"
)

REQUEST = (
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.028.001.03"><FIToFIPmtStsReq>'
    "<GrpHdr><MsgId>R{imad}</MsgId><CreDtTm>{at}</CreDtTm></GrpHdr><TxInf><OrgnlGrpInf><OrgnlMsgId>{imad}</OrgnlMsgId>"
    "<OrgnlMsgNmId>pacs.008.001.08</OrgnlMsgNmId></OrgnlGrpInf><OrgnlUETR>{uetr}</OrgnlUETR></TxInf>"
    "</FIToFIPmtStsReq></Document>"
)


def now():
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Log:
    def __init__(self, path):
        self.file = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o644)

    def write(self, document):
        os.write(self.file, f"{now()} {document}\n".encode())


office, gateway = Log("back-office.log"), Log("gateway.log")
wires, waiting = {}, {}
fenced, replayed, over = threading.Event(), threading.Event(), threading.Event()


def listen(connection, answers, done):
    """Writes down what comes back; `answers` is how many are awaited, or none: as long as the session stays."""
    try:
        with connection, connection.makefile() as lines:
            for count, line in enumerate(lines, 1):
                gateway.write(line.strip())
                if count == answers:
                    return
    except OSError:
        pass
    finally:
        done()


def connect(route, answers, done=lambda: None):
    connection = socket.create_connection(ROUTES[route], timeout=1)
    connection.settimeout(None)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    threading.Thread(target=listen, args=(connection, answers, done), daemon=True).start()
    return connection


def close_hard(connection):
    """What the kernel has not sent yet is thrown away."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.shutdown(socket.SHUT_RDWR)
    connection.close()


def lane(source, interval, stays):
    """One source of wires, which go in the order of their numbers."""
    queue, session = waiting[source], None
    while True:
        if fenced.is_set() and session and not replayed.is_set():
            close_hard(session)
            session = None
        if not queue or (fenced.is_set() and not replayed.is_set()):
            time.sleep(0.01)
            continue
        try:
            if not (stays and session):
                session = connect("b" if replayed.is_set() else "a", None if stays else 1)
            imad = queue[0]
            session.sendall((wires[imad] + "\n").encode())
            queue.pop(0)
        except OSError:
            session = None


def hub(source, interval):
    draw = random.Random(source)
    for number in range(1, 1_000_000):
        if over.is_set():
            return
        imad = f"{DAY}{source}{number:06}"
        uetr = uuid.UUID(int=draw.getrandbits(128), version=4)
        amount = f"{draw.randrange(100, 50_000_000) / 100:.2f}"
        wires[imad] = WIRE.format(imad=imad, at=now(), uetr=uetr, amount=amount)
        office.write(wires[imad])
        time.sleep(0.002)
        gateway.write(wires[imad])
        waiting[source].append(imad)
        time.sleep(interval)


def replay(path):
    """Sends what the list says, in its order, and takes it out of what waits."""
    with open(path) as rows:
        listed = [json.loads(row) for row in rows]
    answered = threading.Event()
    session = connect("b", len(listed), answered.set)
    for row in listed:
        imad = row["id"]
        document = wires[imad]
        for queue in waiting.values():
            if imad in queue:
                queue.remove(imad)
        if row["possdup"]:
            document = document.replace("</CreDt>", "</CreDt><PssblDplct>true</PssblDplct>")
            gateway.write(document)
        session.sendall((document + "\n").encode())
    # What comes later must not overtake it.
    answered.wait(10)


def ask(imad):
    """Asks for the status of a wire (pacs.028)."""
    uetr = re.search("<UETR>(.*?)<", wires[imad]).group(1)
    connect("b", 1).sendall((REQUEST.format(imad=imad, uetr=uetr, at=now()) + "\n").encode())


def main():
    os.makedirs("told", exist_ok=True)
    for source, interval, stays in [("BANKCUS1", 0.15, False), ("BANKCUS2", 0.2, False), ("BANKTRSY", 0.1, True)]:
        waiting[source] = []
        threading.Thread(target=hub, args=(source, interval), daemon=True).start()
        threading.Thread(target=lane, args=(source, interval, stays), daemon=True).start()
    done = set()
    while True:
        for name in sorted(set(os.listdir("told")) - done):
            if name == "fence":
                fenced.set()
                time.sleep(0.1)
            elif name == "replay":
                with open("told/replay") as told:
                    replay(told.read().strip())
                replayed.set()
            elif name == "ask":
                with open("told/ask") as told:
                    ask(told.read().strip())
            elif name == "rest":
                over.set()
            else:
                continue
            done.add(name)
            open(f"told/{name}.done", "w").close()
        time.sleep(0.02)


main()
