// SPDX-License-Identifier: GPL-2.0
/* A machine's state as one image: written, read back like hostile input. */
#include "image.h"

#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "image_rows.h"

/* Kinds by bit: those of a machine, and all. */
#define VARIABLES	BIT(KUV_IMAGE_VARIABLES)
#define MACHINE		(VARIABLES - BIT(KUV_IMAGE_PHASES))

/* Does an image of these parts have a block of that kind? */
static bool has_kind(const struct kuv_regs *regs, bool variables, u32 kind)
{
	return kind == KUV_IMAGE_VARIABLES ? variables : !!regs;
}

static u64 padding(u64 len)
{
	return -len % KUV_IMAGE_ALIGN;
}

static void write_rows(const struct kuv_image_from *from, u32 kind,
		       struct kuv_image_out *out)
{
	u32 i;

	for (i = 0; i < kuv_image_nr_rows; i++)
		if (kuv_image_rows[i].kind == kind)
			kuv_image_write_row(&kuv_image_rows[i], from, out);
}

static void write_block(const struct kuv_image_from *from, u32 kind,
			struct kuv_image_out *out)
{
	struct kuv_image_block head = { .kind = cpu_to_le32(kind) };
	struct kuv_image_out rows = { NULL, 0 };

	write_rows(from, kind, &rows);
	head.len = cpu_to_le64(rows.len);
	kuv_image_put(out, &head, sizeof(head));
	write_rows(from, kind, out);
	kuv_image_put(out, "\0\0\0\0\0\0\0", padding(rows.len));
}

/* Everything behind the head of an image. Returns the number of blocks. */
static u32 write_blocks(const struct kuv_image_from *from, bool variables,
			struct kuv_image_out *out)
{
	u32 kind, nr = 0;

	for (kind = KUV_IMAGE_PHASES; kind < KUV_NR_IMAGE_KINDS; kind++) {
		if (!has_kind(from->regs, variables, kind))
			continue;
		write_block(from, kind, out);
		nr++;
	}
	return nr;
}

u64 kuv_image_len(const struct kuv_service *s, const struct kuv_regs *regs,
		  bool variables)
{
	struct kuv_image_from from = { s, regs };
	struct kuv_image_out out = { NULL, sizeof(struct kuv_image_head) };

	write_blocks(&from, variables, &out);
	return out.len;
}

void kuv_image_write(const struct kuv_service *s, const struct kuv_regs *regs,
		     bool variables, u8 *buf)
{
	struct kuv_image_head head = {
		.version = cpu_to_le32(KUV_IMAGE_VERSION),
	};
	struct kuv_image_from from = { s, regs };
	struct kuv_image_out out = { buf, sizeof(head) };

	BUILD_BUG_ON(sizeof(head) % KUV_IMAGE_ALIGN);
	BUILD_BUG_ON(sizeof(struct kuv_image_block) % KUV_IMAGE_ALIGN);
	head.nr_blocks = cpu_to_le32(write_blocks(&from, variables, &out));
	head.len = cpu_to_le64(out.len);
	memcpy(head.magic, KUV_IMAGE_MAGIC, sizeof(head.magic));
	memcpy(buf, &head, sizeof(head));
}

static int read_head(struct kuv_image_in *in, u64 len, u32 *ret_nr_blocks)
{
	const u8 *p = kuv_image_take(in, sizeof(struct kuv_image_head));
	struct kuv_image_head head;

	if (!p)
		return -EBADMSG;
	memcpy(&head, p, sizeof(head));
	if (memcmp(head.magic, KUV_IMAGE_MAGIC, sizeof(head.magic)) ||
	    !head.version || le32_to_cpu(head.version) > KUV_IMAGE_VERSION ||
	    le64_to_cpu(head.len) != len)
		return -EBADMSG;
	*ret_nr_blocks = le32_to_cpu(head.nr_blocks);
	return 0;
}

/* The next block: its head, its rows, and the zero bytes behind them. */
static int take_block(struct kuv_image_in *in, struct kuv_image_block *head,
		      struct kuv_image_in *ret_rows)
{
	const u8 *p = kuv_image_take(in, sizeof(*head));

	if (!p)
		return -EBADMSG;
	memcpy(head, p, sizeof(*head));
	ret_rows->left = le64_to_cpu(head->len);
	ret_rows->p = kuv_image_take(in, ret_rows->left);
	if (!ret_rows->p)
		return -EBADMSG;
	p = kuv_image_take(in, padding(ret_rows->left));
	if (!p || !kuv_image_is_zero(p, padding(ret_rows->left)))
		return -EBADMSG;
	return 0;
}

static int read_rows(struct kuv_image *img, u32 kind, struct kuv_image_in *rows)
{
	int ret = 0;
	u32 i;

	for (i = 0; i < kuv_image_nr_rows && !ret; i++)
		if (kuv_image_rows[i].kind == kind)
			ret = kuv_image_read_row(&kuv_image_rows[i], img, rows);
	if (!ret && rows->left)
		ret = -EBADMSG;
	return ret;
}

