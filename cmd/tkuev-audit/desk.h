// SPDX-License-Identifier: Apache-2.0
// tkuev-audit/desk.h - the log, opened by somebody who may: what every subcommand begins
// with.
#pragma once

#include "audit/roles.h"
#include "command.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tkuev_audit {

[[nodiscard]] audit::Places places_of(const conf::Settings& settings);
// Root becomes who owns the directory; others stay who they are.
void become_owner(const std::string& directory);

class Desk {
public:
    // What is to be done, for whom there must be one of these roles.  Who has none is
    // refused (Failure get_permission), and that is an entry.
    Desk(const Call& call, std::string act, std::vector<audit::Role> roles);

    // Notes the intent, does it, notes what came of it, also when it fails.
    void perform(const std::string& reference, const std::string& detail,
                 const std::function<void()>& effect);
    // An entry about what is being done.
    void note(std::string_view outcome, std::string reference, std::string detail);
    [[nodiscard]] audit::Store& store() { return store_; }
    [[nodiscard]] const std::string& person() const { return person_; }
    [[nodiscard]] const conf::Settings& settings() const { return settings_; }
    [[nodiscard]] audit::Places places() const { return places_of(settings_); }
    // Sound, or Failure(fix_data).
    [[nodiscard]] audit::Inspection read();

private:
    void note_failure(const std::string& reference, const std::string& detail,
                      std::string_view what);

    conf::Settings settings_;
    std::string act_;
    std::string person_;
    audit::Store store_;
};

} // namespace tkuev_audit
