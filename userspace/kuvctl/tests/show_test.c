// SPDX-License-Identifier: GPL-2.0-or-later
/* The decoders of kuvctl show: what guests might have written, and worse. */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "content.h"
#include "show.h"

#define GLOBAL show_global

/* PCI root, PCI device, hard disk, file: where most systems boot from. */
static const uint8_t disk_path[] = {
	0x02, 0x01, 0x0c, 0x00, 0xd0, 0x41, 0x03, 0x0a, 0x00, 0x00, 0x00, 0x00,
	0x01, 0x01, 0x06, 0x00, 0x02, 0x1f,
	0x04, 0x01, 0x2a, 0x00, 0x01, 0x00, 0x00, 0x00,
	0x00, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88,
	0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0x00, 0x02, 0x02,
	0x04, 0x04, 0x0e, 0x00, '\\', 0, 'a', 0, 0x1b, 0, 'b', 0, 0, 0,
	0x7f, 0xff, 0x04, 0x00,
};

static json_object *value_of(const uint8_t guid[16], const uint8_t *name,
			     uint32_t name_len, const void *data, size_t len)
{
	struct vard_var v = { .name = name, .name_len = name_len,
			      .attributes = 7, .data_len = (uint32_t)len };
	/* Exactly as long, so that the sanitizer sees a byte too far. */
	uint8_t *copy = malloc(len ? len : 1);
	json_object *o;

	memcpy(copy, data, len);
	memcpy(v.guid, guid, 16);
	v.data = copy;
	o = show_value(&v);
	free(copy);
	assert_non_null(o);
	return o;
}

#define VALUE(name, data) \
	value_of(GLOBAL, U16(name), U16_LEN(name), data, sizeof(data))

static const char *text(json_object *o, const char *key)
{
	json_object *value = NULL;

	if (!json_object_object_get_ex(o, key, &value))
		return NULL;
	return json_object_get_string(value);
}

static void assert_malformed(json_object *o, const char *reason)
{
	assert_non_null(text(o, "malformed"));
	assert_string_equal(text(o, "malformed"), reason);
	json_object_put(o);
}

/* A load option with a description, a path and what is behind it. */
static size_t make_option(uint8_t *out, uint32_t attributes, const uint8_t *path,
			  size_t path_len, size_t said, const char *rest)
{
	static const uint8_t description[] = { 'L', 0, '\n', 0, 'x', 0, 0, 0 };
	size_t n = 6;

	for (unsigned int i = 0; i < 4; i++)
		out[i] = (uint8_t)(attributes >> 8 * i);
	out[4] = (uint8_t)said;
	out[5] = (uint8_t)(said >> 8);
	memcpy(out + n, description, sizeof(description));
	n += sizeof(description);
	memcpy(out + n, path, path_len);
	n += path_len;
	memcpy(out + n, rest, strlen(rest));
	return n + strlen(rest);
}

static json_object *option_of(uint32_t attributes, size_t said, const char *rest)
{
	uint8_t data[512];
	size_t len = make_option(data, attributes, disk_path,
				 sizeof(disk_path), said, rest);

	return value_of(GLOBAL, U16("Boot0001"), U16_LEN("Boot0001"), data, len);
}

static void option_of_disk(void **state)
{
	json_object *o = option_of(0x80000109, sizeof(disk_path), "\1\2\3");

	(void)state;
	assert_null(text(o, "malformed"));
	assert_string_equal(text(o, "description"), "L\xef\xbf\xbdx");
	assert_string_equal(text(o, "options"),
			    "[ \"active\", \"hidden\", \"application\", \"0x80000000\" ]");
	assert_string_equal(text(o, "path"),
			    "PciRoot(0x0)/Pci(0x1f,0x2)/HD(1,GPT,44332211-6655-8877-99aa-bbccddeeff00,0x800,0x100000)/File(\\a\xef\xbf\xbd" "b)");
	assert_string_equal(text(o, "optional-data"), "010203");
	assert_null(text(o, "arguments"));
	json_object_put(o);
}

static void option_not_active(void **state)
{
	json_object *o = option_of(0, sizeof(disk_path), "");

	(void)state;
	assert_string_equal(text(o, "summary"), "L\xef\xbf\xbdx (not active)");
	json_object_put(o);
}

