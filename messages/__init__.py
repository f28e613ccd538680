"""What is said to a person, over which channels, and whether it arrived.

A message is written in the transaction that causes it; the worker delivers it at least once. Silence of one channel
brings the next.
"""
