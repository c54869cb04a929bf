// SPDX-License-Identifier: GPL-2.0-or-later
/* QEMU plugin: where the instructions of a timed call go, for profile.sh. */

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job.h"

/*
 * The part of QEMU's plugin interface, version 1, in use here; Debian has no
 * package with its header.
 */
typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;

extern int qemu_plugin_version;
int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc,
				char **argv);
void qemu_plugin_register_vcpu_tb_trans_cb(
	qemu_plugin_id_t id,
	void (*cb)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_insn_exec_cb(
	struct qemu_plugin_insn *insn, void (*cb)(unsigned int cpu, void *data),
	int flags, void *data);
void qemu_plugin_register_atexit_cb(
	qemu_plugin_id_t id, void (*cb)(qemu_plugin_id_t id, void *data),
	void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *
qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);

int qemu_plugin_version = 1;

#define NR_BUCKETS	(1 << 18)
#define KERNEL_START	0xffff800000000000ULL
#define GUEST_END	(BENCH_IMAGE_ADDR + 0x10000)

struct place {
	struct place *next;
	uint64_t addr;
	uint64_t count;
};

static struct place *buckets[NR_BUCKETS];
static bool is_timed;
static uint64_t nr_calls;
static const char *out_path;

static struct place *place_of(uint64_t addr)
{
	struct place **b = &buckets[(addr * 0x9e3779b97f4a7c15ULL) >> 46];
	struct place *p;

	for (p = *b; p; p = p->next)
		if (p->addr == addr)
			return p;
	p = calloc(1, sizeof(*p));
	if (!p)
		abort();
	p->addr = addr;
	p->next = *b;
	*b = p;
	return p;
}

static void on_insn(unsigned int cpu, void *data)
{
	struct place *p = data;

	(void)cpu;
	p->count += is_timed;
}

/* The guest reads the TSC right before and right after a call. */
static void on_rdtsc(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	is_timed = !is_timed;
	nr_calls += !is_timed;
}

static bool is_guest_rdtsc(const struct qemu_plugin_insn *insn, uint64_t addr)
{
	return addr >= BENCH_IMAGE_ADDR && addr < GUEST_END &&
	       qemu_plugin_insn_size(insn) == 2 &&
	       !memcmp(qemu_plugin_insn_data(insn), "\x0f\x31", 2);
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t i, n = qemu_plugin_tb_n_insns(tb);
	struct qemu_plugin_insn *insn;
	uint64_t addr;

	(void)id;
	for (i = 0; i < n; i++) {
		insn = qemu_plugin_tb_get_insn(tb, i);
		addr = qemu_plugin_insn_vaddr(insn);
		if (is_guest_rdtsc(insn, addr))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_rdtsc,
							       0, NULL);
		/* One place for all of the guest, one for user space. */
		if (addr < GUEST_END)
			addr = BENCH_IMAGE_ADDR;
		else if (addr < KERNEL_START)
			addr = GUEST_END;
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_insn, 0,
						       place_of(addr));
	}
}

static void write_counts(qemu_plugin_id_t id, void *data)
{
	FILE *f = fopen(out_path, "w");
	struct place *p;
	size_t i;

	(void)id;
	(void)data;
	if (!f)
		return;
	fprintf(f, "calls %" PRIu64 "\n", nr_calls);
	for (i = 0; i < NR_BUCKETS; i++)
		for (p = buckets[i]; p; p = p->next)
			if (p->count)
				fprintf(f, "%016" PRIx64 " %" PRIu64 "\n",
					p->addr, p->count);
	fclose(f);
}

int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc,
			char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4))
		return -1;
	out_path = strdup(argv[0] + 4);
	if (!out_path)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
	qemu_plugin_register_atexit_cb(id, write_counts, NULL);
	return 0;
}
