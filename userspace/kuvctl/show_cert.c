// SPDX-License-Identifier: GPL-2.0-or-later
/* X.509 certificates for people. */
#include "show.h"

#include <time.h>

#include "certs.h"

static void put_day(json_object *o, const char *key, int64_t when)
{
	char text[CERT_DATE];

	cert_date(when, text);
	show_put(o, key, "%s", text);
}

bool show_certificate(json_object *o, struct show_data d)
{
	struct cert_info c;
	bool is_parsed = cert_describe(d.p, d.len, &c);

	if (is_parsed) {
		show_put(o, "subject", "%s", c.subject);
		show_put(o, "issuer", "%s", c.issuer);
		put_day(o, "valid-from", c.not_before);
		put_day(o, "valid-to", c.not_after);
		json_object_object_add(o, "expired",
				       json_object_new_boolean(cert_is_expired(
					       &c, (int64_t)time(NULL))));
	}
	if (c.is_test)
		json_object_object_add(o, "test-key",
				       json_object_new_boolean(true));
	if (c.known) {
		show_put(o, "known", "%s", c.known->id);
		show_put(o, "known-name", "%s", c.known->name);
	}
	json_object_object_add(o, "sha-256",
			       show_hex((struct show_data){ c.sha256,
							    sizeof(c.sha256) }));
	return is_parsed;
}
