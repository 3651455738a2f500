"""Floor 5: pictures and pages; knows results, not how they were computed."""
