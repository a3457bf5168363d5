"""Documents: files by content, what inspection found in them, and the PDFs and sheets that we make.

Not here: who may read them; the slice that a file belongs to says so.
"""
