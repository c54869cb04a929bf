/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading a plan of kuvctl fleet: members of its objects, and files beside it. */
#ifndef _KUVCTL_FLEET_READER_H
#define _KUVCTL_FLEET_READER_H

#include "fleet_plan.h"

/**
 * struct fleet_reader - a plan while it is read
 * @p: plan
 * @path: of its file
 * @why: filled on failure
 */
struct fleet_reader {
	struct fleet_plan *p;
	const char *path;
	char *why;
};

/**
 * fleet_refuse() - say why this is no plan
 * @r: plan
 * @format: as printf()
 *
 * Return: false.
 */
bool fleet_refuse(const struct fleet_reader *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * fleet_checked() - memory that is there
 * @p: what an allocation returned
 *
 * Return: @p; exits if it is NULL.
 */
void *fleet_checked(void *p);

/**
 * fleet_check_keys() - has an object only members that are known?
 * @r: plan
 * @o: any value
 * @what: how to call it
 * @known: names of members, NULL at the end
 *
 * Return: Whether it is an object and has; a word that is misspelt must not be
 * one that is left out.
 */
bool fleet_check_keys(const struct fleet_reader *r, json_object *o,
		      const char *what, const char *const *known);

/**
 * fleet_take_flag() - true or false, if it is there
 * @r: plan
 * @o: object
 * @key: member
 * @ret: filled if it is there
 *
 * Return: Whether it is one, or not there.
 */
bool fleet_take_flag(const struct fleet_reader *r, json_object *o,
		     const char *key, bool *ret);

/**
 * fleet_take_text() - a text, if it is there
 * @r: plan
 * @o: object
 * @key: member
 * @ret: freed and replaced if it is there
 *
 * Return: Whether it is one that is not empty, or not there.
 */
bool fleet_take_text(const struct fleet_reader *r, json_object *o,
		     const char *key, char **ret);

/**
 * fleet_take_words() - one text, or a list of some, if it is there
 * @r: plan
 * @o: object
 * @key: member
 * @ret: added to, for fleet_free_words()
 *
 * Return: Whether it is that, or not there.
 */
bool fleet_take_words(const struct fleet_reader *r, json_object *o,
		      const char *key, struct fleet_words *ret);

/**
 * fleet_free_words() - free texts
 * @w: texts, none afterwards
 */
void fleet_free_words(struct fleet_words *w);

/**
 * fleet_beside() - a path as a plan means it
 * @r: plan
 * @path: if it is not absolute, beside the plan
 *
 * Return: Path to free().
 */
char *fleet_beside(const struct fleet_reader *r, const char *path);

/**
 * fleet_read_beside() - the content of a file that a plan names
 * @r: plan
 * @path: as of fleet_beside()
 * @v: gets it as its data
 *
 * Return: Whether it could be read.
 */
bool fleet_read_beside(const struct fleet_reader *r, const char *path,
		       struct vard_var *v);

#endif /* _KUVCTL_FLEET_READER_H */
