"""Reading a message: tokens, cues, language, the sender's own words. What the model and the extraction stand on."""
