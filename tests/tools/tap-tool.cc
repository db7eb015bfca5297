// SPDX-License-Identifier: Apache-2.0
// tap-tool - both ends of the tap for tests: a list of identities, and what was captured.
//
//     tap-tool publish SPOOL PLACES [IDENTITY[=MEASURE[,iri][,from=T][,to=T]] ...]
//     tap-tool publish SPOOL PLACES -      the same, a line of standard input each
//     tap-tool read SPOOL          a line of JSON for each record, in the order of time
//     tap-tool submit SPOOL IDENTITY COUNT OCTETS
//                                  so many mails for whom the list in SPOOL tells of; the
//                                  content is the number of the mail, a line feed, and "x"
//
// SPOOL is made if it is not there; the interception user's key lies beside it, in
// SPOOL.keys.  MEASURE is a number from 1 to 65535; times are seconds since 1970, with a
// fraction if need be.
#include "base/clock.h"
#include "base/failure.h"
#include "seal/digest.h"
#include "seal/keys.h"
#include "tap/layout.h"
#include "tap/match_list.h"
#include "tap/record_reader.h"
#include "tap/room.h"
#include "tap/tap.h"
#include "text/base64.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t microseconds_per_second = 1'000'000;

std::string key_file(const std::string& spool)
{
    return spool + ".keys/own.key";
}

std::string certificate_file(const std::string& spool)
{
    return spool + ".keys/own.crt";
}

void make_spool(const std::string& spool)
{
    fs::create_directories(tap::incoming_directory(spool));
    fs::create_directories(spool + ".keys");
    if (!fs::exists(key_file(spool)))
        seal::make_key_pair(key_file(spool), certificate_file(spool), "interception", 9);
}

li::Handle handle_of(std::uint16_t number)
{
    li::Handle handle{};
    handle.fill(static_cast<std::uint8_t>(number >> 8));
    handle.back() = static_cast<std::uint8_t>(number);
    return handle;
}

std::uint16_t number_of(const li::Handle& handle)
{
    return static_cast<std::uint16_t>(handle.front() << 8 | handle.back());
}

std::int64_t time_of(const std::string& seconds)
{
    return std::llround(std::stold(seconds) * microseconds_per_second);
}

// "anna@example.de=3,iri,to=1700000000.5"
tap::Interest interest_of(const std::string& text)
{
    const std::size_t equals = text.find('=');
    tap::Interest interest{.identity = text.substr(0, equals), .target = {}};
    interest.target.measure = handle_of(1);
    interest.target.end = std::numeric_limits<std::int64_t>::max();
    interest.target.content = true;
    std::string rest = equals == std::string::npos ? "" : text.substr(equals + 1);
    while (!rest.empty()) {
        const std::string word = rest.substr(0, rest.find(','));
        rest.erase(0, word.size() + 1);
        if (word == "iri")
            interest.target.content = false;
        else if (word.starts_with("from="))
            interest.target.begin = time_of(word.substr(5));
        else if (word.starts_with("to="))
            interest.target.end = time_of(word.substr(3));
        else
            interest.target.measure =
                handle_of(static_cast<std::uint16_t>(std::stoul(word)));
    }
    return interest;
}

void publish(const std::string& spool, std::uint32_t places,
             const std::vector<std::string>& who)
{
    make_spool(spool);
    tap::Room room(places);
    for (const std::string& text : who) {
        const tap::Interest interest = interest_of(text);
        if (const auto taken = room.take(interest.target, {interest.identity}); !taken)
            throw base::Failure(base::Remedy::fix_config, text + ": " + taken.error());
    }
    const auto own = seal::Certificate::read(certificate_file(spool));
    const std::int64_t now = base::wall_microseconds();
    tap::prepare_list(spool, tap::make_list(room, own, now), now);
    tap::put_list(spool);
}

std::string_view name_of(li::What what)
{
    constexpr std::string_view names[] = {
        "login",   "login-failed", "login-attempt", "logout",    "sent", "received",
        "fetched", "part-fetched", "stored",        "forwarded", "gap"};
    return names[static_cast<std::size_t>(what)];
}

