// A C face for the DOM parser of simdjson (3.0.1 in Debian 12), which is C++ that Swift can't import.
//
// Nothing here throws. Nothing allocates once a parser has seen a document of the largest size that it meets, but for a
// document that is one bare number, which simdjson copies.
// Values and texts point into the parser: they live until its next csimdjson_parse or csimdjson_destroy.
// One parser serves one thread at a time.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Bytes behind the input that must be readable (their content means nothing): simdjson loads whole vectors.
static const size_t CSIMDJSON_PADDING = 64;

typedef struct csimdjson_parser csimdjson_parser;

typedef enum csimdjson_status {
    CSIMDJSON_OK,
    CSIMDJSON_EMPTY,
    CSIMDJSON_TOO_LARGE,
    CSIMDJSON_TOO_DEEP,
    CSIMDJSON_BAD_UTF8,
    CSIMDJSON_BAD_STRING,
    CSIMDJSON_BAD_NUMBER,
    CSIMDJSON_BAD_STRUCTURE,
    CSIMDJSON_OUT_OF_MEMORY,
} csimdjson_status;

typedef enum csimdjson_kind {
    CSIMDJSON_NULL,
    CSIMDJSON_BOOLEAN,
    // Fits int64_t.
    CSIMDJSON_INTEGER,
    // An integer from 2^63 to 2^64 - 1, or any number with a fraction or an exponent.
    CSIMDJSON_OTHER_NUMBER,
    CSIMDJSON_STRING,
    CSIMDJSON_ARRAY,
    CSIMDJSON_OBJECT,
} csimdjson_kind;

// Unescaped, valid UTF-8.
typedef struct csimdjson_text {
    const void *bytes;
    size_t count;
} csimdjson_text;

// simdjson's own handles, to be kept and given back as they are.
typedef struct csimdjson_handle {
    uint64_t words[2];
} csimdjson_handle;

typedef struct csimdjson_value {
    csimdjson_kind kind;
    csimdjson_text text;         // CSIMDJSON_STRING
    int64_t integer;             // CSIMDJSON_INTEGER
    csimdjson_handle container;  // CSIMDJSON_ARRAY, CSIMDJSON_OBJECT
} csimdjson_value;

// What is left to visit of an array or object.
typedef struct csimdjson_children {
    csimdjson_handle next;
    csimdjson_handle end;
} csimdjson_children;

// A parser for documents of at most maximum_bytes and maximum_depth; NULL when memory is out.
csimdjson_parser *csimdjson_create(size_t maximum_bytes, size_t maximum_depth);
void csimdjson_destroy(csimdjson_parser *parser);

// Parses and validates all of bytes[0..<count]. CSIMDJSON_PADDING bytes behind it must be readable.
csimdjson_status csimdjson_parse(csimdjson_parser *parser, const void *bytes, size_t count, csimdjson_value *root);

// How many elements a CSIMDJSON_ARRAY has; 2^24 - 1 stands for that many or more.
size_t csimdjson_element_count(csimdjson_handle array);
// The children of a CSIMDJSON_ARRAY, for csimdjson_next_element.
csimdjson_children csimdjson_elements(csimdjson_handle array);
// The children of a CSIMDJSON_OBJECT, for csimdjson_next_field; in the order of the text, duplicates included.
csimdjson_children csimdjson_fields(csimdjson_handle object);
// False behind the last child.
bool csimdjson_next_element(csimdjson_children *children, csimdjson_value *value);
bool csimdjson_next_field(csimdjson_children *children, csimdjson_text *key, csimdjson_value *value);

#ifdef __cplusplus
}
#endif
