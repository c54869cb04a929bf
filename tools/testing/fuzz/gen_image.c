// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes the first corpus of fuzz_image: machines in several states. */
#include <sys/stat.h>

#include <linux/kernel.h>

#include "fuzz.h"
#include "image.h"
#include "image_input.h"
#include "mm.h"
#include "script.h"
#include "seeds.h"
#include "sham_crypto.h"

#define NR_STATES	24
#define NR_RECORDS	40

static u8 memory[0x40000];

/* What a guest does in the life that leads to a state. */
static void live(struct kuv_service *s, u32 state)
{
	struct script_buf b = { .data = memory, .max = sizeof(memory) };
	const u8 *pos = memory;
	struct kuv_mm_result res;
	struct script_record r;
	u32 i;

	for (i = 0; i < NR_RECORDS; i++) {
		struct script_choice c = {
			.kind = i % 2 ? 0 : (i / 2 + state) % 20,
			.name = i / 2 + 3 * state,
			.guid = i / 2 + 3 * state,
			.attributes = i % 3 ? 7 : 6,
			.len = 1 + (i * state) % 60,
			.value = i + state,
		};

		script_generate(&b, &c);
	}
	while (script_next(&pos, &b.len, &r)) {
		u8 *msg = fuzz_copy(r.body, r.len, 0);

		sham_begin(0);
		if (r.op == SCRIPT_MSG && r.len >= 24)
			kuv_mm_handle(s, msg, r.len, KVM_UEFIVARS_BUFFER_MAX,
				      &res);
		free(msg);
	}
}

static void save(const char *dir, const char *name, const struct image_input *in,
		 const struct kuv_service *s, const struct kuv_regs *regs,
		 bool variables)
{
	u64 len = kuv_image_len(s, regs, variables);

	CHECK(len + sizeof(*in) <= sizeof(memory));
	memcpy(memory, in, sizeof(*in));
	kuv_image_write(s, regs, variables, memory + sizeof(*in));
	seeds_save(dir, "fuzz_image", name, memory, len + sizeof(*in));
}

static void save_state(const char *dir, u32 state)
{
	static const struct kuv_limits limits = {
		16384, 8192, KUV_VAR_SIZE_MAX, KUV_VAR_SIZE_MAX,
		KUV_VAR_SIZE_MAX,
	};
	static u8 staging[] = "staged";
	struct kuv_regs regs = {
		.addr = 0x12345678, .size = 32 * state, .status = state,
	};
	struct image_input in = { .flags = state % 16, .messages = 11 * state };
	struct kuv_service s;
	char name[32];

	if (state % 3) {
		regs.staging = staging;
		regs.staging_len = sizeof(staging) - 1;
		regs.pio_pos = state % 5;
	}
	CHECK(!kuv_service_init(&s, &limits, &sham_crypto_ops,
				(const u8 *)"0123456789abcdef"));
	CHECK(!kuv_service_reset(&s));
	live(&s, state);
	snprintf(name, sizeof(name), "state%02u", state);
	save(dir, name, &in, &s, state % 8 ? &regs : NULL, state % 4 != 1);
	kuv_service_exit(&s);
}

int main(int argc, char **argv)
{
	u32 i;

	if (argc != 2) {
		fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
		return 2;
	}
	mkdir(argv[1], 0777);
	for (i = 0; i < NR_STATES; i++)
		save_state(argv[1], i);
	return 0;
}
