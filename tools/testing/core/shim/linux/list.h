/* SPDX-License-Identifier: GPL-2.0 */
/* Shim: the part of the kernel's linked lists that the core uses. */
#ifndef _SHIM_LINUX_LIST_H
#define _SHIM_LINUX_LIST_H

#include <linux/types.h>

#define container_of(p, type, member) \
	((type *)((char *)(p) - offsetof(type, member)))

/* Entries that walks have come to. */
extern u64 shim_nr_steps;

static inline void INIT_LIST_HEAD(struct list_head *head)
{
	head->next = head->prev = head;
}

static inline bool list_empty(const struct list_head *head)
{
	return head->next == head;
}

static inline void list_unlink(struct list_head *n)
{
	n->prev->next = n->next;
	n->next->prev = n->prev;
}

static inline void list_add_tail(struct list_head *n, struct list_head *head)
{
	n->prev = head->prev;
	n->next = head;
	head->prev->next = n;
	head->prev = n;
}

/* Poisoned, so that a second use is a crash as it is in the kernel. */
static inline void list_del(struct list_head *n)
{
	list_unlink(n);
	n->next = n->prev = NULL;
}

static inline void list_del_init(struct list_head *n)
{
	list_unlink(n);
	INIT_LIST_HEAD(n);
}

static inline void list_move_tail(struct list_head *n, struct list_head *head)
{
	list_unlink(n);
	list_add_tail(n, head);
}

#define list_entry(p, type, member) \
	(shim_nr_steps++, container_of(p, type, member))
#define list_from(p, like, member) \
	list_entry(p, __typeof__(*(like)), member)

#define list_for_each_entry(pos, head, member) \
	for (pos = list_from((head)->next, pos, member); \
	     &pos->member != (head); \
	     pos = list_from(pos->member.next, pos, member))

#define list_for_each_entry_safe(pos, n, head, member) \
	for (pos = list_from((head)->next, pos, member), \
	     n = list_from(pos->member.next, pos, member); \
	     &pos->member != (head); \
	     pos = n, n = list_from(n->member.next, pos, member))

#endif
