// SPDX-License-Identifier: Apache-2.0
// What a server says: replies in pieces as the first byte cuts them, extensions, dots.
#include "check.h"
#include "smtp/client_capabilities.h"
#include "smtp/dot_stuffer.h"
#include "smtp/reply_parser.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

std::string all_texts(std::string_view bytes, std::size_t piece)
{
    smtp::ReplyParser parser;
    std::string out;
    while (!bytes.empty()) {
        std::string_view now = bytes.substr(0, piece);
        while (!now.empty()) {
            const std::size_t used = parser.feed(now);
            now.remove_prefix(used);
            bytes.remove_prefix(used);
            if (parser.state() == smtp::ReplyParser::State::malformed)
                return out + "malformed " + parser.why();
            if (parser.state() == smtp::ReplyParser::State::complete) {
                const smtp::PeerReply reply = parser.take();
                fuzz::promise(reply.code >= 200 && reply.code < 600);
                fuzz::promise(reply.text(100).size() <= 100);
                (void)smtp::parse_capabilities(reply);
                out += reply.text() + " " + reply.status().text() + "\n";
            }
        }
    }
    return out;
}

void stuff(std::string_view bytes, std::size_t piece)
{
    smtp::DotStuffer stuffer;
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += piece)
        stuffer.feed(bytes.substr(at, piece), out);
    stuffer.finish(out);
    fuzz::promise(("\r\n" + out).find("\r\n.\r\n") == out.size() - 3);
    for (std::size_t at = out.find('\n'); at != std::string::npos;
         at = out.find('\n', at + 1))
        fuzz::promise(at > 0 && out[at - 1] == '\r');
    for (std::size_t at = out.find('\r'); at != std::string::npos;
         at = out.find('\r', at + 1))
        fuzz::promise(at + 1 < out.size() && out[at + 1] == '\n');
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
    const std::size_t piece = data[0] % 31 + 1u;
    fuzz::promise(all_texts(bytes, piece) == all_texts(bytes, bytes.size() + 1));
    stuff(bytes, piece);
    return 0;
}
