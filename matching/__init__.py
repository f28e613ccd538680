"""Who may come, who should come first, whom to ask when, and why not the others: pure arithmetic.

No web, no database, no clock, no randomness: the same input gives the same answer. `dispatch.offers` turns rows into
`Need` and `Candidate` and calls `rank`; everything behind that seam may be replaced.
"""
