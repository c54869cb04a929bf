/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages: to the journal under systemd, else to stderr. */
#ifndef _VARD_LOG_H
#define _VARD_LOG_H

#include <stdbool.h>
#include <syslog.h>

/**
 * vard_log_init() - choose where messages go
 * @verbose: LOG_DEBUG messages too
 */
void vard_log_init(bool verbose);

/**
 * vard_log() - one message
 * @priority: LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO or LOG_DEBUG
 * @format: one line that names the thing and, where there is one, the remedy
 */
void vard_log(int priority, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* _VARD_LOG_H */
