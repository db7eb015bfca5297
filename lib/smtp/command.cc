// SPDX-License-Identifier: Apache-2.0
// The command parser; see command.h.  One function for each kind of argument.
#include "smtp/command.h"

#include "smtp/parameters.h"
#include "text/domain.h"
#include "text/lines.h"
#include "text/words.h"

#include <algorithm>
#include <utility>

namespace smtp {

namespace {

constexpr std::size_t max_helo = 255; // RFC 5321 4.5.3.1.2
constexpr std::size_t max_verb = 16;

struct Line {
    std::string_view verb;
    std::string_view argument; // behind the blank, without blanks at the end
};

Malformed malformed(int code, std::string_view enhanced, std::string_view text)
{
    return {{code, std::string(enhanced), std::string(text)}};
}

Malformed syntax(std::string_view usage)
{
    return {{501, "5.5.4", "syntax: " + std::string(usage)}};
}

Line split(std::string_view line)
{
    while (line.ends_with(' '))
        line.remove_suffix(1);
    const std::size_t blank = std::min(line.find(' '), line.size());
    std::string_view argument = line.substr(blank);
    argument.remove_prefix(std::min(argument.find_first_not_of(' '), argument.size()));
    return {line.substr(0, blank), argument};
}

template <class Hello>
Command parse_hello(const Line& line, std::string_view usage)
{
    if (line.argument.empty() || line.argument.contains(' '))
        return syntax(usage);
    if (line.argument.size() > max_helo)
        return malformed(501, "5.5.4", "name is too long");
    return Hello{std::string(line.argument)};
}

template <class Plain>
Command parse_plain(const Line& line)
{
    if (!line.argument.empty())
        return syntax(text::to_upper(line.verb));
    return Plain{};
}

template <class Asked>
Command parse_asked(const Line& line, bool smtputf8)
{
    if (line.argument.empty())
        return malformed(501, "5.5.4", "a name is needed");
    if (!text::is_utf8(line.argument) || (!smtputf8 && !text::is_ascii(line.argument)))
        return malformed(501, "5.6.7", "non-ASCII name");
    return Asked{std::string(line.argument)};
}

struct PathAndRest {
    text::Address address;
    std::string_view path;
    std::string_view parameters;
};

Reply bad_address(text::AddressError error, std::string_view enhanced)
{
    using text::AddressError;
    if (error == AddressError::needs_smtputf8 || error == AddressError::bad_utf8)
        return {553, "5.6.7", std::string(text::describe(error))};
    return {501, std::string(enhanced), std::string(text::describe(error))};
}

// "FROM:<path> parameters".  UTF-8 is taken here and judged by the caller, because SMTPUTF8
// stands among the parameters.
std::expected<PathAndRest, Reply> parse_path_argument(std::string_view argument,
                                                      std::string_view prefix,
                                                      std::string_view bad_enhanced,
                                                      const CommandOptions& options)
{
    if (!text::equal_ignoring_case(argument.substr(0, prefix.size()), prefix))
        return std::unexpected(syntax(std::string(prefix) + "<address>").reply);
    argument.remove_prefix(prefix.size());
    while (options.space_after_colon && argument.starts_with(' '))
        argument.remove_prefix(1);
    if (!argument.starts_with('<'))
        return std::unexpected(bad_address(text::AddressError::no_brackets, bad_enhanced));
    const std::size_t length = std::min(text::path_length(argument), argument.size());
    PathAndRest result{{}, argument.substr(0, length), argument.substr(length)};
    auto address = text::parse_path(result.path, true);
    if (!address)
        return std::unexpected(bad_address(address.error(), bad_enhanced));
    if (!result.parameters.empty() && !result.parameters.starts_with(' '))
        return std::unexpected(Reply{501, "5.5.4", "blank needed behind the address"});
    result.address = *std::move(address);
    return result;
}

Command parse_mail(const Line& line, const CommandOptions& options)
{
    auto path = parse_path_argument(line.argument, "FROM:", "5.1.7", options);
    if (!path)
        return Malformed{path.error()};
    Mail mail;
    if (auto refused = take_parameters(mail, path->parameters))
        return Malformed{*std::move(refused)};
    if (!mail.smtputf8 && !text::is_ascii(path->path))
        return Malformed{bad_address(text::AddressError::needs_smtputf8, "5.1.7")};
    mail.sender = std::move(path->address);
    return mail;
}

Command parse_rcpt(const Line& line, const CommandOptions& options)
{
    auto path = parse_path_argument(line.argument, "TO:", "5.1.3", options);
    if (!path)
        return Malformed{path.error()};
    if (path->address.null())
        return Malformed{bad_address(text::AddressError::empty, "5.1.3")};
    if (!options.smtputf8 && !text::is_ascii(path->path))
        return Malformed{bad_address(text::AddressError::needs_smtputf8, "5.1.3")};
    Rcpt rcpt;
    if (auto refused = take_parameters(rcpt, path->parameters, options.smtputf8))
        return Malformed{*std::move(refused)};
    rcpt.recipient = std::move(path->address);
    return rcpt;
}

// Without a size nobody knows where the chunk ends and commands go on: out of step.
Command parse_bdat(const Line& line)
{
    const std::size_t blank = std::min(line.argument.find(' '), line.argument.size());
    const auto size = text::number_in<std::uint64_t>(line.argument.substr(0, blank));
    if (!size)
        return Malformed{syntax("BDAT size [LAST]").reply, true};
    const std::string_view rest = text::trim(line.argument.substr(blank));
    const bool last = text::equal_ignoring_case(rest, "LAST");
    return Bdat{*size, last, !last && !rest.empty()};
}

Command parse_auth(const Line& line)
{
    const std::size_t blank = std::min(line.argument.find(' '), line.argument.size());
    Auth auth{text::to_upper(line.argument.substr(0, blank)), std::nullopt};
    const std::string_view initial = text::trim(line.argument.substr(blank));
    if (auth.mechanism.empty() || initial.contains(' '))
        return syntax("AUTH mechanism [initial-response]");
    if (!initial.empty())
        auth.initial = initial;
    return auth;
}

template <class Names>
Command parse_client(std::expected<ClientAttributes, std::string> client)
{
    if (!client)
        return malformed(501, "5.5.4", client.error());
    return Names{*std::move(client)};
}

// RFC 1985: a domain, "@domain" for its subdomains too, "#name" for a queue.
Command parse_etrn(const Line& line)
{
    std::string_view name = line.argument;
    if (name.starts_with('@') || name.starts_with('#'))
        name.remove_prefix(1);
    const auto domain = text::normal_domain(name);
    if (!domain)
        return syntax("ETRN domain");
    return Etrn{std::string(line.argument.substr(0, line.argument.size() - name.size())) +
                *domain};
}

bool is_http(std::string_view verb)
{
    static constexpr std::string_view verbs[] = {"GET",     "POST",    "PUT",    "HEAD",
                                                 "CONNECT", "OPTIONS", "DELETE", "PATCH",
                                                 "TRACE",   "PRI"};
    if (verb.size() > 1 && verb.ends_with(':')) // a header field: HTTP's, or a mail's
        return true;
    return std::ranges::any_of(
        verbs, [&](std::string_view one) { return text::equal_ignoring_case(verb, one); });
}

Command parse_unknown(const Line& line)
{
    if (is_http(line.verb))
        return HttpVerb{};
    return Unknown{verb_of(line.verb)};
}

using Parser = Command (*)(const Line&, const CommandOptions&);
struct Verb {
    std::string_view word;
    Parser parse;
    bool utf8 = false; // RFC 6531 3.4: where bytes above 0x7f may stand
};

constexpr Verb verbs[] = {
    {"MAIL", parse_mail, true},
    {"RCPT", parse_rcpt, true},
    {"DATA", [](const Line& l, const CommandOptions&) { return parse_plain<Data>(l); }},
    {"BDAT", [](const Line& l, const CommandOptions&) { return parse_bdat(l); }},
    {"RSET", [](const Line& l, const CommandOptions&) { return parse_plain<Rset>(l); }},
    {"EHLO", [](const Line& l,
                const CommandOptions&) { return parse_hello<Ehlo>(l, "EHLO name"); }},
    {"QUIT", [](const Line& l, const CommandOptions&) { return parse_plain<Quit>(l); }},
    {"HELO", [](const Line& l,
                const CommandOptions&) { return parse_hello<Helo>(l, "HELO name"); }},
    {"STARTTLS",
     [](const Line& l, const CommandOptions&) { return parse_plain<StartTls>(l); }},
    {"AUTH", [](const Line& l, const CommandOptions&) { return parse_auth(l); }},
    {"NOOP", [](const Line&, const CommandOptions&) { return Command(Noop{}); }},
    {"XCLIENT",
     [](const Line& l, const CommandOptions&) {
         return parse_client<Xclient>(parse_xclient(l.argument));
     }},
    {"XFORWARD",
     [](const Line& l, const CommandOptions&) {
         return parse_client<Xforward>(parse_xforward(l.argument));
     }},
    {"ETRN", [](const Line& l, const CommandOptions&) { return parse_etrn(l); }},
    {"VRFY",
     [](const Line& l, const CommandOptions&) {
         return parse_asked<Vrfy>(l, l.argument.ends_with(" SMTPUTF8"));
     },
     true},
    {"EXPN",
     [](const Line& l, const CommandOptions&) {
         return parse_asked<Expn>(l, l.argument.ends_with(" SMTPUTF8"));
     },
     true},
    {"HELP", [](const Line&, const CommandOptions&) { return Command(Help{}); }},
};

// Whatever was wrong with BDAT, octets follow it, and behind DATA there may be a text.
Malformed in_view_of_verb(Malformed malformed, std::string_view line)
{
    const std::string_view verb = line.substr(0, 4);
    malformed.out_of_step |= text::equal_ignoring_case(verb, "BDAT");
    malformed.was_data = text::equal_ignoring_case(verb, "DATA");
    return malformed;
}

Command parse_line(std::string_view text, const CommandOptions& options)
{
    if (text::has_control(text))
        return malformed(500, "5.5.2", "control character in command");
    const Line line = split(text);
    const auto* verb = std::ranges::find_if(verbs, [&](const Verb& one) {
        return text::equal_ignoring_case(one.word, line.verb);
    });
    if (verb == std::end(verbs))
        return parse_unknown(line);
    if (!verb->utf8 && !text::is_ascii(line.argument))
        return malformed(501, "5.5.4", "non-ASCII argument");
    return verb->parse(line, options);
}

} // namespace

Command parse_command(std::string_view text, const CommandOptions& options)
{
    Command command = parse_line(text, options);
    if (auto* wrong = std::get_if<Malformed>(&command))
        *wrong = in_view_of_verb(std::move(*wrong), text);
    return command;
}

std::string verb_of(std::string_view line)
{
    const std::string_view word = line.substr(0, std::min(line.find(' '), line.size()));
    const bool letters = std::ranges::all_of(
        word, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
    if (word.empty() || word.size() > max_verb || !letters)
        return "?";
    return text::to_upper(word);
}

Malformed line_too_long(std::string_view beginning)
{
    return in_view_of_verb(malformed(500, "5.5.6", "command line is too long"), beginning);
}

Malformed bare_newline()
{
    return {{521, "5.5.2", "lines end with CR LF (RFC 5321 2.3.8), closing"}, true};
}

Malformed endless_line()
{
    return {{521, "5.5.2", "this is no line of SMTP, closing"}, true};
}

} // namespace smtp
