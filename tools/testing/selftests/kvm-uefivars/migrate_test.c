// SPDX-License-Identifier: GPL-2.0
/* A VMM that keeps its own variables moves a running VM, there and back, live. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "migrate.h"
#include "migrate_script.h"

#include "migrate.inc"

#define MOVES		20
/* Rounds that the guest makes between two moves. */
#define ROUNDS		4
#define TIMEOUT_MS	120000
#define BIG_LEN		8192
#define NV_BS_RT_AT	(NV_BS_RT | KVM_UEFIVARS_ATTR_AT)

static const uint8_t guid_global[16] = {
	0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11,
	0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c,
};
static const uint8_t guid_mor[16] = {
	0xbe, 0x39, 0x09, 0xe2, 0xd4, 0x32, 0xbe, 0x41,
	0xa1, 0x50, 0x89, 0x7f, 0x85, 0xd4, 0x98, 0x29,
};
static const uint8_t guid_mor_lock[16] = {
	0xcf, 0x3c, 0x98, 0xbb, 0x1d, 0x15, 0xe1, 0x40,
	0xa0, 0x7b, 0x4a, 0x17, 0xbe, 0x16, 0x82, 0x92,
};
#define MOR		"MemoryOverwriteRequestControl"
#define MOR_LOCK	"MemoryOverwriteRequestControlLock"
static const uint8_t mor_key[8] = "the key";

/* The guest's program; symbols made by the linker. */
extern const uint8_t guest_start_of_image[]
	__asm__("_binary_migrate_guest_bin_start");
extern const uint8_t guest_end_of_image[]
	__asm__("_binary_migrate_guest_bin_end");

/* A machine, at one of its two places. */
struct place {
	struct vmm vm;
	struct vmm_port port;
	struct guest g;
};

static int on_out(struct vmm_vcpu *v, uint16_t port, uint32_t value)
{
	(void)v;
	(void)port;
	(void)value;
	return -EPROTO;
}

static int on_mmio(struct vmm_vcpu *v, uint64_t gpa, void *data, uint32_t len,
		   int is_write)
{
	struct place *p = v->vm->ctx;

	return vmm_port_mmio(&p->port, gpa, data, len, is_write);
}

static const struct vmm_ops ops = { .out = on_out, .mmio = on_mmio };

static void place_open(struct place *p)
{
	int ret;

	close(open_device());
	ret = vmm_create(&p->vm, SCRIPT_RAM_LEN, &ops, p);
	if (ret == -ENOENT)
		ktap_skip("no /dev/kvm");
	CHECK_EQ(ret, 0);
	ret = vmm_port_open(&p->port, &p->vm, KVM_UEFIVARS_WRITE_THROUGH, 1);
	CHECK_EQ(ret, 0);
	p->g = (struct guest){
		.port = p->port.port,
		.mem = p->vm.ram + SCRIPT_MAILBOX_ADDR,
	};
}

static void place_close(struct place *p)
{
	vmm_port_close(&p->port);
	vmm_destroy(&p->vm);
}

static const volatile struct script_progress *progress(const struct place *p)
{
	return (const void *)(p->vm.ram + SCRIPT_PROGRESS_ADDR);
}

/* Messages. All start as those of guest.c, in the namespace of the tests. */

static void set_guid(uint8_t *msg, const uint8_t *guid)
{
	memcpy(msg + sizeof(struct kvm_uefivars_mm_header) +
	       sizeof(struct kvm_uefivars_var_header), guid, 16);
}

static uint64_t send_set(struct place *p, const uint8_t *guid, const char *name,
			 uint32_t attributes, const void *data, uint32_t len)
{
	put_set(p->g.mem, name, attributes, data, len);
	set_guid(p->g.mem, guid);
	CHECK_EQ(guest_command(&p->g, KVM_UEFIVARS_CMD_DMA_MM),
		 KVM_UEFIVARS_STS_SUCCESS);
	return reply_status(p->g.mem);
}

