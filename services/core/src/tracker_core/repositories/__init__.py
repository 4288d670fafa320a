"""All queries. Each function takes the open connection or session of its caller and commits nothing."""
