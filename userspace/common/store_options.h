/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options of a store by name: "force-secure-boot,no-custom-mode". */
#ifndef _KUV_STORE_OPTIONS_H
#define _KUV_STORE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* Room for all names, commas and NUL. */
#define KUV_STORE_OPTIONS_TEXT 128

/* For messages. */
#define KUV_STORE_OPTIONS_KNOWN \
	"force-secure-boot, no-custom-mode, self-signed-pk, presence-delete, " \
	"audit-mode; none for no option"

/**
 * kuv_store_options_parse() - options by their names
 * @text: names with commas between them; "none" and "" are no option
 * @ret: KVM_UEFIVARS_OPT_*; unchanged on failure
 *
 * Return: false if a name is unknown or empty.
 */
bool kuv_store_options_parse(const char *text, uint32_t *ret);

/**
 * kuv_store_options_format() - names of options
 * @options: KVM_UEFIVARS_OPT_*, unknown bits are left out
 * @ret: KUV_STORE_OPTIONS_TEXT bytes; "none" without an option
 */
void kuv_store_options_format(uint32_t options, char *ret);

#endif /* _KUV_STORE_OPTIONS_H */
