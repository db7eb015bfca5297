// SPDX-License-Identifier: Apache-2.0
// handover/content_files.h - contents where they lie, in the record files of the servers.
//
// Files stay open, since their keys are found fastest in the order of the records.
// Threads: one.
#pragma once

#include "db/handover.h"
#include "handover/desk.h"
#include "tap/record_reader.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace handover {

class ContentFiles {
public:
    explicit ContentFiles(const Desk& desk) : desk_(desk) {}

    // What is to be handed over: the content; or CMS that only the authority can open.
    // Nothing: it has been destroyed.
    [[nodiscard]] std::optional<std::string> read(const db::HandoverItem& item);
    // Destroys them on the disk, neighbours at once; nothing to do for events.
    void empty(std::span<const db::HandoverItem> items);

private:
    [[nodiscard]] tap::RecordReader* of(const std::string& file);
    void empty(const std::string& file, std::uint64_t from, std::uint64_t to);

    const Desk& desk_;
    std::map<std::string, std::unique_ptr<tap::RecordReader>> readers_;
};

} // namespace handover
