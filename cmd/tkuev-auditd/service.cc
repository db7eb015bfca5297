// SPDX-License-Identifier: Apache-2.0
// tkuev-auditd/service.cc - see the header.
#include "service.h"

#include "audit/person.h"
#include "audit/refusal.h"
#include "audit/roles.h"
#include "base/failure.h"
#include "base/log.h"
#include "net/listener.h"
#include "net/stream.h"

#include <array>
#include <csignal>
#include <memory>
#include <optional>
#include <sys/socket.h>
#include <utility>

namespace auditd {

namespace {

using audit::Answer;
using audit::Denial;
using audit::Entry;

constexpr std::uint32_t most_clients = 128;
constexpr std::uint32_t most_of_one_user = 16;
// Who is refused waits: each refusal is an entry, and the disk is not endless.
constexpr base::milliseconds pause_of_refused{1000};
constexpr std::size_t kept_of_refused = 200;   // bytes of each field
constexpr std::size_t most_dropped = 1u << 20; // behind a request that is none

std::optional<uid_t> user_of(int socket)
{
    ucred peer{};
    socklen_t length = sizeof peer;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0)
        return {};
    return peer.uid;
}

Answer deny(Denial::Reason reason, std::string text)
{
    return std::unexpected(Denial{reason, std::move(text)});
}

bool lacks_role(const Answer& answer)
{
    return !answer && answer.error().reason == Denial::Reason::no_role;
}

Entry refused(Entry entry)
{
    entry.outcome = "refused";
    entry.detail = audit::without_role(entry.needs, entry.detail);
    for (std::string* field : {&entry.reference, &entry.identity, &entry.begin, &entry.end,
                               &entry.destination, &entry.detail})
        if (field->size() > kept_of_refused)
            field->resize(kept_of_refused);
    return entry;
}

// A socket that is closed with octets unread takes the answer back.
net::Task<void> hear_out(net::Stream& stream)
{
    stream.shutdown_write();
    std::array<char, 4096> buffer;
    for (std::size_t heard = 0; heard < most_dropped;) {
        const std::size_t count = co_await stream.read_some(buffer);
        if (count == 0)
            co_return;
        heard += count;
    }
}

} // namespace

Service::Service(const audit::Places& places) : store_(places, audit::Reviewer::may_be_new)
{
}

void Service::run(std::vector<Door> doors)
{
    loop_.on_signal({SIGTERM, SIGINT, SIGHUP}, [this](int signal) {
        if (signal != SIGHUP) // there is nothing to read again
            stop();
    });
    net::keep_watchdog_quiet(loop_);
    base::log(base::Level::info, "auditd-ready", "-", {{"version", SPONTS_VERSION}});
    bool one = false;
    for (Door& door : doors) {
        if (door.listening) {
            loop_.spawn(
                "-", net::accept_loop(
                         loop_, std::move(door.fd),
                         [this](base::Fd fd, const net::Address&) { serve(std::move(fd)); },
                         [this] { return stopping_; }));
            continue;
        }
        one = true;
        serve(std::move(door.fd));
    }
    net::notify_manager("READY=1");
    stopping_ = one;
    end_if_idle();
    if (!loop_.stopping())
        loop_.run();
    over_ = true;
    base::log(base::Level::info, "auditd-stopped", "-");
}

void Service::serve(base::Fd connection)
{
    const std::optional<uid_t> user = user_of(connection.get());
    if (!user || all_clients_ >= most_clients || clients_[*user] >= most_of_one_user)
        return; // closed: the client says that it cannot reach us
    ++all_clients_;
    ++clients_[*user];
    loop_.spawn("-", converse(std::move(connection), *user));
}

void Service::leave(uid_t user)
{
    --all_clients_;
    if (--clients_[user] == 0)
        clients_.erase(user);
    end_if_idle();
}

net::Task<void> Service::converse(base::Fd connection, uid_t user)
{
    const std::shared_ptr<void> counted(nullptr, [this, user](void*) { leave(user); });
    const Person person = audit::person_of_peer(connection.get());
    net::Stream stream(loop_, std::move(connection));
    stream.set_timeout(audit::patience);
    audit::RequestParser request;
    std::array<char, 4096> buffer;
    while (request.state() == audit::RequestParser::State::more) {
        const std::size_t count = co_await stream.read_some(buffer);
        if (count == 0)
            co_return;
        (void)request.take({buffer.data(), count});
    }
    const Answer said = answer(request, person);
    if (lacks_role(said))
        co_await net::sleep_for(loop_, pause_of_refused);
    const std::string line = audit::encode_answer(said);
    co_await stream.write(line);
    if (request.state() != audit::RequestParser::State::complete)
        co_await hear_out(stream);
}

Answer Service::answer(const audit::RequestParser& request, const Person& person)
{
    if (request.state() != audit::RequestParser::State::complete)
        return deny(Denial::Reason::unreachable, request.why());
    if (!person)
        return deny(Denial::Reason::unreachable, person.error());
    try {
        return note(request.entry(), *person);
    } catch (const base::Failure& failure) {
        return deny(Denial::Reason::unreachable, failure.what());
    }
}

Answer Service::note(const Entry& entry, const std::string& person)
{
    if (store_.has_role(person, entry.needs))
        return audit::Noted{store_.note(entry, person), person};
    store_.note(refused(entry), person);
    return deny(Denial::Reason::no_role,
                person + " has not the role \"" + std::string(name_of(entry.needs)) + '"');
}

void Service::stop()
{
    if (std::exchange(stopping_, true))
        return;
    net::notify_manager("STOPPING=1");
    loop_.spawn("-", stop_late());
    end_if_idle();
}

// Nobody asks for longer than that.
net::Task<void> Service::stop_late()
{
    co_await net::sleep_for(loop_, audit::patience + pause_of_refused);
    loop_.stop();
}

void Service::end_if_idle()
{
    if (!over_ && stopping_ && all_clients_ == 0)
        loop_.stop();
}

} // namespace auditd
