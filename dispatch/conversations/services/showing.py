"""What everybody in a room sees of it: a document for sight translation, raised hands, who has the microphone off."""

from dataclasses import dataclass

from sqlalchemy import delete

from dispatch.conversations import queries
from dispatch.conversations.errors import PagesRefused, RoomClosed
from dispatch.conversations.events import DocumentShown
from dispatch.conversations.models import ConversationRow, ParticipantRow, RoomFileRow
from dispatch.conversations.permissions import Right, may
from dispatch.conversations.services.people import acting
from dispatch.conversations.services.recording import hold, ids_of
from dispatch.conversations.services.telling import tell
from dispatch.conversations.status import FINAL
from dispatch.terms.queries import terms_at
from dispatch.translations import queries as documents
from dispatch.translations import services as translations
from dispatch.translations.domain import type_of
from kernel import clock
from kernel.actor import Actor
from kernel.database import Transaction, transaction
from kernel.errors import Forbidden, NotFound

SHOWN_TYPES = frozenset({"application/pdf", "image/png", "image/jpeg"})


@dataclass(frozen=True, slots=True)
class Leaflet:
    """A file ready to be shown: what it is, its bytes, and how many pages were counted in it."""

    content_type: str
    content: bytes
    pages: int


def take_document(conversation_id: int, document_id: int, *, by: Actor) -> tuple[str, bytes]:
    """Return type and bytes of a document of the conversation's request; the reading is kept.

    Raises: NotFound, PagesRefused.
    """
    row = queries.find_conversation(conversation_id, by=by)
    if documents.find_document(document_id, by=by).request_id != row.request_id:
        raise NotFound(thing="documents")
    _, content_type, content = translations.open_document(document_id, by=by)
    return _showable(content_type), content


def take_upload(content: bytes) -> tuple[str, bytes]:
    """Return type and bytes of a file that is for the room only.

    Raises: FileRefused, PagesRefused.
    """
    return _showable(type_of(content)), content


def require_few_pages(pages: int) -> None:
    """Refuse a book. Raises: PagesRefused."""
    if pages > int(terms_at(clock.now().date()).value("room_pages")):
        raise PagesRefused(fields={"file": "too_many_pages"})


def show_file(conversation_id: int, leaflet: Leaflet, *, by: ParticipantRow) -> int:
    """Put a document on everybody's screen, at its first page; what was shown before goes.

    Emits: DocumentShown.
    Raises: Forbidden, NotFound, RoomClosed.
    """
    with transaction() as tx:
        row = _sharing(tx, conversation_id, by)
        tx.session.execute(delete(RoomFileRow).where(RoomFileRow.conversation_id == row.id))
        file = RoomFileRow(conversation_id=row.id, participant_id=by.id, content_type=leaflet.content_type)
        file.pages, file.content, file.added_at = leaflet.pages, leaflet.content, tx.now()
        tx.add(file)
        row.shown = {"file": file.id, "page": 1, "pages": file.pages, "by": by.key}
        tx.emit(DocumentShown(**ids_of(row), participant_id=by.id), acting(by))
        tell(tx, row.id, "changed")
        return file.id


def turn_page(conversation_id: int, page: int, *, by: ParticipantRow) -> None:
    """Turn to a page, for everybody: only whoever shows the document can.

    Raises: Forbidden, NotFound, RoomClosed.
    """
    with transaction() as tx:
        row = _sharing(tx, conversation_id, by)
        if row.shown is None or row.shown["by"] != by.key:
            raise Forbidden(action="turn_page")
        row.shown = row.shown | {"page": max(1, min(page, row.shown["pages"]))}
        tell(tx, row.id, "changed")


def stop_showing(conversation_id: int, *, by: ParticipantRow) -> None:
    """Take the document away: whoever shows it, and whoever may end the conversation."""
    with transaction() as tx:
        row = _sharing(tx, conversation_id, by)
        if row.shown is None:
            return
        if row.shown["by"] != by.key and not may(by.role, Right.END):
            raise Forbidden(action="stop_showing")
        row.shown = None
        tx.session.execute(delete(RoomFileRow).where(RoomFileRow.conversation_id == row.id))
        tell(tx, row.id, "changed")


def keep_state(participant_id: int, *, muted: bool | None, camera_off: bool | None, hand: bool | None) -> None:
    """Keep what the others see of a participant; None leaves as it is."""
    with transaction() as tx:
        who = tx.locked(ParticipantRow, participant_id)
        if muted is not None:
            who.muted = muted
        if camera_off is not None:
            who.camera_off = camera_off
        if hand is not None:
            who.hand_at = tx.now() if hand else None
        tell(tx, who.conversation_id, "changed")


def say_in_chat(conversation_id: int, text: str, *, by: ParticipantRow) -> None:
    """Say something in writing to everybody inside. It is kept nowhere.

    Raises: Forbidden, NotFound.
    """
    if by.conversation_id != conversation_id:
        raise NotFound(thing="conversations")
    if not may(by.role, Right.CHAT) or by.status != "admitted":
        raise Forbidden(action="chat")
    with transaction() as tx:
        tell(tx, conversation_id, "chat", who=by.key, text=text)


def ask_mute(conversation_id: int, key: str, *, by: ParticipantRow) -> None:
    """Ask another participant to switch the microphone off; nobody does it for them.

    Raises: Forbidden, NotFound.
    """
    if by.conversation_id != conversation_id:
        raise NotFound(thing="conversations")
    if not may(by.role, Right.ASK_MUTE) or by.status != "admitted":
        raise Forbidden(action="ask_mute")
    with transaction() as tx:
        other = queries.find_participant(conversation_id, key)
        tell(tx, conversation_id, "mute_asked", to=other.key, who=by.key)


def _showable(content_type: str) -> str:
    if content_type not in SHOWN_TYPES:
        raise PagesRefused(fields={"file": "file_not_showable"})
    return content_type


def _sharing(tx: Transaction, conversation_id: int, by: ParticipantRow) -> ConversationRow:
    if by.conversation_id != conversation_id:
        raise NotFound(thing="conversations")
    if not may(by.role, Right.SHARE) or by.status != "admitted":
        raise Forbidden(action="share")
    row = hold(tx, conversation_id)
    if row.status in FINAL:
        raise RoomClosed()
    return row
