"""Rules of the missions."""
