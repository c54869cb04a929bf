// SPDX-License-Identifier: GPL-2.0-or-later
/* Runs the measuring guest on the reference VMM, with one set-up of the device. */

#include "ops.h"
#include "port.h"
#include "vmm.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/kvm_uefivars_mailbox.h>

/* Memory of a VM that is only there. */
#define IDLE_RAM_LEN	0x10000
#define IDLE_VMS_MAX	200

/* Beside enum vmm_transport: a page and an eventfd that nobody listens to. */
#define TRANSPORT_EMPTY	(-1)

/**
 * struct options - the set-up, from the command line
 * @setup: its name in the results; "@" in front stands for the back end
 * @list: operations, see ops.c
 * @transport: enum vmm_transport, or TRANSPORT_EMPTY
 * @durability: of the store
 * @nr_list: variables in the store
 * @nr_vms: VMs on the host, this one among them
 * @wanted: "SETUP/OP" to measure only that, or NULL
 * @guest: image of the measuring guest
 * @auth: signed messages
 */
struct options {
	const char *setup;
	const char *list;
	int transport;
	uint32_t durability;
	unsigned int nr_list;
	unsigned int nr_vms;
	const char *wanted;
	const char *guest;
	const char *auth;
};

/**
 * struct idle - a VM that is there while another one is measured
 * @vm: the VM
 * @port: its port, attached
 */
struct idle {
	struct vmm vm;
	struct vmm_port port;
};

/**
 * struct bench - a VM being measured
 * @vm: the VM
 * @port: its port; not used with TRANSPORT_EMPTY
 * @has_port: it is used
 * @run: what is measured
 * @setup: name of the set-up in full
 */
struct bench {
	struct vmm vm;
	struct vmm_port port;
	int has_port;
	struct bench_run run;
	char setup[64];
};

static int read_counters(void *ctx, struct bench_counters *c)
{
	struct vmm_vcpu *v = ctx;
	int ret = vmm_vcpu_stat(v, "exits", &c->exits);

	if (!ret)
		ret = vmm_vcpu_stat(v, "irq_exits", &c->irqs);
	c->returns = v->nr_returns;
	return ret;
}

static int on_out(struct vmm_vcpu *v, uint16_t port, uint32_t value)
{
	struct bench *b = v->vm->ctx;

	return port == BENCH_PORT ? bench_event(&b->run, value) : -EPROTO;
}

static int on_mmio(struct vmm_vcpu *v, uint64_t gpa, void *data, uint32_t len,
		   int is_write)
{
	struct bench *b = v->vm->ctx;

	return b->has_port ? vmm_port_mmio(&b->port, gpa, data, len, is_write) :
			     -ENXIO;
}

static const struct vmm_ops ops = { .out = on_out, .mmio = on_mmio };

static int run_guest(struct bench *b, const struct options *o)
{
	struct vmm_vcpu *v;
	int ret;

	ret = vmm_load(&b->vm, o->guest, BENCH_IMAGE_ADDR);
	if (!ret)
		ret = vmm_load(&b->vm, o->auth, BENCH_AUTH_ADDR);
	if (ret)
		return ret;
	v = vmm_vcpu_create(&b->vm, BENCH_IMAGE_ADDR, BENCH_STACK_ADDR);
	if (!v)
		return -errno;
	b->run.setup = b->setup;
	b->run.wanted = o->wanted;
	b->run.nr_list = o->nr_list;
	b->run.flags = o->transport > 0 && o->transport & VMM_PIO ? BENCH_PIO :
								    0;
	b->run.job = (void *)(b->vm.ram + BENCH_JOB_ADDR);
	b->run.read = read_counters;
	b->run.ctx = v;
	return vmm_vcpu_run(v);
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

static int bench_empty(struct bench *b, const struct options *o)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	int efd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	int ret;

	if (page == MAP_FAILED || efd < 0)
		return -errno;
	ret = map_empty_doorbell(b, page, efd);
	if (!ret)
		ret = run_guest(b, o);
	return ret;
}

static int print_port(const char *setup, struct vmm_port *p)
{
	struct kvm_uefivars_port_info i;
	int ret = vmm_port_info(p, &i);

	if (!ret)
		printf("port %s transport %u doorbell %llu foreign %llu forwarded %llu\n",
		       setup, i.transport, (unsigned long long)i.nr_doorbell,
		       (unsigned long long)i.nr_foreign,
		       (unsigned long long)i.nr_forwarded);
	return ret;
}

/* "@" is what the module says its doorbell is made of. */
static void name_setup(struct bench *b, const struct options *o)
{
	uint64_t has_task_work = b->port.info.caps & KVM_UEFIVARS_CAP_TASK_WORK;

	if (*o->setup == '@')
		snprintf(b->setup, sizeof(b->setup), "%s%s",
			 has_task_work ? "task_work" : "fput", o->setup + 1);
	else
		snprintf(b->setup, sizeof(b->setup), "%s", o->setup);
}

