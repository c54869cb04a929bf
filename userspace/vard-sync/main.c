// SPDX-License-Identifier: GPL-2.0-or-later
/* vard-sync: options, order of start and end. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>

#include "cleanup.h"
#include "control.h"
#include "library.h"
#include "lock.h"
#include "log.h"
#include "loop.h"
#include "notify.h"
#include "recover.h"
#include "sqlite_vfs.h"

#define VERSION "0.1"
#define DEFAULT_DB "/var/lib/vard-sync/vars.db"
#define DEFAULT_SOCKET "/run/vard-sync/control"
#define DEFAULT_DEVICE "/dev/kvm-uefivars"
/* Looking for damage in a large database must not keep guests waiting. */
#define CHECK_MS 500
/* As much as the module takes. */
#define WAIT_MS_MAX 30000
/* What is not saved for a minute is lost too easily. */
#define AGE_MS_MAX 60000
#define AGE_MS_DEFAULT 1000

static const char usage_text[] =
	"usage: vard-sync [OPTION...]\n"
	"Keeps the UEFI variables of virtual machines on disk.\n"
	"\n"
	"  --db FILE          database (default " DEFAULT_DB ")\n"
	"  --socket PATH      where clients connect (default " DEFAULT_SOCKET ")\n"
	"  --connection-fd N  serve the client connected to descriptor N; without\n"
	"                     --socket nobody else can connect\n"
	"  --exit-when-idle   end when no VM runs, no client is there and all is saved\n"
	"  --wait-ms N        longest that a write waits for the disk before the guest\n"
	"                     gets an error (default 2000); of VMs opened from now on\n"
	"  --write-back-age N longest that a write-back change waits for other ones before\n"
	"                     it is saved, in milliseconds (default 1000)\n"
	"  --templates DIR    templates by name (default " VARD_LIBRARY_DEFAULT ")\n"
	"  --device PATH      node of the module (default " DEFAULT_DEVICE ")\n"
	"  --verbose          more messages\n"
	"  --version, --help\n";

enum {
	OPT_DB = 256,
	OPT_SOCKET,
	OPT_CONNECTION,
	OPT_IDLE,
	OPT_WAIT,
	OPT_AGE,
	OPT_TEMPLATES,
	OPT_DEVICE,
	OPT_VERBOSE,
	OPT_VERSION,
	OPT_HELP,
};

static const struct option long_options[] = {
	{ "db", required_argument, NULL, OPT_DB },
	{ "socket", required_argument, NULL, OPT_SOCKET },
	{ "connection-fd", required_argument, NULL, OPT_CONNECTION },
	{ "exit-when-idle", no_argument, NULL, OPT_IDLE },
	{ "wait-ms", required_argument, NULL, OPT_WAIT },
	{ "write-back-age", required_argument, NULL, OPT_AGE },
	{ "templates", required_argument, NULL, OPT_TEMPLATES },
	{ "device", required_argument, NULL, OPT_DEVICE },
	{ "verbose", no_argument, NULL, OPT_VERBOSE },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "help", no_argument, NULL, OPT_HELP },
	{ 0 },
};

static int parse_fd(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);
	struct stat st;

	if (!*text || *end || n < 0 || n > 1 << 20 ||
	    fstat((int)n, &st) < 0 || !S_ISSOCK(st.st_mode))
		return -1;
	return (int)n;
}

/* Returns milliseconds, 0 if @text is no number of them. */
static uint32_t parse_ms(const char *text, long max)
{
	char *end;
	long n = strtol(text, &end, 10);

	return !*text || *end || n < 1 || n > max ? 0 : (uint32_t)n;
}

/* Returns 1 to go on, 0 if all is done, -EINVAL for a wrong command line. */
static int parse_options(struct vard_options *o, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) >= 0) {
		switch (c) {
		case OPT_DB:
			o->db = optarg;
			break;
		case OPT_SOCKET:
			o->socket = optarg;
			break;
		case OPT_CONNECTION:
			o->connection_fd = parse_fd(optarg);
			if (o->connection_fd < 0) {
				fprintf(stderr, "vard-sync: --connection-fd %s is not an open socket\n",
					optarg);
				return -EINVAL;
			}
			break;
		case OPT_IDLE:
			o->exit_when_idle = true;
			break;
		case OPT_WAIT:
			o->wait_ms = parse_ms(optarg, WAIT_MS_MAX);
			if (!o->wait_ms) {
				fprintf(stderr, "vard-sync: --wait-ms %s is not a number from 1 to %d\n",
					optarg, WAIT_MS_MAX);
				return -EINVAL;
			}
			break;
		case OPT_AGE:
			o->write_back_ms = parse_ms(optarg, AGE_MS_MAX);
			if (!o->write_back_ms) {
				fprintf(stderr, "vard-sync: --write-back-age %s is not a number from 1 to %d\n",
					optarg, AGE_MS_MAX);
				return -EINVAL;
			}
			break;
		case OPT_TEMPLATES:
			o->templates = optarg;
			break;
		case OPT_DEVICE:
			o->device = optarg;
			break;
		case OPT_VERBOSE:
			o->is_verbose = true;
			break;
		case OPT_VERSION:
			puts("vard-sync " VERSION);
			return 0;
		case OPT_HELP:
			fputs(usage_text, stdout);
			return 0;
		default:
			return -EINVAL;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "vard-sync: unexpected argument %s\n",
			argv[optind]);
		return -EINVAL;
	}
	if (!o->socket && o->connection_fd < 0)
		o->socket = DEFAULT_SOCKET;
	return 1;
}

