// SPDX-License-Identifier: GPL-2.0
/* A guest that has its mailbox where no memory is, or memory that goes away: every transport. */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "rig.h"

#define PAGE		4096UL
#define HUGE_PAGE	0x200000UL
#define SLOT		6
#define SLOT_ADDR	0x10000000UL
#define SLOT_LEN	0x20000UL
/* A ring that never said anything would be there still. */
#define NO_ANSWER	0xffff

/* Not done, and not under way for ever. */
static void check_error(uint16_t status)
{
	CHECK(status != KVM_UEFIVARS_STS_SUCCESS);
	CHECK(status != KVM_UEFIVARS_STS_BUSY);
	CHECK(status != NO_ANSWER);
}

static void *get_memory(int fd, size_t len)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
		       fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED, fd, 0);

	CHECK(p != MAP_FAILED);
	return p;
}

/* A message that is all right, but for where it is. */
static void put_message(uint8_t *at)
{
	put_set(at, "Hostile", BS_RT, "data", 4);
}

/* Addresses with nothing behind them. */
static void nothing_there(const void *data)
{
	static const uint64_t addrs[] = {
		RIG_RAM_LEN,		/* just beyond memory */
		RIG_RAM_LEN - 8,	/* the header is half in it */
		RIG_RAM_LEN - 24,	/* the header is, and no more */
		0xd0000000,		/* the hole below 4 GiB */
		0xfee00000,		/* the local APIC */
		0xfffff000,		/* last page below 4 GiB */
		0x100000000,
		0x7ffffffffffff000,
		0xfffffffffffff000,	/* runs over the end */
		0xffffffffffffffe8,
		0xffffffffffffffff,
	};
	unsigned int i;
	struct rig r;

	rig_start(&r, data, 1, KVM_UEFIVARS_WRITE_BACK, 0);
	put_message(r.vm.ram + RIG_MAILBOX_ADDR);
	memcpy(r.vm.ram + RIG_RAM_LEN - 24, r.vm.ram + RIG_MAILBOX_ADDR, 24);
	for (i = 0; i < sizeof(addrs) / sizeof(addrs[0]); i++) {
		rig_setup(&r, addrs[i]);
		CHECK_EQ(rig_ring(&r), KVM_UEFIVARS_STS_UNKNOWN);
	}
	CHECK_EQ(store_info(r.store).nr_requests, 0);
	rig_check_works(&r);
	rig_end(&r);
}

/* The register page is memory to KVM; never to be written by a reply. */
static void registers_themselves(const void *data)
{
	static const uint32_t offsets[] = { 0, 8, 0x20, 0xff0, 0xfff };
	unsigned int i;
	struct rig r;

	rig_start(&r, data, 1, KVM_UEFIVARS_WRITE_BACK, 0);
	for (i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		rig_setup(&r, KVM_UEFIVARS_MMIO_BASE + offsets[i]);
		check_error(rig_ring(&r));
	}
	rig_check_works(&r);
	rig_end(&r);
}

/* The message begins in memory and its end is elsewhere. */
static void over_the_end_of_a_slot(const void *data)
{
	uint8_t *mem = get_memory(-1, SLOT_LEN);
	uint64_t room;
	struct rig r;

	rig_start(&r, data, 1, KVM_UEFIVARS_WRITE_BACK, 0);
	rig_map(&r, SLOT, SLOT_ADDR, SLOT_LEN, mem, false);
	for (room = 24; room < 96; room += 8) {
		uint8_t *at = mem + SLOT_LEN - room;
		uint8_t msg[256];

		put_message(msg);
		memcpy(at, msg, room);
		rig_setup(&r, SLOT_ADDR + SLOT_LEN - room);
		CHECK_EQ(rig_ring(&r), KVM_UEFIVARS_STS_UNKNOWN);
		CHECK(!memcmp(at, msg, room));
	}
	CHECK_EQ(store_info(r.store).nr_requests, 0);
	rig_check_works(&r);
	rig_end(&r);
}

/* A request may be read there; the reply is not written, and that is an error. */
static void readonly_slot(const void *data)
{
	uint8_t *mem = get_memory(-1, SLOT_LEN), before[128];
	struct rig r;

	rig_start(&r, data, 1, KVM_UEFIVARS_WRITE_BACK, 0);
	rig_map(&r, SLOT, SLOT_ADDR, SLOT_LEN, mem, true);
	put_get(mem, "Hostile", 16);
	memcpy(before, mem, sizeof(before));
	rig_setup(&r, SLOT_ADDR);
	CHECK_EQ(rig_ring(&r), KVM_UEFIVARS_STS_UNKNOWN);
	CHECK(!memcmp(before, mem, sizeof(before)));
	rig_check_works(&r);
	rig_end(&r);
}

