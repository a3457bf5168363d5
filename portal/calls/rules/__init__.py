"""What a call is, how it is written, what contradicts itself in it: pure."""
