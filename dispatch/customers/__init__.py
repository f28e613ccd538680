"""Organisations that may order (afnemers): their agreements with the agency, and what these allow."""
