"""Rules of eligibility: facts in, verdicts out."""
