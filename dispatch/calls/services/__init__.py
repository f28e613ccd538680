"""Everything that can be done with calls: the public face of the module. Nothing else writes its rows."""

from dispatch.calls.services.codes import end_code, make_code, set_numbers
from dispatch.calls.services.connecting import (
    end_call_of,
    enter_room,
    meet,
    note_conference,
    part,
    phones_follow_room,
    ring_party,
    stop_calls_of,
)
from dispatch.calls.services.dialogue import answer_menu, receive_call
from dispatch.calls.services.legs import (
    count_ring,
    forget_numbers,
    forget_person,
    note_sid,
    note_word,
    ring_failed,
    take_ring,
    watch_legs,
)
from dispatch.calls.services.numbers import add_number, add_number_as
from dispatch.calls.services.ringing import pick_up, press, ring_interpreter, ring_stops
from dispatch.calls.services.stepping import watch_calls

__all__ = [
    "add_number",
    "add_number_as",
    "answer_menu",
    "count_ring",
    "end_call_of",
    "end_code",
    "enter_room",
    "forget_numbers",
    "forget_person",
    "make_code",
    "meet",
    "note_conference",
    "note_sid",
    "note_word",
    "part",
    "phones_follow_room",
    "pick_up",
    "press",
    "receive_call",
    "ring_failed",
    "ring_interpreter",
    "ring_party",
    "ring_stops",
    "set_numbers",
    "stop_calls_of",
    "take_ring",
    "watch_calls",
    "watch_legs",
]
