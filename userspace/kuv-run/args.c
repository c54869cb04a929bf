// SPDX-License-Identifier: GPL-2.0-or-later
// Looks through a QEMU command line for what decides whether it can be run.

#include "args.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* One "key=value" of an option; what is longer is cut, and of no interest. */
struct param {
	char key[64];
	char value[128];
};

static void problem(struct kuv_args *args, enum kuv_args_problem what,
		    const char *culprit)
{
	if (args->problem)
		return;
	args->problem = what;
	args->culprit = culprit;
}

static void put_char(char *buf, size_t size, size_t *len, char c)
{
	if (*len + 1 < size)
		buf[(*len)++] = c;
	buf[*len] = '\0';
}

/* "nofoo" and "foo" are old ways to write "foo=off" and "foo=on". */
static void expand_flag(struct param *p)
{
	if (!strncmp(p->key, "no", 2)) {
		memmove(p->key, p->key + 2, strlen(p->key + 2) + 1);
		strcpy(p->value, "off");
	} else {
		strcpy(p->value, "on");
	}
}

/*
 * next_param() - take one parameter; two commas stand for one in a value.
 * @implied is the key of a first parameter that is only a value.
 */
static bool next_param(const char **pos, const char *implied, struct param *p)
{
	bool in_value = false;
	size_t klen = 0, vlen = 0;
	const char *s = *pos;

	memset(p, 0, sizeof(*p));
	if (!*s)
		return false;
	for (; *s && (*s != ',' || s[1] == ','); s++) {
		if (*s == ',')
			s++;
		if (*s == '=' && !in_value)
			in_value = true;
		else if (in_value)
			put_char(p->value, sizeof(p->value), &vlen, *s);
		else
			put_char(p->key, sizeof(p->key), &klen,
				 *s == '_' && !implied ? '-' : *s);
	}
	*pos = *s ? s + 1 : s;
	if (in_value)
		return true;
	if (implied) {
		strcpy(p->value, p->key);
		strcpy(p->key, implied);
	} else {
		expand_flag(p);
	}
	return true;
}

static bool param_is(const struct param *p, const char *key, const char *value)
{
	return !strcmp(p->key, key) && !strcmp(p->value, value);
}

static bool is_prefix(const char *prefix, const char *s)
{
	return !strncmp(prefix, s, strlen(prefix));
}

/* @names: one accelerator, or several with colons between them. */
static void note_accels(struct kuv_args *args, const char *names,
			const char *arg)
{
	while (*names) {
		size_t len = strcspn(names, ":");

		if (len == 3 && !strncmp(names, "kvm", 3))
			args->has_kvm = true;
		else
			problem(args, KUV_ARGS_OTHER_ACCEL, arg);
		names += len;
		names += *names == ':';
	}
}

static void note_irqchip(struct kuv_args *args, const struct param *p,
			 const char *arg)
{
	if (param_is(p, "kernel-irqchip", "off") ||
	    param_is(p, "kernel_irqchip", "off"))
		problem(args, KUV_ARGS_IRQCHIP_OFF, arg);
}

/* Zero, in any way to write it, is QEMU's default and means no ring. */
static void note_dirty_ring(struct kuv_args *args, const struct param *p,
			    const char *arg)
{
	const char *value = p->value;
	char *end;

	if (strcmp(p->key, "dirty-ring-size") &&
	    strcmp(p->key, "dirty_ring_size"))
		return;
	if (!isdigit((unsigned char)*value) || strtoull(value, &end, 0) || *end)
		problem(args, KUV_ARGS_DIRTY_RING, arg);
}

static void on_accel(struct kuv_args *args, const char *arg)
{
	const char *pos = arg;
	struct param p;

	if (!next_param(&pos, "accel", &p))
		return;
	do {
		if (!strcmp(p.key, "accel"))
			note_accels(args, p.value, arg);
		note_irqchip(args, &p, arg);
		note_dirty_ring(args, &p, arg);
	} while (next_param(&pos, NULL, &p));
}

static enum kuv_machine machine_of(const char *type)
{
	if (!strcmp(type, "q35") || is_prefix("pc-q35", type))
		return KUV_MACHINE_Q35;
	if (!strcmp(type, "pc") || is_prefix("pc-", type))
		return KUV_MACHINE_PC;
	return KUV_MACHINE_OTHER;
}

static void on_machine(struct kuv_args *args, const char *arg)
{
	const char *pos = arg;
	struct param p;

	if (!next_param(&pos, "type", &p))
		return;
	do {
		if (!strcmp(p.key, "type"))
			args->machine = machine_of(p.value);
		else if (!strcmp(p.key, "accel"))
			note_accels(args, p.value, arg);
		note_irqchip(args, &p, arg);
		note_dirty_ring(args, &p, arg);
	} while (next_param(&pos, NULL, &p));
}

/* json_driver() - value of "driver" in a JSON object, not ended by NUL */
static const char *json_driver(const char *json)
{
	const char *s = json;

	while ((s = strstr(s, "\"driver\""))) {
		s += strlen("\"driver\"");
		s += strspn(s, " \t\r\n");
		if (*s != ':')
			continue;
		s++;
		s += strspn(s, " \t\r\n");
		return *s == '"' ? s + 1 : NULL;
	}
	return NULL;
}

