"""Lets Python sleep where the clock is not the machine's: libfaketime refuses how it does."""

import select
import time

time.sleep = lambda seconds: select.select([], [], [], seconds)
