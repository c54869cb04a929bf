#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Finds the transcript in a guest's memory: extract.py RAM-FILE >TRANSCRIPT.

import mmap
import sys

MARK = b'KUV-DIFF-TRANSCRIPT\n'
PAGE = 4096

with open(sys.argv[1], 'rb') as f:
    ram = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ)
at = ram.find(MARK)
while at >= 0 and at % PAGE:
    at = ram.find(MARK, at + 1)
if at < 0:
    sys.exit('no transcript in ' + sys.argv[1])
at += len(MARK)
sys.stdout.buffer.write(ram[at:ram.find(b'\0', at)])
