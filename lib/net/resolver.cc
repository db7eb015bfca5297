// SPDX-License-Identifier: Apache-2.0
// net/resolver.cc - what the answers mean: MX, addresses, texts, names that lead back.
#include "net/resolver.h"

#include "net/dns_query.h"
#include "net/dns_wire.h"
#include "net/hosts_file.h"

#include <algorithm>
#include <utility>

namespace net {

namespace {

enum RecordType : int {
    type_a = 1,
    type_ptr = 12,
    type_mx = 15,
    type_txt = 16,
    type_aaaa = 28
};

// What a hostile zone may make us use of one answer.
constexpr std::size_t most_mx = 20;
constexpr std::size_t most_addresses = 20;
constexpr std::size_t most_texts = 50;
constexpr std::size_t most_reverse_names = 5;

template <class T>
DnsAnswer<T> answer_from(const DnsReply& reply)
{
    DnsAnswer<T> answer;
    answer.status = reply.status;
    answer.secure = reply.secure;
    answer.why = reply.why;
    return answer;
}

template <class T>
DnsAnswer<T> found(T record)
{
    DnsAnswer<T> answer;
    answer.status = DnsStatus::found;
    answer.records.push_back(std::move(record));
    return answer;
}

template <class T>
DnsAnswer<T> unaskable(std::string_view name)
{
    DnsAnswer<T> answer;
    answer.status = DnsStatus::no_such_name;
    answer.why = "no DNS name: ";
    answer.why += name.substr(0, 255);
    return answer;
}

// There were records, but none of them can be used: not the same as none at all.
template <class T>
void note_unusable(DnsAnswer<T>& answer)
{
    if (answer.status != DnsStatus::found || !answer.records.empty())
        return;
    answer.status = DnsStatus::temporary;
    answer.why = "no usable record";
}

void add_addresses(DnsAnswer<Address>& answer, const DnsReply& reply, std::uint16_t port)
{
    for (const std::string& data : reply.records) {
        const auto address = address_from_wire(data, port);
        if (address && answer.records.size() < most_addresses)
            answer.records.push_back(*address);
    }
}

// One of the two is enough; if neither has addresses, the one that may change wins.
DnsAnswer<Address> join(const DnsReply& ipv6, const DnsReply& ipv4, std::uint16_t port)
{
    DnsAnswer<Address> answer;
    add_addresses(answer, ipv4, port);
    add_addresses(answer, ipv6, port);
    if (!answer.records.empty()) {
        answer.status = DnsStatus::found;
        answer.secure =
            (ipv6.records.empty() || ipv6.secure) && (ipv4.records.empty() || ipv4.secure);
        return answer;
    }
    for (const DnsStatus status :
         {DnsStatus::bogus, DnsStatus::temporary, DnsStatus::no_data})
        if (ipv4.status == status || ipv6.status == status)
            return answer_from<Address>(ipv4.status == status ? ipv4 : ipv6);
    return answer_from<Address>(ipv4);
}

bool same_host(const Address& one, const Address& other)
{
    return one.family() == other.family() && one.bytes() == other.bytes();
}

} // namespace

struct Resolver::State {
    State(Loop& loop, ResolverOptions o)
        : options(std::move(o)), hosts(options.hosts_file), context(loop, options)
    {
    }

    [[nodiscard]] base::SteadyTime deadline() const
    {
        return base::Steady::now() + options.timeout;
    }

