# SPDX-License-Identifier: GPL-2.0
# What a test directory includes here; in a kernel tree that is the kernel's own lib.mk, and
# this one knows as much of its variables and targets as our tests use.

CC := $(CROSS_COMPILE)gcc
Q := $(if $(filter 1,$(V)),,@)
CFLAGS += -D_GNU_SOURCE=

LIB_DIR := $(realpath $(dir $(lastword $(MAKEFILE_LIST))))
COLLECTION ?= $(notdir $(CURDIR))
OUTPUT ?= $(abspath $(LIB_DIR)/../../..)/build/selftests/$(COLLECTION)

TEST_GEN_PROGS := $(addprefix $(OUTPUT)/,$(TEST_GEN_PROGS))
TEST_GEN_FILES := $(addprefix $(OUTPUT)/,$(TEST_GEN_FILES))

.PHONY: all run_tests install emit_tests clean
all: $(TEST_GEN_PROGS) $(TEST_GEN_FILES)

run_tests: all
	@$(MAKE) -s --no-print-directory emit_tests | \
		KSFT_GEN=$(OUTPUT) KSFT_SRC=$(CURDIR) bash $(LIB_DIR)/run_kselftest.sh -f - || \
		[ $$? = 4 ]

install: all
	@test -n "$(INSTALL_PATH)" || { echo "INSTALL_PATH is not set"; exit 1; }
	mkdir -p $(INSTALL_PATH)
	install -m 755 $(TEST_GEN_PROGS) $(TEST_PROGS) $(TEST_PROGS_EXTENDED) $(INSTALL_PATH)
	install -m 644 $(TEST_FILES) $(wildcard config settings) $(INSTALL_PATH)

emit_tests:
	@printf '$(COLLECTION):%s\n' $(notdir $(TEST_GEN_PROGS) $(TEST_PROGS))

clean:
	rm -rf $(TEST_GEN_PROGS) $(TEST_GEN_FILES) $(EXTRA_CLEAN)
