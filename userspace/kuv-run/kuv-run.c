// SPDX-License-Identifier: GPL-2.0-or-later
// kuv-run: runs an unmodified QEMU with the UEFI variables of a VM attached.

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/kvm.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "args.h"
#include "cleanup.h"
#include "client.h"
#include "daemon.h"
#include "exit.h"
#include "libkuv.h"
#include "preload.h"
#include "store_options.h"

static const char usage_text[] =
	"usage: kuv-run --vm NAME [options] -- qemu-system-x86_64 ...\n"
	"  --vm NAME          whose variables\n"
	"  --db FILE          use a vard-sync of one's own on this database\n"
	"  --socket PATH      where vard-sync listens (" KUV_DEFAULT_SOCKET ")\n"
	"  --template FILE    variables of a VM that is new: JSON or OVMF_VARS.fd\n"
	"  --durability MODE  write-through or write-back\n"
	"  --options LIST     what the VM may and must do, or none, see kuv-run(1)\n"
	"  --attach HOW       auto, cap, doorbell or forward, see kuv-run(1)\n"
	"  --pio              the guest passes messages through a register\n"
	"  --base ADDR        register page (0xfef10000)\n"
	"  --verbose          say what happens\n"
	"  --help\n"
	"See kuv-run(1).\n";

struct options {
	struct kuv_request request;
	uint64_t base;
	/* LIBKUV_ATTACH_* */
	uint32_t attach;
	/* The QEMU command line, NULL at the end. */
	char **qemu;
};

_Noreturn void fail(enum kuv_exit status, const char *format, ...)
{
	int saved = errno;
	va_list ap;

	fputs("kuv-run: ", stderr);
	va_start(ap, format);
	errno = saved;
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(status);
}

static uint64_t parse_base(const char *text)
{
	unsigned long long v;
	char *end;

	errno = 0;
	v = strtoull(text, &end, 0);
	if (errno || end == text || *end || v % 4096)
		fail(KUV_EXIT_USAGE,
		     "--base %s: give an address that is a multiple of 4096",
		     text);
	return v;
}

/* parse_attach() - LIBKUV_ATTACH_* for the word after --attach */
static uint32_t parse_attach(const char *word)
{
	static const struct {
		const char *word;
		uint32_t flags;
	} known[] = {
		{ "auto", 0 },
		{ "cap", LIBKUV_ATTACH_KVM_ONLY },
		{ "doorbell", LIBKUV_ATTACH_DOORBELL_ONLY },
		{ "forward", LIBKUV_ATTACH_FORWARD_ONLY },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (!strcmp(word, known[i].word))
			return known[i].flags;
	fail(KUV_EXIT_USAGE, "--attach %s: auto, cap, doorbell or forward",
	     word);
}

static void check_name(const char *vm)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789_.:@+-";
	size_t len = strlen(vm);

	if (!len || len > 128 || strspn(vm, allowed) != len || *vm == '.' ||
	    *vm == '-')
		fail(KUV_EXIT_USAGE,
		     "--vm %s: use 1 to 128 letters, digits and _.:@+-, not . or - first",
		     vm);
}

static void set_option(struct options *o, int option)
{
	uint32_t ignored;

	switch (option) {
	case 'v':
		o->request.vm = optarg;
		break;
	case 'd':
		o->request.db = optarg;
		break;
	case 's':
		o->request.socket = optarg;
		break;
	case 't':
		o->request.template = optarg;
		break;
	case 'u':
		if (strcmp(optarg, "write-through") &&
		    strcmp(optarg, "write-back"))
			fail(KUV_EXIT_USAGE,
			     "--durability %s: write-through or write-back",
			     optarg);
		o->request.durability = optarg;
		break;
	case 'o':
		if (!kuv_store_options_parse(optarg, &ignored))
			fail(KUV_EXIT_USAGE, "--options %s: names with commas between them: %s",
			     optarg, KUV_STORE_OPTIONS_KNOWN);
		o->request.options = optarg;
		break;
	case 'b':
		o->base = parse_base(optarg);
		break;
	case 'a':
		o->attach = parse_attach(optarg) |
			    (o->attach & LIBKUV_ATTACH_PIO);
		break;
	case 'p':
		o->attach |= LIBKUV_ATTACH_PIO;
		break;
	case 'V':
		o->request.is_verbose = 1;
		break;
	case 'h':
		fputs(usage_text, stdout);
		exit(0);
	default:
		fputs(usage_text, stderr);
		exit(KUV_EXIT_USAGE);
	}
}

