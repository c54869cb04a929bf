// SPDX-License-Identifier: GPL-2.0
/* Tracepoints: what a guest asks and what becomes of it is seen. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "guest.h"

#define TRACING	"/sys/kernel/tracing/"

static void put(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY | O_TRUNC);

	if (fd < 0)
		ktap_skip("cannot open %s: %s", file, strerror(errno));
	CHECK_EQ(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void trace_on(void)
{
	if (access(TRACING "trace", F_OK) &&
	    mount("tracefs", TRACING, "tracefs", 0, NULL))
		ktap_skip("no tracefs: %s", strerror(errno));
	put(TRACING "trace", "");
	put(TRACING "events/kvm_uefivars/enable", "1");
}

static char *trace_off(void)
{
	static char text[1 << 16];
	size_t len = 0;
	ssize_t n;
	int fd;

	put(TRACING "events/kvm_uefivars/enable", "0");
	fd = open(TRACING "trace", O_RDONLY);
	CHECK(fd >= 0);
	while ((n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	close(fd);
	return text;
}

/* A line of this event with this text. */
static bool seen(const char *trace, const char *event, const char *text)
{
	const char *line = trace, *end, *found;

	while ((line = strstr(line, event))) {
		end = strchrnul(line, '\n');
		found = strstr(line, text);
		if (found && found < end)
			return true;
		line = end;
	}
	return false;
}

static void events_tell_what_happens(const void *data)
{
	int store = create_store(open_device(), KVM_UEFIVARS_WRITE_THROUGH, 50);
	struct guest g = guest_start(store, -1);
	static _Alignas(8) uint8_t batch[65536];
	struct kvm_uefivars_ack ack = { .size = sizeof(ack) };
	char text[64], *trace;

	(void)data;
	trace_on();
	CHECK_EQ(guest_set(&g, "V", NV_BS_RT, "x", 1),
		 KVM_UEFIVARS_EFI_DEVICE_ERROR);
	CHECK(read(store, batch, sizeof(batch)) > 0);
	ack.seq = ((struct kvm_uefivars_batch *)batch)->seq;
	CHECK_EQ(call(store, KVM_UEFIVARS_ACK, &ack), 0);
	trace = trace_off();

	snprintf(text, sizeof(text), "store=%llu protocol=1 function=3 ",
		 (unsigned long long)store_info(store).id);
	CHECK(seen(trace, "kvm_uefivars_request:", text));
	snprintf(text, sizeof(text), "store=%llu seq=%llu",
		 (unsigned long long)store_info(store).id,
		 (unsigned long long)ack.seq);
	CHECK(seen(trace, "kvm_uefivars_change:", text));
	CHECK(seen(trace, "kvm_uefivars_timeout:", text));
	CHECK(seen(trace, "kvm_uefivars_batch:", text));
	CHECK(seen(trace, "kvm_uefivars_ack:", text));
	CHECK(seen(trace, "kvm_uefivars_wait:", text));
	CHECK(seen(trace, "kvm_uefivars_wait:", "result=-110"));
}

static void waits_have_lengths(const void *data)
{
	struct kvm_uefivars_config config = {
		.durability = KVM_UEFIVARS_WRITE_BACK,
		.wait_ms = 20,
		.change_rate = 1,
		.change_burst = 1,
	};
	int store = create_store_with(open_device(), &config);
	struct guest g = guest_start(store, -1);
	char text[64], *trace;

	(void)data;
	CHECK_EQ(guest_set(&g, "V", NV_BS_RT, "x", 1), 0);
	trace_on();
	CHECK_EQ(guest_set(&g, "V", NV_BS_RT, "y", 1), 0);
	CHECK(ack_all(store));
	trace = trace_off();
	snprintf(text, sizeof(text), "store=%llu seq=%llu us=",
		 (unsigned long long)store_info(store).id,
		 (unsigned long long)store_info(store).seq);
	CHECK(seen(trace, "kvm_uefivars_throttle:", text));
	CHECK(!strstr(trace, "kvm_uefivars_wait:"));
	CHECK(seen(trace, "kvm_uefivars_ack:", " failed=0 us="));
}

int main(void)
{
	ktap_add(events_tell_what_happens, NULL, "events_tell_what_happens");
	ktap_add(waits_have_lengths, NULL, "waits_have_lengths");
	return ktap_run();
}
