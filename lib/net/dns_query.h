// SPDX-License-Identifier: Apache-2.0
// net/dns_query.h - one question to libunbound, and the descriptor its answers come by.
#pragma once

#include "net/deadlines.h"
#include "net/event.h"
#include "net/resolver.h"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <memory>
#include <string>
#include <vector>

struct ub_ctx;
struct ub_result;

namespace net {

// What came back, before anybody looked into the records.
struct DnsReply {
    DnsStatus status = DnsStatus::temporary;
    std::vector<std::string> records; // data as on the wire
    bool secure = false;
    std::string why;
};

class DnsQuery;

// The context.  Its answers are waited for only while there are questions, so that it does
// not keep a loop running.
class DnsContext {
public:
    DnsContext(Loop& loop, const ResolverOptions& options);
    ~DnsContext();
    DnsContext(const DnsContext&) = delete;
    DnsContext& operator=(const DnsContext&) = delete;

private:
    friend class DnsQuery;
    void configure(const ResolverOptions& options);
    void set_option(const char* name, const std::string& value);
    void forward_to(const std::vector<std::string>& servers);
    void wait();
    void answers_arrived();

    Loop& loop_;
    ub_ctx* context_;
    boost::asio::posix::stream_descriptor descriptor_; // libunbound's; never closed here
    bool waiting_ = false;
    unsigned waits_ = 0; // begun or given up: an old one's end means nothing
    std::size_t outstanding_ = 0;
    std::vector<DnsQuery*> answered_; // to be resumed when libunbound is done
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

// Asks when constructed; is given up when destroyed or late.
class DnsQuery final : Timed {
public:
    DnsQuery(DnsContext& context, const std::string& name, int type,
             base::SteadyTime deadline);
    ~DnsQuery();

    // Once.
    [[nodiscard]] Task<DnsReply> reply();

private:
    friend class DnsContext;
    static void called_back(void* query, int error, ub_result* result);
    void take(int error, const ub_result* result);
    void cancel();
    void deadline_passed() override;

    DnsContext& context_;
    Event finished_;
    int id_ = 0;
    bool asked_ = false; // libunbound knows us
    DnsReply reply_;
};

} // namespace net
