// SPDX-License-Identifier: Apache-2.0
// Look-ups against a small name server of our own, also one that lies or says nothing.
#include "base/failure.h"
#include "net/resolver.h"
#include "net/test_support.h"

#include <arpa/inet.h>
#include <array>
#include <doctest/doctest.h>
#include <map>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace net;
using net::test::run;

namespace {

constexpr int rcode_servfail = 2;
constexpr int rcode_nxdomain = 3;

std::string wire_name(std::string_view name)
{
    std::string wire;
    while (!name.empty()) {
        const std::string_view label = name.substr(0, name.find('.'));
        wire += static_cast<char>(label.size());
        wire += label;
        name.remove_prefix(std::min(name.size(), label.size() + 1));
    }
    return wire + '\0';
}

std::string two(unsigned value)
{
    return {static_cast<char>(value >> 8), static_cast<char>(value & 0xff)};
}

struct Reply {
    int rcode = 0;
    std::vector<std::string> records; // data
    bool truncated = false;
    std::string garbage; // sent instead of anything else
    bool silent = false;
};

// Answers on a loopback port from a thread until it is destroyed.
class NameServer {
public:
    explicit NameServer(std::map<std::pair<std::string, int>, Reply> zone)
        : zone_(std::move(zone)), fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        auto* const plain = reinterpret_cast<sockaddr*>(&address);
        REQUIRE(::bind(fd_.get(), plain, length) == 0);
        REQUIRE(::getsockname(fd_.get(), plain, &length) == 0);
        server_ = "127.0.0.1@" + std::to_string(ntohs(address.sin_port));
        thread_ = std::thread([this] { serve(); });
    }

    ~NameServer()
    {
        (void)::shutdown(fd_.get(), SHUT_RDWR); // wakes recvfrom(2)
        thread_.join();
    }

    [[nodiscard]] ResolverOptions options() const
    {
        ResolverOptions result;
        result.servers = {server_};
        result.hosts_file = "";
        result.timeout = base::milliseconds(1500);
        return result;
    }

private:
    void serve()
    {
        std::array<char, 4096> buffer;
        for (;;) {
            sockaddr_storage from{};
            socklen_t length = sizeof from;
            auto* const plain = reinterpret_cast<sockaddr*>(&from);
            const ssize_t got =
                ::recvfrom(fd_.get(), buffer.data(), buffer.size(), 0, plain, &length);
            if (got <= 0)
                return;
            const std::string answer =
                answer_to({buffer.data(), static_cast<std::size_t>(got)});
            if (!answer.empty())
                (void)::sendto(fd_.get(), answer.data(), answer.size(), 0, plain, length);
        }
    }

    std::string answer_to(std::string_view query)
    {
        std::string name;
        std::size_t at = 12;
        while (query[at] != '\0') {
            const auto size = static_cast<std::size_t>(query[at]);
            name += (name.empty() ? "" : ".") + std::string(query.substr(at + 1, size));
            at += size + 1;
        }
        const int type = query[at + 2];
        const std::string_view question = query.substr(12, at + 5 - 12);
        const auto found = zone_.find({name, type});
        const bool known = zone_.lower_bound({name, 0}) != zone_.end() &&
                           zone_.lower_bound({name, 0})->first.first == name;
        Reply reply;
        if (found != zone_.end())
            reply = found->second;
        else
            reply.rcode = known ? 0 : rcode_nxdomain;
        return reply.silent ? "" : build(query.substr(0, 2), question, type, reply);
    }

    static std::string build(std::string_view id, std::string_view question, int type,
                             const Reply& reply)
    {
        if (!reply.garbage.empty())
            return std::string(id) + reply.garbage;
        std::string message(id);
        message += two(0x8180u | (reply.truncated ? 0x200u : 0u) |
                       static_cast<unsigned>(reply.rcode));
        message +=
            two(1) + two(static_cast<unsigned>(reply.records.size())) + two(0) + two(0);
        message += question;
        for (const std::string& data : reply.records)
            message += two(0xc00c) + two(static_cast<unsigned>(type)) + two(1) + two(0) +
                       two(60) + two(static_cast<unsigned>(data.size())) + data;
        return message;
    }

    std::map<std::pair<std::string, int>, Reply> zone_;
    base::Fd fd_;
    std::string server_;
    std::thread thread_;
};

Reply records(std::vector<std::string> data)
{
    Reply reply;
    reply.records = std::move(data);
    return reply;
}

Reply failing(int rcode)
{
    Reply reply;
    reply.rcode = rcode;
    return reply;
}

Reply garbage(std::string bytes)
{
    Reply reply;
    reply.garbage = std::move(bytes);
    return reply;
}

