// SPDX-License-Identifier: Apache-2.0
#include "owner.h"

#include "base/failure.h"
#include "base/fd.h"
#include "base/log.h"
#include "daemon/journal.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

namespace queuectl {

namespace {

using delivery::ControlAnswer;
using delivery::ControlRequest;

constexpr time_t answer_timeout = 60; // seconds; smtp-sendd answers between two events

// Nothing when nobody listens there.
std::optional<base::Fd> connect_to(const std::string& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        throw base::Failure(base::Remedy::fix_config,
                            "path too long for a socket: " + path);
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    base::Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket)
        base::fail_errno("socket", path, base::Remedy::repair_system);
    const timeval limit{answer_timeout, 0};
    (void)::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    (void)::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address),
                  sizeof address) == 0)
        return socket;
    if (errno == ENOENT || errno == ECONNREFUSED)
        return std::nullopt;
    base::fail_errno("connect", path,
                     errno == EACCES ? base::Remedy::get_permission
                                     : base::Remedy::try_later);
}

// smtp-sendd at the other end of a socket.
class Remote : public Owner {
public:
    Remote(base::Fd socket, std::string path)
        : socket_(std::move(socket)), path_(std::move(path))
    {
    }

    std::vector<ControlAnswer> ask(ControlRequest request) override
    {
        send(delivery::format_request(request) + '\n');
        std::vector<ControlAnswer> answers;
        for (;;) {
            const ControlAnswer answer = hear();
            if (answer.what == ControlAnswer::What::end)
                return answers;
            if (answer.what == ControlAnswer::What::error)
                throw base::Failure(base::Remedy::report_bug, "smtp-sendd: " + answer.text);
            answers.push_back(answer);
        }
    }

private:
    void send(std::string_view bytes)
    {
        while (!bytes.empty()) {
            const ssize_t sent =
                ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent < 0)
                base::fail_errno("send", path_, base::Remedy::try_later);
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

    ControlAnswer hear()
    {
        std::size_t end = 0;
        while ((end = heard_.find('\n', taken_)) == heard_.npos) {
            heard_.erase(0, std::exchange(taken_, 0));
            char block[16384];
            const ssize_t got = ::recv(socket_.get(), block, sizeof block, 0);
            if (got < 0)
                base::fail_errno("receive", path_, base::Remedy::try_later);
            if (got == 0)
                throw base::Failure(base::Remedy::try_later, "smtp-sendd hung up");
            heard_.append(block, static_cast<std::size_t>(got));
        }
        const auto answer =
            delivery::parse_answer(std::string_view(heard_).substr(taken_, end - taken_));
        taken_ = end + 1;
        if (!answer)
            throw base::Failure(base::Remedy::report_bug, "smtp-sendd: not an answer");
        return *answer;
    }

    base::Fd socket_;
    std::string path_;
    std::string heard_;
    std::size_t taken_ = 0;
};

// The queue itself, while no smtp-sendd runs.
class Local : public Owner {
public:
    explicit Local(const conf::Settings& settings)
        : queue_(options_of(settings)), report_(settings, "queuectl")
    {
        constexpr std::size_t step = 4096;
        const auto fresh = [](const spool::Entry&, const spool::Found&) {};
        while (queue_.poll_log(step, fresh) == step) {
        }
    }

    std::vector<ControlAnswer> ask(ControlRequest request) override
    {
        delivery::ControlHooks hooks;
        hooks.removed = tell_journal;
        const std::string lines = delivery::answer_request(request, queue_, hooks);
        std::vector<ControlAnswer> answers;
        for (std::size_t at = 0; at < lines.size();) {
            const std::size_t end = lines.find('\n', at);
            const auto answer =
                delivery::parse_answer(std::string_view(lines).substr(at, end - at));
            if (answer && answer->what != ControlAnswer::What::end)
                answers.push_back(*answer);
            at = end + 1;
        }
        if (!queue_.sync())
            throw base::Failure(base::Remedy::make_room, "the results cannot be written");
        return answers;
    }

private:
    static spool::QueueOptions options_of(const conf::Settings& settings)
    {
        spool::QueueOptions options;
        options.directory = settings.general.spool;
        return options;
    }
    // Nobody else says it; on the terminal it is seen anyhow.
    static void tell_journal(spool::MessageId id)
    {
        base::log(base::Level::debug, "deleted", id.text());
    }

    spool::Queue queue_;
    const daemons::EventReport report_;
};

} // namespace

std::unique_ptr<Owner> find_owner(const Call& call)
{
    const conf::Settings settings = call.settings();
    const std::string path = spool::Queue::control_socket(settings.general.spool);
    if (auto socket = connect_to(path))
        return std::make_unique<Remote>(std::move(*socket), path);
    try {
        return std::make_unique<Local>(settings);
    } catch (const base::Failure& failure) {
        if (failure.remedy() != base::Remedy::start_service)
            throw;
        throw base::Failure(base::Remedy::try_later,
                            std::string(failure.what()) + ", which does not listen (yet)");
    }
}

std::vector<spool::MessageId> active_messages(const Call& call)
{
    std::vector<spool::MessageId> ids;
    const std::string path = spool::Queue::control_socket(call.spool_directory());
    try {
        auto socket = connect_to(path);
        if (!socket)
            return ids;
        Remote remote(std::move(*socket), path);
        for (const ControlAnswer& answer : remote.ask({}))
            ids.push_back(answer.id);
    } catch (const base::Failure&) {
        // Listing must work for those who may only read; they see no "*".
        return {};
    }
    std::ranges::sort(ids);
    return ids;
}

} // namespace queuectl
