"""Agreements between agencies (samenwerking): who helps out when an agency finds nobody, and what was handed over.

A request that is handed over stays the owner's: it is counted once, there. What a partner's desk reads of it is what
finding an interpreter needs. See docs/adr/0026.
"""