static void parse_options(struct options *o, int argc, char **argv)
{
	static const struct option table[] = {
		{ "vm", required_argument, NULL, 'v' },
		{ "db", required_argument, NULL, 'd' },
		{ "socket", required_argument, NULL, 's' },
		{ "template", required_argument, NULL, 't' },
		{ "durability", required_argument, NULL, 'u' },
		{ "options", required_argument, NULL, 'o' },
		{ "base", required_argument, NULL, 'b' },
		{ "attach", required_argument, NULL, 'a' },
		{ "pio", no_argument, NULL, 'p' },
		{ "verbose", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	/* "+": what follows QEMU's name is QEMU's, also without "--". */
	while ((c = getopt_long(argc, argv, "+", table, NULL)) != -1)
		set_option(o, c);
	o->qemu = argv + optind;
	if (!o->request.vm || !*o->qemu) {
		fputs(usage_text, stderr);
		fail(KUV_EXIT_USAGE, "%s", o->request.vm ?
		     "no QEMU command line: give it after --" :
		     "no name of a VM: give --vm NAME");
	}
	check_name(o->request.vm);
	if (o->attach & LIBKUV_ATTACH_PIO &&
	    o->attach & LIBKUV_ATTACH_DOORBELL_ONLY)
		fail(KUV_EXIT_USAGE,
		     "--pio: the doorbell carries no messages through a register: leave --attach out");
}

/* A vard-sync of one's own has no more rights than this process. */
static void check_device(void)
{
	if (!access(KUV_DEVICE_PATH, R_OK | W_OK))
		return;
	if (errno == ENOENT)
		fail(KUV_EXIT_NO_MODULE,
		     "no " KUV_DEVICE_PATH ", the module is not loaded: modprobe kvm-uefivars");
	fail(KUV_EXIT_PERMISSION,
	     "no permission for " KUV_DEVICE_PATH ": become a member of its group (kvm), or use the system's vard-sync without --db");
}

/*
 * The module is loaded by now, else vard-sync had said so: if KVM does not have
 * the capability, it is not the KVM for it. QEMU says if there is no KVM at all.
 */
static void check_attach(uint32_t attach)
{
	int kvm, ret;

	if (!(attach & LIBKUV_ATTACH_KVM_ONLY))
		return;
	kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (kvm < 0)
		return;
	ret = ioctl(kvm, KVM_CHECK_EXTENSION, KVM_CAP_UEFI_VARS);
	close(kvm);
	if (ret <= 0)
		fail(KUV_EXIT_ATTACH,
		     "this host's KVM has no KVM_CAP_UEFI_VARS: install the kvm.ko that comes with kvm-uefivars, or use --attach doorbell");
}

/* info_fd() - the content of etc/hardware-info as a file for QEMU to read */
static int info_fd(uint64_t base)
{
	uint8_t blob[LIBKUV_HARDWARE_INFO_SIZE];
	int fd = memfd_create("hardware-info", MFD_CLOEXEC);

	libkuv_hardware_info(base, blob);
	if (fd < 0 || write(fd, blob, sizeof(blob)) != sizeof(blob))
		fail(KUV_EXIT_INTERNAL, "memfd: %m");
	return fd;
}

/* qemu_argv() - the command line with what the variables need at its end */
static char **qemu_argv(const struct options *o, const struct kuv_args *args,
			int info)
{
	const char *no_sleep = kuv_args_no_sleep(args->machine);
	size_t n = 0;
	char **argv;

	while (o->qemu[n])
		n++;
	argv = calloc(n + 5, sizeof(*argv));
	if (!argv)
		fail(KUV_EXIT_INTERNAL, "out of memory");
	memcpy(argv, o->qemu, n * sizeof(*argv));
	argv[n++] = (char *)"-fw_cfg";
	if (asprintf(&argv[n++],
		     "name=etc/hardware-info,file=/proc/self/fd/%d", info) < 0)
		fail(KUV_EXIT_INTERNAL, "out of memory");
	if (no_sleep) {
		argv[n++] = (char *)"-global";
		argv[n++] = (char *)no_sleep;
	}
	return argv;
}

static void set_env(const char *name, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void set_env(const char *name, const char *format, ...)
{
	_cleanup_free_ char *value = NULL;
	va_list ap;
	int n;

	va_start(ap, format);
	n = vasprintf(&value, format, ap);
	va_end(ap);
	if (n < 0 || setenv(name, value, 1) < 0)
		fail(KUV_EXIT_INTERNAL, "environment: %m");
}

static char *find_preload(void)
{
	const char *given = getenv("KUV_PRELOAD");
	char *path;

	path = given && *given ? strdup(given) :
		kuv_find_beside(KUV_PRELOAD_NAME, KUV_PRELOAD_DIR);
	if (!path || access(path, R_OK) < 0)
		fail(KUV_EXIT_INTERNAL,
		     KUV_PRELOAD_NAME " not found: install it beside kuv-run or in " KUV_PRELOAD_DIR " from there, or set KUV_PRELOAD to it");
	if (strpbrk(path, ": "))
		fail(KUV_EXIT_INTERNAL,
		     "%s: LD_PRELOAD takes no path with a colon or a space: install it elsewhere",
		     path);
	return path;
}

static void set_environment(const struct options *o, int port, int info)
{
	_cleanup_free_ char *preload = find_preload();
	const char *old = getenv("LD_PRELOAD");

	if (fcntl(port, F_SETFD, 0) < 0 || fcntl(info, F_SETFD, 0) < 0)
		fail(KUV_EXIT_INTERNAL, "descriptors for QEMU: %m");
	set_env(KUV_ENV_PORT_FD, "%d", port);
	set_env(KUV_ENV_INFO_FD, "%d", info);
	set_env(KUV_ENV_BASE, "0x%llx", (unsigned long long)o->base);
	set_env(KUV_ENV_ATTACH, "%u", o->attach);
	set_env(KUV_ENV_VM, "%s", o->request.vm);
	set_env(KUV_ENV_INCOMING, "%d", o->request.is_incoming);
	set_env(KUV_ENV_VERBOSE, "%d", o->request.is_verbose);
	if (old && *old)
		set_env("LD_PRELOAD", "%s:%s", preload, old);
	else
		set_env("LD_PRELOAD", "%s", preload);
}

static void check_args(struct kuv_args *args, char **qemu)
{
	kuv_args_scan(args, qemu);
	if (!args->problem)
		return;
	if (args->culprit)
		fail(KUV_EXIT_QEMU_ARGS, "%s: %s", args->culprit,
		     kuv_args_explain(args->problem));
	fail(KUV_EXIT_QEMU_ARGS, "%s", kuv_args_explain(args->problem));
}

/* The variables come through a vard-sync that kuvctl can call. */
static void check_incoming(struct options *o, const struct kuv_args *args)
{
	if (args->is_incoming && o->request.db)
		fail(KUV_EXIT_USAGE,
		     "a VM that is moved here needs a vard-sync that kuvctl can reach: start one for %s and use --socket instead of --db",
		     o->request.db);
	o->request.is_incoming = args->is_incoming;
}

int main(int argc, char **argv)
{
	struct options o = {
		.request.socket = KUV_DEFAULT_SOCKET,
		.base = KVM_UEFIVARS_MMIO_BASE,
	};
	struct kuv_args args;
	char *path;
	int port, info;

	parse_options(&o, argc, argv);
	check_args(&args, o.qemu);
	check_incoming(&o, &args);
	path = kuv_find_in_path(o.qemu[0]);
	if (!path)
		fail(KUV_EXIT_NO_QEMU,
		     "%s: no such program: give QEMU's path, or install qemu-system-x86",
		     o.qemu[0]);
	if (o.request.db)
		check_device();
	info = info_fd(o.base);
	port = kuv_client_open(&o.request);
	check_attach(o.attach);
	set_environment(&o, port, info);
	execv(path, qemu_argv(&o, &args, info));
	fail(KUV_EXIT_NO_QEMU, "%s: %m", path);
}
