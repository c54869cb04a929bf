/* SPDX-License-Identifier: GPL-2.0 */
/* Variables that the specification or the firmware gives a meaning. */
#ifndef _KUV_CORE_VARCHECK_NAMES_H
#define _KUV_CORE_VARCHECK_NAMES_H

#include "varcheck_content.h"
#include "vardb.h"

/**
 * struct kuv_known - what is known about a name from power-on
 * @name: ASCII; "####" at its end stands for four upper-case hex digits
 * @content: form of its data
 * @is_fixed: only the service itself writes it
 * @is_mode: exists only on a machine with Audit and Deployed Mode
 * @value: property in force unless the firmware sets another one
 */
struct kuv_known {
	const char *name;
	enum kuv_content content;
	bool is_fixed;
	bool is_mode;
	struct kvm_uefivars_var_property value;
};

/**
 * kuv_known_find() - what is known about a name
 * @n: name
 *
 * Context: Any.
 * Return: The entry of this very name, else the one whose wildcards fit, else
 * NULL.
 */
const struct kuv_known *kuv_known_find(const struct kuv_name *n);

/**
 * kuv_known_is_closed() - must names of a namespace be known ones?
 * @guid: namespace
 *
 * Context: Any.
 * Return: true for the namespaces whose names the specification defines.
 */
bool kuv_known_is_closed(const u8 *guid);

/**
 * kuv_known_is_record() - is a name one of a hardware error record?
 * @n: name
 *
 * Context: Any.
 * Return: true if it is.
 */
bool kuv_known_is_record(const struct kuv_name *n);

#endif /* _KUV_CORE_VARCHECK_NAMES_H */