nlohmann::json json_of(const li::Event& event)
{
    constexpr std::string_view protocols[] = {"smtp", "pop3", "imap"};
    constexpr std::string_view directions[] = {"none", "from-target", "to-target"};
    constexpr std::string_view statuses[] = {"unknown", "failed", "succeeded"};
    nlohmann::json out;
    out["measure"] = number_of(event.measure);
    out["protocol"] = protocols[static_cast<std::size_t>(event.protocol)];
    out["what"] = name_of(event.what);
    out["status"] = statuses[static_cast<std::size_t>(event.status)];
    out["time"] = event.time;
    out["session"] = event.session;
    out["session-begin"] = event.session_begin;
    out["session-end"] = event.session_end;
    out["leg"] = event.leg;
    out["client"] = event.client.address;
    out["client-port"] = event.client.port;
    out["server"] = event.server.address;
    out["server-port"] = event.server.port;
    out["client-octets"] = event.client_octets;
    out["server-octets"] = event.server_octets;
    out["tls"] = event.tls;
    out["mechanism"] = event.mechanism;
    out["user"] = event.user;
    out["mailbox"] = event.mailbox;
    out["sender"] = event.sender;
    out["validated"] = event.sender_validated;
    out["recipients"] = event.recipients;
    out["total"] = event.total_recipients;
    out["message-id"] = event.message_id;
    out["queue-id"] = event.queue_id;
    out["size"] = event.size;
    out["cause"] = {{"layer", event.cause.layer},
                    {"code", event.cause.code},
                    {"enhanced", event.cause.enhanced},
                    {"text", event.cause.text}};
    for (const auto& [name, value] : event.features)
        out["features"][name] = value;
    out["forward"] = event.forward_chain;
    out["duplicate-of"] = event.duplicate_of;
    out["matched"] = event.matched;
    out["direction"] = directions[static_cast<std::size_t>(event.direction)];
    out["content-digest"] = seal::hex(event.content_digest);
    out["events-lost"] = event.events_lost;
    out["content-octets"] = event.content_octets;
    out["content-lost"] = event.content_lost;
    return out;
}

struct Line {
    std::int64_t time;
    std::size_t order; // as read
    std::string text;
};

void read_file(const std::string& directory, const std::string& name,
               const tap::Opener& opener, std::vector<Line>& lines)
{
    tap::RecordReader reader(directory, name, opener);
    while (const auto record = reader.next()) {
        const auto event = li::decode(record->event);
        if (!event)
            throw base::Failure(base::Remedy::fix_data, "event: " + event.error());
        nlohmann::json line = json_of(*event);
        if (const auto content = reader.content(*record))
            line["content"] = text::base64(*content);
        lines.push_back(
            {event->time, lines.size(),
             line.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace)});
    }
}

void read(const std::string& spool)
{
    const tap::Opener opener{seal::Certificate::read(certificate_file(spool)),
                             seal::PrivateKey::read(key_file(spool))};
    const std::string directory = tap::incoming_directory(spool);
    std::vector<Line> lines;
    for (const std::string& name : tap::record_files(directory))
        read_file(directory, name, opener, lines);
    std::ranges::sort(lines, {},
                      [](const Line& line) { return std::pair(line.time, line.order); });
    for (const Line& line : lines)
        std::cout << line.text << '\n';
}

li::Event mail_for(const std::string& identity, int number)
{
    li::Event event;
    event.what = li::What::received;
    event.status = li::Status::succeeded;
    event.time = base::wall_microseconds();
    event.session = "tool-" + std::to_string(event.time) + "-" + std::to_string(number);
    event.sender = "b@example.net";
    event.recipients = {identity};
    event.total_recipients = 1;
    event.direction = li::Direction::to_target;
    return event;
}

void submit(const std::string& spool, const std::string& identity, int count,
            std::size_t octets)
{
    tap::Options options;
    options.spool = spool;
    options.memory = spool + ".memory";
    tap::Tap tap(std::move(options));
    for (int number = 1; number <= count; ++number) {
        std::string text = std::to_string(number) + '\n';
        text.resize(octets, 'x');
        li::Event event = mail_for(identity, number);
        event.content_octets = octets;
        const auto targets = tap.interested({&identity, 1}, event.time);
        if (targets.empty())
            throw base::Failure(base::Remedy::fix_config, "nobody wants " + identity);
        const auto content = tap.new_content();
        content->append(text);
        tap.submit(std::move(event), targets, content);
    }
    tap.flush();
}

} // namespace

int main(int argc, char** argv)
{
    std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() == 4 && words[3] == "-") {
        words.pop_back();
        for (std::string line; std::getline(std::cin, line);)
            words.push_back(line);
    }
    try {
        if (words.size() >= 3 && words[0] == "publish")
            publish(words[1], static_cast<std::uint32_t>(std::stoul(words[2])),
                    {words.begin() + 3, words.end()});
        else if (words.size() == 2 && words[0] == "read")
            read(words[1]);
        else if (words.size() == 5 && words[0] == "submit")
            submit(words[1], words[2], std::stoi(words[3]), std::stoul(words[4]));
        else
            return 64;
    } catch (const std::exception& failure) {
        std::cerr << "tap-tool: " << failure.what() << '\n';
        return 65;
    }
    return 0;
}
