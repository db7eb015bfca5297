// SPDX-License-Identifier: Apache-2.0
// asn1-check - an independent reading of hand-over PDUs, by a decoder that asn1c generated
// from ts102232-email.asn1; shares no line with lib/etsi.
//
//     asn1-check <LINES           each line one PDU in hexadecimal
//     asn1-check --raw <STREAM    PDUs one after another, as on a connection
//
// Prints a line for each PDU: its canonical XER, or "bad: " and why.  A PDU is good if it
// decodes to its last octet, keeps all constraints, and is encoded again in DER as it was.
// Exit status 0 if all were good and there was one, 1 if not, 64 for wrong arguments.
extern "C" {
#include "PS-PDU.h"
}

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>

namespace {

struct Free {
    void operator()(PS_PDU_t* pdu) const
    {
        asn_DEF_PS_PDU.free_struct(&asn_DEF_PS_PDU, pdu, 0);
    }
};
using Decoded = std::unique_ptr<PS_PDU_t, Free>;

int append(const void* bytes, std::size_t size, void* out)
{
    static_cast<std::string*>(out)->append(static_cast<const char*>(bytes), size);
    return 0;
}

// Why `pdu`, decoded from `octets`, is not good; empty if it is.
std::string trouble(PS_PDU_t* pdu, std::string_view octets)
{
    char why[256] = "";
    std::size_t size = sizeof why;
    if (asn_check_constraints(&asn_DEF_PS_PDU, pdu, why, &size) != 0)
        return std::string("constraint: ") + why;
    std::string again;
    const asn_enc_rval_t encoded = der_encode(&asn_DEF_PS_PDU, pdu, append, &again);
    if (encoded.encoded < 0)
        return std::string("cannot be encoded: ") +
               (encoded.failed_type != nullptr ? encoded.failed_type->name : "?");
    return again == octets ? "" : "encoded again it differs";
}

bool show(PS_PDU_t* pdu, std::string_view octets)
{
    if (const std::string why = trouble(pdu, octets); !why.empty()) {
        std::cout << "bad: " << why << '\n';
        return false;
    }
    std::string xer;
    if (xer_encode(&asn_DEF_PS_PDU, pdu, XER_F_CANONICAL, append, &xer).encoded < 0) {
        std::cout << "bad: no XER\n";
        return false;
    }
    for (std::size_t at = 0; (at = xer.find('\n', at)) != std::string::npos;)
        xer.replace(at, 1, "&#xa;");
    std::cout << xer << '\n';
    return true;
}

// The PDU in front; its size, 0 if there is none.
std::size_t check(std::string_view octets, bool whole, bool& good)
{
    void* structure = nullptr;
    const asn_dec_rval_t result =
        ber_decode(nullptr, &asn_DEF_PS_PDU, &structure, octets.data(), octets.size());
    const Decoded pdu(static_cast<PS_PDU_t*>(structure));
    if (result.code != RC_OK || (whole && result.consumed != octets.size())) {
        std::cout << "bad: does not decode\n";
        good = false;
        return 0;
    }
    good = show(pdu.get(), octets.substr(0, result.consumed)) && good;
    return result.consumed;
}

bool from_hex(const std::string& line, std::string& octets)
{
    if (line.size() % 2 != 0 ||
        line.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos)
        return false;
    for (std::size_t i = 0; i < line.size(); i += 2)
        octets += static_cast<char>(std::stoi(line.substr(i, 2), nullptr, 16));
    return true;
}

bool check_lines()
{
    bool good = true;
    bool any = false;
    for (std::string line; std::getline(std::cin, line); any = true) {
        std::string octets;
        if (from_hex(line, octets)) {
            check(octets, true, good);
        } else {
            std::cout << "bad: no hexadecimal\n";
            good = false;
        }
    }
    return good && any;
}

bool check_stream()
{
    const std::string stream(std::istreambuf_iterator<char>(std::cin), {});
    bool good = !stream.empty();
    for (std::string_view rest = stream; !rest.empty();) {
        const std::size_t size = check(rest, false, good);
        if (size == 0)
            return false;
        rest.remove_prefix(size);
    }
    return good;
}

} // namespace

int main(int argc, char** argv)
{
    std::ios::sync_with_stdio(false);
    if (argc == 1)
        return check_lines() ? EXIT_SUCCESS : EXIT_FAILURE;
    if (argc == 2 && std::strcmp(argv[1], "--raw") == 0)
        return check_stream() ? EXIT_SUCCESS : EXIT_FAILURE;
    std::cerr << "usage: asn1-check [--raw] <PDUS\n";
    return 64;
}
