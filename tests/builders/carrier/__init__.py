"""A carrier for tests: a stand-in for Twilio's voice, with a clock of its own.

It holds calls and conferences as Twilio does, rings simulated telephones, fetches our TwiML and executes the part of it
we use, tells us by signed webhooks what happens (in time, late, twice, in another order, or not at all), and carries
sound over Media Streams. Every request to its REST API is checked against Twilio's own OpenAPI document where the
machine has it (`TWILIO_OPENAPI` names the file; github.com/twilio/twilio-oai, `twilio_api_v2010.json`).

    exchange = Exchange(token, post)           # what happens, in its own time
    with rest_api(exchange) as address: ...    # TWILIO_API_URL
    exchange.dial("+32470000001", to=NUMBER)   # somebody calls us
    exchange.run_until(moment)                 # time passes
"""