std::string mx(unsigned preference, std::string_view name)
{
    return two(preference) + wire_name(name);
}

template <class T>
Task<void> keep(Task<DnsAnswer<T>> look_up, DnsAnswer<T>& answer)
{
    answer = co_await std::move(look_up);
}

DnsAnswer<MxHost> ask_mx(const ResolverOptions& options, const std::string& name)
{
    Loop loop;
    Resolver resolver(loop, options);
    DnsAnswer<MxHost> answer;
    run(loop, keep(resolver.mx(name), answer));
    return answer;
}

DnsAnswer<Address> ask_addresses(const ResolverOptions& options, const std::string& name)
{
    Loop loop;
    Resolver resolver(loop, options);
    DnsAnswer<Address> answer;
    run(loop, keep(resolver.addresses(name, 25), answer));
    return answer;
}

std::vector<std::string> texts(const DnsAnswer<Address>& answer)
{
    std::vector<std::string> result;
    for (const Address& address : answer.records)
        result.push_back(address.text());
    return result;
}

std::vector<std::string> names(const DnsAnswer<MxHost>& answer)
{
    std::vector<std::string> result;
    for (const MxHost& host : answer.records)
        result.push_back(std::to_string(host.preference) + ' ' + host.name);
    return result;
}

using Strings = std::vector<std::string>;

const std::string ipv6_bytes =
    std::string("\x20\x01\x0d\xb8", 4) + std::string(11, '\0') + '\1';

} // namespace

TEST_CASE("net: MX by preference, null MX, none, no such name, nothing usable")
{
    std::vector<std::string> many;
    for (unsigned i = 0; i < 40; ++i)
        many.push_back(mx(i, "mx" + std::to_string(i) + ".many.example"));
    const NameServer server({
        {{"two.example", 15}, records({mx(20, "Second.Example"), mx(10, "first.example")})},
        {{"null.example", 15}, records({mx(0, "")})},
        {{"odd.example", 15}, records({mx(0, ""), mx(10, "mx.example")})},
        {{"none.example", 1}, records({std::string("\x0a\0\0\1", 4)})},
        {{"bad.example", 15}, records({mx(10, "a b.example"), mx(10, "x\r\ny.example")})},
        {{"many.example", 15}, records(many)},
        {{"broken.example", 15}, failing(rcode_servfail)},
    });
    const ResolverOptions options = server.options();
    CHECK(names(ask_mx(options, "two.example")) ==
          Strings{"10 first.example", "20 second.example"});
    CHECK(names(ask_mx(options, "null.example")) == Strings{"0 "});
    CHECK(names(ask_mx(options, "odd.example")) == Strings{"10 mx.example"});
    CHECK(ask_mx(options, "none.example").status == DnsStatus::no_data);
    CHECK(ask_mx(options, "missing.example").status == DnsStatus::no_such_name);
    CHECK(ask_mx(options, "missing.example").why == "no such name");
    const auto bad = ask_mx(options, "bad.example");
    CHECK(bad.status == DnsStatus::temporary);
    CHECK(bad.why == "no usable record");
    CHECK(ask_mx(options, "many.example").records.size() == 20);
    CHECK(ask_mx(options, "broken.example").status == DnsStatus::temporary);
    CHECK(ask_mx(options, "sp ace.example").status == DnsStatus::no_such_name);
    CHECK(ask_mx(options, "a..example").status == DnsStatus::no_such_name);
    CHECK(ask_mx(options, std::string(300, 'a')).status == DnsStatus::no_such_name);
}

TEST_CASE("net: addresses of both families; one of them is enough")
{
    const NameServer server({
        {{"both.example", 1},
         records({std::string("\xc0\0\2\1", 4), std::string("\xc0\0\2\2", 4)})},
        {{"both.example", 28}, records({ipv6_bytes})},
        {{"four.example", 1}, records({std::string("\xc0\0\2\1", 4)})},
        {{"half.example", 1}, records({std::string("\xc0\0\2\1", 4)})},
        {{"half.example", 28}, failing(rcode_servfail)},
        {{"text.example", 16}, records({std::string("\1x", 2)})},
        {{"fails.example", 1}, failing(rcode_servfail)},
    });
    const ResolverOptions options = server.options();
    const auto both = ask_addresses(options, "both.example");
    CHECK(both.status == DnsStatus::found);
    CHECK(both.records.size() == 3);
    CHECK(texts(both).back() == "[2001:db8::1]:25");
    CHECK(texts(ask_addresses(options, "four.example")) == Strings{"192.0.2.1:25"});
    CHECK(texts(ask_addresses(options, "half.example")) == Strings{"192.0.2.1:25"});
    CHECK(ask_addresses(options, "text.example").status == DnsStatus::no_data);
    CHECK(ask_addresses(options, "missing.example").status == DnsStatus::no_such_name);
    CHECK(ask_addresses(options, "fails.example").status == DnsStatus::temporary);
    CHECK(texts(ask_addresses(options, "[192.0.2.9]")) == Strings{"192.0.2.9:25"});
    CHECK(texts(ask_addresses(options, "2001:db8::9")) == Strings{"[2001:db8::9]:25"});
}