/* First byte of a variable. */
static int send_get(struct place *p, const uint8_t *guid, const char *name)
{
	const uint8_t *data;

	put_get(p->g.mem, name, 64);
	set_guid(p->g.mem, guid);
	CHECK_EQ(guest_command(&p->g, KVM_UEFIVARS_CMD_DMA_MM),
		 KVM_UEFIVARS_STS_SUCCESS);
	if (reply_status(p->g.mem))
		return -1;
	CHECK(reply_data(p->g.mem, &data) > 0);
	return data[0];
}

static void send_event(struct place *p, const uint8_t *guid)
{
	put_event(p->g.mem, guid);
	CHECK_EQ(guest_command(&p->g, KVM_UEFIVARS_CMD_DMA_MM),
		 KVM_UEFIVARS_STS_SUCCESS);
}

/* "Policed" may not be written any more. */
static uint32_t put_policy(uint8_t *msg)
{
	static const uint8_t guid[] = KVM_UEFIVARS_GUID_POLICY;
	struct kvm_uefivars_mm_header *h = (void *)msg;
	struct kvm_uefivars_policy_header *p = (void *)(h + 1);
	struct kvm_uefivars_policy_entry *e = (void *)(p + 1);
	uint16_t name[16] = {};
	uint32_t name_len = utf16("Policed", name) + 2;

	memcpy(h->guid, guid, sizeof(h->guid));
	*p = (struct kvm_uefivars_policy_header){
		.signature = KVM_UEFIVARS_POLICY_SIGNATURE,
		.revision = KVM_UEFIVARS_POLICY_REVISION,
		.command = KVM_UEFIVARS_POLICY_REGISTER,
	};
	*e = (struct kvm_uefivars_policy_entry){
		.version = KVM_UEFIVARS_POLICY_ENTRY_VERSION,
		.size = (uint16_t)(sizeof(*e) + name_len),
		.name_offset = sizeof(*e),
		.max_size = ~0U,
		.lock_type = KVM_UEFIVARS_LOCK_NOW,
	};
	memcpy(e->guid, test_guid, sizeof(e->guid));
	memcpy(e + 1, name, name_len);
	h->message_len = sizeof(*p) + sizeof(*e) + name_len;
	return (uint32_t)(sizeof(*h) + h->message_len);
}

#define POLICY_STATUS_POS (sizeof(struct kvm_uefivars_mm_header) + \
	offsetof(struct kvm_uefivars_policy_header, result))

/* What a firmware does before the guest takes over. */

static void set_registers(struct place *p)
{
	reg_write(p->g.port, KVM_UEFIVARS_REG_BUFFER_SIZE, 4, 65536);
	reg_write(p->g.port, KVM_UEFIVARS_REG_ADDR_LO, 8, SCRIPT_MAILBOX_ADDR);
}

static void boot_keys(struct place *p)
{
	struct kvm_uefivars_machine_reset reset = { .size = sizeof(reset) };

	set_registers(p);
	CHECK_EQ(send_set(p, guid_global, "KEK", NV_BS_RT_AT, kek_0,
			  sizeof(kek_0)), 0);
	CHECK_EQ(send_set(p, guid_global, "PK", NV_BS_RT_AT, pk_0,
			  sizeof(pk_0)), 0);
	CHECK_EQ(call(p->g.port, KVM_UEFIVARS_MACHINE_RESET, &reset), 0);
	set_registers(p);
	CHECK_EQ(send_get(p, guid_global, "SecureBoot"), 1);
}

static void boot_variables(struct place *p)
{
	static uint8_t big[BIG_LEN];
	const uint32_t zero = 0;

	memset(big, 0xb1, sizeof(big));
	CHECK_EQ(send_set(p, test_guid, "Fleeting", BS_RT, &zero, 4), 0);
	CHECK_EQ(send_set(p, test_guid, "Counter", NV_BS_RT, &zero, 4), 0);
	CHECK_EQ(send_set(p, test_guid, "Early", KVM_UEFIVARS_ATTR_BS, "e", 1),
		 0);
	CHECK_EQ(send_set(p, test_guid, "Big", BS_RT, big, BIG_LEN), 0);
	CHECK_EQ(send_set(p, test_guid, "Policed", BS_RT, "p", 1), 0);
	CHECK_EQ(send_set(p, test_guid, "Private", NV_BS_RT_AT, private_0,
			  sizeof(private_0)), 0);
	CHECK_EQ(send_set(p, guid_mor, MOR, NV_BS_RT, "", 1), 0);
}

