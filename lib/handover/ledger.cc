// SPDX-License-Identifier: Apache-2.0
#include "handover/ledger.h"

#include "base/failure.h"
#include "base/fd.h"
#include "base/file.h"
#include "handover/tree.h"
#include "seal/digest.h"
#include "text/words.h"

#include <fmt/format.h>

#include <charconv>
#include <fcntl.h>
#include <optional>
#include <span>
#include <sys/stat.h>

namespace handover {

namespace {

constexpr std::int64_t million = 1'000'000;
constexpr std::string_view chain_mark = " chain=";
constexpr std::string_view hex_digits = "0123456789ABCDEF";

bool stands_as_it_is(char c)
{
    return c > ' ' && c < 0x7f && c != '%';
}

std::string escaped(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (stands_as_it_is(c))
            out += c;
        else
            (out += '%').append({hex_digits[octet >> 4], hex_digits[octet & 15]});
    }
    return out;
}

std::string unescaped(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned octet = 0;
        const bool coded =
            text[i] == '%' && i + 2 < text.size() &&
            std::from_chars(&text[i] + 1, &text[i] + 3, octet, 16).ec == std::errc();
        out += coded ? static_cast<char>(octet) : text[i];
        i += coded ? 2 : 0;
    }
    return out;
}

std::string chain_of(std::string_view before, std::string_view line)
{
    std::string text(before);
    text += '\n';
    text += line;
    return seal::hex(seal::sha256(text));
}

std::string path_of(const std::string& directory, const std::string& name)
{
    return directory + "/" + name;
}

std::uint64_t number_of(std::string_view text)
{
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

// The last lines of a file, to find the number of its last whole one.
struct Tail {
    std::uint64_t number = 0;
    off_t whole = 0; // behind its last newline
};

Tail tail_of(int fd, const std::string& path)
{
    constexpr off_t window = 1 << 16; // longer than any line
    struct stat status{};
    if (::fstat(fd, &status) != 0)
        base::fail_errno("stat", path);
    const off_t from = std::max<off_t>(0, status.st_size - window);
    std::string text(static_cast<std::size_t>(status.st_size - from), '\0');
    if (::pread(fd, text.data(), text.size(), from) != static_cast<ssize_t>(text.size()))
        base::fail_errno("read", path);
    const auto end = text.rfind('\n');
    if (end == std::string::npos)
        return {};
    const auto before = end == 0 ? std::string::npos : text.rfind('\n', end - 1);
    const std::size_t start = before == std::string::npos ? 0 : before + 1;
    return {number_of(std::string_view(text).substr(start, end - start)),
            from + static_cast<off_t>(end) + 1};
}

// Of lines that were noted together, those behind `known`.
std::string_view not_known(const db::LedgerLines& lines, std::uint64_t known)
{
    std::string_view text = lines.text;
    while (!text.empty() && number_of(text) <= known)
        text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
    return text;
}

// Those lines that are not there yet; on the disk when this returns.
std::uint64_t append_lines(const std::string& path, std::span<const db::LedgerLines> lines)
{
    const base::Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!fd)
        base::fail_errno("open", path, base::Remedy::make_room);
    const Tail tail = tail_of(fd.get(), path);
    if (::ftruncate(fd.get(), tail.whole) != 0 ||
        ::lseek(fd.get(), tail.whole, SEEK_SET) != tail.whole)
        base::fail_errno("cut", path);
    std::string text;
    for (const db::LedgerLines& some : lines)
        if (some.number > tail.number)
            text.append(not_known(some, tail.number)).append("\n");
    base::write_all(fd.get(), text, path, base::Remedy::make_room);
    if (::fdatasync(fd.get()) != 0)
        base::fail_errno("fsync", path);
    if (tail.whole == 0) // it may be new
        base::sync_directory_of(path);
    return lines.back().number;
}