    ResolverOptions options;
    HostsFile hosts;
    DnsContext context;
};

using Shared = std::shared_ptr<Resolver::State>;

namespace {

Task<DnsAnswer<MxHost>> ask_mx(Shared state, std::string domain)
{
    if (!is_dns_name(domain))
        co_return unaskable<MxHost>(domain);
    DnsQuery query(state->context, domain, type_mx, state->deadline());
    const DnsReply reply = co_await query.reply();
    DnsAnswer<MxHost> answer = answer_from<MxHost>(reply);
    for (const std::string& data : reply.records)
        if (auto mx = mx_from_wire(data))
            answer.records.push_back({mx->preference, std::move(mx->name)});
    // RFC 7505 section 3: a null MX is alone; beside others it means nothing.
    if (answer.records.size() > 1)
        std::erase_if(answer.records, [](const MxHost& host) { return host.name.empty(); });
    std::ranges::sort(answer.records, {}, &MxHost::preference);
    if (answer.records.size() > most_mx)
        answer.records.resize(most_mx);
    note_unusable(answer);
    co_return answer;
}

Task<DnsAnswer<Address>> ask_addresses(Shared state, std::string host, std::uint16_t port,
                                       base::SteadyTime deadline)
{
    if (const auto literal = Address::parse_ip(host, port))
        co_return found(*literal);
    if (!is_dns_name(host))
        co_return unaskable<Address>(host);
    DnsAnswer<Address> local;
    local.records = state->hosts.addresses(host, port);
    if (!local.records.empty()) {
        local.status = DnsStatus::found;
        co_return local;
    }
    DnsQuery six(state->context, host, type_aaaa, deadline);
    DnsQuery four(state->context, host, type_a, deadline);
    const DnsReply ipv6 = co_await six.reply();
    const DnsReply ipv4 = co_await four.reply();
    co_return join(ipv6, ipv4, port);
}

Task<DnsAnswer<std::string>> ask_txt(Shared state, std::string name)
{
    if (!is_dns_name(name))
        co_return unaskable<std::string>(name);
    DnsQuery query(state->context, name, type_txt, state->deadline());
    const DnsReply reply = co_await query.reply();
    DnsAnswer<std::string> answer = answer_from<std::string>(reply);
    for (const std::string& data : reply.records) {
        auto text = txt_from_wire(data);
        if (text && answer.records.size() < most_texts)
            answer.records.push_back(std::move(*text));
    }
    note_unusable(answer);
    co_return answer;
}

Task<DnsAnswer<std::string>> ask_reverse(Shared state, Address address,
                                         base::SteadyTime deadline)
{
    const std::string name = reverse_name(address);
    DnsQuery query(state->context, name, type_ptr, deadline);
    const DnsReply reply = co_await query.reply();
    DnsAnswer<std::string> answer = answer_from<std::string>(reply);
    for (const std::string& data : reply.records) {
        auto host = name_from_wire(data);
        if (host && !host->empty() && answer.records.size() < most_reverse_names)
            answer.records.push_back(std::move(*host));
    }
    note_unusable(answer);
    co_return answer;
}

// One that leads back, or the reason why there is none.
Task<DnsAnswer<std::string>> ask_verified(Shared state, Address address)
{
    const std::string local = state->hosts.name_of(address);
    if (!local.empty())
        co_return found(local);
    if (reverse_name(address).empty())
        co_return unaskable<std::string>(address.text());
    const base::SteadyTime deadline = state->deadline();
    DnsAnswer<std::string> names = co_await ask_reverse(state, address, deadline);
    if (names.status != DnsStatus::found)
        co_return names;
    DnsStatus status = DnsStatus::no_such_name;
    for (const std::string& name : names.records) {
        const DnsAnswer<Address> back = co_await ask_addresses(state, name, 0, deadline);
        for (const Address& candidate : back.records)
            if (same_host(candidate, address))
                co_return found(name);
        if (back.status == DnsStatus::temporary)
            status = DnsStatus::temporary;
    }
    DnsAnswer<std::string> none;
    none.status = status;
    none.why = "name does not lead back: " + names.records.front();
    co_return none;
}

} // namespace

Resolver::Resolver(Loop& loop, ResolverOptions options)
    : state_(std::make_shared<State>(loop, std::move(options)))
{
}

Resolver::~Resolver() = default;

Task<DnsAnswer<MxHost>> Resolver::mx(std::string domain)
{
    return ask_mx(state_, std::move(domain));
}

Task<DnsAnswer<Address>> Resolver::addresses(std::string host, std::uint16_t port)
{
    return ask_addresses(state_, std::move(host), port, state_->deadline());
}

Task<DnsAnswer<std::string>> Resolver::txt(std::string name)
{
    return ask_txt(state_, std::move(name));
}

Task<DnsAnswer<std::string>> Resolver::verified_name(Address address)
{
    return ask_verified(state_, std::move(address));
}

} // namespace net
