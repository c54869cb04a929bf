// SPDX-License-Identifier: GPL-2.0-or-later
/* Device paths as text: libefivar's, for nodes whose shape was checked first. */
#include "show.h"

#include <efivar/efivar.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

#define HEAD		4
#define TYPE_END	0x7f
#define END_INSTANCE	0x01
#define END_ENTIRE	0xff
/* Zeros behind the one node that libefivar gets, whatever it reads there. */
#define SLACK		512
/* Text of one node. */
#define TEXT_MAX	1024

struct node {
	uint8_t type;
	uint8_t subtype;
	const uint8_t *body;
	size_t len;	/* of the body */
};

/*
 * Nodes that libefivar gets, with the length of their body. It trusts what is
 * in a node, so none with text, lists or lengths inside is here.
 */
static const struct {
	uint8_t type;
	uint8_t subtype;
	uint8_t len;
} fixed[] = {
	{ 0x01, 0x01, 2 },	/* PCI */
	{ 0x01, 0x03, 20 },	/* memory-mapped */
	{ 0x01, 0x05, 4 },	/* controller */
	{ 0x02, 0x01, 8 },	/* ACPI */
	{ 0x03, 0x01, 4 },	/* ATAPI */
	{ 0x03, 0x02, 4 },	/* SCSI */
	{ 0x03, 0x05, 2 },	/* USB */
	{ 0x03, 0x0f, 7 },	/* USB class */
	{ 0x03, 0x11, 1 },	/* logical unit */
	{ 0x03, 0x12, 6 },	/* SATA */
	{ 0x03, 0x0b, 33 },	/* MAC address */
	{ 0x03, 0x17, 12 },	/* NVMe */
	{ 0x04, 0x01, 38 },	/* hard disk */
	{ 0x04, 0x02, 20 },	/* CD */
};

/* Nodes of one GUID and maybe more. */
static const struct {
	uint8_t type;
	uint8_t subtype;
	const char *name;
} vendors[] = {
	{ 0x01, 0x04, "VenHw" },
	{ 0x03, 0x0a, "VenMsg" },
	{ 0x04, 0x03, "VenMedia" },
	{ 0x04, 0x05, "Media" },
	{ 0x04, 0x06, "FvFile" },
	{ 0x04, 0x07, "Fv" },
};

static const char *next_node(struct show_data *d, struct node *n)
{
	size_t len;

	if (d->len < HEAD)
		return "a device path is cut off";
	len = show_le(d->p + 2, 2);
	if (len < HEAD || len > d->len)
		return "a node of a device path has a wrong length";
	*n = (struct node){ .type = d->p[0], .subtype = d->p[1],
			    .body = d->p + HEAD, .len = len - HEAD };
	d->p += len;
	d->len -= len;
	if (n->type == TYPE_END && n->subtype != END_INSTANCE &&
	    n->subtype != END_ENTIRE)
		return "a device path has an end of an unknown kind";
	return NULL;
}

static bool is_fixed(const struct node *n)
{
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (n->type == fixed[i].type && n->subtype == fixed[i].subtype)
			return n->len == fixed[i].len;
	return false;
}

static bool put_by_libefivar(FILE *out, const struct node *n)
{
	uint8_t path[HEAD + 64 + HEAD + SLACK] = { n->type, n->subtype,
						   (uint8_t)(n->len + HEAD) };
	char text[TEXT_MAX] = "";
	size_t len = HEAD + n->len;
	ssize_t r;

	memcpy(path + HEAD, n->body, n->len);
	path[len] = TYPE_END;
	path[len + 1] = END_ENTIRE;
	path[len + 2] = HEAD;
	r = efidp_format_device_path(text, sizeof(text) - 1,
				     (const_efidp)path,
				     (ssize_t)(len + HEAD));
	if (r <= 0 || !text[0])
		return false;
	text[sizeof(text) - 1] = 0;
	fputs(text, out);
	return true;
}

static void put_bytes(FILE *out, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		fprintf(out, "%02x", p[i]);
}

