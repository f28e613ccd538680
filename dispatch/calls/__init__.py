"""Telephone calls (oproepen): callers who ask for an interpreter by keys, interpreters who are rung, and their meeting.

What a caller answers and waits for is worked out by the call machine (`media/call`); from the moment somebody is bound,
what happens on the line is told to the conversation of that assignment. Nothing said is recorded. See ADR 0025.
"""
