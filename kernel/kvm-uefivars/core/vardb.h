/* SPDX-License-Identifier: GPL-2.0 */
/* The variables of one VM: lookup, order, accounting and change order. */
#ifndef _KUV_CORE_VARDB_H
#define _KUV_CORE_VARDB_H

#include <linux/list.h>
#include <linux/types.h>

#include "status.h"

/* What a stored variable costs beside its name and data. */
#define KUV_VAR_HEADER_LEN	60

/**
 * struct kuv_name - a variable name and its namespace, not owned
 * @guid: vendor namespace, 16 bytes in wire order
 * @name: UTF-16LE bytes without a NUL, any alignment
 * @len: bytes of @name, even, not 0
 */
struct kuv_name {
	const u8 *guid;
	const u8 *name;
	u32 len;
};

#endif /* _KUV_CORE_VARDB_H */
