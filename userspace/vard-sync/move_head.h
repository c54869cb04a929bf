/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What travels before a machine's image: whose it is and how it is kept. */
#ifndef _VARD_MOVE_HEAD_H
#define _VARD_MOVE_HEAD_H

#include <linux/kvm_uefivars.h>
#include <stddef.h>

#include "backend.h"

/* Most bytes of head and image together; no store's limits allow as much. */
#define VARD_MOVE_MAX (64U << 20)

/**
 * struct vard_move_head - what is known of a machine beside its image
 * @vm: name, uuid on the host it comes from, durability, options and template;
 *	the rest is not sent
 * @config: limits and rates of its store; durability and options are those of
 *	@vm, wait_ms is each host's own and 0
 * @has_machine: the VM was running: the image has its machine
 */
struct vard_move_head {
	struct vard_vm vm;
	struct kvm_uefivars_config config;
	bool has_machine;
};

/**
 * vard_move_head_write() - head and image in one
 * @head: head
 * @image: the kernel's image
 * @len: its bytes
 * @ret: filled with memory to free()
 * @ret_len: filled
 *
 * Return: 0, -EFBIG over VARD_MOVE_MAX, or -ENOMEM.
 */
int vard_move_head_write(const struct vard_move_head *head, const void *image,
			 size_t len, void **ret, size_t *ret_len);

/**
 * vard_move_head_read() - take head and image apart
 * @data: bytes that anybody may have made
 * @len: how many
 * @ret: filled on success
 * @image: filled with where the image begins in @data
 * @image_len: filled
 *
 * Return: NULL, or what is wrong with it.
 */
const char *vard_move_head_read(const void *data, size_t len,
				struct vard_move_head *ret, const void **image,
				size_t *image_len);

#endif /* _VARD_MOVE_HEAD_H */