std::optional<LedgerEntry> parse_line(std::string_view line)
{
    LedgerEntry entry;
    std::vector<std::string_view> words;
    for (std::size_t at = 0; at <= line.size();) {
        const auto end = std::min(line.find(' ', at), line.size());
        words.push_back(line.substr(at, end - at));
        at = end + 1;
    }
    if (words.size() < 3)
        return std::nullopt;
    entry.number = number_of(words[0]);
    const auto dot = std::min(words[1].find('.'), words[1].size());
    entry.time = static_cast<std::int64_t>(number_of(words[1].substr(0, dot))) * million;
    if (dot < words[1].size())
        entry.time += static_cast<std::int64_t>(number_of(words[1].substr(dot + 1)));
    entry.act = words[2];
    for (std::size_t i = 3; i < words.size(); ++i) {
        const auto equals = words[i].find('=');
        if (equals == std::string_view::npos)
            return std::nullopt;
        entry.fields.emplace_back(words[i].substr(0, equals),
                                  unescaped(words[i].substr(equals + 1)));
    }
    return entry;
}

} // namespace

std::string LedgerEntry::get(std::string_view name) const
{
    for (const auto& [field, value] : fields)
        if (field == name)
            return value;
    return {};
}

std::uint64_t LedgerEntry::number_in(std::string_view name) const
{
    return text::number_in<std::uint64_t>(get(name)).value_or(0);
}

std::string next_line(db::LedgerHead& head, std::int64_t time, std::string_view act,
                      const LedgerFields& fields)
{
    ++head.number;
    std::string line =
        fmt::format("{} {}.{:06} {}", head.number, time / million, time % million, act);
    for (const auto& [name, value] : fields)
        line += fmt::format(" {}={}", name, escaped(value));
    head.chain = chain_of(head.chain, line);
    return line.append(chain_mark).append(head.chain);
}

void note(db::HandoverWork& work, const li::Handle& measure, std::int64_t time,
          std::string_view act, const LedgerFields& fields)
{
    db::LedgerHead head = work.ledger(measure);
    const std::string line = next_line(head, time, act, fields);
    work.put_line(measure, head, line);
}

void write_ledgers(db::Handover& handover, const std::string& directory)
{
    // Lazily: what is forgotten twice is in the file all the same.
    db::HandoverWork work(handover, db::Commit::lazily);
    const std::vector<db::LedgerLines> lines = work.lines();
    if (lines.empty())
        return;
    make_directory(directory);
    for (std::size_t at = 0; at < lines.size();) {
        std::size_t end = at;
        while (end < lines.size() && lines[end].file == lines[at].file)
            ++end;
        const std::uint64_t last = append_lines(path_of(directory, lines[at].file),
                                                std::span(lines).subspan(at, end - at));
        work.forget_lines(lines[at].file, last);
        at = end;
    }
    work.commit();
}

std::expected<LedgerReport, std::string> verify_ledger(std::string_view text)
{
    LedgerReport report;
    for (std::uint64_t number = 1; !text.empty(); ++number) {
        const auto wrong = [number](std::string_view why) {
            return std::unexpected(fmt::format("line {}: {}", number, why));
        };
        const auto end = text.find('\n');
        if (end == std::string_view::npos)
            return wrong("it is torn");
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end + 1);
        const auto mark = line.rfind(chain_mark);
        if (mark == std::string_view::npos)
            return wrong("it has no chain");
        report.chain = chain_of(report.chain, line.substr(0, mark));
        if (line.substr(mark + chain_mark.size()) != report.chain)
            return wrong("the chain is broken");
        auto entry = parse_line(line.substr(0, mark));
        if (!entry || entry->number != number)
            return wrong("not the line of this number");
        report.entries.push_back(*std::move(entry));
    }
    return report;
}

std::expected<LedgerReport, std::string> verify_ledger(const std::string& directory,
                                                       const db::LedgerHead& head)
{
    auto report = verify_ledger(base::read_file_if_there(path_of(directory, head.name)));
    if (report && (report->entries.size() != head.number || report->chain != head.chain))
        return std::unexpected(
            fmt::format("{} lines of {} are there", report->entries.size(), head.number));
    return report;
}

} // namespace handover
