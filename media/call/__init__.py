"""The call machine (gesprek): what happens in a conversation, and what has to be done next. Pure.

    state, commands = step(state, event)

`machine.py` takes events, `menu.py` holds the questions of a caller, `deadlines.py` every waiting time, `legs.py` what
took place. Nothing here knows a database, a telephone or a browser. Time comes in events; whoever keeps the state asks
`wake_at` when to send the next `Tick`. Providers repeat, swap and lose what they tell: what legs did is kept as facts
that may come in any order and any number of times, and a deadline ends whatever nobody ends.
"""