static void boot_locks(struct place *p)
{
	static const uint8_t end_of_dxe[] = KVM_UEFIVARS_GUID_END_OF_DXE;
	static const uint8_t ready_to_boot[] = KVM_UEFIVARS_GUID_READY_TO_BOOT;
	uint64_t result;

	put_policy(p->g.mem);
	CHECK_EQ(guest_command(&p->g, KVM_UEFIVARS_CMD_DMA_MM),
		 KVM_UEFIVARS_STS_SUCCESS);
	memcpy(&result, p->g.mem + POLICY_STATUS_POS, sizeof(result));
	CHECK_EQ(result, 0);
	send_event(p, end_of_dxe);
	CHECK_EQ(send_set(p, guid_mor_lock, MOR_LOCK, NV_BS_RT, mor_key,
			  sizeof(mor_key)), 0);
	send_event(p, ready_to_boot);
}

/* The script. */

#define STATUS_POS (sizeof(struct kvm_uefivars_mm_header) + \
	offsetof(struct kvm_uefivars_var_header, status))

static uint32_t short_status(uint64_t status)
{
	return (uint32_t)status | (status >> 63 ? 1U << 31 : 0);
}

static struct script_step *step_add(struct script_step **next, uint32_t flags,
				    uint64_t status)
{
	struct script_step *s = (*next)++;

	memset(s, 0, sizeof(*s));
	s->flags = flags;
	s->status = short_status(status);
	s->status_pos = STATUS_POS;
	return s;
}

static struct script_step *step_set(struct script_step **next, uint32_t flags,
				    uint64_t status, const char *name,
				    uint32_t attributes, const void *data,
				    uint32_t len)
{
	struct script_step *s = step_add(next, flags, status);

	s->len = put_set(s->message, name, attributes, data, len);
	s->data_pos = s->len - len;
	CHECK(s->len <= SCRIPT_MESSAGE_LEN);
	return s;
}

/* @room bytes may come back; the message is cut to the page it has here. */
static struct script_step *step_get(struct script_step **next, uint32_t flags,
				    uint64_t status, const char *name)
{
	struct script_step *s = step_add(next, flags, status);

	s->len = put_get(s->message, name, 64);
	s->data_pos = s->len - 64;
	return s;
}

static void step_want(struct script_step *s, uint8_t value)
{
	s->flags |= STEP_WANT_DATA;
	s->want[0] = value;
	s->want_len = 1;
}

/* A reply of two pages that the guest itself never writes to. */
static void step_get_big(struct script_step **next)
{
	struct script_step *s = step_get(next, 0, 0, "Big");
	struct kvm_uefivars_mm_header *h = (void *)s->message;
	struct kvm_uefivars_var_access *a = (void *)(s->message + STATUS_POS +
						     sizeof(uint64_t));

	a->data_size = BIG_LEN;
	h->message_len += BIG_LEN - 64;
	s->repeat = 4;
	step_want(s, 0xb1);
}

