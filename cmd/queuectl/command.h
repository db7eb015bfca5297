// SPDX-License-Identifier: Apache-2.0
// queuectl/command.h - what was said on the command line, and the subcommands.
//
// main.cc alone reads the command line.  Reading subcommands use a QueueView, beside
// whoever owns the queue; changing ones go through the Owner (owner.h).
#pragma once

#include "conf/settings.h"

#include <cstdint>
#include <string>
#include <vector>

namespace queuectl {

// EX_OK, and what grep(1) answers when nothing was found.
inline constexpr int exit_done = 0;
inline constexpr int exit_no_match = 1;

// Which messages; everything that was said must hold.
struct Criteria {
    std::string sender;    // pattern
    std::string recipient; // pattern
    std::string reason;    // part of it
    std::string domain;
    std::int64_t older = -1; // seconds
    std::int64_t younger = -1;
    bool held = false;
    bool not_held = false; // no option: some commands mean it

    [[nodiscard]] bool any() const
    {
        return !sender.empty() || !recipient.empty() || !reason.empty() ||
               !domain.empty() || older >= 0 || younger >= 0 || held;
    }
};

struct Call {
    std::string config{conf::default_file};
    std::string spool;                 // instead of what the configuration says
    std::string user;                  // of ums-popd
    std::vector<std::string> operands; // queue ids, "-": from standard input
    Criteria criteria;
    bool all = false;
    bool json = false;
    bool ids = false;
    bool dry_run = false;

    // Where the spool is said, nothing else is known.
    [[nodiscard]] conf::Settings settings() const;
    [[nodiscard]] std::string spool_directory() const { return settings().general.spool; }
};

enum class Operands : std::uint8_t { none, some_ids, any_ids, any_user, user_and_ids };

struct Command {
    const char* name;
    int (*run)(const Call& call); // the exit status; may throw base::Failure
    const char* help;
    Operands operands;
    bool changes; // takes --dry-run and --all
    bool has_json;
    bool has_ids;
};

int list(const Call& call);
int summary(const Call& call);
int show(const Call& call);
int cat(const Call& call);
int hold(const Call& call);
int release(const Call& call);
int retry(const Call& call);
int requeue(const Call& call);
int remove(const Call& call);
int expire(const Call& call);
int hidden(const Call& call);
int unhide(const Call& call);

} // namespace queuectl
