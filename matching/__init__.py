"""Who may come, who should come first, whom to ask now, and why not the others (bemiddeling).

Pure arithmetic: values in, values out. Nothing here knows the web, the database, the clock or chance, so that any
decision can be made again later from the same values, with the same result. Times are aware and in UTC; every price
is in minutes.
"""