static void option_malformed(void **state)
{
	static const uint8_t cut[] = { 1, 0, 0, 0, 4 };
	static const uint8_t endless[] = { 1, 0, 0, 0, 0, 0, 'a', 0, 'b' };

	(void)state;
	assert_malformed(VALUE("Boot0001", cut), "the load option is cut off");
	assert_malformed(VALUE("Boot0001", endless),
			 "the description of the load option has no end");
	assert_malformed(option_of(1, sizeof(disk_path) + 1, ""),
			 "the device path of the load option is cut off");
	assert_malformed(option_of(1, sizeof(disk_path) - 6, ""),
			 "a node of a device path has a wrong length");
	assert_malformed(option_of(1, sizeof(disk_path) - 1, ""),
			 "a device path is cut off");
	assert_malformed(option_of(1, sizeof(disk_path) - 4, ""),
			 "a device path is cut off");
	assert_malformed(option_of(1, 0, ""), "there is no device path");
}

/* Each prefix, and each single byte changed to each of a few values. */
static void path_of_anything(void **state)
{
	static const uint8_t values[] = { 0, 1, 3, 4, 0x7f, 0xff };
	uint8_t path[sizeof(disk_path)];

	(void)state;
	for (size_t len = 0; len < sizeof(disk_path); len++)
		json_object_put(value_of(GLOBAL, U16("ConIn"), U16_LEN("ConIn"),
					 disk_path, len));
	for (size_t i = 0; i < sizeof(path); i++) {
		for (size_t j = 0; j < sizeof(values); j++) {
			memcpy(path, disk_path, sizeof(path));
			path[i] = values[j];
			json_object_put(VALUE("ConIn", path));
		}
	}
}

/* Each kind of node with a body of each length. */
static void node_of_any_length(void **state)
{
	uint8_t path[4 + 80 + 4];

	(void)state;
	for (unsigned int kind = 0; kind < 6 * 0x24; kind++) {
		for (uint8_t len = 4; len <= 84; len++) {
			memset(path, 0xa5, sizeof(path));
			path[0] = (uint8_t)(kind / 0x24);
			path[1] = (uint8_t)(kind % 0x24);
			path[2] = len;
			path[3] = 0;
			memcpy(path + len, "\x7f\xff\x04\x00", 4);
			json_object_put(value_of(GLOBAL, U16("ConOut"),
						 U16_LEN("ConOut"), path,
						 len + 4U));
		}
	}
}

static void path_with_instances(void **state)
{
	static const uint8_t two[] = {
		0x01, 0x01, 0x06, 0x00, 0x00, 0x01, 0x7f, 0x01, 0x04, 0x00,
		0x01, 0x01, 0x06, 0x00, 0x00, 0x02, 0x7f, 0xff, 0x04, 0x00,
	};
	static const uint8_t half[] = {
		0x01, 0x01, 0x06, 0x00, 0x00, 0x01, 0x7f, 0x01, 0x04, 0x00,
	};
	static const uint8_t odd_end[] = { 0x7f, 0x02, 0x04, 0x00 };
	json_object *o = VALUE("ConIn", two);

	(void)state;
	assert_string_equal(text(o, "paths"),
			    "[ \"Pci(0x1,0x0)\", \"Pci(0x2,0x0)\" ]");
	json_object_put(o);
	assert_malformed(VALUE("ConIn", half), "a device path has no end");
	assert_malformed(VALUE("ConIn", odd_end),
			 "a device path has an end of an unknown kind");
}

static void node_unknown(void **state)
{
	static const uint8_t path[] = {
		0x03, 0x7e, 0x06, 0x00, 0xab, 0xcd, 0x7f, 0xff, 0x04, 0x00,
	};
	json_object *o = VALUE("ErrOut", path);

	(void)state;
	assert_string_equal(text(o, "paths"), "[ \"Path(3,126,abcd)\" ]");
	json_object_put(o);
}

static void key_option(void **state)
{
	static const uint8_t key[] = { 0, 1, 0, 0x40, 0, 0, 0, 0, 2, 0,
				       0x0c, 0, 0, 0 };
	static const uint8_t lies[] = { 0, 1, 0, 0x80, 0, 0, 0, 0, 2, 0,
					0x0c, 0, 0, 0 };
	json_object *o = VALUE("Key0000", key);

	(void)state;
	assert_string_equal(text(o, "option"), "Boot0002");
	assert_string_equal(text(o, "keys"),
			    "[ \"scan 0x000c unicode 0x0000\" ]");
	json_object_put(o);
	assert_malformed(VALUE("Key0000", lies),
			 "the key option has another number of keys than it says");
}