/* For the default places, when no service manager made them. */
static void make_directories(const struct vard_options *o)
{
	if (strcmp(o->db, DEFAULT_DB) == 0)
		mkdir("/var/lib/vard-sync", 0700);
	if (o->socket && strcmp(o->socket, DEFAULT_SOCKET) == 0 &&
	    mkdir("/run/vard-sync", 0755) == 0)
		chmod("/run/vard-sync", 0755);
}

static int init_process(void)
{
	struct rlimit lim;
	sigset_t set;

	umask(0077);
	/* There is nothing to read again; a closed terminal is no reason. */
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	/* A descriptor per VM; select() is used nowhere. */
	if (getrlimit(RLIMIT_NOFILE, &lim) == 0) {
		lim.rlim_cur = lim.rlim_max;
		setrlimit(RLIMIT_NOFILE, &lim);
	}
	return 0;
}

/* Descriptors from systemd: the socket and stores of the run before. */
static int take_fds(struct vard *d, int *socket)
{
	char **names = NULL;
	int n = sd_listen_fds_with_names(1, &names);

	for (int i = 0; i < n; i++) {
		int fd = SD_LISTEN_FDS_START + i;

		if (vard_notify_is_store(names[i])) {
			vard_recover_fd(d, fd, names[i]);
		} else if (*socket < 0 &&
			   sd_is_socket_unix(fd, SOCK_STREAM, 1, NULL, 0) > 0) {
			*socket = fd;
		} else {
			vard_log(LOG_WARNING, "descriptor %d (%s) from systemd is not known",
				 fd, names[i]);
			kuv_close(fd);
		}
		free(names[i]);
	}
	free(names);
	return n < 0 ? n : 0;
}

/* Guests wait: their changes come before everything else. */
static int recover(struct vard *d, int *socket)
{
	int r = vard_open_db(d);

	if (r < 0)
		vard_log(LOG_ERR, "%s", d->backend->error);
	r = take_fds(d, socket);
	if (r < 0)
		vard_log(LOG_ERR, "descriptors from systemd: %s", strerror(-r));
	if (d->is_open)
		vard_recover_ids(d);
	if (d->sources)
		vard_flush_all(d);
	return r;
}

static void check_db(struct vard *d)
{
	if (d->is_open && d->backend->ops->check(d->backend, CHECK_MS) < 0)
		vard_log(LOG_ERR, "%s", d->backend->error);
}

static int serve(struct vard *d, int socket)
{
	int r = 0;

	if (d->options->socket || socket >= 0)
		r = vard_control_listen(d, socket);
	if (r == 0 && d->options->connection_fd >= 0)
		r = vard_control_connect(d, d->options->connection_fd);
	if (r < 0)
		return r;
	check_db(d);
	sd_notify(0, "READY=1");
	vard_notify_status(d);
	if (d->listen_fd < 0)
		vard_check_idle(d);
	return sd_event_loop(d->event);
}

int main(int argc, char **argv)
{
	struct vard_options o = { .db = DEFAULT_DB, .device = DEFAULT_DEVICE,
				  .templates = VARD_LIBRARY_DEFAULT,
				  .write_back_ms = AGE_MS_DEFAULT,
				  .connection_fd = -1 };
	_cleanup_close_ int lock = -1;
	int socket = -1;
	struct vard d;
	int r = parse_options(&o, argc, argv);

	if (r <= 0)
		return r < 0 ? 2 : EXIT_SUCCESS;
	vard_log_init(o.is_verbose);
	if (init_process() < 0)
		return EXIT_FAILURE;
	make_directories(&o);
	lock = vard_lock(o.db);
	if (lock < 0)
		return EXIT_FAILURE;
	r = vard_vfs_init();
	if (r < 0) {
		vard_log(LOG_ERR, "SQLite cannot be prepared: %s", strerror(-r));
		return EXIT_FAILURE;
	}
	r = vard_init(&d, &o);
	if (r == 0)
		r = recover(&d, &socket);
	if (r >= 0)
		r = serve(&d, socket);
	vard_control_exit(&d);
	vard_exit(&d);
	vard_vfs_exit();
	return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
