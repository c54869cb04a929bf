// SPDX-License-Identifier: GPL-2.0-or-later
/* Signed keys for e2e_vars.sh: e2e-sign DIRECTORY makes pk, kek, kek-foreign there. */
#include <linux/kvm_uefivars_mailbox.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "sign.h"

#define ATTRIBUTES                                                            \
	(KVM_UEFIVARS_ATTR_NV | KVM_UEFIVARS_ATTR_BS | KVM_UEFIVARS_ATTR_RT | \
	 KVM_UEFIVARS_ATTR_AT)

static const uint8_t global[16] = { 0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93,
				    0xd2, 0x11, 0xaa, 0x0d, 0x00, 0xe0,
				    0x98, 0x03, 0x2b, 0x8c };

static void save(const char *directory, const char *file,
		 const struct bytes *b)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", directory, file);
	f = fopen(path, "w");
	if (f && fwrite(b->data, 1, b->len, f) == b->len && fclose(f) == 0)
		return;
	perror(path);
	exit(1);
}

/* A list of one certificate as the variable @name, signed. */
static void make(const char *directory, const char *file, const char *name,
		 uint32_t time, const struct signer *content,
		 const struct signer *signer)
{
	static struct write w;
	static struct bytes b;

	w = (struct write){ .guid = global, .name = name,
			    .attributes = ATTRIBUTES, .time = time };
	b.len = 0;
	put_cert_list(&w.payload, global, content);
	put_descriptor(&b, &w, signer);
	put(&b, w.payload.data, w.payload.len);
	save(directory, file, &b);
}

int main(int argc, char **argv)
{
	struct signer pk, kek, foreign;

	if (argc != 2) {
		fprintf(stderr, "usage: vard-e2e-sign DIRECTORY\n");
		return 2;
	}
	mkdir(argv[1], 0755);
	new_signer(&pk, "platform", 2048);
	new_signer(&kek, "exchange", 2048);
	new_signer(&foreign, "foreign", 2048);
	make(argv[1], "pk", "PK", 1, &pk, &pk);
	make(argv[1], "kek", "KEK", 10, &kek, &pk);
	make(argv[1], "kek-foreign", "KEK", 20, &kek, &foreign);
	return 0;
}
