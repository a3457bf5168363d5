"""Workers: what happens after the answer has gone out. The row is the truth, the queue is a hint."""
