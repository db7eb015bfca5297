// SPDX-License-Identifier: Apache-2.0
// handover_bench [RECORDS] [OCTETS] - sealed records of a mail each, through intake,
// numbers, ledger, PDUs, checks and signatures, over TCP to a sink on loopback that
// answers.
#include "base/clock.h"
#include "db/admin.h"
#include "db/measures.h"
#include "etsi/received.h"
#include "handover/exporter.h"
#include "seal/keys.h"
#include "tap/layout.h"
#include "tap/tap.h"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <thread>

namespace {

// Reads everything; answers what an authority must answer: it declines options, and says
// that it is alive.
class Sink {
public:
    Sink() : listening_(::socket(AF_INET, SOCK_STREAM, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        (void)::bind(listening_, reinterpret_cast<sockaddr*>(&address), length);
        (void)::listen(listening_, 1);
        (void)::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &length);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~Sink()
    {
        ::shutdown(listening_, SHUT_RDWR);
        thread_.join();
        ::close(listening_);
    }
    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    void serve()
    {
        for (;;) {
            const int client = ::accept(listening_, nullptr, nullptr);
            if (client < 0)
                return;
            converse(client);
            ::close(client);
        }
    }
    static void converse(int client)
    {
        std::vector<char> buffer(1 << 20);
        std::string heard;
        for (;;) {
            const ssize_t got = ::recv(client, buffer.data(), buffer.size(), 0);
            if (got <= 0)
                return;
            heard.append(buffer.data(), static_cast<std::size_t>(got));
            std::size_t at = 0;
            while (const std::size_t size = whole(std::string_view(heard).substr(at))) {
                answer(client, std::string_view(heard).substr(at, size));
                at += size;
            }
            heard.erase(0, at);
        }
    }
    static std::size_t whole(std::string_view heard)
    {
        return etsi::pdu_size(heard, etsi::Rules::der, 1 << 24).value_or(0);
    }
    static void answer(int client, std::string_view octets)
    {
        if (octets.size() > longest_question)
            return;
        const auto pdu = etsi::read_pdu(octets, etsi::Rules::der);
        if (!pdu)
            return;
        const auto* const question = std::get_if<etsi::Tri>(&pdu->payload);
        if (question == nullptr)
            return;
        if (std::holds_alternative<etsi::OptionRequest>(*question))
            say(client, pdu->header, etsi::OptionResponse{false, true});
        else if (*question == etsi::Tri(etsi::TriFlag::keep_alive))
            say(client, pdu->header, etsi::TriFlag::keep_alive_response);
    }
    static void say(int client, const etsi::PsHeader& header, const etsi::Tri& message)
    {
        const auto octets = etsi::encode({header, message});
        if (octets)
            (void)::send(client, octets->data(), octets->size(), MSG_NOSIGNAL);
    }

    static constexpr std::size_t longest_question = 256;

    int listening_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

double cpu_seconds()
{
    rusage use{};
    ::getrusage(RUSAGE_SELF, &use);
    const auto of = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return of(use.ru_utime) + of(use.ru_stime);
}

li::Measure measure_to(std::uint16_t port)
{
    const std::int64_t now = base::wall_microseconds();
    li::Measure measure;
    measure.handle[0] = 1;
    measure.reference = "BENCH-1";
    measure.authority = "bench";
    measure.identities = {{li::Kind::address, "a@example.org", "a@example.org"}};
    li::Order order;
    order.begin = now - li::day;
    order.end = now + li::day;
    measure.orders = {order};
    measure.iri.method = li::Method::tcp;
    measure.iri.peer = {"127.0.0.1", port};
    measure.life.state = li::State::active;
    measure.life.activated = now - li::day;
    return measure;
}

void record(const conf::Tkuev& tkuev, int records, std::size_t octets)
{
    tap::Options options;
    options.spool = tkuev.spool;
    options.memory = tkuev.spool + "/memory";
    options.content_bytes = tkuev.content_bytes;
    options.content_seconds = tkuev.content_seconds;
    tap::Tap tap(std::move(options));
    const std::string identity = "a@example.org";
    const auto content = tap.new_content();
    content->append(std::string(octets, 'x'));
    for (int i = 0; i < records; ++i) {
        li::Event event;
        event.what = li::What::received;
        event.status = li::Status::succeeded;
        event.time = base::wall_microseconds();
        event.session = "bench-" + std::to_string(i);
        event.sender = "b@example.net";
        event.recipients = {identity};
        event.total_recipients = 1;
        event.direction = li::Direction::to_target;
        event.content_octets = octets;
        tap.submit(event, tap.interested({&identity, 1}, event.time), content);
        if (i % 64 == 63)
            tap.flush();
    }
}

} // namespace

int main(int argc, char** argv)
{
    const int records = argc > 1 ? std::atoi(argv[1]) : 4000;
    const std::size_t octets = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 38'000;
    const char* const parent = std::getenv("TMPDIR");
    std::string pattern = (parent ? parent : "/tmp") + std::string("/sponts-bench-XXXXXX");
    const std::string directory = ::mkdtemp(pattern.data());
    conf::Settings settings;
    settings.general.database = directory + "/sponts.db";
    conf::Tkuev& tkuev = settings.tkuev;
    tkuev.state = directory + "/state";
    tkuev.spool = directory + "/spool";
    tkuev.operator_id = "BENCH";
    tkuev.content_bytes = 8ull << 30;
    tkuev.content_seconds = 3600;
    std::filesystem::create_directory(tkuev.state);
    std::filesystem::create_directories(tap::incoming_directory(tkuev.spool));
    (void)db::migrate(settings.general.database);
    const handover::Places places = handover::places_of(tkuev);
    seal::Vault::make_key(places.vault_key);
    seal::make_key_pair(places.key, places.certificate, "bench", 30);
    (void)db::migrate_measures(places.measures);
    {
        const Sink sink;
        {
            const seal::Vault vault(places.vault_key);
            db::Measures measures(places.measures, vault);
            li::Authority bench;
            bench.name = "bench";
            measures.put(bench);
            measures.add(measure_to(sink.port()));
        }
        handover::Exporter exporter(settings);
        exporter.once(base::seconds(30)); // the list, and the notice of set-up
        record(tkuev, records, octets);
        const auto begin = base::Steady::now();
        const double cpu = cpu_seconds();
        exporter.once(base::seconds(600));
        const std::chrono::duration<double> time = base::Steady::now() - begin;
        db::HandoverWork work(exporter.desk().store);
        std::cout << "records " << records << " octets " << octets << " left "
                  << work.owed().size() << " seconds " << time.count() << " per_second "
                  << records / time.count() << " cpu_ms_each "
                  << (cpu_seconds() - cpu) * 1000 / records << '\n';
    }
    std::filesystem::remove_all(directory);
}
