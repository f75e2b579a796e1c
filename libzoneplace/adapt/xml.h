/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * XML as events, for the importers of XML formats (libxml2). Only the buffer
 * is read: no DTD, no entities but the five of XML, no network, no XInclude.
 */
#ifndef ZP_ADAPT_XML_H
#define ZP_ADAPT_XML_H

#include "adapt/import.h"

/* hwloc nests PUs and bridges some 20 deep. */
enum { ZP__XML_MAX_DEPTH = 64 };

struct zp__xml_attrs;
/* The value, not NUL-terminated, or NULL. */
const char *zp__xml_attr(const struct zp__xml_attrs *attrs, const char *name,
                         size_t *len_out);
bool zp__xml_attr_is(const struct zp__xml_attrs *attrs, const char *name,
                     const char *value);
/* Digits alone; false if there is no such number. */
bool zp__xml_attr_uint(const struct zp__xml_attrs *attrs, const char *name,
                       uint64_t *value_out);

/* What a format does with the events. An element's depth counts from 1. */
struct zp__xml_format {
    const char *name;        /* for messages: "hwloc XML" */
    const char *root;        /* the element that tells the format */
    size_t state_size;       /* of the zeroed memory that an importer's calls
                              * get; of no use to zp__xml_read() */
    void (*start)(struct zp__import *im, void *state, const char *element,
                  const struct zp__xml_attrs *attrs, uint32_t depth);
    void (*text)(struct zp__import *im, void *state, const char *text,
                 size_t len);
    void (*end)(struct zp__import *im, void *state, const char *element,
                uint32_t depth);
    void (*finish)(struct zp__import *im, void *state);
};

extern const struct zp__xml_format zp__xml_hwloc;
extern const struct zp__xml_format zp__xml_libvirt;

/* Reads a document of @format into the caller's @state; of @im only the error
 * and the count of steps are used. Returns im->rc. */
int zp__xml_read(struct zp__import *im, const char *buf, size_t len,
                 const struct zp__xml_format *format, void *state);

/* libvirt's sizes: the bytes of "unit", KiB if there is none; 0: unknown. */
uint64_t zp__libvirt_unit(const struct zp__xml_attrs *attrs);
/* @number of @unit in KiB; false beyond ZP_MAX_MEM_KIB. */
bool zp__libvirt_kib(uint64_t number, uint64_t unit, uint64_t *kib_out);

#endif
