// SPDX-License-Identifier: Apache-2.0
#include "service.h"

#include "base/failure.h"
#include "base/log.h"
#include "net/listener.h"
#include "tap/layout.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <string_view>
#include <sys/inotify.h>

namespace exportd {

namespace {

constexpr base::milliseconds tick{1000};

base::Fd watch_directory(const std::string& directory)
{
    base::Fd fd(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (!fd || ::inotify_add_watch(fd.get(), directory.c_str(),
                                   IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE) < 0)
        base::fail_errno("watch", directory, base::Remedy::fix_config);
    return fd;
}

// Contents come before their events, and we empty them ourselves.
bool tells_of_events(std::string_view news)
{
    while (news.size() >= sizeof(inotify_event)) {
        inotify_event one{};
        std::memcpy(&one, news.data(), sizeof one);
        const std::string_view name = news.substr(sizeof one, one.len);
        if (!name.substr(0, name.find('\0')).ends_with(tap::contents_suffix))
            return true;
        news.remove_prefix(std::min(news.size(), sizeof one + one.len));
    }
    return false;
}

} // namespace

Service::Service(const conf::Settings& settings)
    : exporter_(settings),
      incoming_(loop_, watch_directory(tap::incoming_directory(settings.tkuev.spool)))
{
}

// What is left to do comes after whatever else the loop has to see.
void Service::work()
{
    if (!exporter_.tick() || again_)
        return;
    again_ = true;
    loop_.post([this] {
        again_ = false;
        work();
    });
}

net::Task<void> Service::watch()
{
    std::array<char, 4096> news;
    for (;;) {
        const std::size_t count = co_await incoming_.read_some(news);
        if (count == 0)
            co_return;
        if (tells_of_events({news.data(), count}))
            work();
    }
}

void Service::run()
{
    loop_.on_signal({SIGTERM, SIGINT}, [this](int) { loop_.stop(); });
    loop_.on_signal({SIGHUP}, [](int) {}); // there is nothing to read again
    net::keep_watchdog_quiet(loop_);
    exporter_.start();
    work();
    base::log(base::Level::info, "exportd-ready", "-", {{"version", SPONTS_VERSION}});
    net::notify_manager("READY=1");
    loop_.every(tick, [this] { work(); });
    loop_.spawn("-", watch());
    loop_.run();
    net::notify_manager("STOPPING=1");
    exporter_.stop();
    base::log(base::Level::info, "exportd-stopped", "-");
}

} // namespace exportd
