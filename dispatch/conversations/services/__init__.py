"""Everything that can be done with conversations: the public face of the module. Nothing else writes its rows."""

from dispatch.conversations.services.keeping import (
    cancel_conversation_of,
    end_conversation_of,
    follow_assignment,
    forget_conversations_of,
    make_conversation,
)
from dispatch.conversations.services.people import (
    Guest,
    admit_guest,
    enter_as,
    invite_guest,
    leave_room,
    note_connected,
    remove_guest,
    renew_presence,
    require_open,
    take_seat,
    use_link,
)
from dispatch.conversations.services.recording import end_conversation, record_event
from dispatch.conversations.services.showing import (
    Leaflet,
    ask_mute,
    keep_state,
    say_in_chat,
    show_file,
    stop_showing,
    take_document,
    take_upload,
    turn_page,
)
from dispatch.conversations.services.watching import watch_conversations

__all__ = [
    "Guest",
    "Leaflet",
    "admit_guest",
    "ask_mute",
    "cancel_conversation_of",
    "end_conversation",
    "end_conversation_of",
    "enter_as",
    "follow_assignment",
    "forget_conversations_of",
    "invite_guest",
    "keep_state",
    "leave_room",
    "make_conversation",
    "note_connected",
    "record_event",
    "remove_guest",
    "renew_presence",
    "require_open",
    "say_in_chat",
    "show_file",
    "stop_showing",
    "take_document",
    "take_seat",
    "take_upload",
    "turn_page",
    "use_link",
    "watch_conversations",
]
