// SPDX-License-Identifier: GPL-2.0-or-later
/* Runs the measuring guest and prints one line per operation, for run.sh. */

#include "job.h"
#include "port.h"
#include "vmm.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/kvm_uefivars_mailbox.h>

#define NV_RT	(KVM_UEFIVARS_ATTR_NV | KVM_UEFIVARS_ATTR_BS | \
		 KVM_UEFIVARS_ATTR_RT)
#define VOLATILE (KVM_UEFIVARS_ATTR_BS | KVM_UEFIVARS_ATTR_RT)

/**
 * struct counters - state of the counters, or their change over a window
 * @exits: exits of the guest to KVM
 * @irqs: those that a host interrupt caused
 * @returns: returns of KVM_RUN
 */
struct counters {
	uint64_t exits;
	uint64_t irqs;
	uint64_t returns;
};

/**
 * struct bench - a VM being measured
 * @vm: the VM
 * @port: its port, NULL without a module
 * @job: block in guest memory
 * @begin: counters when the window began
 * @windows: windows seen in this job
 * @min: fewest of each over the windows
 * @max: most of each
 */
struct bench {
	struct vmm vm;
	struct vmm_port *port;
	struct bench_job *job;
	struct counters begin;
	uint32_t windows;
	struct counters min;
	struct counters max;
};

/**
 * struct images - files that go into guest memory
 * @guest: the measuring guest
 * @auth: signed messages
 */
struct images {
	const char *guest;
	const char *auth;
};

/**
 * struct op - one line of the table
 * @name: what run.sh calls it; NULL for a step that is not measured
 * @job: what the guest does
 */
struct op {
	const char *name;
	struct bench_job job;
};

static int read_counters(struct vmm_vcpu *v, struct counters *c)
{
	int ret = vmm_vcpu_stat(v, "exits", &c->exits);

	if (!ret)
		ret = vmm_vcpu_stat(v, "irq_exits", &c->irqs);
	c->returns = v->nr_returns;
	return ret;
}

static void widen(uint64_t value, uint64_t *min, uint64_t *max)
{
	if (value < *min)
		*min = value;
	if (value > *max)
		*max = value;
}

/* The write that ends a window is an exit and a return of its own. */
static int end_window(struct bench *b, struct vmm_vcpu *v)
{
	struct counters c;
	int ret = read_counters(v, &c);

	c.irqs -= b->begin.irqs;
	c.exits -= b->begin.exits + c.irqs + 1;
	c.returns -= b->begin.returns + 1;
	widen(c.irqs, &b->min.irqs, &b->max.irqs);
	widen(c.exits, &b->min.exits, &b->max.exits);
	widen(c.returns, &b->min.returns, &b->max.returns);
	b->windows++;
	return ret;
}

static int on_out(struct vmm_vcpu *v, uint16_t port, uint32_t value)
{
	struct bench *b = v->vm->ctx;

	if (port != BENCH_PORT)
		return -EPROTO;
	switch (value) {
	case BENCH_EVENT_READY:
		return 1;
	case BENCH_EVENT_BEGIN:
		return read_counters(v, &b->begin);
	case BENCH_EVENT_END:
		return end_window(b, v);
	}
	return -EPROTO;
}

static int on_mmio(struct vmm_vcpu *v, uint64_t gpa, void *data, uint32_t len,
		   int is_write)
{
	struct bench *b = v->vm->ctx;

	return b->port ? vmm_port_mmio(b->port, gpa, data, len, is_write) :
			 -ENXIO;
}

static const struct vmm_ops ops = { .out = on_out, .mmio = on_mmio };

/* Up to the first BENCH_EVENT_READY. */
static int start_guest(struct bench *b, const struct images *images)
{
	struct vmm_vcpu *v;
	int ret;

	b->job = (void *)(b->vm.ram + BENCH_JOB_ADDR);
	ret = vmm_load(&b->vm, images->guest, BENCH_IMAGE_ADDR);
	if (!ret)
		ret = vmm_load(&b->vm, images->auth, BENCH_AUTH_ADDR);
	if (ret)
		return ret;
	v = vmm_vcpu_create(&b->vm, BENCH_IMAGE_ADDR, BENCH_STACK_ADDR);
	if (!v)
		return -errno;
	return vmm_vcpu_run(v);
}

