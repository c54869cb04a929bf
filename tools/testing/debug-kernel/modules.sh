# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Modules for a debug kernel that tools/build-module.sh does not make; sourced after tools/lib.sh.

# modules_make KDIR DIR ARGUMENT...: build what the Kbuild in DIR says.
modules_make() {
	local kdir=$1 dir=$2

	shift 2
	nice make -s -j2 -C "$kdir" M="$dir" CC=gcc-12 KCFLAGS=-Werror "$@" modules \
		>"$dir/build.log" 2>&1 ||
		kuv_die "a module does not build, see $dir/build.log"
}

# modules_copy DIR PART...: parts of kernel/kvm-uefivars, and uapi/, brought up to date in DIR.
# Unchanged files keep their time.
modules_copy() {
	local dir=$1 from=$KUV_TOP/kernel/kvm-uefivars f

	shift
	mkdir -p "$dir/uapi"
	cp -aur "$KUV_TOP/uapi/linux" "$dir/uapi/"
	(cd "$from" && cp -aur --parents "$@" "$dir/")
	(cd "$dir" && find . \( -path ./uapi -o -path ./vectors \) -prune -o -name '*.mod.c' -prune -o \
		-name '*.[ch]' ! -name kvm_none.c -print) |
		while read -r f; do
			[ -e "$from/$f" ] || rm -f "$dir/$f"
		done
}

# modules_kbuild DIR: its Kbuild from standard input, touched only if it is another.
modules_kbuild() {
	cat >"$1/Kbuild.new"
	if cmp -s "$1/Kbuild.new" "$1/Kbuild"; then
		rm "$1/Kbuild.new"
	else
		mv "$1/Kbuild.new" "$1/Kbuild"
	fi
}

# modules_kunit KDIR DIR ARGUMENT...: core and all its suites as one module; prints it.
modules_kunit() {
	local kdir=$1 dir=$2

	shift 2
	"$KUV_TOP/tools/testing/vectors/kunit-auth.sh"
	"$KUV_TOP/tools/testing/vectors/kunit-sig.sh"
	mkdir -p "$dir/vectors"
	modules_copy "$dir" core tests crypto.c crypto.h compat.h
	cp -au "$KUV_TOP"/build/kunit/*.h "$dir/vectors/"
	modules_kbuild "$dir" <<-'END'
	include $(src)/core/objs.mk
	obj-m := kvm_uefivars_kunit.o
	kvm_uefivars_kunit-y := $(kuv-core-objs) crypto.o \
		$(patsubst $(src)/%.c,%.o,$(wildcard $(src)/tests/*_kunit.c))
	ccflags-y += -I$(src) -I$(src)/core -I$(src)/uapi -I$(src)/vectors
	END
	modules_make "$kdir" "$dir" "$@"
	printf '%s\n' "$dir/kvm_uefivars_kunit.ko"
}

# modules_without_kvm KDIR DIR ARGUMENT...: our module for a kernel that has no KVM.
modules_without_kvm() {
	local kdir=$1 dir=$2 files

	shift 2
	mkdir -p "$dir"
	mapfile -t files < <(cd "$KUV_TOP/kernel/kvm-uefivars" && find . -maxdepth 1 -name '*.[ch]')
	modules_copy "$dir" core "${files[@]}"
	rm -f "$dir"/kvm_{cap,mem,sym}.c
	cp -au "$KUV_TOP/tools/testing/debug-kernel/kvm_none.c" "$dir/"
	# shellcheck disable=SC2016 # make expands it
	sed -E 's/\bkvm_cap\.o\b/kvm_none.o/; s/\bkvm_(mem|sym)\.o\b//g; s,\$\(src\)/\.\./\.\./uapi,$(src)/uapi,' \
		"$KUV_TOP/kernel/kvm-uefivars/Kbuild" | modules_kbuild "$dir"
	CONFIG_KVM_UEFIVARS=m modules_make "$kdir" "$dir" "$@"
	printf '%s\n' "$dir/kvm-uefivars.ko"
}
