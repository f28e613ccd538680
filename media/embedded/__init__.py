"""The engine of our own: forwards sound and picture as bytes, without decoding, on one asyncio loop.

ICE (the lite side of it, on one UDP port per address), RTP and RTCP are ours; DTLS is aiortc's and SRTP libsrtp's, both
behind `crypto.py`. Nothing here writes what people say or show to anything but the network.
"""
