"""Who was asked (aanbod), in which wave, until when, and what they said. The first valid yes wins; losers are told."""