static void simple_values(void **state)
{
	static const uint8_t order[] = { 1, 0, 0x0a, 0xb0 };
	static const uint8_t forever[] = { 0xff, 0xff };
	static const uint8_t on[] = { 1 };
	static const uint8_t two[] = { 2 };
	static const uint8_t ui[] = { 5, 0, 0, 0, 0, 0, 0, 0 };
	static const struct {
		const char *want;
		const uint8_t *name;
		uint32_t name_len;
		const uint8_t *data;
		size_t len;
	} cases[] = {
#define CASE(name, data, want) \
	{ want, U16(name), U16_LEN(name), data, sizeof(data) }
		CASE("BootOrder", order, "0001,B00A"),
		CASE("Timeout", order,
		     "malformed: the data has a wrong length"),
		CASE("Timeout", forever, "waits for ever"),
		CASE("BootNext", forever, "FFFF"),
		CASE("SecureBoot", on, "on"),
		CASE("SecureBoot", two,
		     "malformed: the data is neither 0 nor 1"),
		CASE("OsIndications", ui, "0x5"),
		CASE("OsIndications", two,
		     "malformed: the data has a wrong length"),
		CASE("BootOrder", on, "malformed: the data has a wrong length"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_object *o = value_of(GLOBAL, cases[i].name,
					  cases[i].name_len, cases[i].data,
					  cases[i].len);

		assert_string_equal(text(o, "summary"), cases[i].want);
		json_object_put(o);
	}
}

static void text_is_cleaned(void **state)
{
	static const char escape[] = "en\033[2J";
	static const char lang[] = "de-DE";
	json_object *o = VALUE("PlatformLang", lang);

	(void)state;
	assert_string_equal(text(o, "text"), "de-DE");
	json_object_put(o);
	assert_malformed(VALUE("PlatformLang", escape), "the data is no text");
}

static void unknown_may_be_text(void **state)
{
	static const uint8_t wide[] = { 'h', 0, 'i', 0, '!', 0, 0, 0 };
	static const uint8_t bytes[] = { 0, 1, 2, 3, 0, 0 };
	json_object *o = VALUE("Whatever", wide);

	(void)state;
	assert_string_equal(text(o, "text"), "hi!");
	json_object_put(o);
	o = VALUE("Whatever", bytes);
	assert_null(text(o, "text"));
	assert_string_equal(text(o, "summary"), "6 bytes");
	json_object_put(o);
}

static void signatures(void **state)
{
	uint8_t list[28 + 16 + 32] = {
		0x26, 0x16, 0xc4, 0xc1, 0x4c, 0x50, 0x92, 0x40,
		0xac, 0xa9, 0x41, 0xf9, 0x36, 0x93, 0x43, 0x28,
		sizeof(list), 0, 0, 0, 0, 0, 0, 0, 48,
	};
	json_object *o = value_of(show_security, U16("dbx"), U16_LEN("dbx"),
				  list, sizeof(list));

	(void)state;
	assert_string_equal(text(o, "summary"), "0 certificates, 1 hash");
	assert_string_equal(text(o, "hash-counts"), "{ \"SHA-256\": 1 }");
	json_object_put(o);
	list[16]++;
	assert_malformed(value_of(show_security, U16("dbx"), U16_LEN("dbx"),
				  list, sizeof(list)),
			 "the signature lists are malformed");
}

static void certificate_that_is_none(void **state)
{
	uint8_t list[28 + 16 + 5] = {
		0xa1, 0x59, 0xc0, 0xa5, 0xe4, 0x94, 0xa7, 0x4a,
		0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b, 0xf0, 0x72,
		sizeof(list), 0, 0, 0, 0, 0, 0, 0, 21,
	};
	json_object *o = value_of(GLOBAL, U16("PK"), U16_LEN("PK"), list,
				  sizeof(list));
	json_object *certificates = NULL, *c;

	(void)state;
	assert_string_equal(text(o, "summary"), "1 certificate");
	json_object_object_get_ex(o, "certificates", &certificates);
	c = json_object_array_get_idx(certificates, 0);
	assert_null(text(c, "subject"));
	assert_non_null(text(c, "sha-256"));
	json_object_put(o);
}

static const uint8_t signers_guid[16] = {
	0x6e, 0xe5, 0xbe, 0xd9, 0xdc, 0x75, 0xd9, 0x49,
	0xb4, 0xd7, 0xb5, 0x34, 0x21, 0x0f, 0x63, 0x7a,
};

static void signers_db(void **state)
{
	uint8_t db[4 + 28 + 2 + 3] = { sizeof(db) };
	json_object *o, *list = NULL;

	(void)state;
	db[20] = 33;
	db[24] = 1;
	db[28] = 3;
	db[32] = 'A';
	o = value_of(signers_guid, U16("certdb"), U16_LEN("certdb"), db,
		     sizeof(db));
	json_object_object_get_ex(o, "signers", &list);
	assert_int_equal(json_object_array_length(list), 1);
	assert_string_equal(text(json_object_array_get_idx(list, 0), "variable"),
			    "A-00000000-0000-0000-0000-000000000000");
	json_object_put(o);
	db[27] = 0xff;
	assert_malformed(value_of(signers_guid, U16("certdb"), U16_LEN("certdb"),
				  db, sizeof(db)),
			 "an entry has a wrong length");
}

static char *printed(const struct vard_var *v, const struct show_style *style)
{
	char *out = NULL;
	size_t len;
	FILE *f = open_memstream(&out, &len);

	show_print(f, v, style);
	fclose(f);
	return out;
}

static void print_has_no_control_characters(void **state)
{
	static const struct show_style styles[] = { { 0 }, { .is_all = true },
						    { .is_hex = true } };
	static const uint8_t name[] = { 0x1b, 0, '[', 0, 0x9b, 0, 0, 0xd8 };
	uint8_t data[300];
	struct vard_var v = { .name = name, .name_len = sizeof(name),
			      .data = data, .data_len = sizeof(data) };

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)i;
	for (size_t i = 0; i < 3; i++) {
		char *out = printed(&v, &styles[i]);

		for (const char *c = out; *c; c++)
			assert_true((unsigned char)*c >= 0x20 || *c == '\n');
		assert_null(strchr(out, 0x7f));
		free(out);
	}
}

