#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes the images of this version that are kept, with the test that reads them.
#
# tools/testing/image/keep.sh          once per version, before its release; what
#                                      is kept already is not written again

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"

IMAGE_DIR=$KUV_TOP/tools/testing/image
OUT=${O:-$KUV_TOP/build/core-test}

main() {
	kuv_need gcc-12 make libc6-dev libasan8 libubsan1 libssl-dev
	"$KUV_TOP/tools/testing/vectors/kunit-auth.sh"
	"$KUV_TOP/tools/testing/vectors/kunit-sig.sh"
	mkdir -p "$OUT"
	make -C "$KUV_TOP/tools/testing/core" -s -j2 CC=gcc-12 "O=$OUT"
	KUV_KEEP_IMAGES=$IMAGE_DIR "$OUT/core-test" core_image_kept
}

main "$@"
