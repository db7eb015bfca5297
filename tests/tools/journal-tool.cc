// SPDX-License-Identifier: Apache-2.0
// journal-tool - files what is said on the command line in a journal, without any daemon.
//
//     journal-tool JOURNAL EVENT [KEY=VALUE ...] [-- EVENT [KEY=VALUE ...] ...]
//     journal-tool JOURNAL fill COUNT          so many messages, a second apart, up to now
//
// Events are message, result, refusal and login, all filed in one batch.  Times are those
// of text/when.h, now by default; ids are numbers; "to" and "attach" may come more than
// once.  Prints the id of every message.
#include "base/clock.h"
#include "base/failure.h"
#include "db/journal.h"
#include "text/when.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace {

using Words = std::vector<std::string>;

// KEY=VALUE of one event.
class Fields {
public:
    explicit Fields(std::span<const std::string> words)
    {
        for (const std::string& word : words) {
            const auto equals = std::min(word.find('='), word.size());
            all_.emplace(word.substr(0, equals),
                         word.substr(std::min(equals + 1, word.size())));
        }
    }
    [[nodiscard]] std::string text(const std::string& key,
                                   const std::string& otherwise = "") const
    {
        const auto found = all_.find(key);
        return found == all_.end() ? otherwise : found->second;
    }
    [[nodiscard]] std::uint64_t number(const std::string& key,
                                       std::uint64_t otherwise) const
    {
        const std::string value = text(key);
        return value.empty() ? otherwise : std::stoull(value);
    }
    [[nodiscard]] std::int64_t time() const
    {
        const auto when = text::parse_when(text("time", "now"), base::wall_microseconds());
        if (!when)
            throw base::Failure(base::Remedy::fix_arguments, "time " + when.error());
        return when->first;
    }
    [[nodiscard]] Words each(const std::string& key) const
    {
        Words values;
        const auto [begin, end] = all_.equal_range(key);
        for (auto at = begin; at != end; ++at)
            values.push_back(at->second);
        return values;
    }
    template <class Word>
    [[nodiscard]] Word word(const std::string& key,
                            std::span<const std::string_view> words) const
    {
        const auto found = std::ranges::find(words, text(key, std::string(words[0])));
        if (found == words.end())
            throw base::Failure(base::Remedy::fix_arguments, "what is " + text(key) + '?');
        return static_cast<Word>(found - words.begin());
    }

private:
    std::multimap<std::string, std::string> all_;
};

db::JournalPeer peer_of(const Fields& fields)
{
    return {.tenant = fields.text("tenant"),
            .listener = fields.text("listener", "mx"),
            .protocol = fields.text("protocol", "ESMTPS"),
            .tls = fields.text("tls", "TLSv1.3"),
            .client = fields.text("client", "192.0.2.1"),
            .client_name = fields.text("client_name", "mail.example.net"),
            .helo = fields.text("helo", "mail.example.net"),
            .login = fields.text("login")};
}

// "NAME:DECLARED:FOUND:SIZE"
db::JournalAttachment attachment_of(std::string words)
{
    Words parts;
    for (auto colon = words.find(':'); colon != words.npos; colon = words.find(':')) {
        parts.push_back(words.substr(0, colon));
        words.erase(0, colon + 1);
    }
    return {parts.at(0), parts.at(1), parts.at(2), std::stoull(words)};
}

bool file_message(db::JournalBatch& batch, const Fields& fields)
{
    db::JournalMessage message;
    message.id = spool::MessageId(fields.number("id", 1));
    message.time = fields.time();
    message.origin = fields.word<db::Origin>("origin", db::origin_words);
    if (const std::uint64_t parent = fields.number("parent", 0); parent != 0)
        message.parent = spool::MessageId(parent);
    message.peer = peer_of(fields);
    message.sender = fields.text("sender", "ann@example.net");
    message.header_from = fields.text("from", message.sender);
    message.message_id = fields.text("message-id");
    message.subject = fields.text("subject");
    message.size = fields.number("size", 1000);
    for (const std::string& address : fields.each("to"))
        message.recipients.push_back({address, fields.text("original")});
    for (const std::string& words : fields.each("attach"))
        message.attachments.push_back(attachment_of(words));
    std::cout << message.id.text() << '\n';
    return batch.file(message);
}

