// SPDX-License-Identifier: Apache-2.0
#include "etsi/samples_test.h"
#include "etsi/segment.h"
#include "etsi/verify.h"

#include <doctest/doctest.h>
#include <utility>

using namespace etsi;

namespace {

// Good enough to tell octets apart: FNV-1a of 64 bits.
class Sum : public Digest {
public:
    void update(std::string_view octets) override
    {
        for (const char octet : octets)
            sum_ = (sum_ ^ static_cast<std::uint8_t>(octet)) * 1099511628211U;
    }
    std::string finish() override { return std::to_string(std::exchange(sum_, start)); }

private:
    static constexpr std::uint64_t start = 14695981039346656037U;
    std::uint64_t sum_ = start;
};

const VerifyTools tools = {[](HashAlgorithm algorithm) -> std::unique_ptr<Digest> {
                               if (algorithm != HashAlgorithm::sha256)
                                   return nullptr;
                               return std::make_unique<Sum>();
                           },
                           [](std::string_view digest, std::string_view signature) {
                               return signature == "signed " + std::string(digest);
                           }};

// An event, content in segments, hashes of both, and a signature of each hash.
std::vector<std::string> file()
{
    std::vector<std::string> pdus;
    Sum digests[4];
    const auto sign = [](std::string_view digest) {
        return "signed " + std::string(digest);
    };
    IntegrityChecker events(DataType::iri, digests[0], HashAlgorithm::sha256);
    IntegrityChecker contents(DataType::cc, digests[1], HashAlgorithm::sha256);
    IntegrityChecker event_hashes(DataType::iri, digests[2], SignatureAlgorithm::ecdsa,
                                  sign);
    IntegrityChecker content_hashes(DataType::cc, digests[3], SignatureAlgorithm::ecdsa,
                                    sign);
    const auto send = [&](const Pdu& pdu, IntegrityChecker* checker) {
        pdus.push_back(encode(pdu).value());
        if (checker != nullptr)
            (void)checker->add(pdu.header.sequence_number, pdus.back());
    };
    send(samples::event(), &events);
    const SegmentPlan plan(18, 7);
    for (std::size_t i = 0; i < plan.steps(); ++i)
        send(segment_pdu(samples::content(), plan, i), &contents);
    send(samples::keep_alive(), nullptr);
    const auto close = [&](IntegrityChecker& checker, IntegrityChecker* over) {
        send(check_pdu(samples::header(), 1, {}, checker.take().value()), over);
    };
    close(events, &event_hashes);
    close(contents, &content_hashes);
    close(event_hashes, nullptr);
    close(content_hashes, nullptr);
    return pdus;
}

VerifyReport verify(const std::vector<std::string>& pdus)
{
    StreamVerifier verifier(tools);
    for (const std::string& pdu : pdus)
        verifier.add(pdu);
    return verifier.report();
}

} // namespace

TEST_CASE("etsi: a whole file has nothing to complain about")
{
    const VerifyReport report = verify(file());
    CHECK(report.findings.empty());
    CHECK(report.pdus == 11);
    CHECK(report.events == 1);
    CHECK(report.contents == 3);
    CHECK(report.hashes == 2);
    CHECK(report.signatures == 2);
    CHECK(report.unchecked == 0);
    CHECK(report.unsigned_hashes == 0);
    CHECK(report.repeated == 0);
}

TEST_CASE("etsi: no octet of data or checks can change unnoticed")
{
    const std::vector<std::string> good = file();
    for (std::size_t i = 0; i < good.size(); ++i) {
        if (i == 6) // the keep-alive: nobody checks what says nothing
            continue;
        for (std::size_t at = 0; at < good[i].size(); ++at) {
            std::vector<std::string> bad = good;
            bad[i][at] ^= 0x01;
            const VerifyReport report = verify(bad);
            CAPTURE(i);
            CAPTURE(at);
            // What is not complained about is not covered any more, and that is counted.
            // Nothing covers the headers of the signatures, the last two.
            CHECK((!report.findings.empty() ||
                   report.unchecked + report.unsigned_hashes > 0 || i >= 9));
        }
    }
}

TEST_CASE("etsi: what is missing, changed places or was added is noticed")
{
    const std::vector<std::string> good = file();
    for (std::size_t i = 0; i < good.size(); ++i) {
        if (i == 6)
            continue;
        std::vector<std::string> bad = good;
        bad.erase(bad.begin() + static_cast<std::ptrdiff_t>(i));
        const VerifyReport report = verify(bad);
        CAPTURE(i);
        CHECK((!report.findings.empty() || report.unchecked + report.unsigned_hashes > 0));
    }
    std::vector<std::string> repeated = good;
    repeated.insert(repeated.begin() + 1, good[0]);
    CHECK(verify(repeated).findings.empty());
    CHECK(verify(repeated).repeated == 1);
    Pdu other = samples::event();
    other.header.time->micros = 1;
    repeated[1] = encode(other).value();
    CHECK(verify(repeated).findings ==
          std::vector<Finding>{{1, "number 1 was PDU 0 already, which is another"}});
}

TEST_CASE("etsi: holes in the numbers are named")
{
    std::vector<std::string> pdus;
    for (const std::uint32_t number : {5, 6, 9}) {
        Pdu pdu = samples::event();
        pdu.header.sequence_number = number;
        pdus.push_back(encode(pdu).value());
    }
    const VerifyReport report = verify(pdus);
    CHECK(report.findings ==
          std::vector<Finding>{{2, "numbers 7 to 8 are missing before it"}});
    CHECK(report.unchecked == 3);
}

TEST_CASE("etsi: a check with an algorithm we lack is a finding")
{
    Pdu pdu = samples::hash_of_event();
    std::get<IntegrityCheck>(std::get<Tri>(pdu.payload)).hash = HashAlgorithm::sha512;
    CHECK(verify({encode(samples::event()).value(), encode(pdu).value()}).findings ==
          std::vector<Finding>{{1, "a check with an unknown algorithm"}});
    CHECK(verify({"rubbish"}).findings.size() == 1);
}
