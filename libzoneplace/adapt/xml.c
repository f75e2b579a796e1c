/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libxml2's SAX calls, with everything off that reads or defines more.
 *
 * The library is loaded when the first XML comes: it brings 35 MB with it and
 * more than a millisecond, and most programs that plan never read XML.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include "adapt/xml.h"

struct zp__xml_attrs {
    int nr;
    const xmlChar **at;      /* five pointers each: name, -, -, value, end */
};

struct reader {
    struct zp__import *im;
    xmlParserCtxtPtr ctxt;
    const struct zp__xml_format *wanted; /* NULL: that of a host */
    const struct zp__xml_format *format;
    void *state;
    uint32_t depth;
};

/* The soname of the version whose headers these are. */
#if LIBXML_VERSION < 21400
#define LIBRARY "libxml2.so.2"
#else
#define LIBRARY "libxml2.so.16"
#endif

#define FOR_EACH_CALL(x)                                                \
    x(xmlInitParser) x(xmlCreateMemoryParserCtxt)                       \
    x(xmlCtxtUseOptions) x(xmlParseDocument) x(xmlStopParser)           \
    x(xmlFreeDoc) x(xmlFreeEnumeration) x(xmlFreeParserCtxt)

static struct {
    bool loaded;
#define DECLARE(name) __typeof__(&(name)) name;
    FOR_EACH_CALL(DECLARE)
} lib;

/* Stays loaded: libxml2 has state of its own that can't be taken down while
 * the program may use it too. */
static void load_library(void)
{
    void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

    if (!handle)
        return;
    lib.loaded = true;
#define RESOLVE(call)                                                   \
    lib.call = (__typeof__(lib.call))dlsym(handle, #call);              \
    lib.loaded = lib.loaded && lib.call;
    FOR_EACH_CALL(RESOLVE)
    if (lib.loaded)
        lib.xmlInitParser();
}

const char *zp__xml_attr(const struct zp__xml_attrs *attrs, const char *name,
                         size_t *len_out)
{
    int i;

    for (i = 0; i < attrs->nr; i++) {
        const xmlChar **attr = attrs->at + 5 * i;

        if (strcmp((const char *)attr[0], name))
            continue;
        *len_out = (size_t)(attr[4] - attr[3]);
        return (const char *)attr[3];
    }
    return NULL;
}

bool zp__xml_attr_is(const struct zp__xml_attrs *attrs, const char *name,
                     const char *value)
{
    size_t len;
    const char *text = zp__xml_attr(attrs, name, &len);

    return text && len == strlen(value) && !memcmp(text, value, len);
}

bool zp__xml_attr_uint(const struct zp__xml_attrs *attrs, const char *name,
                       uint64_t *value_out)
{
    size_t len;
    const char *text = zp__xml_attr(attrs, name, &len);
    struct zp__scan s = zp__scan_of(text ? text : "", text ? len : 0);

    return zp__scan_uint(&s, value_out) && zp__scan_ends(&s);
}

/* A format's call or one of ours failed: nothing more is parsed. */
static void stop_if_failed(struct reader *r)
{
    if (r->im->rc)
        lib.xmlStopParser(r->ctxt);
}

static const struct zp__xml_format *format_of(const char *root)
{
    static const struct zp__xml_format *const formats[] = {
        &zp__xml_hwloc, &zp__xml_libvirt,
    };
    size_t i;

    for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        if (!strcmp(root, formats[i]->root))
            return formats[i];
    }
    return NULL;
}

static void choose_format(struct reader *r, const char *root)
{
    if (r->wanted && !strcmp(root, r->wanted->root)) {
        r->format = r->wanted;
        return;
    }
    if (r->wanted) {
        zp__import_fail(r->im, ZP_ERR_PARSE, "xml", "XML of <%.40s>, not of "
                        "<%s>", root, r->wanted->root);
        return;
    }
    r->format = format_of(root);
    if (!r->format) {
        zp__import_fail(r->im, ZP_ERR_PARSE, "xml", "XML of <%.40s>, where "
                        "<topology> (hwloc) or <capabilities> (libvirt) is "
                        "known", root);
        return;
    }
    r->state = calloc(1, r->format->state_size);
    if (!r->state)
        r->im->rc = zp__nomem(r->im->err);
}

static void on_start(void *arg, const xmlChar *name, const xmlChar *prefix,
                     const xmlChar *uri, int nr_ns, const xmlChar **ns,
                     int nr_attrs, int nr_defaulted, const xmlChar **attrs)
{
    struct reader *r = arg;
    struct zp__xml_attrs list = { nr_attrs, attrs };

    (void)prefix;
    (void)uri;
    (void)nr_ns;
    (void)ns;
    (void)nr_defaulted;
    if (r->im->rc)
        return;
    r->im->steps += 1 + (uint64_t)nr_attrs;
    if (!r->depth)
        choose_format(r, (const char *)name);
    if (++r->depth > ZP__XML_MAX_DEPTH)
        zp__import_fail(r->im, ZP_ERR_RANGE, "xml",
                        "elements nested deeper than %d", ZP__XML_MAX_DEPTH);
    if (!r->im->rc)
        r->format->start(r->im, r->state, (const char *)name, &list,
                         r->depth);
    stop_if_failed(r);
}

static void on_end(void *arg, const xmlChar *name, const xmlChar *prefix,
                   const xmlChar *uri)
{
    struct reader *r = arg;

    (void)prefix;
    (void)uri;
    if (r->im->rc)
        return;
    r->format->end(r->im, r->state, (const char *)name, r->depth--);
    stop_if_failed(r);
}

