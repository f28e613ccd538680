"""Who may do what in a conversation. One table; a participant of another room does not exist."""

from enum import StrEnum

from dispatch.conversations.domain import Party


class Right(StrEnum):
    SPEAK = "speak"  # microphone and camera
    CHAT = "chat"
    HAND = "hand"
    SHARE = "share"  # show a document, and turn its pages
    ADMIT = "admit"  # let somebody in who waits
    ASK_MUTE = "ask_mute"  # ask another to switch the microphone off: nobody's is switched off for them
    INVITE = "invite"
    REMOVE = "remove"  # a guest
    END = "end"  # for everybody


_ALL = frozenset(Right)
RIGHTS: dict[str, frozenset[Right]] = {
    Party.INTERPRETER: _ALL,
    Party.REQUESTER: _ALL,
    Party.COORDINATOR: _ALL,
    Party.THIRD_PARTY: frozenset({Right.SPEAK, Right.CHAT, Right.HAND, Right.SHARE}),
    Party.CLIENT: frozenset({Right.SPEAK, Right.HAND}),
}


def may(role: str, right: Right) -> bool:
    """Return whether somebody in this role has the right."""
    return right in RIGHTS.get(role, frozenset())


def rights_of(role: str) -> list[str]:
    """Return the rights of a role, for the page that shows only what can be done."""
    return sorted(RIGHTS.get(role, frozenset()))