/* Each thing that may get lost on the way, used once. */
static void write_steps(struct place *p)
{
	struct script_step *next = (void *)(p->vm.ram + SCRIPT_STEPS_ADDR), *s;
	const uint32_t zero = 0;

	step_get(&next, STEP_WANT_LAST, 0, "Fleeting");
	step_set(&next, STEP_PUT_ROUND, 0, "Fleeting", BS_RT, &zero, 4);
	step_get(&next, STEP_WANT_ROUND, 0, "Fleeting")->repeat = 20;
	step_get(&next, STEP_WANT_LAST, 0, "Counter");
	step_set(&next, STEP_PUT_ROUND, 0, "Counter", NV_BS_RT, &zero, 4);
	step_get(&next, STEP_WANT_ROUND, 0, "Counter")->repeat = 20;
	step_get_big(&next);
	step_add(&next, STEP_SIGNED, 0)->len = 1;
	step_get(&next, STEP_WANT_SIGNED, 0, "Private");
	step_set(&next, 0, KVM_UEFIVARS_EFI_SECURITY_VIOLATION, "Private",
		 NV_BS_RT_AT, stolen_0, sizeof(stolen_0));
	s = step_get(&next, 0, 0, MOR_LOCK);
	set_guid(s->message, guid_mor_lock);
	step_want(s, 2);
	s = step_set(&next, 0, KVM_UEFIVARS_EFI_ACCESS_DENIED, MOR, NV_BS_RT,
		     "x", 1);
	set_guid(s->message, guid_mor);
	step_set(&next, 0, KVM_UEFIVARS_EFI_WRITE_PROTECTED, "Policed", BS_RT,
		 "x", 1);
	s = step_add(&next, 0, KVM_UEFIVARS_EFI_WRITE_PROTECTED);
	s->len = put_policy(s->message);
	s->status_pos = POLICY_STATUS_POS;
	s = step_get(&next, 0, 0, "SecureBoot");
	set_guid(s->message, guid_global);
	step_want(s, 1);
	s = step_set(&next, 0, KVM_UEFIVARS_EFI_SECURITY_VIOLATION, "KEK",
		     NV_BS_RT_AT, kek_0, sizeof(kek_0));
	set_guid(s->message, guid_global);
	step_want(step_get(&next, 0, 0, "Early"), 'e');
}

static void write_signed(struct place *p)
{
	struct script_step *next = (void *)(p->vm.ram + SCRIPT_SIGNED_ADDR);
	size_t i;

	for (i = 0; i < sizeof(updates) / sizeof(updates[0]); i++)
		step_set(&next, 0, 0, "Private", NV_BS_RT_AT, updates[i].data,
			 updates[i].len);
	CHECK((uint8_t *)next <= p->vm.ram + p->vm.ram_len);
}

static void place_load(struct place *p)
{
	memcpy(p->vm.ram + SCRIPT_IMAGE_ADDR, guest_start_of_image,
	       (size_t)(guest_end_of_image - guest_start_of_image));
	CHECK(vmm_vcpu_create(&p->vm, SCRIPT_IMAGE_ADDR, SCRIPT_STACK_ADDR));
}

/* Running. */

static void *vcpu_thread(void *arg)
{
	return (void *)(intptr_t)vmm_vcpu_run(arg);
}

static void run(struct place *p)
{
	struct vmm_vcpu *v = &p->vm.vcpus[0];

	CHECK(!pthread_create(&v->thread, NULL, vcpu_thread, v));
}

static void check_progress(const struct place *p)
{
	const volatile struct script_progress *g = progress(p);

	if (g->nr_bad)
		ktap_fail(__FILE__, __LINE__,
			  "round %u: %u wrong answers, first at migrate_guest.c:%u, step %u: %#x",
			  g->rounds, g->nr_bad, g->bad_line, g->bad_step,
			  g->bad_value);
}

static void run_rounds(const struct place *p, unsigned int rounds)
{
	unsigned int end = progress(p)->rounds + rounds;
	uint64_t begin = now_ms();

	while (progress(p)->rounds < end) {
		check_progress(p);
		CHECK(now_ms() - begin < ktap_ms(TIMEOUT_MS));
		usleep(1000);
	}
}

static void stop(struct place *p)
{
	void *ret;

	vmm_vcpu_stop(&p->vm.vcpus[0]);
	CHECK(!pthread_join(p->vm.vcpus[0].thread, &ret));
	CHECK_EQ((intptr_t)ret, 0);
}

