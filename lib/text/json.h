// SPDX-License-Identifier: Apache-2.0
// text/json.h - writes JSON (RFC 8259) straight into a string, for output of many lines.
//
// Knows commas and escapes, nothing of documents: it does not check that what is begun is
// ended, nor that keys differ.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace text {

// In quotes.  Bytes that are no UTF-8 become U+FFFD, so that what is written always is.
void append_json_string(std::string& out, std::string_view text);

class JsonWriter {
public:
    explicit JsonWriter(std::string& out) : out_(out) {}

    JsonWriter& begin_object() { return open('{'); }
    JsonWriter& end_object() { return close('}'); }
    JsonWriter& begin_array() { return open('['); }
    JsonWriter& end_array() { return close(']'); }
    JsonWriter& key(std::string_view name);
    JsonWriter& value(std::string_view text);
    JsonWriter& value(const char* text) { return value(std::string_view(text)); }
    JsonWriter& value(bool yes);
    JsonWriter& null();
    JsonWriter& value(std::int64_t number);
    JsonWriter& value(std::uint64_t number);
    template <std::integral Number>
    JsonWriter& value(Number number)
    {
        if constexpr (std::signed_integral<Number>)
            return value(static_cast<std::int64_t>(number));
        else
            return value(static_cast<std::uint64_t>(number));
    }
    template <class Value>
    JsonWriter& member(std::string_view name, const Value& it)
    {
        return key(name).value(it);
    }

private:
    void separate();
    JsonWriter& open(char bracket);
    JsonWriter& close(char bracket);

    std::string& out_;
};

} // namespace text
