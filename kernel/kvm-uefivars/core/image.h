/* SPDX-License-Identifier: GPL-2.0 */
/* A machine's state as one image: written, read back like hostile input. */
#ifndef _KUV_CORE_IMAGE_H
#define _KUV_CORE_IMAGE_H

#include "service.h"

/* Version that is written. Every version up to it is read. */
#define KUV_IMAGE_VERSION	1

/**
 * struct kuv_regs - what a mailbox holds beside its message
 * @addr: registers ADDR_LO and ADDR_HI
 * @size: register BUFFER_SIZE
 * @pio_pos: position of PIO_DATA, at most @staging_len
 * @status: what CMD_STS reads
 * @staging_len: bytes of @staging, at most KVM_UEFIVARS_BUFFER_MAX
 * @staging: staging buffer of PIO mode up to its last byte that is not zero,
 *	or up to @pio_pos; NULL if @staging_len is 0
 */
struct kuv_regs {
	u64 addr;
	u32 size;
	u32 pio_pos;
	u16 status;
	u32 staging_len;
	u8 *staging;
};

/**
 * struct kuv_image - an image that was read and checked, not in force yet
 * @has_machine: it holds a running machine: @regs and all of @service but its
 *	non-volatile variables
 * @has_variables: @service has the non-volatile variables of the image
 * @regs: registers; @regs.staging is owned
 * @service: everything else, built aside
 */
struct kuv_image {
	bool has_machine;
	bool has_variables;
	struct kuv_regs regs;
	struct kuv_service service;
};

/**
 * kuv_image_len() - bytes that an image of a service needs
 * @s: service
 * @regs: registers of its machine, NULL to leave the machine out
 * @variables: with the non-volatile variables
 *
 * Context: Any.
 * Return: Bytes, exactly what kuv_image_write() writes.
 */
u64 kuv_image_len(const struct kuv_service *s, const struct kuv_regs *regs,
		  bool variables);

/**
 * kuv_image_write() - write an image
 * @s: service
 * @regs: registers of its machine, NULL to leave the machine out
 * @variables: with the non-volatile variables
 * @buf: kuv_image_len() bytes
 *
 * Every byte is written. The same state gives the same bytes.
 *
 * Context: Any.
 */
void kuv_image_write(const struct kuv_service *s, const struct kuv_regs *regs,
		     bool variables, u8 *buf);

/**
 * kuv_image_read() - read and check an image, and build its state aside
 * @s: service it is meant for: limits, options and crypto are taken from it,
 *	it is not changed
 * @buf: image, private memory
 * @len: bytes of it
 * @variables: take the non-volatile variables, too
 * @img: filled on success; kuv_image_exit() frees it
 *
 * Blocks of an unknown kind are skipped if they say they may be. Whatever a
 * table of the core bounds (pools, sizes of variables, policies, properties)
 * is bounded here by the same functions; only what the service itself forces
 * into a full pool may be above its size. Non-volatile variables that are not
 * taken are not looked at. A machine that goes without them must have no
 * volatile variable of the name of one that @s keeps.
 *
 * Context: May sleep, GFP_KERNEL_ACCOUNT.
 * Return: 0; -EBADMSG not a whole and sound image, or a newer one; -ENOSPC over
 * a limit of @s, or so much would be deleted from @s that its reader must
 * acknowledge older deletions first; -ENODATA @variables, but it has none;
 * -ENOMEM. On an error there is nothing for kuv_image_exit() to free.
 */
int kuv_image_read(const struct kuv_service *s, const u8 *buf, u64 len,
		   bool variables, struct kuv_image *img);

/**
 * kuv_image_apply() - put an image that was read in force, which cannot fail
 * @s: the service that kuv_image_read() was given, not changed since
 * @img: image; its machine and its variables move to @s. @img->regs stays.
 * @machine: put the machine in force, too; @img must have one
 * @seq: newest change that was logged, 0 if none
 *
 * With non-volatile variables, those of the image replace all of @s: each one
 * that differs is logged, so is each one that is gone. Changes that were not
 * acknowledged before stay to be read, unless a newer one takes their place.
 *
 * Context: May sleep.
 */
void kuv_image_apply(struct kuv_service *s, struct kuv_image *img, bool machine,
		     u64 *seq);

/**
 * kuv_image_exit() - free what is left of an image
 * @img: image that kuv_image_read() filled
 *
 * Context: May sleep.
 */
void kuv_image_exit(struct kuv_image *img);

#endif /* _KUV_CORE_IMAGE_H */
