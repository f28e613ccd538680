"""What took place (prestatie): start, end, disturbances, kilometres, and both confirmations.

Source: performance record within five working days; silence of the requester confirms after the dated term.
"""
