// SPDX-License-Identifier: Apache-2.0
// ums/mail_text.h - the octets of one message as a user is given them, from front to back:
// a Return-Path field and the stored text.  All lines end in CRLF, the last one too,
// whatever was stored (BDAT leaves the last one open, BINARYMIME has lines of all kinds);
// dots are not doubled.
//
// What is read is checked to be still the message: it may be delivered and erased
// meanwhile. Threads: one.
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
    // Opens what is there now.
    [[nodiscard]] static std::expected<MailText, spool::ReadError>
    open(std::shared_ptr<spool::Reader> reader, spool::Location where);

    // The next octets, about `most`; empty at the end.  After an error nothing follows.
    // A disk that cannot read is ReadError::damaged.
    [[nodiscard]] std::expected<std::string, spool::ReadError>
    next(std::size_t most = 64u << 10);

private:
    struct State;
    explicit MailText(std::shared_ptr<State> state) : state_(std::move(state)) {}
    std::shared_ptr<State> state_;
};

} // namespace ums
