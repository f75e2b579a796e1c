/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/xmlwriter.h>

#include "xml-out.h"

/* The soname of the version whose headers these are. */
#if LIBXML_VERSION < 21400
#define LIBRARY "libxml2.so.2"
#else
#define LIBRARY "libxml2.so.16"
#endif

#define FOR_EACH_CALL(x)                                                     \
    x(xmlBufferCreate) x(xmlBufferContent) x(xmlBufferLength)                \
    x(xmlBufferFree) x(xmlNewTextWriterMemory) x(xmlFreeTextWriter)          \
    x(xmlTextWriterStartElement) x(xmlTextWriterWriteAttribute)              \
    x(xmlTextWriterWriteString) x(xmlTextWriterFullEndElement)               \
    x(xmlTextWriterFlush)

static struct {
#define DECLARE(name) __typeof__(&(name)) name;
    FOR_EACH_CALL(DECLARE)
} lib;

struct xml {
    xmlBufferPtr buffer;
    xmlTextWriterPtr writer;
    bool failed;
};

static bool load_library(void)
{
    void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    bool all = handle;

#define RESOLVE(call)                                                        \
    if (all) {                                                               \
        lib.call = (__typeof__(lib.call))dlsym(handle, #call);               \
        all = lib.call;                                                      \
    }
    FOR_EACH_CALL(RESOLVE)
    return all;
}

int xml_begin(struct xml **xml_out, struct zp_error *err)
{
    struct xml *xml;

    if (!load_library())
        return fail(err, ZP_ERR_UNSUPPORTED, "html",
                    "a report needs libxml2, and " LIBRARY " is not here");
    xml = calloc(1, sizeof(*xml));
    if (xml)
        xml->buffer = lib.xmlBufferCreate();
    if (xml && xml->buffer)
        xml->writer = lib.xmlNewTextWriterMemory(xml->buffer, 0);
    if (!xml || !xml->writer) {
        if (xml && xml->buffer)
            lib.xmlBufferFree(xml->buffer);
        free(xml);
        return fail(err, ZP_ERR_NOMEM, NULL, "out of memory");
    }
    *xml_out = xml;
    return ZP_OK;
}

/* Bytes of the UTF-8 character at @text, 0 if it is none or a control. */
static size_t character(const unsigned char *text)
{
    static const struct { unsigned char mask, lead; } forms[] = {
        { 0x80, 0x00 }, { 0xe0, 0xc0 }, { 0xf0, 0xe0 }, { 0xf8, 0xf0 },
    };
    size_t i, at;

    for (i = 0; i < 4; i++) {
        if ((text[0] & forms[i].mask) != forms[i].lead)
            continue;
        for (at = 1; at <= i && (text[at] & 0xc0) == 0x80; at++)
            ;
        /* What is longer than it need be, surrogates, and beyond. */
        if (at <= i || (i == 0 && text[0] < 0x20) || (i == 1 && text[0] < 0xc2)
            || (i == 2 && ((text[0] == 0xe0 && text[1] < 0xa0) ||
                           (text[0] == 0xed && text[1] > 0x9f) ||
                           (text[0] == 0xef && text[1] == 0xbf &&
                            text[2] > 0xbd))) ||
            (i == 3 && (text[0] > 0xf4 || (text[0] == 0xf0 && text[1] < 0x90)
                        || (text[0] == 0xf4 && text[1] > 0x8f))))
            return 0;
        return i + 1;
    }
    return 0;
}

PRINTF(2, 0)
static char *format(struct xml *xml, const char *fmt, va_list args)
{
    char *text = NULL;
    size_t at, len;

    if (vasprintf(&text, fmt, args) < 0) {
        xml->failed = true;
        return NULL;
    }
    for (at = 0; text[at]; at += len ? len : 1) {
        len = character((const unsigned char *)text + at);
        if (!len)
            text[at] = '?';
    }
    return text;
}

static void note(struct xml *xml, int rc)
{
    xml->failed |= rc < 0;
}

void xml_open(struct xml *xml, const char *name)
{
    note(xml, lib.xmlTextWriterStartElement(xml->writer,
                                            (const xmlChar *)name));
}

void xml_attr(struct xml *xml, const char *name, const char *fmt, ...)
{
    CLEANUP(free_text) char *text = NULL;
    va_list args;

    va_start(args, fmt);
    text = format(xml, fmt, args);
    va_end(args);
    if (text)
        note(xml, lib.xmlTextWriterWriteAttribute(xml->writer,
                                                  (const xmlChar *)name,
                                                  (const xmlChar *)text));
}

PRINTF(2, 0)
static void put(struct xml *xml, const char *fmt, va_list args)
{
    CLEANUP(free_text) char *text = format(xml, fmt, args);

    if (text)
        note(xml, lib.xmlTextWriterWriteString(xml->writer,
                                               (const xmlChar *)text));
}

void xml_text(struct xml *xml, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    put(xml, fmt, args);
    va_end(args);
}

void xml_close(struct xml *xml)
{
    note(xml, lib.xmlTextWriterFullEndElement(xml->writer));
}

void xml_leaf(struct xml *xml, const char *name, const char *fmt, ...)
{
    va_list args;

    xml_open(xml, name);
    va_start(args, fmt);
    put(xml, fmt, args);
    va_end(args);
    xml_close(xml);
}

int xml_end(struct xml *xml, const char *head, struct spool *out,
            struct zp_error *err)
{
    bool failed;

    note(xml, lib.xmlTextWriterFlush(xml->writer));
    lib.xmlFreeTextWriter(xml->writer);
    failed = xml->failed;
    if (!failed) {
        spool_add(out, "%s", head);
        spool_bytes(out, lib.xmlBufferContent(xml->buffer),
                    (size_t)lib.xmlBufferLength(xml->buffer));
        spool_add(out, "\n");
    }
    lib.xmlBufferFree(xml->buffer);
    free(xml);
    return failed ? fail(err, ZP_ERR_NOMEM, NULL, "out of memory") : ZP_OK;
}
