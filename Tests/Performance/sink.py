"""Where mail ends: Postfix's smtp-sink for rates, and a sink of our own that notes when each letter came."""
import asyncio
import threading
import time

from machine import Server, free_port


def smtp_sink(folder):
    """smtp-sink takes everything and keeps nothing."""
    port = free_port()
    # Started by root, it insists on another user.
    return Server(["smtp-sink", "-u", "nobody", f"127.0.0.1:{port}", "1000"], folder / "sink.log").wait_for(port), port


class NotingSink:
    """Notes when the attempt of each letter began, by its subject, on the clock of `time.monotonic`."""

    def __init__(self):
        self.port = free_port()
        self.came = {}
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", self.port))
        self.loop.run_forever()

    async def _serve(self, reader, writer):
        dialled = time.monotonic()
        writer.write(b"220 sink\r\n")
        try:
            while line := await reader.readline():
                verb = line[:4].upper()
                if verb == b"MAIL":
                    # The attempt has begun. The text will say which letter it is.
                    dialled = time.monotonic()
                if verb == b"DATA":
                    writer.write(b"354 go on\r\n")
                    text = await reader.readuntil(b"\r\n.\r\n")
                    for header in text.split(b"\r\n"):
                        if header.lower().startswith(b"subject:"):
                            self.came[header[8:].strip().decode()] = dialled
                            break
                    writer.write(b"250 taken\r\n")
                elif verb == b"QUIT":
                    writer.write(b"221 bye\r\n")
                    break
                else:
                    writer.write(b"250 ok\r\n")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()

    def stop(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
