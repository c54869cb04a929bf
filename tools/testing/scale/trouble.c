// SPDX-License-Identifier: GPL-2.0
/* Commands of storm for times of trouble: a hung daemon, clients that misbehave. */
#include <pthread.h>

#include "trouble.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#define CONNECTIONS_MAX 1024

static int connections[CONNECTIONS_MAX];
static int nr_connections;

/* What one VM saw. */
struct probe {
	struct vm *vm;
	pthread_t thread;
	uint64_t read_us;
	uint64_t volatile_us;
	uint64_t write_us;
	bool is_read_ok;
	bool is_volatile_ok;
	uint64_t write_status;
	bool is_visible;
};

static bool has_counter(const struct guest *g, unsigned int n)
{
	char want[16];
	const uint8_t *data;

	snprintf(want, sizeof(want), "%08u", n);
	return guest_get(g, "Storm", 64) == 0 &&
	       reply_data(g->mem, &data) == 8 && !memcmp(data, want, 8);
}

static void *probe_one(void *arg)
{
	struct probe *p = arg;
	const struct guest *g = &p->vm->g;
	uint64_t start = now_us();
	char text[16];

	p->is_read_ok = has_counter(g, p->vm->acked);
	p->read_us = now_us() - start;
	start = now_us();
	p->is_volatile_ok = guest_set(g, "Volatile", BS_RT, "x", 1) == 0;
	p->volatile_us = now_us() - start;
	snprintf(text, sizeof(text), "%08u", p->vm->acked + 1);
	start = now_us();
	p->write_status = guest_set(g, "Storm", NV_BS_RT, text, 8);
	p->write_us = now_us() - start;
	p->is_visible = has_counter(g, p->vm->acked + 1);
	/* It has to be on disk in the end, whatever the guest was told. */
	p->vm->acked++;
	return NULL;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static void report(const struct probe *probes, int nr)
{
	uint64_t read_us = 0, volatile_us = 0, most = 0, least = ~0ULL;
	int i, bad = 0, hung = 0, saved = 0;

	for (i = 0; i < nr; i++) {
		const struct probe *p = &probes[i];

		bad += !p->is_read_ok + !p->is_volatile_ok + !p->is_visible;
		hung += p->write_status == KVM_UEFIVARS_EFI_DEVICE_ERROR;
		saved += p->write_status == KVM_UEFIVARS_EFI_SUCCESS;
		read_us = larger(read_us, p->read_us);
		volatile_us = larger(volatile_us, p->volatile_us);
		most = larger(most, p->write_us);
		least = p->write_us < least ? p->write_us : least;
	}
	printf("probe_bad=%d probe_hung=%d probe_saved=%d probe_read_us=%llu probe_volatile_us=%llu probe_write_most_us=%llu probe_write_least_us=%llu\n",
	       bad, hung, saved, (unsigned long long)read_us,
	       (unsigned long long)volatile_us, (unsigned long long)most,
	       (unsigned long long)least);
}

void trouble_probe(struct fleet *f)
{
	struct probe *probes = calloc((size_t)f->nr, sizeof(*probes));
	int i;

	CHECK(probes);
	for (i = 0; i < f->nr; i++) {
		probes[i].vm = &f->vms[i];
		CHECK_EQ(pthread_create(&probes[i].thread, NULL, probe_one,
					&probes[i]), 0);
	}
	for (i = 0; i < f->nr; i++)
		CHECK_EQ(pthread_join(probes[i].thread, NULL), 0);
	report(probes, f->nr);
	free(probes);
}

static int keep(int fd)
{
	CHECK(nr_connections < CONNECTIONS_MAX);
	connections[nr_connections++] = fd;
	return fd;
}

/* Whether the other side has hung up, which it does at once if it does. */
static bool is_refused(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static int count_refused(int from)
{
	int i, n = 0;

	for (i = from; i < nr_connections; i++)
		n += is_refused(connections[i]);
	return n;
}

void trouble_clients(struct fleet *f, int count, int expected)
{
	int i, first = nr_connections;

	for (i = 0; i < count; i++) {
		int fd = fleet_connect(f->socket);

		CHECK(fd >= 0);
		keep(fd);
	}
	/* Each is taken in turn. */
	for (i = 0; i < 300 && count_refused(first) < expected; i++)
		usleep(100000);
	printf("clients=%d clients_refused=%d\n", count, count_refused(first));
}

static sd_bus_message *list_call(sd_bus *bus)
{
	sd_bus_message *m = NULL;

	CHECK(sd_bus_message_new_method_call(
		      bus, &m, NULL, "/org/kvm_uefivars/VardSync",
		      "org.kvm_uefivars.VardSync1", "List") >= 0);
	return m;
}

/* As many calls as go out while nothing is read; or all of them. */
static int ask_and_forget(struct fleet *f, int calls)
{
	sd_bus *bus = NULL;
	sd_bus_message *m;
	int fd = fleet_connect(f->socket), sent = 0;
	uint64_t queued = 0;

	CHECK(fd >= 0);
	keep(dup(fd));
	CHECK(sd_bus_new(&bus) >= 0);
	CHECK(sd_bus_set_fd(bus, fd, fd) >= 0);
	CHECK(sd_bus_start(bus) >= 0);
	/* The only answer that is read: of who greets. */
	while (sd_bus_is_ready(bus) == 0)
		CHECK(sd_bus_process(bus, NULL) >= 0);
	for (; sent < calls; sent++) {
		m = list_call(bus);
		if (sd_bus_send(bus, m, NULL) < 0)
			calls = sent;
		sd_bus_message_unref(m);
	}
	/* What vard-sync has not taken by now it does not get. */
	CHECK(sd_bus_get_n_queued_write(bus, &queued) >= 0);
	/* The duplicate keeps the connection. */
	sd_bus_close_unref(bus);
	return sent - (int)queued;
}

void trouble_deaf(struct fleet *f, int count, int calls)
{
	int i, sent = 0;

	for (i = 0; i < count; i++)
		sent += ask_and_forget(f, calls);
	printf("deaf=%d deaf_calls=%d\n", count, sent);
}

void trouble_end(void)
{
	int nr = nr_connections;

	while (nr_connections)
		close(connections[--nr_connections]);
	printf("hung_up=%d\n", nr);
}
