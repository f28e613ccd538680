"""The register of interpreters and translators (tolkenbestand): languages, certificates, services, area, availability.

Source: annual report 2020, section 4.2.6.
"""
