// SPDX-License-Identifier: Apache-2.0
// sponts-indexd/service.h - files until SIGTERM, what comes in and what was left.
#pragma once

#include "conf/settings.h"
#include "db/directory.h"
#include "journal/filer.h"
#include "net/loop.h"

namespace indexd {

inline constexpr const char* program = "sponts-indexd";

class Service {
public:
    // Throws base::Failure.  `settings` outlives it.
    explicit Service(const conf::Settings& settings);
    void run();
    // Everything that is there now, then it is over.
    void run_once();

private:
    void work();
    void file_rest();
    void complain(const char* why);

    db::Directory directory_;
    journal::Filer filer_;
    bool failing_ = false;
    bool asked_queue_ = false;
    net::Loop loop_;
};

} // namespace indexd