static void print_is_bounded(void **state)
{
	static const struct show_style some, all = { .is_all = true };
	static const uint8_t zeros[4096];
	struct vard_var v = { .name = U16("X"), .name_len = U16_LEN("X"),
			      .data = zeros, .data_len = sizeof(zeros) };
	char *out = printed(&v, &some);

	(void)state;
	assert_non_null(strstr(out, "... 4032 more bytes"));
	free(out);
	out = printed(&v, &all);
	assert_null(strstr(out, "more bytes"));
	assert_non_null(strstr(out, "0ff0"));
	free(out);
}

static void attributes_by_name(void **state)
{
	char out[64];

	(void)state;
	assert_string_equal(show_attributes(0x27, ',', out), "NV,BS,RT,AT");
	assert_string_equal(show_attributes(0xffffffff, ' ', out),
			    "NV BS RT HR AW AT APPEND ENHANCED 0xffffff00");
	assert_string_equal(show_attributes(0, ',', out), "");
}

static void orders(void **state)
{
	uint8_t out[64];

	(void)state;
	assert_int_equal(content_parse_order("Boot0001,a,FFFF", out), 6);
	assert_memory_equal(out, "\1\0\n\0\xff\xff", 6);
	assert_int_equal(content_parse_order("", out), 0);
	assert_int_equal(content_parse_order("1,", out), 0);
	assert_int_equal(content_parse_order("12345", out), 0);
	assert_int_equal(content_parse_order("-1", out), 0);
	assert_int_equal(content_parse_order("0x1", out), 0);
	assert_int_equal(content_parse_order("1 2", out), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(option_of_disk),
		cmocka_unit_test(option_not_active),
		cmocka_unit_test(option_malformed),
		cmocka_unit_test(path_of_anything),
		cmocka_unit_test(node_of_any_length),
		cmocka_unit_test(path_with_instances),
		cmocka_unit_test(node_unknown),
		cmocka_unit_test(key_option),
		cmocka_unit_test(simple_values),
		cmocka_unit_test(text_is_cleaned),
		cmocka_unit_test(unknown_may_be_text),
		cmocka_unit_test(signatures),
		cmocka_unit_test(certificate_that_is_none),
		cmocka_unit_test(signers_db),
		cmocka_unit_test(print_has_no_control_characters),
		cmocka_unit_test(print_is_bounded),
		cmocka_unit_test(attributes_by_name),
		cmocka_unit_test(orders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
