// SPDX-License-Identifier: Apache-2.0
#include "order_input.h"

#include "base/failure.h"
#include "base/fd.h"
#include "base/file.h"
#include "conf/document.h"
#include "seal/digest.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <iostream>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

namespace tkuev {

namespace {

constexpr std::size_t scan_limit = 256u << 20; // bytes of a scanned order
constexpr mode_t others = 077;

// Scans and orders; what is longer is a mistake of who named the file.
std::string read_limited(int fd, const std::string& name, std::size_t limit)
{
    std::string text = base::read_all(fd, name, base::Remedy::supply_input, limit);
    if (text.size() > limit)
        throw base::Failure(base::Remedy::fix_data, "read " + name + ": too large");
    return text;
}

base::Fd open_file(const std::string& name)
{
    base::Fd file(::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!file)
        base::fail_errno("open", name, base::Remedy::supply_input);
    return file;
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

bool holds_password(const std::vector<li::Entry>& entries)
{
    for (const li::Entry& entry : entries)
        if (const li::Field* field = li::find_field(entry.key);
            field != nullptr && field->name == "password")
            return true;
    return false;
}

struct Source {
    conf::Document document;
    bool open_to_others = false; // they may read or write it
};

// "-" is standard input, which is nobody else's.
Source read_document(const std::string& name)
{
    const bool standard = name == "-";
    const base::Fd file = standard ? base::Fd() : open_file(name);
    const int fd = standard ? STDIN_FILENO : file.get();
    struct stat status{};
    const bool open =
        !standard && ::fstat(fd, &status) == 0 && (status.st_mode & others) != 0;
    return {conf::parse_document(read_limited(fd, name, conf::document_size_limit)), open};
}

void take_file(const std::string& name, OrderInput& input)
{
    const Source source = read_document(name);
    for (const conf::Problem& problem : source.document.problems)
        input.faults.push_back({.field = name == "-" ? "stdin" : "file",
                                .english = problem.text,
                                .german = problem.german,
                                .warning = false,
                                .line = problem.line});
    for (const conf::Entry& entry : source.document.entries)
        input.entries.push_back({entry.section, entry.key, entry.value, entry.line});
    if (source.open_to_others && holds_password(input.entries))
        throw base::Failure(base::Remedy::fix_data,
                            name + ": holds a password and is readable by others");
}

// "password-file = FILE" stands for the password in its first line.
void take_password_files(OrderInput& input)
{
    for (li::Entry& entry : input.entries) {
        if (entry.key != "password-file")
            continue;
        const base::Fd file = open_file(entry.value);
        std::string text = read_limited(file.get(), entry.value, conf::document_size_limit);
        text.resize(std::min(text.size(), text.find_first_of("\r\n")));
        entry.key = "password";
        entry.value = std::move(text);
    }
}

void take_options(const Call& call, OrderInput& input)
{
    for (const li::Field& field : li::order_fields())
        if (call.has(field.name))
            input.entries.push_back({"", std::string(field.name), call.get(field.name), 0});
    if (call.has("scan"))
        input.entries.push_back({"", "order-digest", digest_of(call.get("scan")), 0});
}

void ask_questions(const Call& call, const std::vector<std::string>& questions,
                   OrderInput& input)
{
    for (const std::string& name : questions) {
        const li::Field* field = li::find_field(name);
        if (field == nullptr || call.has(field->name) ||
            (field->name == "order-digest" && call.has("scan")))
            continue;
        const std::string question = fmt::format("{} ({})", name, field->hint);
        for (bool more = true; more;) {
            std::string answer = ask(question, name == "password");
            more = field->repeatable && !answer.empty();
            if (!answer.empty())
                input.entries.push_back({"", name, std::move(answer), 0});
        }
    }
    input.asked = true;
}

} // namespace

conf::Document read_secrets(const std::string& name)
{
    Source source = read_document(name);
    if (source.open_to_others)
        throw base::Failure(base::Remedy::fix_data,
                            name + ": holds passwords and is readable by others");
    if (!source.document.problems.empty())
        throw base::Failure(base::Remedy::fix_data,
                            name + ": " + source.document.problems.front().text);
    return std::move(source.document);
}

bool on_terminal()
{
    return ::isatty(STDIN_FILENO) == 1;
}

std::string ask(const std::string& question, bool secret)
{
    std::cerr << question << ": " << std::flush;
    const Silence silence(secret);
    std::string line;
    std::getline(std::cin, line);
    return line;
}

std::string digest_of(const std::string& file)
{
    const base::Fd scan = open_file(file);
    return seal::hex(seal::sha256(read_limited(scan.get(), file, scan_limit)));
}

OrderInput read_input(const Call& call, const std::vector<std::string>& questions)
{
    OrderInput input;
    take_options(call, input);
    if (call.has("file"))
        take_file(call.get("file"), input);
    else if (on_terminal())
        ask_questions(call, questions, input);
    take_password_files(input);
    return input;
}

} // namespace tkuev
