// SPDX-License-Identifier: Apache-2.0
#include "attendant.h"

#include "base/failure.h"
#include "base/log.h"
#include "confine/confine.h"
#include "daemon/rights.h"
#include "db/admin.h"
#include "frames.h"
#include "own_commands.h"
#include "request.h"
#include "sending.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <iostream>
#include <memory>
#include <new>
#include <poll.h>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace replayctl {

namespace {

using base::Failure;
using base::Remedy;

// Whom the kernel shows where it cannot say who somebody is (user namespaces).
constexpr uid_t nobody_known = 65'534;

// A stream that writes elsewhere until this goes.
class Redirected {
public:
    Redirected(std::ostream& stream, std::streambuf& to)
        : stream_(stream), before_(stream.rdbuf(&to))
    {
    }
    Redirected(const Redirected&) = delete;
    Redirected& operator=(const Redirected&) = delete;
    ~Redirected() { stream_.rdbuf(before_); }

private:
    std::ostream& stream_;
    std::streambuf* before_;
};

// What the log says of a call.
struct Record {
    uid_t uid = 0;
    std::string user = "-";
    std::string command = "-";
    Done done{};
    int status = EX_SOFTWARE;
    std::string error{};
};

std::string require_name(uid_t uid)
{
    std::optional<std::string> name = name_of(uid);
    if (!name)
        throw Failure(Remedy::get_permission, has_no_name(uid));
    return std::move(*name);
}

void limit(__rlimit_resource what, std::uint64_t most)
{
    const rlimit limit{static_cast<rlim_t>(most), static_cast<rlim_t>(most)};
    (void)::setrlimit(what, &limit); // else the one we have
}

// Patterns can be made that take for ever.
void limit_resources()
{
    limit(RLIMIT_CPU, static_cast<std::uint64_t>(most_processor_time.count()));
    if (confine::sandbox_wanted()) // where memory is watched, addresses are no measure of
                                   // it
        limit(RLIMIT_AS, most_memory);
}

void give_up_rights(const conf::Settings& settings)
{
    limit_resources();
    confine::Rights rights;
    rights.write = {settings.general.spool};
    if (!settings.general.database.empty())
        rights.write.push_back(daemons::directory_of(settings.general.database));
    rights.network = false;
    rights.sandbox = confine::sandbox_wanted();
    confine::to(rights);
}

// Some octets, at once or before `end`; none: he has gone, or is too late.
std::string receive(int socket, base::SteadyTime end)
{
    const auto left =
        std::chrono::duration_cast<base::milliseconds>(end - base::Steady::now());
    pollfd watched{socket, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&watched, 1, static_cast<int>(left.count())) <= 0)
        return {};
    std::array<char, 16'384> buffer{};
    // Not recvmsg(2): the kernel closes descriptors that come along.
    const ssize_t count = ::recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
    return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
}

Request read_request(int socket, base::seconds patience)
{
    const base::SteadyTime end = base::Steady::now() + patience;
    std::string text;
    std::optional<std::size_t> whole;
    while (!whole || text.size() < *whole) {
        const std::string more = receive(socket, end);
        if (more.empty())
            throw Failure(Remedy::fix_arguments, "the request did not come to its end");
        text += more;
        if (whole)
            continue;
        const std::size_t line = text.substr(0, most_request_head).find('\n');
        if (line == text.npos && text.size() < most_request_head)
            continue;
        const auto length = length_in(std::string_view(text).substr(0, line));
        if (line == text.npos || !length)
            throw Failure(Remedy::fix_arguments, "the request is not understood");
        text.erase(0, line + 1);
        whole = *length;
    }
    auto request = text.size() == *whole
                       ? decode_request(text)
                       : std::unexpected<std::string>("the request is too long");
    if (!request)
        throw Failure(Remedy::fix_arguments, request.error());
    return std::move(*request);
}

// The client has closed its end, or half of it: it does neither while it waits.
void stop_when_gone(int socket)
{
    pollfd watched{socket, POLLRDHUP, 0};
    while (::poll(&watched, 1, -1) < 0 && errno == EINTR) {
    }
    (void)::kill(::getpid(), SIGTERM);
}

int answer(int socket, const conf::Settings& settings, Record& record)
{
    record.user = require_name(record.uid); // may ask others, so before:
    give_up_rights(settings);
    const Request request =
        read_request(socket, base::seconds(settings.replay.request_timeout));
    record.command = request.command;
    if (!settings.replay.users)
        throw Failure(Remedy::get_permission, "users send no mail again here");
    require_allowed(request);
    const std::vector<std::string> addresses =
        settings.general.database.empty()
            ? std::vector<std::string>()
            : db::addresses_of_system_user(settings.general.database, record.user);
    if (addresses.empty())
        throw Failure(Remedy::get_permission, record.user + " has no mail here");
    std::thread(stop_when_gone, socket).detach(); // ends with this process
    db::Directory directory(settings.general.database);
    delivery::DirectoryFacts facts(directory);
    Place place = place_of(settings);
    place.person = {.uid = record.uid, .user = record.user};
    const Caller caller{.place = std::move(place),
                        .who = {record.uid, record.user},
                        .addresses = {addresses.begin(), addresses.end()},
                        .limits = settings.replay,
                        .facts = facts};
    return run_own(request.command, request.call, caller, record.done);
}

// What it throws becomes what a command line tool says.
void fill_in(int socket, const conf::Settings& settings, Record& record)
{
    try {
        record.status = answer(socket, settings, record);
    } catch (const Failure& failure) {
        record.status = failure.exit_status();
        record.error = failure.what();
    } catch (const std::bad_alloc&) {
        record.status = static_cast<int>(Remedy::get_permission);
        record.error = "more memory than a call may have: say which messages";
    } catch (const std::exception& error) {
        record.error = error.what();
    }
}

void log_call(const Record& record)
{
    const std::string run = record.done.run.empty() ? "-" : record.done.run;
    base::log(base::Level::notice, "user-call", "-",
              {{"user", record.user},
               {"uid", record.uid},
               {"command", record.command},
               {"run", run},
               {"count", record.done.count},
               {"status", record.status},
               {"error", record.error}});
}

} // namespace

std::optional<uid_t> peer_user(int socket)
{
    ucred peer{};
    socklen_t length = sizeof peer;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0)
        return std::nullopt;
    return peer.uid;
}

std::optional<std::string> name_of(uid_t user)
{
    std::array<char, 16'384> space{};
    passwd entry{};
    passwd* found = nullptr;
    if (user == nobody_known ||
        ::getpwuid_r(user, &entry, space.data(), space.size(), &found) != 0 ||
        found == nullptr)
        return std::nullopt;
    return found->pw_name;
}

std::string has_no_name(uid_t user)
{
    return "user " + std::to_string(user) + " has no name on this machine";
}

int attend(int socket, uid_t user, const conf::Settings& settings)
{
    catch_signals();
    FrameSender sender(socket, base::seconds(settings.replay.answer_timeout));
    FrameBuffer output(sender, Frame::Kind::output);
    FrameBuffer errors(sender, Frame::Kind::error);
    const Redirected out(std::cout, output);
    const Redirected err(std::cerr, errors);
    Record record{.uid = user};
    fill_in(socket, settings, record);
    log_call(record);
    if (!record.error.empty()) {
        std::cerr << "replayctl: " + record.error + '\n';
        std::this_thread::sleep_for(pause_of_refused);
    }
    (void)sender.send(Frame::Kind::status,
                      std::string(1, static_cast<char>(record.status)));
    return record.status;
}

} // namespace replayctl
