// SPDX-License-Identifier: Apache-2.0
// journal/learned.h - what the proxies tell of passwords, for whoever files it: written and
// read.  Pure.
//
//     password-learned user=U learned=T verifier=V
//     password-proved user=U learned=T
//     password-forgotten user=U learned=T
//
// T says which password it is about: when it was learned, in microseconds since 1970.
#pragma once

#include "spool/event_reader.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace journal {

struct Learned {
    enum class What : std::uint8_t { learned, proved, forgotten };
    What what = What::learned;
    std::string user;
    std::int64_t learned = 0;
    std::string verifier; // "$argon2id$..."; of what is learned only
    bool operator==(const Learned&) const = default;
};

[[nodiscard]] std::string line_of(const Learned& told);
// Nothing: it tells of no password, or was torn.
[[nodiscard]] std::optional<Learned> read_learned(const spool::EventLine& line);

} // namespace journal