static void on_device(struct kuv_args *args, const char *arg)
{
	const char *pos = arg, *driver = NULL;
	struct param p;

	if (*arg == '{')
		driver = json_driver(arg);
	else if (next_param(&pos, "driver", &p) && !strcmp(p.key, "driver"))
		driver = p.value;
	if (driver && is_prefix("uefi-vars", driver))
		problem(args, KUV_ARGS_UEFI_VARS, arg);
}

static void on_fw_cfg(struct kuv_args *args, const char *arg)
{
	const char *pos = arg;
	struct param p;

	if (!next_param(&pos, "name", &p))
		return;
	do {
		if (param_is(&p, "name", "etc/hardware-info"))
			problem(args, KUV_ARGS_HARDWARE_INFO, arg);
	} while (next_param(&pos, NULL, &p));
}

/* Whatever form the option has: fine if it ends in a number that is not 0. */
static void on_global(struct kuv_args *args, const char *arg)
{
	const char *value = strrchr(arg, '=');
	char *end;

	if (!strstr(arg, "disable_s3"))
		return;
	if (!value || !isdigit((unsigned char)value[1]) ||
	    !strtoul(value + 1, &end, 0) || *end)
		problem(args, KUV_ARGS_S3, arg);
}

static void on_incoming(struct kuv_args *args, const char *arg)
{
	(void)arg;
	args->is_incoming = true;
}

static void on_loadvm(struct kuv_args *args, const char *arg)
{
	problem(args, KUV_ARGS_LOADVM, arg);
}

static void on_text(struct kuv_args *args, const char *arg)
{
	(void)args;
	(void)arg;
}

static const struct option_handler {
	const char *name;
	void (*fn)(struct kuv_args *args, const char *value);
} handlers[] = {
	{ "M", on_machine },
	{ "accel", on_accel },
	{ "device", on_device },
	{ "fw_cfg", on_fw_cfg },
	{ "global", on_global },
	{ "incoming", on_incoming },
	{ "loadvm", on_loadvm },
	{ "machine", on_machine },
	/* Free text, which may look like an option. */
	{ "append", on_text },
	{ "initrd", on_text },
	{ "kernel", on_text },
	{ "name", on_text },
	{ "smbios", on_text },
};

static const struct option_handler *find_handler(const char *name)
{
	for (size_t i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++)
		if (!strcmp(handlers[i].name, name))
			return &handlers[i];
	return NULL;
}

/* option_name() - an option without its one or two dashes, or NULL */
static const char *option_name(const char *arg)
{
	if (arg[0] != '-')
		return NULL;
	return arg[1] == '-' ? arg + 2 : arg + 1;
}

void kuv_args_scan(struct kuv_args *args, char *const argv[])
{
	const struct option_handler *handler;
	const char *name;

	memset(args, 0, sizeof(*args));
	for (; *argv; argv++) {
		name = option_name(*argv);
		if (!name)
			continue;
		if (!strcmp(name, "enable-kvm"))
			args->has_kvm = true;
		handler = find_handler(name);
		if (!handler || !argv[1])
			continue;
		argv++;
		handler->fn(args, *argv);
	}
	if (!args->has_kvm)
		problem(args, KUV_ARGS_NO_KVM, NULL);
}

const char *kuv_args_explain(enum kuv_args_problem what)
{
	switch (what) {
	case KUV_ARGS_FINE:
		break;
	case KUV_ARGS_UEFI_VARS:
		return "the VM has a uefi-vars device of QEMU's own: leave it out";
	case KUV_ARGS_HARDWARE_INFO:
		return "kuv-run itself makes the fw_cfg file etc/hardware-info: leave it out";
	case KUV_ARGS_OTHER_ACCEL:
		return "without KVM nobody would serve the variables: ask for no other accelerator, not as a fallback either";
	case KUV_ARGS_NO_KVM:
		return "the QEMU command line does not ask for KVM: add -accel kvm";
	case KUV_ARGS_IRQCHIP_OFF:
		return "with kernel-irqchip=off an INIT of the guest goes through QEMU like a reset: use on or split";
	case KUV_ARGS_S3:
		return "sleep state S3 cannot be had, firmware would trust what the OS left in memory: leave disable_s3 out or set it to 1";
	case KUV_ARGS_LOADVM:
		return "what savevm saved does not have the state of the variable service: save a VM with QEMU's migrate to a file and kuvctl move-out, load it with -incoming and kuvctl move-in";
	case KUV_ARGS_DIRTY_RING:
		return "KVM's dirty ring does not see what the variable service writes to guest memory, a moved VM would miss it: leave dirty-ring-size out";
	}
	return "no problem";
}

const char *kuv_args_no_sleep(enum kuv_machine machine)
{
	switch (machine) {
	case KUV_MACHINE_PC:
		return "PIIX4_PM.disable_s3=1";
	case KUV_MACHINE_Q35:
		return "ICH9-LPC.disable_s3=1";
	case KUV_MACHINE_OTHER:
		break;
	}
	return NULL;
}