static bool put_vendor(FILE *out, const struct node *n)
{
	char guid[VARD_GUID_TEXT];

	for (size_t i = 0; i < sizeof(vendors) / sizeof(vendors[0]); i++) {
		if (n->type != vendors[i].type ||
		    n->subtype != vendors[i].subtype || n->len < 16)
			continue;
		vard_guid_format(n->body, guid);
		fprintf(out, "%s(%s%s", vendors[i].name, guid,
			n->len > 16 ? "," : "");
		put_bytes(out, n->body + 16, n->len - 16);
		fputc(')', out);
		return true;
	}
	return false;
}

/* A file's name and an address for the network are text of any length. */
static bool put_text(FILE *out, const struct node *n)
{
	_cleanup_free_ char *text = NULL;
	size_t len = n->len;

	if (n->type == 0x04 && n->subtype == 0x04) {
		if (len >= 2 && show_le(n->body + len - 2, 2) == 0)
			len -= 2;
		text = vard_name_format(n->body, len);
		fprintf(out, "File(%s)", text ? text : "");
		return true;
	}
	if (n->type != 0x03 || n->subtype != 0x18)
		return false;
	text = strndup((const char *)n->body, len);
	if (text)
		vard_text_clean(text);
	fprintf(out, "Uri(%s)", text ? text : "");
	return true;
}

static bool put_numbers(FILE *out, const struct node *n)
{
	const uint8_t *b = n->body;

	if (n->type == 0x02 && n->subtype == 0x03 && n->len >= 4) {
		fprintf(out, "AcpiAdr(0x%llx)",
			(unsigned long long)show_le(b, 4));
		return true;
	}
	if (n->type == 0x03 && n->subtype == 0x0e && n->len == 15) {
		fprintf(out, "Uart(%llu,%u,%u,%u)",
			(unsigned long long)show_le(b + 4, 8), b[12], b[13],
			b[14]);
		return true;
	}
	if (n->type == 0x03 && n->subtype == 0x0c && n->len >= 15) {
		fprintf(out, "IPv4(%u.%u.%u.%u)", b[4], b[5], b[6], b[7]);
		return true;
	}
	if (n->type == 0x03 && n->subtype == 0x0d && n->len >= 32) {
		fputs("IPv6(", out);
		for (int i = 16; i < 32; i += 2)
			fprintf(out, "%s%02x%02x", i > 16 ? ":" : "", b[i],
				b[i + 1]);
		fputc(')', out);
		return true;
	}
	return false;
}

static void put_node(FILE *out, const struct node *n)
{
	if (is_fixed(n) && put_by_libefivar(out, n))
		return;
	if (put_vendor(out, n) || put_text(out, n) || put_numbers(out, n))
		return;
	fprintf(out, "Path(%u,%u", n->type, n->subtype);
	if (n->len > 0)
		fputc(',', out);
	put_bytes(out, n->body, n->len);
	fputc(')', out);
}

static void add_text(json_object *list, char *text)
{
	if (!text)
		return;
	vard_text_clean(text);
	json_object_array_add(list, json_object_new_string(text));
	free(text);
}

/* One path or instance; returns why there is none. */
static const char *show_one(json_object *list, struct show_data *d)
{
	char *text = NULL;
	const char *reason;
	size_t len = 0, nr = 0;
	FILE *out = open_memstream(&text, &len);
	struct node n;

	if (!out)
		return "no memory";
	while (!(reason = next_node(d, &n)) && n.type != TYPE_END) {
		if (nr++)
			fputc('/', out);
		put_node(out, &n);
	}
	fclose(out);
	if (!reason && n.subtype == END_INSTANCE && d->len == 0)
		reason = "a device path has no end";
	if (reason)
		free(text);
	else
		add_text(list, text);
	return reason;
}

json_object *show_paths(struct show_data d, const char **reason)
{
	json_object *list = json_object_new_array();

	*reason = d.len == 0 ? "there is no device path" : NULL;
	while (!*reason && d.len > 0)
		*reason = show_one(list, &d);
	if (!*reason)
		return list;
	json_object_put(list);
	return NULL;
}
