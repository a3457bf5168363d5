"""Applications: what a firm writes, attaches, freezes and hands in.

Not here: whether it may (eligibility), how good it is (evaluation), where it stands (ranking).
"""