TEST_CASE("net: the hosts file is asked first")
{
    const test::Folder folder;
    const NameServer server(
        {{{"known.example", 1}, records({std::string("\xc0\0\2\1", 4)})}});
    ResolverOptions options = server.options();
    options.hosts_file = folder.write(
        "hosts", "# comment\n192.0.2.77 known.example Alias # more\nnonsense\n");
    CHECK(texts(ask_addresses(options, "Known.Example.")) == Strings{"192.0.2.77:25"});
    CHECK(texts(ask_addresses(options, "alias")) == Strings{"192.0.2.77:25"});
}

TEST_CASE("net: a name is verified only if it leads back")
{
    const NameServer server({
        {{"1.2.0.192.in-addr.arpa", 12}, records({wire_name("mail.example")})},
        {{"2.2.0.192.in-addr.arpa", 12}, records({wire_name("mail.example")})},
        {{"3.2.0.192.in-addr.arpa", 12}, records({wire_name("evil\n.example")})},
        {{"mail.example", 1}, records({std::string("\xc0\0\2\1", 4)})},
    });
    Loop loop;
    Resolver resolver(loop, server.options());
    DnsAnswer<std::string> good;
    DnsAnswer<std::string> liar;
    run(loop, keep(resolver.verified_name(*Address::parse_ip("192.0.2.1")), good),
        keep(resolver.verified_name(*Address::parse_ip("192.0.2.2")), liar));
    CHECK(good.records == Strings{"mail.example"});
    CHECK(liar.records.empty());
    CHECK(liar.status == DnsStatus::no_such_name);
    DnsAnswer<std::string> odd;
    DnsAnswer<std::string> none;
    run(loop, keep(resolver.verified_name(*Address::parse_ip("192.0.2.3")), odd),
        keep(resolver.verified_name(*Address::parse_ip("192.0.2.4")), none));
    CHECK(odd.records.empty());
    CHECK(none.status == DnsStatus::no_such_name);
}

TEST_CASE("net: texts come whole")
{
    const NameServer server({{{"t.example", 16}, records({std::string("\3abc\2de", 7)})}});
    Loop loop;
    Resolver resolver(loop, server.options());
    DnsAnswer<std::string> answer;
    run(loop, keep(resolver.txt("t.example"), answer));
    CHECK(answer.records == Strings{"abcde"});
}

TEST_CASE("net: servers that are silent, truncate or send garbage are temporary trouble")
{
    Reply silent;
    silent.silent = true;
    Reply truncated = records({mx(1, "x.example")});
    truncated.truncated = true;
    const NameServer server({
        {{"silent.example", 15}, silent},
        {{"truncated.example", 15}, truncated},
        {{"short.example", 15}, garbage("\x81")},
        {{"noise.example", 15}, garbage(std::string(400, '\xff'))},
    });
    ResolverOptions options = server.options();
    options.timeout = base::milliseconds(300);
    for (const char* name :
         {"silent.example", "truncated.example", "short.example", "noise.example"}) {
        CAPTURE(name);
        const auto start = base::Steady::now();
        const auto answer = ask_mx(options, name);
        CHECK(answer.status == DnsStatus::temporary);
        CHECK_FALSE(answer.why.empty());
        CHECK(base::Steady::now() - start < base::milliseconds(1500));
    }
}

TEST_CASE("net: a name server that is none is a mistake in the configuration")
{
    Loop loop;
    ResolverOptions options;
    options.servers = {"not an address"};
    CHECK_THROWS_WITH_AS(Resolver(loop, options),
                         doctest::Contains("name server not an address"), base::Failure);
    options.servers = {"127.0.0.1"};
    options.trust_anchor_file = "/nonexistent";
    CHECK_THROWS_AS(Resolver(loop, options), base::Failure);
}

TEST_CASE("net: a resolver may go while it is asked")
{
    Reply silent;
    silent.silent = true;
    const NameServer server({{{"silent.example", 15}, silent}});
    Loop loop;
    DnsAnswer<MxHost> answer;
    auto resolver = std::make_unique<Resolver>(loop, server.options());
    loop.spawn("-", keep(resolver->mx("silent.example"), answer));
    resolver.reset();
    loop.post([&] { loop.stop(); });
    loop.run();
    CHECK(answer.records.empty());
}
