"""Commands of people in a channel, asked over the bus: the same services as behind the REST API."""
