"""The outside, behind the ports of the kernel: mail, files, antivirus. Each has a Null."""
