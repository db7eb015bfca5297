// SPDX-License-Identifier: Apache-2.0
// spool-tool - puts mail into a spool and notes results, without any daemon.
//
//     spool-tool put SPOOL SENDER RECIPIENT... <message      prints the id
//     spool-tool put-dsn SPOOL SENDER RECIPIENT NOTIFY <message   with ORCPT, RET and ENVID
//     spool-tool fill SPOOL COUNT BYTES DOMAINS              many messages at once
//     spool-tool note SPOOL ID RECIPIENT STATE DESTINATION REASON
//     spool-tool own SPOOL                                   owns the queue until its
//     standard
//                                                            input ends, prints "owned"
#include "base/clock.h"
#include "base/failure.h"
#include "base/fd.h"
#include "delivery/control.h"
#include "spool/queue.h"
#include "spool/writer.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <limits>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <vector>

namespace {

constexpr std::uint64_t most_waiting = 1000;

using Words = std::vector<std::string>;

spool::Writer writer_of(const std::string& directory)
{
    spool::WriterOptions options;
    options.directory = directory;
    options.name = "tool";
    options.preallocate = spool::Preallocate::none;
    options.free_space = 0;
    options.free_inodes = 0;
    return spool::Writer(options);
}

spool::Envelope envelope_of(const std::string& sender)
{
    spool::Envelope envelope;
    envelope.arrival = base::wall_microseconds();
    envelope.sender = sender;
    envelope.client.address = "192.0.2.7";
    envelope.client.helo = "client.example";
    envelope.client.protocol = "ESMTP";
    return envelope;
}

int put_with(const std::string& directory, const spool::Envelope& envelope)
{
    spool::Writer writer = writer_of(directory);
    spool::Draft draft = writer.begin();
    draft.append(std::string(std::istreambuf_iterator<char>(std::cin), {}));
    const auto result = writer.commit_and_wait(std::move(draft), envelope);
    if (!result)
        throw base::Failure(result.error());
    std::cout << result->id.text() << '\n';
    return EXIT_SUCCESS;
}

int put(const Words& words)
{
    spool::Envelope envelope = envelope_of(words.at(1));
    for (std::size_t i = 2; i < words.size(); ++i)
        envelope.recipients.push_back({words[i], spool::notify_default, ""});
    return put_with(words.at(0), envelope);
}

// NOTIFY is a number, spool/envelope.h.
int put_dsn(const Words& words)
{
    spool::Envelope envelope = envelope_of(words.at(1));
    const auto notify = static_cast<std::uint8_t>(std::stoi(words.at(3)));
    envelope.recipients.push_back({words.at(2), notify, "rfc822;orig@dest.test"});
    envelope.ret = spool::Ret::headers;
    envelope.envid = "QQ314";
    return put_with(words.at(0), envelope);
}

int fill(const Words& words)
{
    spool::Writer writer = writer_of(words.at(0));
    const std::uint64_t count = std::stoull(words.at(1));
    const std::string bytes(std::stoull(words.at(2)), 'x');
    const std::uint64_t domains = std::stoull(words.at(3));
    for (std::uint64_t i = 0; i < count; ++i) {
        spool::Envelope envelope = envelope_of("s" + std::to_string(i) + "@example.net");
        const std::string domain = "d" + std::to_string(i % domains) + ".example";
        envelope.recipients.push_back({"r@" + domain, spool::notify_default, ""});
        spool::Draft draft = writer.begin();
        draft.append(bytes);
        if (i + 1 < count && i % most_waiting != 0)
            writer.commit(std::move(draft), envelope, [](const spool::CommitResult&) {});
        else
            (void)writer.commit_and_wait(std::move(draft), envelope);
    }
    return EXIT_SUCCESS;
}

void read_log(spool::Queue& queue)
{
    constexpr std::size_t step = 1000;
    const auto fresh = [](const spool::Entry&, const spool::Found&) {};
    while (queue.poll_log(step, fresh) == step) {
    }
}

spool::QueueOptions queue_of(const std::string& directory)
{
    spool::QueueOptions options;
    options.directory = directory;
    return options;
}

int note(const Words& words)
{
    spool::Queue queue(queue_of(words.at(0)));
    read_log(queue);
    const auto id = spool::MessageId::parse(words.at(1));
    for (std::uint8_t state = 0; id && state < spool::recipient_state_count; ++state) {
        const auto found = static_cast<spool::RecipientState>(state);
        if (to_string(found) != words.at(3))
            continue;
        const std::vector<spool::Outcome> outcomes = {
            {static_cast<std::uint32_t>(std::stoul(words.at(2))), found, words.at(5)}};
        (void)queue.note(*id, outcomes, base::wall_seconds() + 300, words.at(4));
        return EXIT_SUCCESS;
    }
    return EXIT_FAILURE;
}

int own(const Words& words)
{
    spool::Queue queue(queue_of(words.at(0)));
    read_log(queue);
    std::cout << "owned" << std::endl;
    std::cin.ignore(std::numeric_limits<std::streamsize>::max());
    return EXIT_SUCCESS;
}

base::Fd listen_on(const std::string& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    (void)::unlink(path.c_str());
    base::Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
            0 ||
        ::listen(socket.get(), 5) != 0)
        base::fail_errno("listen", path);
    return socket;
}

void answer_all(const base::Fd& peer, spool::Queue& queue,
                const delivery::ControlHooks& hooks)
{
    std::string heard;
    char block[4096];
    for (ssize_t got = 0; (got = ::read(peer.get(), block, sizeof block)) > 0;) {
        heard.append(block, static_cast<std::size_t>(got));
        for (std::size_t end = 0; (end = heard.find('\n')) != heard.npos;) {
            const std::string answer = answer_line(heard.substr(0, end), queue, hooks);
            heard.erase(0, end + 1);
            if (::write(peer.get(), answer.data(), answer.size()) < 0)
                return;
        }
    }
}

int serve(const Words& words)
{
    spool::Queue queue(queue_of(words.at(0)));
    read_log(queue);
    std::vector<spool::MessageId> active;
    for (std::size_t i = 1; i < words.size(); ++i)
        active.push_back(spool::MessageId::parse(words[i]).value());
    delivery::ControlHooks hooks;
    hooks.active = [&active](spool::MessageId id) {
        return std::ranges::count(active, id) > 0;
    };
    hooks.all_active = [&active] { return active; };
    const base::Fd socket = listen_on(spool::Queue::control_socket(words.at(0)));
    std::cout << "serving" << std::endl;
    for (;;) {
        const base::Fd peer(::accept(socket.get(), nullptr, nullptr));
        answer_all(peer, queue, hooks);
        (void)queue.sync();
    }
}

} // namespace

int main(int argc, char** argv)
{
    const std::string verb = argc > 1 ? argv[1] : "";
    const Words words(argv + std::min(argc, 2), argv + argc);
    try {
        if (verb == "put")
            return put(words);
        if (verb == "put-dsn")
            return put_dsn(words);
        if (verb == "fill")
            return fill(words);
        if (verb == "note")
            return note(words);
        if (verb == "serve")
            return serve(words);
        if (verb == "own")
            return own(words);
    } catch (const std::exception& error) {
        std::cerr << "spool-tool: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
    std::cerr << "spool-tool: put, put-dsn, fill, note, own or serve\n";
    return 64;
}
