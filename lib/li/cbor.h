// SPDX-License-Identifier: Apache-2.0
// li/cbor.h - the part of CBOR (RFC 8949) that records need: integers, byte and text
// strings, arrays and maps of known length, true and false.
//
// Writes the shortest form of each length (4.2.1).  Reads what is written here and skips
// every well-formed item of known length; indefinite lengths are refused.  Never allocates
// by a length that the input only claims.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace li::cbor {

enum class Major : std::uint8_t { number, negative, bytes, text, array, map, tag, simple };

inline constexpr std::uint64_t no = 20; // of Major::simple
inline constexpr std::uint64_t yes = 21;
inline constexpr int depth_limit = 8; // arrays and maps within each other

void append_head(std::string& out, Major major, std::uint64_t value);
void append_integer(std::string& out, std::int64_t value);
void append_string(std::string& out, Major kind, std::string_view bytes);

struct Head {
    Major major = Major::number;
    std::uint64_t value = 0;
};

// Each call takes what it returns from the front; nothing: the input does not begin so.
class Reader {
public:
    explicit Reader(std::string_view input) : rest_(input) {}

    [[nodiscard]] std::optional<Head> head();
    [[nodiscard]] std::optional<std::uint64_t> value(Major major);
    [[nodiscard]] std::optional<std::int64_t> integer();
    // A view into the input.
    [[nodiscard]] std::optional<std::string_view> string(Major kind);
    // One item with all that is in it.
    [[nodiscard]] bool skip(int depth = depth_limit);
    [[nodiscard]] bool empty() const { return rest_.empty(); }

private:
    std::optional<std::string_view> take(std::uint64_t size);
    bool skip_items(std::uint64_t count, int depth);

    std::string_view rest_;
};

} // namespace li::cbor