static void on_text(void *arg, const xmlChar *text, int len)
{
    struct reader *r = arg;

    if (r->im->rc || !r->format)
        return;
    r->format->text(r->im, r->state, (const char *)text, (size_t)len);
    stop_if_failed(r);
}

/* Nobody who describes a machine defines entities or default attributes. */
static void refuse_definitions(struct reader *r)
{
    zp__import_fail(r->im, ZP_ERR_PARSE, "xml",
                    "it defines entities or attributes: that is not read");
    stop_if_failed(r);
}

static void on_entity(void *arg, const xmlChar *name, int type,
                      const xmlChar *public_id, const xmlChar *system_id,
                      xmlChar *content)
{
    (void)name;
    (void)type;
    (void)public_id;
    (void)system_id;
    (void)content;
    refuse_definitions(arg);
}

static void on_attribute(void *arg, const xmlChar *elem, const xmlChar *name,
                         int type, int def, const xmlChar *value,
                         xmlEnumerationPtr tree)
{
    (void)elem;
    (void)name;
    (void)type;
    (void)def;
    (void)value;
    lib.xmlFreeEnumeration(tree);
    refuse_definitions(arg);
}

static void on_element(void *arg, const xmlChar *name, int type,
                       xmlElementContentPtr content)
{
    (void)name;
    (void)type;
    (void)content;
    refuse_definitions(arg);
}

/* Kept in ctxt->lastError; without a handler it would go to stderr. */
static void on_error(void *arg, xmlErrorPtr error)
{
    (void)arg;
    (void)error;
}

static void report(struct reader *r)
{
    const xmlError *last = &r->ctxt->lastError;
    char line[120] = "";

    if (r->im->rc)
        return;
    if (r->ctxt->errNo == XML_ERR_NO_MEMORY) {
        r->im->rc = zp__nomem(r->im->err);
    } else if (!r->ctxt->wellFormed) {
        if (last->message)
            strncat(line, last->message, strcspn(last->message, "\n") <
                    sizeof(line) ? strcspn(last->message, "\n")
                                 : sizeof(line) - 1);
        zp__import_fail(r->im, ZP_ERR_PARSE, "xml", "line %d: %s",
                        last->line, *line ? line : "not XML");
    } else if (!r->format) {
        zp__import_fail(r->im, ZP_ERR_PARSE, "xml", "no element in it");
    }
}

static void set_handlers(xmlSAXHandler *sax)
{
    memset(sax, 0, sizeof(*sax));
    sax->initialized = XML_SAX2_MAGIC;
    sax->startElementNs = on_start;
    sax->endElementNs = on_end;
    sax->characters = on_text;
    sax->cdataBlock = on_text;
    sax->entityDecl = on_entity;
    sax->attributeDecl = on_attribute;
    sax->elementDecl = on_element;
    sax->serror = on_error;
}

/* UTF-8 and nothing else: others libxml2 would have converted by iconv, and
 * what goes wrong with that it prints to stderr, past all handlers. */
static int check_encoding(struct zp__import *im, const char *buf, size_t len)
{
    size_t at = len >= 3 && !memcmp(buf, "\xef\xbb\xbf", 3) ? 3 : 0;

    if (len && memchr(buf, '\0', len))
        return zp__import_fail(im, ZP_ERR_PARSE, "xml",
                               "XML that is not UTF-8: it has NUL bytes");
    while (at < len && strchr(" \t\r\n", buf[at]))
        at++;
    if (at == len || buf[at] != '<')
        return zp__import_fail(im, ZP_ERR_PARSE, "xml",
                               "no XML: it does not begin with '<'");
    return ZP_OK;
}

static int parse(struct reader *r, const char *buf, size_t len)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct zp__import *im = r->im;

    if (check_encoding(im, buf, len))
        return im->rc;
    pthread_once(&once, load_library);
    if (!lib.loaded)
        return zp__import_fail(im, ZP_ERR_UNSUPPORTED, "xml", "this is XML, "
                               "and %s could not be loaded", LIBRARY);
    r->ctxt = lib.xmlCreateMemoryParserCtxt(buf, (int)len);
    if (!r->ctxt)
        return im->rc = zp__nomem(im->err);
    lib.xmlCtxtUseOptions(r->ctxt, XML_PARSE_NONET | XML_PARSE_NOWARNING |
                                    XML_PARSE_IGNORE_ENC);
    set_handlers(r->ctxt->sax);
    r->ctxt->userData = r;
    lib.xmlParseDocument(r->ctxt);
    report(r);
    if (!im->rc)
        r->format->finish(im, r->state);
    if (im->rc && r->format)
        zp__wrap(im->err, im->rc, "%s", r->format->name);
    if (r->ctxt->myDoc)
        lib.xmlFreeDoc(r->ctxt->myDoc);
    lib.xmlFreeParserCtxt(r->ctxt);
    return im->rc;
}

int zp__import_xml(struct zp__import *im, const char *buf, size_t len)
{
    struct reader r = { .im = im };
    int rc = parse(&r, buf, len);

    free(r.state);
    return rc;
}

int zp__xml_read(struct zp__import *im, const char *buf, size_t len,
                 const struct zp__xml_format *format, void *state)
{
    struct reader r = { .im = im, .wanted = format, .state = state };

    return parse(&r, buf, len);
}