bool file_result(db::JournalBatch& batch, const Fields& fields)
{
    db::JournalResult result;
    result.id = spool::MessageId(fields.number("id", 1));
    result.time = fields.time();
    result.address = fields.text("to");
    result.outcome = fields.word<db::Outcome>("outcome", db::outcome_words);
    result.attempts = static_cast<std::uint32_t>(fields.number("attempts", 1));
    result.enhanced = fields.text("enhanced");
    result.reply = fields.text("reply");
    result.relay = fields.text("relay");
    return batch.file(result);
}

bool file_refusal(db::JournalBatch& batch, const Fields& fields)
{
    db::JournalRefusal refusal;
    refusal.time = fields.time();
    refusal.peer = peer_of(fields);
    refusal.sender = fields.text("sender");
    refusal.recipient = fields.text("to");
    refusal.code = static_cast<int>(fields.number("code", 550));
    refusal.enhanced = fields.text("enhanced");
    refusal.reason = fields.text("reason");
    refusal.reply = fields.text("reply");
    return batch.file(refusal);
}

bool file_login(db::JournalBatch& batch, const Fields& fields)
{
    db::JournalLogin login;
    login.time = fields.time();
    login.service = fields.text("service", "imap");
    login.peer = peer_of(fields);
    login.outcome = fields.word<db::LoginOutcome>("result", db::login_outcome_words);
    login.reason = fields.text("reason");
    login.mechanism = fields.text("mechanism", "PLAIN");
    login.backend = fields.text("backend");
    return batch.file(login);
}

bool file_event(db::JournalBatch& batch, std::span<const std::string> words)
{
    const Fields fields(words.subspan(1));
    if (words[0] == "message")
        return file_message(batch, fields);
    if (words[0] == "result")
        return file_result(batch, fields);
    if (words[0] == "refusal")
        return file_refusal(batch, fields);
    if (words[0] == "login")
        return file_login(batch, fields);
    throw base::Failure(base::Remedy::fix_arguments, "what is " + words[0] + '?');
}

void file_all(db::JournalBatch& batch, std::span<const std::string> words)
{
    while (!words.empty()) {
        const auto end = std::ranges::find(words, "--");
        const auto count = static_cast<std::size_t>(end - words.begin());
        if (!file_event(batch, words.first(count)))
            throw base::Failure(base::Remedy::fix_arguments, "is filed: " + words[0]);
        words = words.subspan(std::min(count + 1, words.size()));
    }
}

void fill(db::JournalBatch& batch, std::int64_t count)
{
    const std::int64_t now = base::wall_microseconds();
    for (std::int64_t i = 1; i <= count; ++i) {
        db::JournalMessage message;
        message.id = spool::MessageId(static_cast<std::uint64_t>(i));
        message.time = now - (count - i) * 1'000'000;
        message.sender = "ann@example.net";
        message.subject = "number " + std::to_string(i);
        message.size = static_cast<std::uint64_t>(i);
        message.recipients = {{"bob@example.org", ""}};
        batch.file(message);
    }
}

} // namespace

int main(int argc, char** argv)
{
    const Words words(argv + 1, argv + argc);
    try {
        if (words.size() < 2)
            throw base::Failure(base::Remedy::fix_arguments, "JOURNAL EVENT ...");
        db::Journal journal(words[0]);
        db::JournalBatch batch(journal);
        if (words[1] == "fill")
            fill(batch, std::stoll(words.at(2)));
        else
            file_all(batch, std::span(words).subspan(1));
        batch.commit();
        return EXIT_SUCCESS;
    } catch (const std::exception& error) {
        std::cerr << "journal-tool: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
