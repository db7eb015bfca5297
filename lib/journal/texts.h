// SPDX-License-Identifier: Apache-2.0
// journal/texts.h - what messages of the log say of themselves, read by two threads.
//
// Threads: one calls.
#pragma once

#include "mime/summary.h"
#include "spool/reader.h"

#include <span>
#include <string>
#include <vector>

namespace journal {

class Texts {
public:
    explicit Texts(const std::string& spool) : reader_(spool) {}

    // One for each, in their order.  What cannot be read has an empty one: its row is not
    // to be missing.
    [[nodiscard]] std::vector<mime::Summary>
    summarise(std::span<const spool::Found> messages);
    void forget_deleted() { reader_.forget_deleted(); }

private:
    spool::Reader reader_;
};

} // namespace journal
