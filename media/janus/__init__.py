"""An engine that runs Janus, a separate process: its VideoRoom plugin forwards, we tell it who may do what (ADR 0022).

Browsers never speak to Janus itself; only SDP and candidates pass through. Nothing is recorded, and nothing could be:
no folder for it is configured.
"""