/* A slot of KVM whose memory the VMM has taken away. */
static void memory_is_gone(const void *data)
{
	uint8_t *mem = get_memory(-1, SLOT_LEN);
	struct rig r;

	rig_start(&r, data, 1, KVM_UEFIVARS_WRITE_BACK, 0);
	rig_map(&r, SLOT, SLOT_ADDR, SLOT_LEN, mem, false);
	put_message(mem);
	rig_setup(&r, SLOT_ADDR);
	CHECK_EQ(rig_ring(&r), KVM_UEFIVARS_STS_SUCCESS);
	put_message(mem);
	CHECK(!mprotect(mem, SLOT_LEN, PROT_READ));
	CHECK_EQ(rig_ring(&r), KVM_UEFIVARS_STS_UNKNOWN);
	CHECK(!mprotect(mem, SLOT_LEN, PROT_NONE));
	CHECK_EQ(rig_ring(&r), KVM_UEFIVARS_STS_UNKNOWN);
	CHECK(!munmap(mem, SLOT_LEN));
	CHECK_EQ(rig_ring(&r), KVM_UEFIVARS_STS_UNKNOWN);
	rig_check_works(&r);
	rig_end(&r);
}

/* A rig whose message is in a file. */
static int start_in_file(struct rig *r, const void *data, uint8_t **mem)
{
	int fd = memfd_create("hostile", MFD_CLOEXEC);

	CHECK(fd >= 0 && !ftruncate(fd, SLOT_LEN));
	*mem = get_memory(fd, SLOT_LEN);
	rig_start(r, data, 1, KVM_UEFIVARS_WRITE_BACK, 0);
	rig_map(r, SLOT, SLOT_ADDR, SLOT_LEN, *mem, false);
	rig_setup(r, SLOT_ADDR);
	return fd;
}

/* Memory that is there again, but as zeros: no message. */
static void memory_is_zeroed(const void *data)
{
	uint8_t *mem;
	struct rig r;
	int fd = start_in_file(&r, data, &mem);

	put_message(mem);
	CHECK_EQ(rig_ring(&r), KVM_UEFIVARS_STS_SUCCESS);
	put_message(mem);
	CHECK(!fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
			 SLOT_LEN));
	check_error(rig_ring(&r));
	put_message(mem);
	CHECK(!madvise(mem, SLOT_LEN, MADV_REMOVE));
	check_error(rig_ring(&r));
	put_message(mem);
	CHECK_EQ(rig_ring(&r), KVM_UEFIVARS_STS_SUCCESS);
	rig_check_works(&r);
	rig_end(&r);
}

/* What would be SIGBUS for the VMM: for the guest an error, for nobody a signal. */
static void file_is_cut(const void *data)
{
	uint8_t *mem;
	struct rig r;
	int fd = start_in_file(&r, data, &mem);

	put_message(mem);
	CHECK(!ftruncate(fd, 0));
	CHECK_EQ(rig_ring(&r), KVM_UEFIVARS_STS_UNKNOWN);
	CHECK(!ftruncate(fd, SLOT_LEN));
	put_message(mem);
	CHECK_EQ(rig_ring(&r), KVM_UEFIVARS_STS_SUCCESS);
	rig_end(&r);
}

/* Another number of huge pages for the host; the old one. */
static int set_huge_pages(int nr)
{
	FILE *f = fopen("/proc/sys/vm/nr_hugepages", "r+");
	int old = -1;

	if (!f)
		return -1;
	if (fscanf(f, "%d", &old) == 1) {
		rewind(f);
		fprintf(f, "%d\n", nr);
	}
	fclose(f);
	return old;
}

/* A huge page that is punched out and not there a second time. */
static void huge_page_is_gone(const void *data)
{
	struct rig r;
	uint8_t *mem;
	int old, fd;

	rig_start(&r, data, 1, KVM_UEFIVARS_WRITE_BACK, 0);
	old = set_huge_pages(1);
	fd = memfd_create("hostile", MFD_CLOEXEC | MFD_HUGETLB);
	if (fd < 0 || ftruncate(fd, HUGE_PAGE))
		ktap_skip("no huge pages");
	mem = mmap(NULL, HUGE_PAGE, PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_NORESERVE, fd, 0);
	if (old < 0 || mem == MAP_FAILED)
		ktap_skip("no huge pages");
	rig_map(&r, SLOT, SLOT_ADDR, HUGE_PAGE, mem, false);
	rig_setup(&r, SLOT_ADDR);
	put_message(mem);
	CHECK_EQ(rig_ring(&r), KVM_UEFIVARS_STS_SUCCESS);
	CHECK(!fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
			 (off_t)HUGE_PAGE));
	set_huge_pages(0);
	CHECK_EQ(rig_ring(&r), KVM_UEFIVARS_STS_UNKNOWN);
	set_huge_pages(old);
	rig_check_works(&r);
	rig_end(&r);
}

