// SPDX-License-Identifier: Apache-2.0
// handover/publication.h - the match list for the servers, written anew at fixed times.
#pragma once

#include "db/publications.h"
#include "handover/desk.h"

#include <cstdint>
#include <memory>
#include <set>

namespace handover {

class Publisher {
public:
    explicit Publisher(Desk& desk) : desk_(desk) {}

    // Writes the list if its time has come: at every multiple of [tkuev] renewal on the
    // wall clock, whether something has changed or not.
    void tick(std::int64_t now);
    void publish(std::int64_t now);

private:
    Desk& desk_;
    std::unique_ptr<db::Aliases> aliases_; // made when sponts.db can be opened
    std::int64_t last_ = 0;
    std::set<li::Handle> told_; // whose certificate cannot be read; said once
};

} // namespace handover
