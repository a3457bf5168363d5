# make run | up | down | status | setup | test | prove | bench | demo STAGE=ranked COMPANIES=200 | lock
PYTHON ?= python3

.PHONY: run up down status setup test demo lock prove bench
run up down status setup test demo lock prove bench:
	@$(PYTHON) -m portal.launcher $@

prove-%:
	@$(PYTHON) -m portal.launcher prove $*

bench-%:
	@$(PYTHON) -m portal.launcher bench $*