/* The acknowledger is a thread that runs only when it is needed. */
static int bench_port(struct bench *b, const struct options *o)
{
	int ret;

	b->has_port = 1;
	ret = vmm_port_open(&b->port, &b->vm, o->durability,
			    (unsigned int)o->transport);
	if (!ret && o->durability == KVM_UEFIVARS_WRITE_THROUGH)
		ret = vmm_port_start_acker(&b->port);
	if (ret)
		return ret;
	name_setup(b, o);
	ret = run_guest(b, o);
	return ret ? ret : print_port(b->setup, &b->port);
}

static int bench(const struct options *o)
{
	struct bench b = { 0 };
	int ret;

	snprintf(b.setup, sizeof(b.setup), "%s", o->setup);
	ret = bench_list(&b.run, o->list);
	if (ret)
		return ret;
	ret = vmm_create(&b.vm, BENCH_RAM_LEN, &ops, &b);
	if (!ret)
		ret = o->transport == TRANSPORT_EMPTY ? bench_empty(&b, o) :
							bench_port(&b, o);
	if (b.has_port)
		vmm_port_close(&b.port);
	vmm_destroy(&b.vm);
	return ret;
}

static int idle_open(struct idle *i, const struct options *o)
{
	int ret = vmm_create(&i->vm, IDLE_RAM_LEN, &ops, NULL);

	if (!ret)
		ret = vmm_port_open(&i->port, &i->vm, o->durability,
				    (unsigned int)o->transport);
	if (!ret && !vmm_vcpu_create(&i->vm, 0, 0))
		ret = -errno;
	return ret;
}

/* They stay until this process ends. */
static int make_idle(const struct options *o)
{
	struct idle *idle;
	unsigned int i;
	int ret = 0;

	if (o->nr_vms <= 1)
		return 0;
	idle = calloc(o->nr_vms - 1, sizeof(*idle));
	if (!idle)
		return -ENOMEM;
	for (i = 0; !ret && i < o->nr_vms - 1; i++)
		ret = idle_open(&idle[i], o);
	return ret;
}

static int parse_transport(const char *name)
{
	static const struct {
		const char *name;
		int transport;
	} names[] = {
		{ "empty", TRANSPORT_EMPTY },
		{ "doorbell", VMM_DOORBELL },
		{ "cap", VMM_CAP },
		{ "cap-pio", VMM_CAP | VMM_PIO },
		{ "forward", VMM_FORWARD },
		{ "forward-pio", VMM_FORWARD | VMM_PIO },
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i].name, name))
			return names[i].transport;
	return -EINVAL;
}

static const char usage[] =
	"usage: bench-vmm -s SETUP -t TRANSPORT -l LIST [options]\n"
	"  -s SETUP      name in the results; a leading @ becomes the back end\n"
	"  -t TRANSPORT  empty, doorbell, cap, cap-pio, forward or forward-pio\n"
	"  -l LIST       operations: empty, full, plain, pio, set or growth\n"
	"  -n NUMBER     variables in the store (100)\n"
	"  -v NUMBER     VMs on the host (1)\n"
	"  -w            write-through, acknowledged at once\n"
	"  -o SETUP/OP   measure only this\n"
	"  -g FILE       guest image\n"
	"  -a FILE       signed messages\n";

static int parse(struct options *o, int argc, char **argv)
{
	int c, transport = -EINVAL;

	while ((c = getopt(argc, argv, "s:t:l:n:v:wo:g:a:")) != -1) {
		switch (c) {
		case 's': o->setup = optarg; break;
		case 't': transport = parse_transport(optarg); break;
		case 'l': o->list = optarg; break;
		case 'n': o->nr_list = (unsigned int)atoi(optarg); break;
		case 'v': o->nr_vms = (unsigned int)atoi(optarg); break;
		case 'w': o->durability = KVM_UEFIVARS_WRITE_THROUGH; break;
		case 'o': o->wanted = optarg; break;
		case 'g': o->guest = optarg; break;
		case 'a': o->auth = optarg; break;
		default: return -EINVAL;
		}
	}
	o->transport = transport;
	if (!o->setup || !o->list || transport == -EINVAL ||
	    o->nr_list > 1000 || o->nr_vms > IDLE_VMS_MAX)
		return -EINVAL;
	return 0;
}

int main(int argc, char **argv)
{
	struct options o = {
		.durability = KVM_UEFIVARS_WRITE_BACK,
		.nr_list = 100,
		.nr_vms = 1,
		.guest = "/bin/bench-guest.bin",
		.auth = "/bin/bench-auth.bin",
	};
	int ret;

	if (parse(&o, argc, argv)) {
		fputs(usage, stderr);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	ret = make_idle(&o);
	if (!ret)
		ret = bench(&o);
	if (ret)
		printf("failed %s: %s\n", o.setup, strerror(-ret));
	return ret ? 1 : 0;
}
