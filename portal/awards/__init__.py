"""Awards: what is granted to whom, the de minimis ledger, the firm's answer, waivers, forfeitures and revocations.

Not here: who is funded (ranking), the aid rule before the ranking (eligibility), letters' delivery (notifications).
"""
