"""Claims of many documents become rumours: identity, origin and path, echoes, news, conflicts, chains."""
