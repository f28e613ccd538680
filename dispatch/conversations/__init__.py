"""Telephone and video, in the browser (gesprek): one room per assignment, who may be in it, and what took place there.

Nothing here records a conversation. What is said is never kept; what is kept are moments: who was connected when.
"""
