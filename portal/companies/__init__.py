"""Companies: the firm, its figures by year, its holdings and who represents it.

Not here: who may act for it (accounts), what it asks for (applications).
"""
