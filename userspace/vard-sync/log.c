// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages: to the journal under systemd, else to stderr. */
#include "log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

static struct {
	bool is_verbose;
	bool to_journal;
} options;

/* systemd names the device and inode of the stream it made stderr. */
static bool stderr_is_journal(void)
{
	const char *env = getenv("JOURNAL_STREAM");
	uintmax_t dev, ino;
	struct stat st;

	if (!env || sscanf(env, "%" SCNuMAX ":%" SCNuMAX, &dev, &ino) != 2)
		return false;
	return fstat(STDERR_FILENO, &st) == 0 && st.st_dev == dev &&
	       st.st_ino == ino;
}

void vard_log_init(bool verbose)
{
	options.is_verbose = verbose;
	options.to_journal = stderr_is_journal();
}

static const char *priority_word(int priority)
{
	switch (priority) {
	case LOG_ERR:
		return "error: ";
	case LOG_WARNING:
		return "warning: ";
	default:
		return "";
	}
}

void vard_log(int priority, const char *format, ...)
{
	char text[2048];
	va_list ap;

	if (priority == LOG_DEBUG && !options.is_verbose)
		return;
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (options.to_journal)
		sd_journal_print(priority, "%s", text);
	else
		fprintf(stderr, "vard-sync: %s%s\n", priority_word(priority),
			text);
}
