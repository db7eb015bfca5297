// SPDX-License-Identifier: Apache-2.0
// ums/mail_text.h - the octets of one message as a user is given them, from front to back:
// a Return-Path field and the stored text.  All lines end in CRLF, the last one too,
// whatever was stored (BDAT leaves the last one open, BINARYMIME has lines of all kinds);
// dots are not doubled.
//
// What is read is checked to be still the message: it may be delivered and erased
// meanwhile.
//
// Threads: one.
#pragma once

#include "spool/reader.h"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <utility>

namespace ums {

class MailText {
public:
    // Opens this message, if it is there now.  Throws nothing, as next().
    [[nodiscard]] static std::expected<MailText, spool::ReadError>
    open(spool::Reader& reader, spool::Location where, spool::MessageId id);

    // The next octets, about `most`; empty at the end.  After an error only errors follow.
    // A disk that cannot read is ReadError::damaged.
    [[nodiscard]] std::expected<std::string, spool::ReadError>
    next(std::size_t most = 64u << 10);

    // Of all that next() gives.  Reads the end of the message; all of it, if it may have
    // lines of other kinds.
    [[nodiscard]] std::expected<std::uint64_t, spool::ReadError> size() const;

    [[nodiscard]] const spool::Envelope& envelope() const;
    // The header as it is stored, at most so many octets of it.
    [[nodiscard]] std::expected<std::string, spool::ReadError>
    header(std::size_t most) const;

private:
    struct State;
    explicit MailText(std::shared_ptr<State> state) : state_(std::move(state)) {}
    std::shared_ptr<State> state_;
};

} // namespace ums