static void print_result(const char *setup, const struct op *op,
			 const struct bench *b)
{
	const struct bench_job *j = b->job;

	printf("result %s %s calls %llu min %llu avg %llu max %llu windows %u "
	       "exits %llu %llu irqs %llu returns %llu %llu bad %u\n",
	       setup, op->name, j->calls, j->min, j->sum / j->calls, j->max,
	       b->windows, (unsigned long long)b->min.exits,
	       (unsigned long long)b->max.exits,
	       (unsigned long long)b->max.irqs,
	       (unsigned long long)b->min.returns,
	       (unsigned long long)b->max.returns, j->nr_bad);
}

/* A wrong answer ends the bench: what follows would measure an error path. */
static int run_op(struct bench *b, const char *setup, const struct op *op)
{
	int ret;

	*b->job = op->job;
	b->windows = 0;
	b->min = (struct counters){ UINT64_MAX, UINT64_MAX, UINT64_MAX };
	b->max = (struct counters){ 0 };
	ret = vmm_vcpu_run(&b->vm.vcpus[0]);
	if (ret)
		return ret;
	if (b->job->nr_bad) {
		printf("failed %s %s: %u wrong answers, first at guest.c:%u: 0x%llx\n",
		       setup, op->name ? op->name : "step", b->job->nr_bad,
		       b->job->bad_line, b->job->bad_value);
		return -EBADMSG;
	}
	if (op->name)
		print_result(setup, op, b);
	return 0;
}

/* "SETUP/OP" as in the table: measure only this one; NULL: all. */
static const char *wanted;

static int is_wanted(const char *setup, const struct op *op)
{
	char name[64];

	if (!wanted || !op->name)
		return 1;
	snprintf(name, sizeof(name), "%s/%s", setup, op->name);
	return !strcmp(name, wanted);
}

static int run_ops(struct bench *b, const char *setup, const struct op *op)
{
	int ret = 0;

	for (; !ret && op->job.kind != BENCH_END; op++)
		if (is_wanted(setup, op))
			ret = run_op(b, setup, op);
	return ret;
}

/* A read-only page and an ioeventfd that nobody listens to. */
static int map_empty_doorbell(struct bench *b, const void *page, int eventfd)
{
	int ret;

	ret = vmm_map(&b->vm, VMM_SLOT_STATUS, KVM_MEM_READONLY,
		      KVM_UEFIVARS_MMIO_BASE, 4096, page);
	if (ret)
		return ret;
	return vmm_ioeventfd(&b->vm, eventfd,
			     KVM_UEFIVARS_MMIO_BASE + KVM_UEFIVARS_REG_CMD_STS,
			     KVM_UEFIVARS_CMD_DMA_MM);
}

static int bench_empty(const struct images *images)
{
	static const struct op list[] = {
		{ "nothing", { .kind = BENCH_NOTHING, .windows = 10 } },
		{ "doorbell", { .kind = BENCH_DOORBELL, .windows = 30 } },
		{ NULL, { .kind = BENCH_END } },
	};
	struct bench b = { 0 };
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	int efd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	int ret;

	if (page == MAP_FAILED || efd < 0)
		return -errno;
	ret = vmm_create(&b.vm, BENCH_RAM_LEN, &ops, &b);
	if (!ret)
		ret = map_empty_doorbell(&b, page, efd);
	if (!ret)
		ret = start_guest(&b, images);
	if (!ret)
		ret = run_ops(&b, "empty", list);
	vmm_destroy(&b.vm);
	close(efd);
	munmap(page, 4096);
	return ret;
}

static int print_port(const char *setup, struct vmm_port *p)
{
	struct kvm_uefivars_port_info i;
	int ret = vmm_port_info(p, &i);

	if (!ret)
		printf("port %s doorbell %llu foreign %llu forwarded %llu\n",
		       setup, (unsigned long long)i.nr_doorbell,
		       (unsigned long long)i.nr_foreign,
		       (unsigned long long)i.nr_forwarded);
	return ret;
}

/**
 * struct setup - a VM with a port and what is measured in it
 * @name: appended to the back end's name
 * @durability: of the store
 * @has_doorbell: requests are answered inside KVM_RUN
 * @list: operations
 */
struct setup {
	const char *name;
	uint32_t durability;
	int has_doorbell;
	const struct op *list;
};

