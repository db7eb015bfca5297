// SPDX-License-Identifier: Apache-2.0
// tap/ratchet.h - the keys of the records in one file: each is used once, and none of them
// leads back to one before it.
//
// A server makes the first key, seals it for the interception user into the head of the
// file, and forgets each key when its record is written: who gets hold of the server's
// memory cannot open what it has handed over.  Who can open the head gets all of them.
//
// Pure.
#pragma once

#include "seal/single_use.h"

#include <cstdint>
#include <string_view>

namespace tap {

class Ratchet {
public:
    explicit Ratchet(const seal::Key& first) : chain_(first) {}
    Ratchet(const Ratchet&) = default;
    Ratchet& operator=(const Ratchet&) = default;
    ~Ratchet();

    [[nodiscard]] seal::Key event_key() const { return derive("event"); }
    [[nodiscard]] seal::Key content_key() const { return derive("content"); }
    // To the next record.
    void advance();
    [[nodiscard]] std::uint64_t number() const { return number_; }

private:
    [[nodiscard]] seal::Key derive(std::string_view purpose) const;

    seal::Key chain_;
    std::uint64_t number_ = 0;
};

} // namespace tap
