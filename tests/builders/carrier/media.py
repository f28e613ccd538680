"""Sound between the carrier and us: Media Streams, in real time, as Twilio sends them.

Source: Twilio, Media Streams, WebSocket messages.
"""

import asyncio
import base64
import json
import threading
from collections.abc import Callable
from typing import Any

import aiohttp

SILENCE, FRAME_S = b"\xff" * 160, 0.02


class Stream:
    """One telephone's sound. `says` gives 20 ms of mu-law each time; what it hears is kept in `heard`."""

    def __init__(
        self, address: str, sid: str, given: dict[str, str], says: Callable[[], bytes] = lambda: SILENCE
    ) -> None:
        self.over: Callable[[], None] = lambda: None
        self.heard: list[bytes] = []
        self.cleared = 0
        self._address, self._sid, self._given, self._says = address, sid, given, says
        self._stopping = threading.Event()
        self.ended = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Hang up."""
        self._stopping.set()
        self._thread.join(5)

    async def _run(self) -> None:
        try:
            async with aiohttp.ClientSession() as session, session.ws_connect(self._address) as socket:
                await self._tell(socket, {"event": "connected", "protocol": "Call", "version": "1.0.0"})
                begun = {
                    "streamSid": "MZ1",
                    "callSid": self._sid,
                    "customParameters": self._given,
                    "tracks": ["inbound"],
                }
                begun["mediaFormat"] = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}  # type: ignore[assignment]
                await self._tell(socket, {"event": "start", "streamSid": "MZ1", "start": begun})
                speaking = asyncio.create_task(self._speak(socket))
                async for message in socket:
                    await self._take(socket, json.loads(message.data))
                speaking.cancel()
        except (aiohttp.ClientError, OSError):
            pass
        finally:
            self.ended.set()
            self.over()

    async def _speak(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        loop, number = asyncio.get_running_loop(), 0
        began = loop.time()
        while not self._stopping.is_set():
            number += 1
            media = {"track": "inbound", "chunk": str(number), "timestamp": str(20 * number)}
            media["payload"] = base64.b64encode(self._says()).decode()
            await self._tell(socket, {"event": "media", "streamSid": "MZ1", "media": media})
            await asyncio.sleep(max(0, began + number * FRAME_S - loop.time()))
        await self._tell(socket, {"event": "stop", "streamSid": "MZ1", "stop": {"callSid": self._sid}})
        await socket.close()

    async def _take(self, socket: aiohttp.ClientWebSocketResponse, said: dict[str, Any]) -> None:
        match said["event"]:
            case "media":
                self.heard.append(base64.b64decode(said["media"]["payload"]))
            case "mark":
                await self._tell(socket, said)  # played
            case "clear":
                self.cleared += 1

    async def _tell(self, socket: aiohttp.ClientWebSocketResponse, said: dict[str, Any]) -> None:
        await socket.send_str(json.dumps(said))
