"""What the doctor looks at: each module tries one part for real and says what it found."""
