"""An SMTP server that records each mail as one line of JSON and misbehaves as told by a file beside it."""

import asyncio
import email
import email.policy
import json
import sys
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP


class Record:
    def __init__(self, folder):
        self.mails, self.mood = folder / "mails.jsonl", folder / "mood"

    def how(self):
        return self.mood.read_text().strip() if self.mood.exists() else "accept"

    async def handle_RCPT(self, server, session, envelope, address, options):
        how = self.how()
        if how.isdigit():
            return f"{how} told to refuse {address}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        how = self.how()
        self.record(envelope, answered=how == "accept")
        if how == "stall":
            await asyncio.sleep(3600)
        if how == "drop":
            server.transport.abort()
        return "250 OK"

    def record(self, envelope, answered):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        part = lambda kind: (body := message.get_body((kind,))) is not None and body.get_content() or ""
        line = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "at": time.time(),
            "answered": answered,
            "subject": str(message.get("Subject", "")),
            "headers": [[name, str(value)] for name, value in message.items()],
            "text": part("plain"),
            "html": part("html"),
        }
        with self.mails.open("a") as out:
            out.write(json.dumps(line) + "\n")


async def main():
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    handler = Record(folder)
    make = lambda: SMTP(handler, hostname="mail.test", enable_SMTPUTF8=True, data_size_limit=64 << 20)
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", port)
    print("ready", flush=True)
    async with server:
        await server.serve_forever()


asyncio.run(main())
