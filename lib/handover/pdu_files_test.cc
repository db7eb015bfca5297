// SPDX-License-Identifier: Apache-2.0
#include "etsi/integrity.h"
#include "etsi/received.h"
#include "etsi/samples_test.h"
#include "handover/pdu_files.h"
#include "handover/pdus.h"
#include "seal/digest.h"
#include "seal/envelope.h"
#include "seal/fixture_test.h"

#include <doctest/doctest.h>
#include <utility>

using namespace handover;

namespace {

class Sha256 : public etsi::Digest {
public:
    void update(std::string_view octets) override { octets_ += octets; }
    std::string finish() override
    {
        last = std::exchange(octets_, "");
        const auto digest = seal::sha256(last);
        return {reinterpret_cast<const char*>(digest.data()), digest.size()};
    }
    std::string last;

private:
    std::string octets_;
};

std::string encoded(const etsi::Pdu& pdu)
{
    std::string out;
    REQUIRE(etsi::append(out, pdu).has_value());
    return out;
}

// Events, a hash check of them, and a signature of that.
struct Stream {
    std::vector<std::string> pdus;

    explicit Stream(const seal::PrivateKey& key)
    {
        etsi::Pdu event = etsi::samples::event();
        Sha256 digest;
        etsi::IntegrityChecker hashes(etsi::DataType::iri, digest,
                                      etsi::HashAlgorithm::sha256);
        for (std::uint32_t number = 0; number < 3; ++number) {
            event.header.sequence_number = number;
            pdus.push_back(encoded(event));
            (void)hashes.add(number, pdus.back());
        }
        pdus.push_back(
            encoded(etsi::check_pdu(event.header, 0, *event.header.time, *hashes.take())));
        Sha256 signed_digest;
        etsi::IntegrityChecker signatures(
            etsi::DataType::iri, signed_digest, etsi::SignatureAlgorithm::ecdsa,
            [&](std::string_view) { return seal::sign_raw(signed_digest.last, key); });
        (void)signatures.add(0, pdus.back());
        pdus.push_back(encoded(
            etsi::check_pdu(event.header, 1, *event.header.time, *signatures.take())));
    }
    [[nodiscard]] std::string text(std::size_t without = 99) const
    {
        std::string out;
        for (std::size_t i = 0; i < pdus.size(); ++i)
            out += i == without ? "" : pdus[i];
        return out;
    }
};

// A content in two pieces with the flags around them, and its checks.
std::string segmented(const seal::PrivateKey& key)
{
    const std::string content(handover::segment_size + 5, 'x');
    li::Measure measure;
    measure.reference = "LKA-17";
    const li::Sender sender{.operator_id = "49999",
                            .network_element = "sponts-1",
                            .interception_point = "mx",
                            .country = "DE"};
    std::string out;
    std::vector<PduPlace> places;
    append_content(out, places, measure, sender, {}, content, 7, 0);
    std::string checks;
    std::uint32_t next = 0;
    append_checks(
        checks, out, places, etsi::DataType::cc, measure, sender, 1'000'000,
        [&](std::uint32_t) { return next++; },
        [&](std::string_view octets) { return seal::sign_raw(octets, key); });
    return out + checks;
}

PduFiles::Report read(const std::string& text, const seal::Certificate& signer)
{
    PduFiles files(signer);
    files.add("f", text);
    return files.report();
}

} // namespace

TEST_CASE("handover: PDUs in files are read, hashed, and their signatures checked")
{
    const seal::testing::Directory directory;
    const auto ours = seal::testing::new_pair(directory, "ours");
    const auto others = seal::testing::new_pair(directory, "others");
    const Stream stream(ours.key);
    const auto report = read(stream.text(), ours.certificate);
    CHECK(report.problems.empty());
    CHECK(report.pdus == 5);
    CHECK(report.hashes == 1);
    CHECK(report.signatures == 1);
    CHECK(read(stream.text(), others.certificate).problems ==
          std::vector<std::string>{"f: PDU 4: the signature does not hold"});
    CHECK(read(stream.text() + stream.text(), ours.certificate).problems.empty());
    CHECK(read(stream.text(1), ours.certificate).problems ==
          std::vector<std::string>{"f: PDU 2: number 1 is missing"});
    CHECK(read(stream.text(3), ours.certificate).problems ==
          std::vector<std::string>{"f: PDU 3: number 0 is missing"});
}

TEST_CASE("handover: the flags around a large content have numbers as its pieces have")
{
    const seal::testing::Directory directory;
    const auto ours = seal::testing::new_pair(directory, "ours");
    const std::string text = segmented(ours.key);
    const auto report = read(text, ours.certificate);
    CHECK(report.problems.empty());
    CHECK(report.pdus == 6);
    CHECK(report.hashes == 1);
    CHECK(report.signatures == 1);
    const auto flag = etsi::pdu_size(text, etsi::Rules::der, text.size());
    REQUIRE(flag);
    CHECK(read(text.substr(*flag), ours.certificate).problems ==
          std::vector<std::string>{"f: PDU 3: number 0 is missing"});
}

TEST_CASE("handover: an octet changed or missing anywhere is found")
{
    const seal::testing::Directory directory;
    const auto ours = seal::testing::new_pair(directory, "ours");
    const Stream stream(ours.key);
    const std::string text = stream.text();
    const std::size_t unprotected =
        stream.pdus[4].size(); // the last signature's own header
    for (std::size_t at = 0; at < text.size() - unprotected; at += 3) {
        std::string changed = text;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        CAPTURE(at);
        CHECK_FALSE(read(changed, ours.certificate).problems.empty());
    }
    for (std::size_t size = text.size() - 1; size > text.size() - unprotected; --size)
        CHECK_FALSE(read(text.substr(0, size), ours.certificate).problems.empty());
}
