"""The other bank: it books each wire once, knows one that comes marked as a possible duplicate, and answers a little later.

What comes a second time without the mark it takes for a new one, and books it again: that is what must never happen.
"""

import json
import os
import queue
import re
import socket
import sys
import threading
import time

ANSWER = (
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.002.001.10"><FIToFIPmtStsRpt>'
    "<GrpHdr><MsgId>S{imad}</MsgId><CreDtTm>{at}</CreDtTm></GrpHdr><TxInfAndSts><OrgnlGrpInf><OrgnlMsgId>{imad}</OrgnlMsgId>"
    "<OrgnlMsgNmId>pacs.008.001.08</OrgnlMsgNmId></OrgnlGrpInf><OrgnlUETR>{uetr}</OrgnlUETR><TxSts>{status}</TxSts>"
    "</TxInfAndSts></FIToFIPmtStsRpt></Document>"
)
known, ledger, lock = {}, os.open(sys.argv[1], os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o644), threading.Lock()


def within(tag, text):
    return re.search(f"<{tag}[^>]*>([^<]*)<", text).group(1)


def take(document):
    """Books a wire, and says what is to be answered."""
    imad, uetr, amount = (within(tag, document) for tag in ("MsgId", "UETR", "IntrBkSttlmAmt"))
    flagged = "<PssblDplct>true<" in document
    with lock:
        if not (flagged and imad in known):
            # The account is closed, so this one is not paid.
            status = "RJCT" if int(imad[-6:]) % 23 == 0 else "ACSC"
            known[imad] = status
            row = {"id": imad, "amount": amount, "status": status, "flagged": flagged, "at": time.time()}
            os.write(ledger, (json.dumps(row) + "\n").encode())
        status = known[imad]
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return ANSWER.format(imad=imad, uetr=uetr, at=at, status=status)


def status_of(request):
    """What became of a wire that somebody asks for (pacs.028)."""
    imad, uetr = within("OrgnlMsgId", request), within("OrgnlUETR", request)
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    with lock:
        return ANSWER.format(imad=imad, uetr=uetr, at=at, status=known[imad])


def serve(connection):
    """Answers in the order in which wires came, each a little later."""
    due = queue.Queue()

    def answer():
        for at, text in iter(due.get, None):
            time.sleep(max(0, at - time.time()))
            try:
                connection.sendall((text + "\n").encode())
            except OSError:
                pass
        connection.close()

    threading.Thread(target=answer, daemon=True).start()
    try:
        with connection.makefile() as lines:
            for line in lines:
                due.put((time.time() + 0.2, status_of(line) if "<FIToFIPmtStsReq>" in line else take(line)))
    except OSError:
        pass
    due.put(None)


server = socket.create_server(("", 5000), backlog=100)
open("listening", "w").close()
while True:
    threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