/* The acknowledger is a thread that runs only when it is needed. */
static int open_port(struct bench *b, const struct setup *s)
{
	int ret;

	ret = vmm_port_open(b->port, &b->vm, s->durability, s->has_doorbell);
	if (ret || s->durability != KVM_UEFIVARS_WRITE_THROUGH)
		return ret;
	return vmm_port_start_acker(b->port);
}

static int bench_port(const struct images *images, const struct setup *s)
{
	struct vmm_port port;
	struct bench b = { .port = &port };
	char name[64];
	int ret;

	ret = vmm_create(&b.vm, BENCH_RAM_LEN, &ops, &b);
	if (ret) {
		vmm_destroy(&b.vm);
		return ret;
	}
	ret = open_port(&b, s);
	snprintf(name, sizeof(name), "%s%s",
		 port.info.caps & KVM_UEFIVARS_CAP_TASK_WORK ? "task_work" :
		 "fput", s->name);
	if (!ret)
		ret = start_guest(&b, images);
	if (!ret)
		ret = run_ops(&b, name, s->list);
	if (!ret)
		ret = print_port(name, &port);
	vmm_port_close(&port);
	vmm_destroy(&b.vm);
	return ret;
}

/* Writes to volatile variables while the firmware may, the rest as an OS. */
static const struct op doorbell_ops[] = {
	{ NULL, { .kind = BENCH_SETUP } },
	{ NULL, { .kind = BENCH_FILL, .data_len = BENCH_LIST_DATA,
		  .attributes = NV_RT } },
	{ "set-volatile-64", { .kind = BENCH_SET, .windows = 10, .data_len = 64,
			       .attributes = VOLATILE } },
	{ NULL, { .kind = BENCH_KEYS } },
	{ NULL, { .kind = BENCH_BOOT_DONE } },
	{ "get-64", { .kind = BENCH_GET, .windows = 30, .data_len = 64,
		      .attributes = NV_RT } },
	{ "get-4096", { .kind = BENCH_GET, .windows = 10, .data_len = 4096,
			.attributes = NV_RT } },
	{ "get-next", { .kind = BENCH_GET_NEXT, .windows = 10 } },
	{ "set-nv-64", { .kind = BENCH_SET, .windows = 10, .data_len = 64,
			 .attributes = NV_RT } },
	{ "append-db-1k", { .kind = BENCH_AUTH } },
	{ "set-private-64", { .kind = BENCH_AUTH } },
	{ NULL, { .kind = BENCH_END } },
};

static const struct op through_ops[] = {
	{ NULL, { .kind = BENCH_SETUP } },
	{ "set-nv-64", { .kind = BENCH_SET, .windows = 10, .data_len = 64,
			 .attributes = NV_RT } },
	{ NULL, { .kind = BENCH_END } },
};

static const struct op forward_ops[] = {
	{ NULL, { .kind = BENCH_SETUP } },
	{ "get-64", { .kind = BENCH_GET, .windows = 10, .data_len = 64,
		      .attributes = NV_RT } },
	{ NULL, { .kind = BENCH_END } },
};

static const struct setup setups[] = {
	{ "", KVM_UEFIVARS_WRITE_BACK, 1, doorbell_ops },
	{ "-through", KVM_UEFIVARS_WRITE_THROUGH, 1, through_ops },
	{ "-forward", KVM_UEFIVARS_WRITE_BACK, 0, forward_ops },
};

static int bench_module(const struct images *images)
{
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < sizeof(setups) / sizeof(setups[0]); i++)
		ret = bench_port(images, &setups[i]);
	return ret;
}

int main(int argc, char **argv)
{
	struct images images;
	int ret;

	if (argc != 4 && argc != 5) {
		fprintf(stderr, "usage: bench-vmm empty|module GUEST-IMAGE AUTH-MESSAGES [SETUP/OP]\n");
		return 2;
	}
	images.guest = argv[2];
	images.auth = argv[3];
	wanted = argv[4];
	setvbuf(stdout, NULL, _IOLBF, 0);
	ret = strcmp(argv[1], "module") ? bench_empty(&images) :
					  bench_module(&images);
	if (ret)
		printf("failed %s: %s\n", argv[1], strerror(-ret));
	return ret ? 1 : 0;
}
