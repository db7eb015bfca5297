// SPDX-License-Identifier: Apache-2.0
// smtp/dsn_text.cc - see dsn_text.h.
#include "smtp/dsn_text.h"

#include "text/lines.h"

namespace smtp {

namespace {

constexpr std::size_t qp_line = 75;    // without the soft break
constexpr std::size_t most_shown = 50; // recipients in the text; the status part has all

struct Words {
    std::string_view german;
    std::string_view english;
};

Words introduction(Action action)
{
    switch (action) {
    case Action::failed:
        return {
            "Ihre Nachricht konnte an die folgenden Empfänger nicht zugestellt werden.\n"
            "Es wird kein weiterer Versuch unternommen.\n",
            "Your message could not be delivered to the following recipients.\n"
            "No further attempt will be made.\n"};
    case Action::delayed:
        return {"Ihre Nachricht konnte an die folgenden Empfänger noch nicht zugestellt\n"
                "werden. Sie brauchen nichts zu tun: es wird weiter versucht.\n",
                "Your message could not yet be delivered to the following recipients.\n"
                "You need not do anything: delivery is still being attempted.\n"};
    case Action::delivered:
        return {"Ihre Nachricht wurde an die folgenden Empfänger zugestellt.\n",
                "Your message was delivered to the following recipients.\n"};
    case Action::relayed:
        return {"Ihre Nachricht wurde an einen Mailserver übergeben, der keine\n"
                "Zustellberichte sendet. Weitere Berichte sind nicht zu erwarten.\n",
                "Your message was handed to a mail server that does not send delivery\n"
                "reports. No further report is to be expected.\n"};
    }
    return {};
}

void append_one(std::string& out, const ReportedRecipient& one)
{
    out += "\n  <" +
           (text::has_control(one.address) ? text::printable(one.address) : one.address) +
           ">\n";
    if (!one.remote_mta.empty())
        out += "    " + text::printable(one.remote_mta) + ":\n";
    if (!one.diagnostic.empty())
        out += "    " + text::printable(one.diagnostic) + "\n";
}

bool plain(char c)
{
    return (c >= 33 && c <= 126 && c != '=') || c == ' ';
}

void append_coded(std::string& line, char c)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    line += '=';
    line += digits[byte >> 4];
    line += digits[byte & 15];
}

// A space at the end of a line would be lost on the way: it is written as =20.  So is a
// dot that begins a line, as =2E: no text from outside shall come near the end of DATA.
void append_qp_line(std::string& out, std::string_view text)
{
    std::string line;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool at_end = i + 1 == text.size();
        std::string piece;
        if (plain(text[i]) && !(at_end && text[i] == ' '))
            piece = text[i];
        else
            append_coded(piece, text[i]);
        if (line.size() + piece.size() > qp_line) {
            out += line + "=\r\n";
            line.clear();
        }
        if (line.empty() && piece == ".")
            append_coded(piece = {}, '.');
        line += piece;
    }
    out += line + "\r\n";
}

} // namespace

std::string report_text(const Report& report)
{
    const Action action =
        report.recipients.empty() ? Action::failed : report.recipients.front().action;
    const Words words = introduction(action);
    std::string out(words.german);
    out += '\n';
    out += words.english;
    std::size_t shown = 0;
    for (const ReportedRecipient& recipient : report.recipients) {
        if (shown++ == most_shown) {
            out +=
                "\n  ... (" + std::to_string(report.recipients.size() - most_shown) + ")\n";
            break;
        }
        append_one(out, recipient);
    }
    if (action == Action::delayed && !report.retry_until.empty())
        out += "\nVersuche bis / Will be tried until: " + report.retry_until + "\n";
    out += "\n-- \n" + text::printable(report.host) + "\n";
    return out;
}

std::string quoted_printable(std::string_view text)
{
    std::string out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        append_qp_line(out, text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

} // namespace smtp
