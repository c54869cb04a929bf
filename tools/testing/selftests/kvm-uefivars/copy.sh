#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copies this directory, with what it shares with others below deps/, into a kernel tree.
# usage: copy.sh TOP DIRECTORY

set -eu
top=$1
to=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

mkdir -p "$to/deps/uapi" "$to/deps/tools/testing/bench"
install -m 644 -t "$to" "$here"/{*.c,*.h,*.awk,*.md,Makefile,config,settings,.gitignore}
install -m 755 -t "$to" "$here"/{run,unload_test}.sh
cp -r "$top/uapi/linux" "$to/deps/uapi/"
cp -r "$top"/tools/testing/{sign,vmm} "$to/deps/tools/testing/"
cp "$top"/tools/testing/bench/{start.S,guest.ld} "$to/deps/tools/testing/bench/"