/* What the stream of calls could not try without ending it. */
static void check_end(struct place *p)
{
	static const uint8_t exit_boot[] = KVM_UEFIVARS_GUID_EXIT_BOOT_SERVICES;

	CHECK_EQ(send_set(p, guid_mor_lock, MOR_LOCK, NV_BS_RT, mor_key,
			  sizeof(mor_key)), 0);
	CHECK_EQ(send_get(p, guid_mor_lock, MOR_LOCK), 0);
	CHECK_EQ(send_set(p, guid_mor, MOR, NV_BS_RT, "x", 1), 0);
	CHECK_EQ(send_get(p, test_guid, "Early"), 'e');
	send_event(p, exit_boot);
	CHECK_EQ(send_get(p, test_guid, "Early"), -1);
	printf("# %d moves, %u rounds of the guest, %u signed writes\n", MOVES,
	       progress(p)->rounds, progress(p)->nr_signed);
	CHECK(progress(p)->nr_signed >= MOVES * ROUNDS / SCRIPT_SIGNED_EVERY);
}

static void begin(struct place *p)
{
	CHECK_EQ(vmm_port_start_acker(&p->port), 0);
	boot_keys(p);
	boot_variables(p);
	boot_locks(p);
	write_steps(p);
	write_signed(p);
	place_load(p);
}

static void arrive(struct place *p, int fd)
{
	CHECK_EQ(vmm_migrate_receive(&p->vm, &p->port, fd), 0);
	CHECK_EQ(vmm_port_start_acker(&p->port), 0);
}

/* The VM is here in every other move; it ends where it was last. */
static void host(int me, int in, int out)
{
	static struct place p;
	int move;

	for (move = 0; move <= MOVES; move++) {
		if (move % 2 != me)
			continue;
		place_open(&p);
		if (move)
			arrive(&p, in);
		else
			begin(&p);
		run(&p);
		run_rounds(&p, ROUNDS);
		if (move < MOVES) {
			CHECK_EQ(vmm_migrate_send(&p.vm, &p.port, out), 0);
		} else {
			stop(&p);
			check_end(&p);
		}
		check_progress(&p);
		place_close(&p);
	}
}

static void live_there_and_back(const void *data)
{
	int there[2], back[2], status;
	pid_t pid;

	(void)data;
	CHECK(!pipe(there) && !pipe(back));
	pid = fork();
	CHECK(pid >= 0);
	if (!pid) {
		close(there[1]);
		close(back[0]);
		host(1, there[0], back[1]);
		_exit(0);
	}
	close(there[0]);
	close(back[1]);
	host(0, back[0], there[1]);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
}

/*
 * Why TAKE_DIRTY: a guest that only rings, and never touches the message, has
 * replies in memory that KVM's log does not know of.
 */
static void dirty_log_misses_replies(const void *data)
{
	static struct vmm_dirty d;
	uint64_t page = SCRIPT_MAILBOX_ADDR / VMM_PAGE_LEN, begun = now_ms();
	struct kvm_uefivars_port_info info;
	struct script_step *s;
	static struct place p;
	uint64_t rings;

	(void)data;
	place_open(&p);
	set_registers(&p);
	CHECK_EQ(send_set(&p, test_guid, "Fleeting", BS_RT, "f", 1), 0);
	s = (void *)(p.vm.ram + SCRIPT_STEPS_ADDR);
	step_get(&s, 0, 0, "Fleeting")->repeat = ~0U - 1;
	place_load(&p);
	run(&p);
	do
		CHECK_EQ(vmm_port_info(&p.port, &info), 0);
	while (info.nr_doorbell < 10 && now_ms() - begun < ktap_ms(TIMEOUT_MS));
	CHECK_EQ(vmm_dirty_start(&p.vm, &p.port), 0);
	/* Those until now may all be older than that. */
	CHECK_EQ(vmm_port_info(&p.port, &info), 0);
	rings = info.nr_doorbell;
	do
		CHECK_EQ(vmm_port_info(&p.port, &info), 0);
	while (info.nr_doorbell < rings + 10 && now_ms() - begun < ktap_ms(TIMEOUT_MS));
	stop(&p);
	CHECK_EQ(vmm_dirty_fetch(&p.vm, &p.port, &d), 0);
	CHECK(d.bits[page / 64] & 1ULL << page % 64);
	CHECK_EQ(d.nr_port, 1);
	place_close(&p);
}

int main(void)
{
#define ADD(fn) ktap_add(fn, NULL, #fn)
	ADD(dirty_log_misses_replies);
	ADD(live_there_and_back);
	return ktap_run();
}
