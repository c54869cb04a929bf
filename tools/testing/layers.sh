#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Which part may include what: the core is pure, and only named files see KVM.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
cd "$KUV_TOP/kernel/kvm-uefivars"

passed=0 failed=0

# rule NAME OFFENDERS: a rule holds when its list of offending lines is empty.
rule() {
	if [ -z "$2" ]; then
		passed=$((passed + 1))
		echo "ok $((passed + failed)) - $1"
	else
		failed=$((failed + 1))
		echo "not ok $((passed + failed)) - $1"
		printf '%s\n' "$2" | sed 's/^/# /'
	fi
}

# includes FILES...: FILE:HEADER for each #include.
includes() {
	grep -HoE '^#include *[<"][^>"]+[>"]' "$@" |
		sed -E 's/:#include *[<"]/:/; s/[>"]$//'
}

pure='^[^:]+:(linux/(types|errno|string|slab|mm|rbtree|list|hashtable|bits|overflow|build_bug|export|siphash|jhash|limits|minmax|kernel|stddef|kvm_uefivars_mailbox)\.h|asm/byteorder\.h|kunit/visibility\.h|[a-z0-9_]+\.h)$'

rule core_includes_only_pure_headers \
	"$(includes core/*.[ch] | grep -vE "$pure" || true)"
rule core_never_includes_upward \
	"$(includes core/*.[ch] | grep -F '../' || true)"
rule core_takes_no_lock \
	"$(grep -nE '\b(mutex_|spin_lock|rcu_read|guard\()' core/*.[ch] || true)"
rule core_knows_no_time \
	"$(grep -nE '\b(jiffies|ktime_get|msleep)' core/*.[ch] || true)"
rule only_compat_knows_kernel_versions \
	"$(grep -nE 'LINUX_VERSION_CODE|KERNEL_VERSION\(' ./*.[ch] core/*.[ch] |
		grep -v '^./compat.h:' || true)"
rule no_kvm_symbol_on_a_stock_kernel \
	"$(includes ./*.[ch] | grep -F 'linux/kvm_host.h' |
		grep -vE '^./kvm_(cap|mem|sym)\.[ch]:' || true)"
rule no_keyring_or_parser_of_the_kernel \
	"$(includes ./*.[ch] core/*.[ch] |
		grep -E ':(keys/|linux/(key|verification|asn1|oid_registry)|crypto/(pkcs7|public_key))' || true)"
rule user_copies_only_at_the_edge \
	"$(grep -nE '\b(copy_(from|to|struct_from)_user|get_user|put_user)\(' ./*.[ch] |
		grep -vE '^./(chardev(_[a-z]+)?|guest_mem|changelog|compat)\.[ch]:' || true)"
rule no_extern_in_c_files \
	"$(grep -nE '^extern' ./*.c core/*.c || true)"

echo "$passed passed, $failed failed"
[ $failed = 0 ]
