"""A room: who is in it, who shows in whose slots, and how much everybody may send."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from media.embedded.ladder import AUDIO_BPS, Ladder
from media.embedded.peer import Peer
from media.embedded.phone import Phone
from media.embedded.publication import Publication
from media.embedded.talking import Talking
from media.engine import Grants, Limits, What

_LEAST_BPS, _UNSEEN_BPS = 100_000, 300_000
_BALANCE_S = 0.2
_POOR_LOSS = 0.05


@dataclass(eq=False)
class Participant:
    """Somebody in a room: a browser, whose `peer` changes when it comes again, or a telephone, which has none."""

    name: str
    grants: Grants
    generation: int = 0
    peer: Peer | None = None
    phone: Phone | None = None
    joined_s: float = field(default_factory=time.monotonic)
    flowing: bool = False
    receives_video: bool = True
    pinned: str | None = None
    places: dict[str, int] = field(default_factory=dict)  # whom it sees in which of its pairs of slots
    ladder: Ladder = field(default_factory=Ladder)
    shares: dict[str, float] = field(default_factory=dict)
    balanced_s: float = 0.0
    talking: Talking = field(default_factory=Talking)
    quality: str = "good"

    @property
    def audio(self) -> Publication | None:
        """The voice it sends."""
        source = self.peer or self.phone
        return source.audio if source else None

    @property
    def video(self) -> Publication | None:
        """The picture it sends."""
        return self.peer.video if self.peer else None

    @property
    def present(self) -> bool:
        """Whether it is to be heard or seen."""
        return self.peer is not None or self.phone is not None


class Room:
    """The participants and what flows between them. `tell(what, participant, **facts)` tells the engine's listeners."""

    def __init__(self, name: str, limits: Limits, tell: Callable[..., None]) -> None:
        self.name, self.limits, self._tell = name, limits, tell
        self.participants: dict[str, Participant] = {}
        self.closing: set[asyncio.Task[None]] = set()
        self.used_s = time.monotonic()

    def appear(self, participant: Participant) -> None:
        """Show a participant that has a connection now to all others, and all others to it."""
        self.talk(participant, participant.talking.end())
        self._place(participant)
        for other in self.participants.values():
            if other is not participant:
                self._place(other)

    def vanish(self, participant: Participant) -> None:
        """Take a participant who left out of everybody's slots."""
        for other in self.participants.values():
            if other.places.pop(participant.name, None) is not None:
                other.shares.pop(participant.name, None)
                self._place(other)
        self.balance_all()

    def disconnect(self, participant: Participant) -> None:
        """End a participant's connection; whoever saw it keeps the place for it."""
        peer, participant.peer = participant.peer, None
        participant.flowing = False
        self.talk(participant, participant.talking.end())
        if peer is not None:
            task = asyncio.get_running_loop().create_task(peer.close())
            self.closing.add(task)
            task.add_done_callback(self.closing.discard)

    def _place(self, viewer: Participant) -> None:
        """Bind every present participant to a pair of slots of `viewer`, and say so when that changed."""
        if viewer.phone is not None:
            viewer.phone.listen({it.name: it.audio for it in self._others(viewer) if it.audio is not None})
        if viewer.peer is None:
            return
        pairs, taken = viewer.peer.pairs, set(viewer.places.values())
        free = [place for place in range(len(pairs)) if place not in taken]
        for other in self._others(viewer):
            if other.present and other.name not in viewer.places and free:
                viewer.places[other.name] = free.pop(0)
        seen = {place: self.participants[name] for name, place in viewer.places.items() if name in self.participants}
        for place, pair in enumerate(pairs):
            shown = seen.get(place)
            pair.audio.bind(shown.audio if shown else None)
            pair.video.bind(shown.video if shown else None)
        self.balance(viewer)
        streams = [
            {
                "pc": "main",
                "audio_mid": pair.audio_mid,
                "video_mid": pair.video_mid,
                "from": seen[place].name if place in seen else None,
            }
            for place, pair in enumerate(pairs)
        ]
        self._tell(What.STREAMS, viewer.name, streams=streams)

    def _others(self, viewer: Participant) -> list[Participant]:
        return [it for it in self.participants.values() if it is not viewer]

    # how much everybody may send

    def felt(self, viewer: Participant, now_s: float) -> None:
        """Note that a browser told how its link does: look at what it gets, at most five times a second."""
        if now_s - viewer.balanced_s >= _BALANCE_S:
            self.balance(viewer)

    def balance(self, viewer: Participant) -> None:
        """Decide which pictures a viewer gets, and with that how much who sends them may send."""
        if viewer.peer is None:
            return
        viewer.balanced_s = now_s = time.monotonic()
        seen = [self.participants[name] for name in viewer.places if name in self.participants]
        pictures = [
            it.name
            for it in sorted(seen, key=lambda it: it.name != viewer.pinned)
            if it.video is not None and viewer.receives_video
        ]
        viewer.shares = viewer.ladder.shares(viewer.peer.downlink.bps, len(seen), pictures, now_s)
        for name, place in viewer.places.items():
            viewer.peer.pairs[place].video.paused = name not in viewer.shares
        for it in seen:
            self._limit(it)

    def balance_all(self) -> None:
        """Decide again for everybody."""
        for participant in self.participants.values():
            self.balance(participant)
            self._limit(participant)

    def _limit(self, sender: Participant) -> None:
        """Tell a sender what the thinnest link of those who see it can take; nobody sees it: little."""
        if sender.peer is None or sender.peer.video is None:
            return
        shares = [it.shares[sender.name] for it in self.participants.values() if sender.name in it.shares]
        most = self.limits.video_kbps * 1000
        wanted = any(sender.name in it.places and it.receives_video for it in self.participants.values())
        bps = max(_LEAST_BPS, min([most, *shares])) if shares else _LEAST_BPS if wanted else min(most, _UNSEEN_BPS)
        sender.peer.ask_bitrate(int(bps) + AUDIO_BPS)

    # what is told

    def heard(self, participant: Participant, level: int, now_s: float) -> None:
        """Note how loud somebody is."""
        self.talk(participant, participant.talking.heard(level, now_s))

    def talk(self, participant: Participant, talking: bool | None) -> None:
        """Tell that somebody began to talk, or ended; None: nothing changed."""
        if talking is not None:
            self._tell(What.TALKING, participant.name, talking=talking)

    def judge(self, participant: Participant, received_kbps: int) -> None:
        """Tell how good a participant's connection is, when that changed."""
        peer = participant.peer
        if peer is None:
            return
        wanted = sum(1 for name in participant.places if participant.receives_video and self._shows(name))
        state = "good"
        if wanted and not participant.shares:
            state = "audio_only"
        elif peer.downlink.loss > _POOR_LOSS or peer.loss_up > _POOR_LOSS or len(participant.shares) < wanted:
            state = "poor"
        if state != participant.quality:
            participant.quality = state
            loss = round(100 * max(peer.downlink.loss, peer.loss_up), 1)
            self._tell(What.QUALITY, participant.name, state=state, loss_percent=loss, kbps=received_kbps)

    def _shows(self, name: str) -> bool:
        return name in self.participants and self.participants[name].video is not None
