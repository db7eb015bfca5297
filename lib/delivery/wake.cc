// SPDX-License-Identifier: Apache-2.0
#include "delivery/wake.h"

#include "text/words.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace delivery {

namespace {

constexpr std::string_view word = "wake";
constexpr std::size_t most_octets = 255; // of a name
constexpr std::size_t longest_line = 600;
constexpr mode_t fifo_mode = 0600;

bool is_name(std::string_view text)
{
    return text.size() <= most_octets && std::ranges::all_of(text, [](unsigned char c) {
               return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_' || c == ':';
           });
}

std::string_view without_brackets(std::string_view host)
{
    if (host.size() > 2 && host.starts_with('[') && host.ends_with(']'))
        return host.substr(1, host.size() - 2);
    return host;
}

bool is_same(std::string_view one, std::string_view other)
{
    return std::ranges::equal(one, other, [](unsigned char a, unsigned char b) {
        return std::tolower(a) == std::tolower(b);
    });
}

base::Fd open_fifo(const std::string& path, int how)
{
    base::Fd fd(::open(path.c_str(), how | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW));
    struct stat found{};
    if (fd && (::fstat(fd.get(), &found) != 0 || !S_ISFIFO(found.st_mode))) {
        errno = ENXIO;
        return {};
    }
    return fd;
}

} // namespace

std::optional<Woken> parse_wake(std::string_view line)
{
    if (text::take_word(line) != word)
        return std::nullopt;
    Woken woken;
    woken.host = text::take_word(line);
    woken.ip = line;
    if (woken.host.empty() || !is_name(woken.host) || !is_name(woken.ip))
        return std::nullopt;
    return woken;
}

std::optional<std::string> wake_line(const Woken& woken)
{
    const Woken bare{std::string(without_brackets(woken.host)), woken.ip};
    std::string line(word);
    line.append(" ").append(bare.host);
    if (!bare.ip.empty())
        line.append(" ").append(bare.ip);
    if (parse_wake(line) != bare)
        return std::nullopt;
    return line + "\n";
}

// "mail1.example.org:25,[2001:db8::1]:25/lmtp/..."
bool leads_to(std::string_view next_hop, const Woken& woken)
{
    for (std::string_view hosts = next_hop.substr(0, next_hop.find('/')); !hosts.empty();) {
        const std::string_view endpoint = hosts.substr(0, hosts.find(','));
        hosts.remove_prefix(std::min(endpoint.size() + 1, hosts.size()));
        const std::size_t colon = endpoint.rfind(':');
        if (colon == endpoint.npos ||
            !text::number_in<std::uint16_t>(endpoint.substr(colon + 1)))
            continue;
        const std::string_view host = without_brackets(endpoint.substr(0, colon));
        if (is_same(host, without_brackets(woken.host)) ||
            (!woken.ip.empty() && is_same(host, woken.ip)))
            return true;
    }
    return false;
}

std::string wake_fifo(const std::string& run_directory)
{
    return run_directory + "/sendd-wake";
}

// A line is shorter than PIPE_BUF: it arrives whole or not at all.
void tell_woken(const std::string& run_directory, const Woken& woken) noexcept
{
    try {
        const std::optional<std::string> line = wake_line(woken);
        const base::Fd fifo = open_fifo(wake_fifo(run_directory), O_WRONLY);
        if (line && fifo)
            (void)!::write(fifo.get(), line->data(), line->size());
    } catch (const std::exception&) { // no memory: it is tried in its time
    }
}

// For reading and writing: it never comes to an end, whoever goes.
WakeFifo::WakeFifo(const std::string& run_directory)
{
    const std::string path = wake_fifo(run_directory);
    if (::mkfifo(path.c_str(), fifo_mode) == 0 || errno == EEXIST)
        fifo_ = open_fifo(path, O_RDWR);
    if (!fifo_)
        trouble_ = path + ": " + std::strerror(errno);
}

std::vector<Woken> WakeReader::take(std::string_view octets, std::int64_t now)
{
    std::vector<Woken> hosts;
    for (const char c : octets) {
        if (c != '\n') {
            too_long_ = too_long_ || line_.size() == longest_line;
            if (!too_long_)
                line_ += c;
            continue;
        }
        const std::string line = std::exchange(line_, {});
        auto woken = std::exchange(too_long_, false) ? std::nullopt : parse_wake(line);
        if (woken && is_new(*woken, now))
            hosts.push_back(*woken);
    }
    return hosts;
}

bool WakeReader::is_new(Woken& woken, std::int64_t now)
{
    std::erase_if(tried_,
                  [now](const auto& one) { return now - one.second.all >= long_pause; });
    const auto known = tried_.find(woken.host);
    woken.all = known == tried_.end();
    if (woken.all)
        return tried_.size() < most_hosts &&
               tried_.emplace(woken.host, Tried{.probed = now, .all = now}).second;
    if (now - known->second.probed < pause)
        return false;
    known->second.probed = now;
    return true;
}

} // namespace delivery
