// SPDX-License-Identifier: Apache-2.0
// conf/read.h - from text to settings, with everything that is wrong on the way.
//
// read_settings() in settings.h is what servers use; `sponts check` and tests want to see
// every problem, and the fuzzer a function that touches no file.
#pragma once

#include "conf/document.h"
#include "conf/settings.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <utility>
#include <vector>

namespace conf {

struct Reading {
    Settings settings;
    Document document;             // says where each value came from
    std::vector<Problem> problems; // in the order of lines

    // "FILE:LINE: what is wrong", one for each problem.
    [[nodiscard]] std::vector<std::string> complaints() const;
};

// Pure: no file is looked at and no name is filled in.
[[nodiscard]] Reading read_text(std::string_view text, const std::string& file);

// Reads the file, looks whether the files it names exist, and fills in host name and
// postmaster.  Throws base::Failure(fix_config) only when the file itself cannot be read.
[[nodiscard]] Reading read_file(const std::string& file);
// Whether it is a file that nobody but root and this user can have written, by fstat(2) of
// what was opened; or what is wrong with it, for a person.
[[nodiscard]] std::optional<std::string> distrust(const struct stat& status, uid_t user);

// Throws base::Failure(fix_config) with the first problem, if there is one.
void require_sound(const Reading& reading);

// What no single value shows: TLS without certificate, the same address twice ...
void cross_check(const Settings& settings, const Document& document,
                 std::vector<Problem>& problems);

// By section and key; several for a key that may be repeated.
using Values = std::map<std::pair<std::string, std::string>, std::vector<std::string>>;
[[nodiscard]] Values all_values(const Settings& settings);

// The configuration file that says nothing but the defaults, each with its meaning.
[[nodiscard]] std::string sample_file();

} // namespace conf
