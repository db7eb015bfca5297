// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl/terminal.h - the person at the terminal: what he is asked, in which language,
// and that he may go away at any time.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tkuev {

enum class Language { english, german };

// By LC_ALL, LC_MESSAGES or LANG, whichever is set first.
[[nodiscard]] Language language();
// One of the two.
[[nodiscard]] inline std::string_view either(Language which, std::string_view english,
                                             std::string_view german)
{
    return which == Language::german ? german : english;
}

[[nodiscard]] bool on_terminal();

// One line from the terminal, not shown if it is secret; nothing at its end, or when the
// person has interrupted while an Interruptible lives.
[[nodiscard]] std::optional<std::string> answer_to(const std::string& question,
                                                   bool secret);
// The same; empty at the end.
[[nodiscard]] std::string ask(const std::string& question, bool secret);

// In either language, in any case, in full or the first letter.
[[nodiscard]] bool says_yes(std::string_view answer);
[[nodiscard]] bool says_no(std::string_view answer);

// While it lives, Ctrl-C and the like end the question, not the program.  One at a time.
class Interruptible {
public:
    Interruptible();
    ~Interruptible();
    Interruptible(const Interruptible&) = delete;
    Interruptible& operator=(const Interruptible&) = delete;
};

} // namespace tkuev