/* Memory whose faults somebody answers when he likes to. */
static int hold_faults(void *mem, size_t len)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = {
		.range = { (uintptr_t)mem, len },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);

	CHECK(fd >= 0);
	CHECK(!ioctl(fd, UFFDIO_API, &api));
	CHECK(!ioctl(fd, UFFDIO_REGISTER, &reg));
	/* What is there already: the VM's RAM may have filled a huge page over both. */
	CHECK(!madvise(mem, len, MADV_DONTNEED));
	return fd;
}

static void answer_fault(int fd, void *to, const void *from)
{
	struct uffd_msg msg;
	struct uffdio_copy copy = { (uintptr_t)to, (uintptr_t)from, PAGE, 0, 0 };

	CHECK_EQ(read(fd, &msg, sizeof(msg)), sizeof(msg));
	CHECK_EQ(msg.event, UFFD_EVENT_PAGEFAULT);
	CHECK_EQ(msg.arg.pagefault.address & ~(PAGE - 1), (uintptr_t)to);
	usleep(200000);
	CHECK(!ioctl(fd, UFFDIO_COPY, &copy));
}

/* Post-copy migration, and a VMM that is slow: the request takes so long, no longer. */
static void fault_is_held(const void *data)
{
	static _Alignas(4096) uint8_t page[PAGE];
	uint8_t *mem = get_memory(-1, SLOT_LEN);
	uint64_t start;
	struct rig r;
	int fd;

	rig_start(&r, data, 1, KVM_UEFIVARS_WRITE_BACK, 0);
	mem[0] = 1;
	fd = hold_faults(mem, SLOT_LEN);
	rig_map(&r, SLOT, SLOT_ADDR, SLOT_LEN, mem, false);
	rig_setup(&r, SLOT_ADDR);
	put_message(page);
	rig_prepare(&r, 0, RIG_RING, 1);
	rig_go(&r, 0);
	start = now_ms();
	answer_fault(fd, mem, page);
	/* Its store is nobody's hostage meanwhile, nor afterwards. */
	CHECK_EQ(rig_join(&r, 0), 0);
	CHECK(now_ms() - start >= 190);
	CHECK_EQ(rig_job(&r, 0)->status, KVM_UEFIVARS_STS_SUCCESS);
	CHECK_EQ(reply_status(mem), 0);
	close(fd);
	rig_check_works(&r);
	rig_end(&r);
}

/* The slot is replaced by other memory again and again, at the same address. */
static void *replace_slot(void *arg)
{
	struct rig *r = arg;
	uint8_t *mem[2] = { get_memory(-1, SLOT_LEN), get_memory(-1, SLOT_LEN) };
	unsigned int i;

	put_message(mem[0]);
	put_message(mem[1]);
	for (i = 0; !rig_job(r, 0)->stop; i++) {
		rig_map(r, SLOT, SLOT_ADDR, SLOT_LEN, mem[i % 2], false);
		usleep(500);
		rig_unmap(r, SLOT, SLOT_ADDR);
	}
	return NULL;
}

static void slot_comes_and_goes(const void *data)
{
	unsigned int nr_ok = 0, nr_not = 0;
	uint64_t until;
	pthread_t thread;
	struct rig r;

	rig_start(&r, data, 1, KVM_UEFIVARS_WRITE_BACK, 0);
	rig_setup(&r, SLOT_ADDR);
	CHECK(!pthread_create(&thread, NULL, replace_slot, &r));
	until = now_ms() + ktap_ms(500);
	while (now_ms() < until) {
		uint16_t status = rig_ring(&r);

		/* All of a slot or nothing; also one without a message, twice used. */
		CHECK(status != KVM_UEFIVARS_STS_BUSY);
		nr_ok += status == KVM_UEFIVARS_STS_SUCCESS;
		nr_not += status == KVM_UEFIVARS_STS_UNKNOWN;
	}
	rig_job(&r, 0)->stop = 1;
	CHECK(!pthread_join(thread, NULL));
	printf("# %u requests found it, %u did not\n", nr_ok, nr_not);
	CHECK(nr_ok + nr_not > 10);
	rig_check_works(&r);
	rig_end(&r);
}

int main(void)
{
#define ADD(fn) rig_add(fn, #fn)
	ADD(nothing_there);
	ADD(registers_themselves);
	ADD(over_the_end_of_a_slot);
	ADD(readonly_slot);
	ADD(memory_is_gone);
	ADD(memory_is_zeroed);
	ADD(file_is_cut);
	ADD(huge_page_is_gone);
	ADD(fault_is_held);
	ADD(slot_comes_and_goes);
	return ktap_run();
}
