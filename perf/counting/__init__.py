"""What a request costs in figures that hardly depend on how fast or how busy the machine is: see perf/budgets.py."""
