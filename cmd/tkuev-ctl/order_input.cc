// SPDX-License-Identifier: Apache-2.0
#include "order_input.h"

#include "audit/refusal.h"
#include "base/clock.h"
#include "base/failure.h"
#include "base/fd.h"
#include "base/file.h"
#include "conf/document.h"
#include "order_dialogue.h"
#include "seal/digest.h"
#include "terminal.h"

#include <algorithm>
#include <fcntl.h>
#include <iostream>
#include <sys/stat.h>
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
    if (source.open_to_others && says(input, "password"))
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

// Looks at what an answer alone shows: nothing else is known here.
// What is not on the form stays, for those who say that it does not belong there.
void ask_questions(const std::vector<std::string>& questions,
                   const std::vector<li::Entry>& known, OrderInput& input)
{
    const Interruptible interruptible;
    Dialogue dialogue({answer_to, std::cerr, language()},
                      OrderForm({}, base::wall_microseconds(), questions, known),
                      [](const li::Draft& draft) { return draft.faults; });
    std::erase_if(input.entries,
                  [&](const li::Entry& entry) { return dialogue.say(entry); });
    if (!dialogue.ask_all())
        throw audit::GivenUp(gone_away);
    for (li::Entry& entry : dialogue.form().entries())
        input.entries.push_back(std::move(entry));
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

std::string digest_of(const std::string& file)
{
    const base::Fd scan = open_file(file);
    return seal::hex(seal::sha256(read_limited(scan.get(), file, scan_limit)));
}

bool says(const OrderInput& input, std::string_view name)
{
    return std::ranges::any_of(input.entries, [&](const li::Entry& entry) {
        const li::Field* field = li::find_field(entry.key);
        return field != nullptr && field->name == name;
    });
}

OrderInput read_options(const Call& call)
{
    OrderInput input;
    take_options(call, input);
    return input;
}

bool asks_for_fields(const Call& call)
{
    return !call.has("file") && on_terminal();
}

OrderInput read_input(const Call& call, const std::vector<std::string>& questions,
                      const std::vector<li::Entry>& known)
{
    OrderInput input = read_options(call);
    if (call.has("file"))
        take_file(call.get("file"), input);
    else if (on_terminal())
        ask_questions(questions, known, input);
    take_password_files(input);
    return input;
}

} // namespace tkuev
