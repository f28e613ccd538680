"""The telephone as the carrier speaks it: what somebody on the line hears (TwiML), and sound over a WebSocket.

Pure but for `stream.py`, which carries sound between the carrier and a room of the media node. Nothing here records:
every conference is `do-not-record`.
"""
