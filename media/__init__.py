"""Telephone and video happen here (gesprek): a pure call machine, and what forwards sound and picture.

`engine.py` says what any engine can do; nothing above knows which one runs. No file here records a conversation, and
none may: payloads never touch a disk, and logs hold ids only.
"""
