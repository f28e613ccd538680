"""What a customer asks (aanvraag), in four services: from a draft to exactly one outcome.

Source: annual report 2020, section 3.3.1, figure 37.
"""
