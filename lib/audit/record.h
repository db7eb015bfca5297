// SPDX-License-Identifier: Apache-2.0
// audit/record.h - one line of a chained file: fields, and the digest that holds the chain.
//
//     17 4b1d...e0 time=9f...c1:2026-11-22T13:04:05+01:00%201795... act=03...aa:measure-end
//
// Number, chain digest, then each field as salt (16 random bytes) and text.  The chain is
// made of the fields' digests only, so that text and salt can be taken away lawfully:
//     17 4b1d...e0 time=-6a...77 act=-c0...12
// Without the salt nobody finds out by trying what the text has been.
//
//     digest of a field = SHA-256(salt, name, NUL, text)
//     chain digest      = SHA-256(chain digest before, number, NUL, {name, NUL, digest}
//     ...)
//
// Pure but for the salts.
#pragma once

#include "seal/digest.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace audit {

struct Head {
    std::uint64_t number = 0; // of the last record; 0: there is none yet
    seal::Digest chain{};
    bool operator==(const Head&) const = default;
};

struct Field {
    std::string name; // lower-case letters
    std::string salt; // empty: deleted
    std::string text;
    seal::Digest digest{};
    [[nodiscard]] bool deleted() const { return salt.empty(); }
};

struct Record {
    std::uint64_t number = 0;
    seal::Digest chain{};
    std::vector<Field> fields;

    // Empty: there is no such field, or it is deleted.
    [[nodiscard]] const std::string& get(std::string_view name) const;
    [[nodiscard]] bool deleted() const; // all of it
    [[nodiscard]] bool partly_deleted() const;
    void erase(); // texts and salts
    [[nodiscard]] Head head() const { return {number, chain}; }
};

using Texts = std::vector<std::pair<std::string, std::string>>; // name, text

// The record that follows.
[[nodiscard]] Record make_record(const Head& before, const Texts& texts);
// With its newline.
[[nodiscard]] std::string encode(const Record& record);
// Nothing unless `line` (without newline) is exactly what encode() writes and follows
// `before`.
[[nodiscard]] std::optional<Record> parse_record(std::string_view line, const Head& before);

} // namespace audit
