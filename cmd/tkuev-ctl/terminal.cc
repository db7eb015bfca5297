// SPDX-License-Identifier: Apache-2.0
#include "terminal.h"

#include "text/lines.h"
#include "text/words.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <span>
#include <termios.h>
#include <unistd.h>

namespace tkuev {

namespace {

constexpr std::array interruptions = {SIGINT, SIGTERM, SIGHUP};

volatile std::sig_atomic_t interrupted = 0;

void note_interruption(int)
{
    interrupted = 1;
}

void handle(void (*handler)(int))
{
    struct sigaction action{};
    action.sa_handler = handler; // without SA_RESTART: what reads the answer returns
    for (const int signal : interruptions)
        (void)::sigaction(signal, &action, nullptr);
}

bool is_one_of(std::string_view answer, std::span<const std::string_view> words)
{
    return std::ranges::find(words, text::to_lower(answer)) != words.end();
}

// While it lives, a terminal does not show what is typed.
class Silence {
public:
    explicit Silence(bool wanted)
    {
        if (!wanted || ::tcgetattr(STDIN_FILENO, &before_) != 0)
            return;
        quiet_ = true;
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        (void)::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;
    ~Silence()
    {
        if (!quiet_)
            return;
        (void)::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
        std::cerr << '\n';
    }

private:
    termios before_{};
    bool quiet_ = false;
};

} // namespace

Language language()
{
    for (const char* variable : {"LC_ALL", "LC_MESSAGES", "LANG"})
        if (const char* said = std::getenv(variable); said != nullptr && *said != '\0')
            return std::string_view(said).starts_with("de") ? Language::german
                                                            : Language::english;
    return Language::english;
}

bool on_terminal()
{
    return ::isatty(STDIN_FILENO) == 1;
}

std::optional<std::string> answer_to(const std::string& question, bool secret)
{
    const Silence silence(secret); // before the question: who sees it may type
    std::cerr << question << ": " << std::flush;
    std::string line;
    if (interrupted != 0 || !std::getline(std::cin, line) || interrupted != 0)
        return std::nullopt;
    return std::string(text::without_cr(line));
}

std::string ask(const std::string& question, bool secret)
{
    return answer_to(question, secret).value_or("");
}

bool says_yes(std::string_view answer)
{
    static constexpr std::string_view words[] = {"yes", "ja", "y", "j"};
    return is_one_of(answer, words);
}

bool says_no(std::string_view answer)
{
    static constexpr std::string_view words[] = {"no", "nein", "n"};
    return is_one_of(answer, words);
}

Interruptible::Interruptible()
{
    interrupted = 0;
    handle(note_interruption);
}

Interruptible::~Interruptible()
{
    handle(SIG_DFL);
}

} // namespace tkuev
