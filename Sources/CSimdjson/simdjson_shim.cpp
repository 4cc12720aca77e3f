#include "CSimdjson.h"

// Error codes only: this removes the throwing half of the header, so no exception can cross into Swift.
#define SIMDJSON_EXCEPTIONS 0
#include <algorithm>
#include <cstring>
#include <new>
#include <simdjson.h>
#include <type_traits>

namespace dom = simdjson::dom;

static_assert(CSIMDJSON_PADDING >= simdjson::SIMDJSON_PADDING, "the promise about the padding is too weak");

struct csimdjson_parser {
    csimdjson_parser(size_t bytes, size_t depth) noexcept
        : maximum_bytes(bytes), maximum_depth(depth), parser(bytes) {}

    const size_t maximum_bytes;
    const size_t maximum_depth;
    dom::parser parser;
    // Apart from the parser's own document, so that both can be sized alike.
    dom::document document;
};

namespace {

// Moves simdjson's handles through C structs: each is a document pointer and an index, with no public access to either.
template <typename Handle>
constexpr bool is_two_words = sizeof(Handle) == sizeof(csimdjson_handle) && std::is_trivially_copyable<Handle>::value;

template <typename Handle>
csimdjson_handle save(const Handle &handle) noexcept {
    static_assert(is_two_words<Handle>, "simdjson changed its handles");
    csimdjson_handle saved;
    std::memcpy(&saved, &handle, sizeof(saved));
    return saved;
}

template <typename Handle>
Handle load(csimdjson_handle saved) noexcept {
    static_assert(is_two_words<Handle>, "simdjson changed its handles");
    Handle handle;
    std::memcpy(static_cast<void *>(&handle), &saved, sizeof(saved));
    return handle;
}

csimdjson_text text_of(std::string_view view) noexcept { return {view.data(), view.size()}; }

// Takes the result of a getter whose type was checked just before, so that its error can't occur.
template <typename Value>
Value checked(simdjson::simdjson_result<Value> result) noexcept {
    return std::move(result).value_unsafe();
}

void describe(const dom::element &element, csimdjson_value *value) noexcept {
    switch (element.type()) {
        case dom::element_type::OBJECT:
            value->kind = CSIMDJSON_OBJECT;
            value->container = save(checked(element.get_object()));
            return;
        case dom::element_type::ARRAY:
            value->kind = CSIMDJSON_ARRAY;
            value->container = save(checked(element.get_array()));
            return;
        case dom::element_type::STRING:
            value->kind = CSIMDJSON_STRING;
            value->text = text_of(checked(element.get_string()));
            return;
        case dom::element_type::INT64:
            value->kind = CSIMDJSON_INTEGER;
            value->integer = checked(element.get_int64());
            return;
        case dom::element_type::UINT64:
        case dom::element_type::DOUBLE: value->kind = CSIMDJSON_OTHER_NUMBER; return;
        case dom::element_type::BOOL: value->kind = CSIMDJSON_BOOLEAN; return;
        case dom::element_type::NULL_VALUE: value->kind = CSIMDJSON_NULL; return;
    }
}

csimdjson_status status_of(simdjson::error_code error) noexcept {
    switch (error) {
        case simdjson::SUCCESS: return CSIMDJSON_OK;
        case simdjson::EMPTY: return CSIMDJSON_EMPTY;
        case simdjson::CAPACITY: return CSIMDJSON_TOO_LARGE;
        case simdjson::DEPTH_ERROR: return CSIMDJSON_TOO_DEEP;
        case simdjson::UTF8_ERROR: return CSIMDJSON_BAD_UTF8;
        case simdjson::STRING_ERROR:
        case simdjson::UNESCAPED_CHARS:
        case simdjson::UNCLOSED_STRING: return CSIMDJSON_BAD_STRING;
        case simdjson::NUMBER_ERROR:
        case simdjson::NUMBER_OUT_OF_RANGE: return CSIMDJSON_BAD_NUMBER;
        case simdjson::MEMALLOC: return CSIMDJSON_OUT_OF_MEMORY;
        default: return CSIMDJSON_BAD_STRUCTURE;
    }
}

// Doubles, so that slowly growing documents don't allocate each time; simdjson alone would grow to the exact size.
simdjson::error_code make_room(csimdjson_parser *self, size_t count) noexcept {
    if (count <= std::min(self->parser.capacity(), self->document.capacity())) return simdjson::SUCCESS;
    constexpr size_t minimum = 4096;
    size_t wanted = minimum;
    while (wanted < count) wanted *= 2;
    wanted = std::min(wanted, std::max(minimum, self->maximum_bytes));
    if (auto error = self->parser.allocate(wanted, self->maximum_depth)) return error;
    return self->document.allocate(wanted);
}

}  // namespace

csimdjson_parser *csimdjson_create(size_t maximum_bytes, size_t maximum_depth) {
    return new (std::nothrow) csimdjson_parser(maximum_bytes, maximum_depth);
}

void csimdjson_destroy(csimdjson_parser *self) { delete self; }

csimdjson_status csimdjson_parse(csimdjson_parser *self, const void *bytes, size_t count, csimdjson_value *root) {
    if (count == 0) return CSIMDJSON_EMPTY;
    if (count > self->maximum_bytes) return CSIMDJSON_TOO_LARGE;
    if (auto error = make_room(self, count)) return status_of(error);
    dom::element element;
    const auto *input = static_cast<const uint8_t *>(bytes);
    // The caller promised the padding, so the input is parsed where it lies.
    const auto error = self->parser.parse_into_document(self->document, input, count, false).get(element);
    if (error) return status_of(error);
    describe(element, root);
    return CSIMDJSON_OK;
}

size_t csimdjson_element_count(csimdjson_handle array) { return load<dom::array>(array).size(); }

csimdjson_children csimdjson_elements(csimdjson_handle handle) {
    const auto array = load<dom::array>(handle);
    return {save(array.begin()), save(array.end())};
}

csimdjson_children csimdjson_fields(csimdjson_handle handle) {
    const auto object = load<dom::object>(handle);
    return {save(object.begin()), save(object.end())};
}

bool csimdjson_next_element(csimdjson_children *children, csimdjson_value *value) {
    auto next = load<dom::array::iterator>(children->next);
    if (next == load<dom::array::iterator>(children->end)) return false;
    describe(*next, value);
    children->next = save(++next);
    return true;
}

bool csimdjson_next_field(csimdjson_children *children, csimdjson_text *key, csimdjson_value *value) {
    auto next = load<dom::object::iterator>(children->next);
    if (next == load<dom::object::iterator>(children->end)) return false;
    *key = text_of(next.key());
    describe(next.value(), value);
    children->next = save(++next);
    return true;
}
