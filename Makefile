# SPDX-License-Identifier: GPL-2.0-or-later
# User targets; kbuild reads the Kbuild file beside this one instead.

O := $(CURDIR)/build
KDIR ?= /lib/modules/$(shell uname -r)/build
prefix ?= /usr/local
DESTDIR ?=
export prefix DESTDIR

USERSPACE := libkuv vard-sync kuv-run kuvctl

help:
	@echo 'make demo       a VM writes variables, dies, and a new one has them'
	@echo 'make check      every test; last line is the result'
	@echo 'make bench      what a call costs, ours and others; RECORD=1 writes it down'
	@echo 'make            build the programs into build/'
	@echo 'make modules    build the module for KDIR=$(KDIR)'
	@echo 'make install    install programs and units below $$DESTDIR$$prefix'
	@echo 'make modules_install  install the module for KDIR'
	@echo 'make clean      remove what was built here (the cache stays)'

all: $(USERSPACE)

$(USERSPACE):
	@mkdir -p $(O)
	+$(MAKE) --no-print-directory -C userspace/$@ all O=$(O)

vard-sync kuv-run kuvctl: libkuv

modules:
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

modules_install:
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules_install

install: all
	set -e; for d in $(USERSPACE); do \
		$(MAKE) --no-print-directory -C userspace/$$d install O=$(O); done

demo:
	@tools/demo.sh

check:
	@tools/testing/check.sh

bench:
	@tools/testing/bench/run.sh --all $(if $(RECORD),--record)
	@tools/testing/bench/uefi/run.sh $(if $(RECORD),--record)
	@$(if $(RECORD),tools/testing/bench/profile.sh --record)

clean:
	rm -rf $(O)
	find kernel uapi -name '*.o' -delete -o -name '*.cmd' -delete
	rm -f *.ko *.mod *.mod.c *.o modules.order Module.symvers .*.cmd

.DEFAULT_GOAL := all
.PHONY: help all $(USERSPACE) modules modules_install install demo check bench clean
