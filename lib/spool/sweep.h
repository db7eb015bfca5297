// SPDX-License-Identifier: Apache-2.0
// spool/sweep.h - the envelopes of many messages, read from the front of the log to its
// end.
//
// In any order each is found; in the order of the log a million cost few calls.  Tells only
// whether it is there; what is wrong otherwise, spool::Reader knows.
#pragma once

#include "spool/scan.h"
#include "spool/segment_file.h"

#include <optional>
#include <string>

namespace spool {

class Sweep {
public:
    explicit Sweep(std::string directory) : directory_(std::move(directory)) {}

    // Good until the next call.  nullptr: gone, torn or damaged.  What is read ahead is not
    // read again: a record that is erased meanwhile may still be reported.
    [[nodiscard]] const Envelope* envelope(Location where);

private:
    bool open(SegmentNumber number);
    bool examine(Location where);

    std::string directory_;
    std::optional<SegmentFile> segment_;
    Window window_;
    Scanned scanned_;
    bool good_ = false; // scanned_ is a record
};

} // namespace spool
