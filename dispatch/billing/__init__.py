"""What a performance costs: dated tariffs, fees and travel (vergoeding). Amounts in whole cents."""
