// SPDX-License-Identifier: Apache-2.0
#include "sasl/dovecot.h"

#include "text/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace sasl::dovecot {

namespace {

using std::unexpected;
using Result = std::expected<Line, std::string>;

constexpr std::size_t max_fields = 256;
constexpr char escape_mark = '\001';

std::vector<std::string_view> split(std::string_view line)
{
    std::vector<std::string_view> fields;
    while (fields.size() < max_fields) {
        const std::size_t tab = line.find('\t');
        fields.push_back(line.substr(0, tab));
        if (tab == std::string_view::npos)
            break;
        line.remove_prefix(tab + 1);
    }
    return fields;
}

// One "KEYWORD<tab>field<tab>..." line.
class Fields {
public:
    explicit Fields(std::string_view line) : fields_(split(line)) {}

    [[nodiscard]] std::string_view keyword() const { return fields_[0]; }
    [[nodiscard]] std::string_view at(std::size_t i) const
    {
        return i < fields_.size() ? fields_[i] : std::string_view();
    }
    [[nodiscard]] bool has(std::string_view flag) const
    {
        return std::ranges::find(fields_, flag) != fields_.end();
    }
    // Value of "key=value"; `key` holds its "=".
    [[nodiscard]] std::string value(std::string_view key) const
    {
        for (const std::string_view field : fields_)
            if (field.starts_with(key))
                return unescape(field.substr(key.size()));
        return {};
    }

private:
    std::vector<std::string_view> fields_;
};

Result parse_version(const Fields& fields)
{
    const auto major = text::number_in<unsigned>(fields.at(1));
    const auto minor = text::number_in<unsigned>(fields.at(2));
    if (!major || !minor)
        return unexpected("VERSION without numbers");
    return Version{*major, *minor};
}

Result parse_mech(const Fields& fields)
{
    if (fields.at(1).empty())
        return unexpected("MECH without a name");
    return Mech{std::string(fields.at(1)), fields.has("plaintext"), fields.has("private")};
}

Result parse_ok(const Fields& fields)
{
    const auto id = text::number_in<std::uint32_t>(fields.at(1));
    if (!id)
        return unexpected("OK without an id");
    return Ok{*id, fields.value("user=")};
}

Result parse_fail(const Fields& fields)
{
    const auto id = text::number_in<std::uint32_t>(fields.at(1));
    if (!id)
        return unexpected("FAIL without an id");
    Fail fail{*id,
              fields.value("user="),
              fields.has("temp"),
              fields.has("authz"),
              fields.value("reason="),
              fields.value("code=")};
    fail.temporary |= fail.code == "temp_fail";
    fail.authorisation |= fail.code == "authz_fail";
    return fail;
}

Result parse_continue(const Fields& fields)
{
    const auto id = text::number_in<std::uint32_t>(fields.at(1));
    if (!id)
        return unexpected("CONT without an id");
    return Continue{*id, std::string(fields.at(2))};
}

struct Keyword {
    std::string_view word;
    Result (*parse)(const Fields&);
};

constexpr Keyword keywords[] = {
    {"VERSION", parse_version},
    {"MECH", parse_mech},
    {"OK", parse_ok},
    {"FAIL", parse_fail},
    {"CONT", parse_continue},
    {"SPID", [](const Fields& f) { return Result(Spid{std::string(f.at(1))}); }},
    {"CUID", [](const Fields& f) { return Result(Cuid{std::string(f.at(1))}); }},
    {"COOKIE", [](const Fields& f) { return Result(Cookie{std::string(f.at(1))}); }},
    {"DONE", [](const Fields&) { return Result(Done{}); }},
};

} // namespace

std::expected<Line, std::string> parse_line(std::string_view line)
{
    if (line.size() > max_line)
        return unexpected("line is too long");
    const Fields fields(line);
    const auto* keyword = std::ranges::find(keywords, fields.keyword(), &Keyword::word);
    return keyword == std::end(keywords) ? Result(Other{}) : keyword->parse(fields);
}

std::string hello(std::uint32_t pid)
{
    return fmt::format("VERSION\t1\t2\nCPID\t{}\n", pid);
}

std::string auth_request(const Request& request)
{
    std::string line = fmt::format("AUTH\t{}\t{}\tservice={}", request.id,
                                   escape(request.mechanism), escape(request.service));
    const auto add = [&line](std::string_view key, const std::string& value) {
        if (!value.empty())
            line += fmt::format("\t{}={}", key, escape(value));
    };
    const auto port = [](std::uint16_t number) {
        return number == 0 ? std::string() : std::to_string(number);
    };
    add("lip", request.local_ip);
    add("rip", request.remote_ip);
    add("lport", port(request.local_port));
    add("rport", port(request.remote_port));
    if (request.secured)
        line += "\tsecured=tls";
    add("tls_cipher", request.tls_cipher);
    if (request.initial) // must be the last field
        line += "\tresp=" + request.response;
    return line + '\n';
}

std::string cont(std::uint32_t id, std::string_view base64)
{
    return fmt::format("CONT\t{}\t{}\n", id, base64);
}

std::string cancel(std::uint32_t id)
{
    return fmt::format("CANCEL\t{}\n", id);
}

std::string escape(std::string_view value)
{
    std::string out;
    for (const char c : value) {
        switch (c) {
        case '\0':
            (out += escape_mark) += '0';
            break;
        case escape_mark:
            (out += escape_mark) += '1';
            break;
        case '\t':
            (out += escape_mark) += 't';
            break;
        case '\r':
            (out += escape_mark) += 'r';
            break;
        case '\n':
            (out += escape_mark) += 'n';
            break;
        default:
            out += c;
        }
    }
    return out;
}

std::string unescape(std::string_view value)
{
    std::string out;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] != escape_mark || i + 1 == value.size()) {
            out += value[i];
            continue;
        }
        constexpr std::string_view letters = "01trn";
        constexpr std::string_view bytes("\0\001\t\r\n", 5);
        const std::size_t at = letters.find(value[++i]);
        out += at == std::string_view::npos ? value[i] : bytes[at];
    }
    return out;
}

} // namespace sasl::dovecot
