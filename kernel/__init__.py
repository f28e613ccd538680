"""What every module stands on: settings, clock, actor, refusals, transitions, transaction, audit trail, jobs.

Nothing here knows a module of ours.
"""
