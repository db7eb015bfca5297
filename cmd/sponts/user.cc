// SPDX-License-Identifier: Apache-2.0
// sponts user add | password NAME: the password is read from standard input, never from the
// command line, where every user of the machine could read it.
#include "base/failure.h"
#include "database.h"
#include "db/admin.h"

#include <iostream>
#include <termios.h>
#include <unistd.h>

namespace sponts {

namespace {

// While it lives, a terminal does not show what is typed.
class Silence {
public:
    Silence()
    {
        if (::tcgetattr(STDIN_FILENO, &before_) != 0)
            return;
        terminal_ = true;
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        (void)::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
        std::cerr << "Password: " << std::flush;
    }
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;
    ~Silence()
    {
        if (!terminal_)
            return;
        (void)::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
        std::cerr << '\n';
    }

private:
    termios before_{};
    bool terminal_ = false;
};

std::string read_password()
{
    const Silence silence;
    std::string line;
    if (!std::getline(std::cin, line))
        throw base::Failure(base::Remedy::supply_input,
                            "read password: standard input is empty");
    if (line.ends_with('\r'))
        line.pop_back();
    return line;
}

} // namespace

int user_add(const Call& call)
{
    db::add_user(database_of(call), call.operands.at(0), read_password());
    return EXIT_SUCCESS;
}

int user_password(const Call& call)
{
    db::change_password(database_of(call), call.operands.at(0), read_password());
    return EXIT_SUCCESS;
}

} // namespace sponts
