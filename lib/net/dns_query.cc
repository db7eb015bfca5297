// SPDX-License-Identifier: Apache-2.0
// net/dns_query.cc - libunbound on the loop.
#include "net/dns_query.h"

#include "base/failure.h"

#include <boost/asio/io_context.hpp>
#include <unbound.h>

#include <algorithm>
#include <utility>

namespace net {

namespace asio = boost::asio;

namespace {

constexpr int class_internet = 1;
constexpr std::size_t most_records = 100; // per answer, before anybody counts

void check(int error, const std::string& what)
{
    if (error != 0)
        throw base::Failure(base::Remedy::fix_config, what + ": " + ub_strerror(error));
}

DnsStatus status_of(const ub_result& result)
{
    if (result.bogus)
        return DnsStatus::bogus;
    if (result.nxdomain)
        return DnsStatus::no_such_name;
    if (result.rcode != 0)
        return DnsStatus::temporary;
    return result.havedata ? DnsStatus::found : DnsStatus::no_data;
}

std::string reason_of(const ub_result& result)
{
    if (result.bogus)
        return result.why_bogus ? result.why_bogus : "DNSSEC validation failed";
    switch (status_of(result)) {
    case DnsStatus::no_such_name:
        return "no such name";
    case DnsStatus::no_data:
        return "no record of this type";
    default:
        return result.rcode == 2 ? "SERVFAIL" : "DNS error " + std::to_string(result.rcode);
    }
}

} // namespace

DnsContext::DnsContext(Loop& loop, const ResolverOptions& options)
    : loop_(loop), context_(ub_ctx_create()), descriptor_(loop.io())
{
    if (!context_)
        throw base::Failure(base::Remedy::repair_system, "DNS: cannot create a context");
    try {
        configure(options);
        descriptor_.assign(ub_fd(context_));
    } catch (...) {
        ub_ctx_delete(context_);
        throw;
    }
}

DnsContext::~DnsContext()
{
    *alive_ = false;
    (void)descriptor_.release();
    ub_ctx_delete(context_);
}

void DnsContext::set_option(const char* name, const std::string& value)
{
    check(ub_ctx_set_option(context_, name, value.c_str()),
          std::string("DNS option ") + name);
}

// The order matters: zone_add() completes the context, whatever is set later is an error.
// Every result is looked at, because a context without servers asks the root servers.
void DnsContext::configure(const ResolverOptions& options)
{
    ub_ctx_debugout(context_, nullptr);
    check(ub_ctx_async(context_, 1), "DNS thread");
    const bool validate = !options.trust_anchor_file.empty();
    set_option("module-config:", validate ? "validator iterator" : "iterator");
    set_option("do-not-query-localhost:", "no");
    set_option("unblock-lan-zones:", "yes"); // the provider's own reverse zones
    set_option("insecure-lan-zones:", "yes");
    set_option("msg-cache-size:", std::to_string(options.cache_bytes / 3));
    set_option("rrset-cache-size:", std::to_string(options.cache_bytes / 3 * 2));
    // A resolver that was away is asked again soon.
    set_option("infra-host-ttl:", "30");
    set_option("infra-keep-probing:", "yes");
    if (validate)
        check(ub_ctx_add_ta_file(context_, options.trust_anchor_file.c_str()),
              "read trust anchor " + options.trust_anchor_file);
    forward_to(options.servers);
    // libunbound answers NXDOMAIN for it by itself; laboratories use it.
    check(ub_ctx_zone_add(context_, "test.", "nodefault"), "DNS zone test.");
}

void DnsContext::forward_to(const std::vector<std::string>& servers)
{
    for (const std::string& server : servers)
        check(ub_ctx_set_fwd(context_, server.c_str()), "name server " + server);
    if (!servers.empty())
        return;
    // No file, or none in it: the local host, as resolv.conf(5) says.
    if (ub_ctx_resolvconf(context_, nullptr) != 0)
        check(ub_ctx_set_fwd(context_, "127.0.0.1"), "name server 127.0.0.1");
}

void DnsContext::wait()
{
    if (std::exchange(waiting_, true))
        return;
    const auto arrived = [this, alive = alive_,
                          wait_number = ++waits_](const boost::system::error_code& error) {
        if (!*alive || error || wait_number != waits_)
            return;
        waiting_ = false;
        answers_arrived();
    };
    descriptor_.async_wait(asio::posix::descriptor_base::wait_read, arrived);
}

// Resumes dialogues only after libunbound has returned: they may ask again at once, destroy
// queries or even us.
void DnsContext::answers_arrived()
{
    (void)ub_process(context_); // an error leaves queries to their deadlines
    const std::shared_ptr<bool> alive = alive_;
    while (*alive && !answered_.empty()) {
        DnsQuery* const query = answered_.back();
        answered_.pop_back();
        query->finished_.set();
    }
    if (*alive && outstanding_ > 0)
        wait();
}

DnsQuery::DnsQuery(DnsContext& context, const std::string& name, int type,
                   base::SteadyTime deadline)
    : context_(context), finished_(context.loop_)
{
    const int error = ub_resolve_async(context.context_, name.c_str(), type, class_internet,
                                       this, called_back, &id_);
    if (error != 0) {
        reply_.why = ub_strerror(error);
        finished_.set();
        return;
    }
    asked_ = true;
    ++context_.outstanding_;
    context_.wait();
    context_.loop_.deadlines().set(*this, deadline);
}

DnsQuery::~DnsQuery()
{
    cancel();
    std::erase(context_.answered_, this);
}

void DnsQuery::cancel()
{
    if (!std::exchange(asked_, false))
        return;
    --context_.outstanding_;
    (void)ub_cancel(context_.context_, id_); // no call-back after this
    if (context_.outstanding_ == 0) {
        context_.descriptor_.cancel();
        context_.waiting_ = false;
        ++context_.waits_;
    }
}

void DnsQuery::deadline_passed()
{
    cancel();
    reply_.why = "DNS timed out";
    finished_.set();
}

void DnsQuery::called_back(void* query, int error, ub_result* result)
{
    static_cast<DnsQuery*>(query)->take(error, result);
    ub_resolve_free(result);
}

void DnsQuery::take(int error, const ub_result* result)
{
    asked_ = false;
    --context_.outstanding_;
    context_.answered_.push_back(this);
    if (error != 0 || !result) {
        reply_.why = ub_strerror(error);
        return;
    }
    reply_.status = status_of(*result);
    reply_.secure = result->secure != 0;
    if (reply_.status != DnsStatus::found) {
        reply_.why = reason_of(*result);
        return;
    }
    for (std::size_t i = 0; result->data[i] && i < most_records; ++i)
        reply_.records.emplace_back(result->data[i],
                                    static_cast<std::size_t>(result->len[i]));
}

Task<DnsReply> DnsQuery::reply()
{
    co_await finished_.wait();
    context_.loop_.deadlines().set(*this, base::SteadyTime::max());
    co_return std::move(reply_);
}

} // namespace net
