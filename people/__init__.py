"""Persons, organisations and agencies, roles, sign-in and tokens: shared by every module.

Personal data of staff, requesters and interpreters lives here; of clients there is none.
"""
