"""Values and rules of spreadsheets. Pure."""