/* One block; @kind is that of the block before it, and then its own. */
static int read_block(struct kuv_image *img, struct kuv_image_in *in,
		      bool variables, u32 *kind)
{
	struct kuv_image_block head;
	struct kuv_image_in rows;
	int ret = take_block(in, &head, &rows);
	u32 flags;

	if (ret)
		return ret;
	flags = le32_to_cpu(head.flags);
	if (le32_to_cpu(head.kind) <= *kind || flags & ~KUV_IMAGE_SKIP)
		return -EBADMSG;
	*kind = le32_to_cpu(head.kind);
	if (*kind >= KUV_NR_IMAGE_KINDS)
		return flags & KUV_IMAGE_SKIP ? 0 : -EBADMSG;
	if (flags)
		return -EBADMSG;
	if (*kind == KUV_IMAGE_VARIABLES && !variables)
		return 0;
	return read_rows(img, *kind, &rows);
}

/* All blocks. Adds the kinds that there were to @kinds, by bit. */
static int read_blocks(struct kuv_image *img, const u8 *buf, u64 len,
		       bool variables, u32 *kinds)
{
	struct kuv_image_in in = { buf, len };
	u32 nr, kind = 0;
	int ret = read_head(&in, len, &nr);

	while (!ret && nr--) {
		ret = read_block(img, &in, variables, &kind);
		if (!ret && kind < KUV_NR_IMAGE_KINDS)
			*kinds |= BIT(kind);
	}
	if (!ret && in.left)
		ret = -EBADMSG;
	return ret;
}

/* What a service never is, whatever its guest does. */
static bool is_possible(const struct kuv_service *s)
{
	static const u8 no_key[KUV_MOR_KEY_LEN];
	const struct kuv_mor *mor = &s->mor;

	if (mor->has_key ? !mor->is_locked :
			   memcmp(mor->key, no_key, sizeof(no_key)))
		return false;
	/* Nobody may stop policies; if that changes, it must be carried. */
	if (s->policy.disabled)
		return false;
	if (s->end_of_dxe)
		return s->policy.locked;
	return !s->ready_to_boot && !s->at_runtime && !mor->is_absent;
}

/* Is a name of the image's volatile variables one of the other pool? */
static bool hides_variable(const struct kuv_service *s,
			   const struct kuv_service *from)
{
	const struct kuv_var *v = NULL, *mine;

	while ((v = kuv_vardb_next(&from->db, v)) && !kuv_var_is_nv(v)) {
		struct kuv_name n = { v->guid, kuv_var_name(v), v->name_len };

		mine = kuv_vardb_find(&s->db, &n);
		if (mine && kuv_var_is_nv(mine))
			return true;
	}
	return false;
}

/* Does all that was read make sense together, and in @s? */
static int check_image(const struct kuv_service *s, struct kuv_image *img,
		       u32 kinds, bool variables)
{
	img->has_machine = kinds & MACHINE;
	img->has_variables = variables;
	if (img->has_machine &&
	    ((kinds & MACHINE) != MACHINE || !is_possible(&img->service)))
		return -EBADMSG;
	if (!variables)
		return hides_variable(s, &img->service) ? -EBADMSG : 0;
	if (!(kinds & VARIABLES))
		return -ENODATA;
	if (!kuv_vardb_can_adopt(&s->db, &s->limits, &img->service.db))
		return -ENOSPC;
	return 0;
}

int kuv_image_read(const struct kuv_service *s, const u8 *buf, u64 len,
		   bool variables, struct kuv_image *img)
{
	u32 kinds = 0;
	int ret;

	memset(img, 0, sizeof(*img));
	/* With the key of @s entries can move over as they are. */
	ret = kuv_service_init(&img->service, &s->limits, s->crypto,
			       (const u8 *)&s->db.table.key);
	if (!ret)
		ret = read_blocks(img, buf, len, variables, &kinds);
	if (!ret)
		ret = check_image(s, img, kinds, variables);
	if (ret)
		kuv_image_exit(img);
	return ret;
}

static void adopt_properties(struct kuv_varcheck *vc, struct kuv_varcheck *from)
{
	struct kuv_property *p, *next;

	kuv_varcheck_reset(vc);
	list_for_each_entry_safe(p, next, &from->properties, node)
		list_move_tail(&p->node, &vc->properties);
	vc->nr = from->nr;
	vc->names_len = from->names_len;
	vc->has_modes = from->has_modes;
	kuv_varcheck_init(from);
}

static void adopt_machine(struct kuv_service *s, struct kuv_service *from)
{
	kuv_policy_reset(&s->policy);
	s->policy = from->policy;
	kuv_policy_init(&from->policy);
	adopt_properties(&s->varcheck, &from->varcheck);
	s->mor = from->mor;
	kuv_mor_reset(&from->mor);
	kuv_lang_reset(&s->lang);
	s->lang = from->lang;
	memset(&from->lang, 0, sizeof(from->lang));
	s->end_of_dxe = from->end_of_dxe;
	s->ready_to_boot = from->ready_to_boot;
	s->at_runtime = from->at_runtime;
	s->closed = from->closed;
	s->is_new = false;
}

void kuv_image_apply(struct kuv_service *s, struct kuv_image *img, bool machine,
		     u64 *seq)
{
	*seq = 0;
	if (img->has_variables)
		*seq = kuv_vardb_adopt(&s->db, &img->service.db);
	if (!machine)
		return;
	kuv_vardb_adopt_volatile(&s->db, &img->service.db);
	adopt_machine(s, &img->service);
}

void kuv_image_exit(struct kuv_image *img)
{
	kvfree(img->regs.staging);
	img->regs.staging = NULL;
	/* Nothing more in one that could not be begun, or is gone already. */
	if (img->service.db.table.buckets)
		kuv_service_exit(&img->service);
}
