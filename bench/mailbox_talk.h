// SPDX-License-Identifier: Apache-2.0
// bench/mailbox_talk.h - what bench-mailbox says in POP3 and in IMAP.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

namespace bench {

// Both begin with the same bytes: whole lines, none of which begins with a dot.
class Mails {
public:
    Mails() = default;
    Mails(std::uint64_t small, std::uint64_t big) : sizes_{whole(small), whole(big)}
    {
        constexpr std::size_t lines = 8192;
        lines_ = "Subject: mail" + std::string(width - 15, 'x') + "\r\n\r\n";
        lines_ += std::string(width - 4, 'a') + "\r\n";
        while (lines_.size() < lines * width)
            lines_ += std::string(width - 2,
                                  static_cast<char>('a' + lines_.size() / width % 26)) +
                      "\r\n";
    }
    [[nodiscard]] std::uint64_t size(int number) const
    {
        return number == 1 || number == 2 ? sizes_[number - 1] : 0;
    }
    // Some bytes from there on.
    [[nodiscard]] std::string_view at(std::uint64_t place, std::uint64_t most) const
    {
        const std::string_view rest =
            std::string_view(lines_).substr(place % lines_.size());
        return rest.substr(0, most);
    }

private:
    static constexpr std::size_t width = 78;
    static std::uint64_t whole(std::uint64_t size)
    {
        return (size + width - 1) / width * width;
    }

    std::uint64_t sizes_[2] = {};
    std::string lines_;
};

// What is still to be sent: texts, and parts of mails that are nowhere copied.
class Output {
public:
    void say(std::string_view text)
    {
        if (pieces_.empty() || pieces_.back().size > 0)
            pieces_.push_back({});
        pieces_.back().text += text;
    }
    void mail(const Mails& mails, std::uint64_t size)
    {
        if (size <= 64u << 10) // with what stands before and behind it in one write
            return say(mails.at(0, size));
        pieces_.push_back({{}, size});
    }
    [[nodiscard]] bool empty() const { return pieces_.empty(); }
    [[nodiscard]] std::string_view next(const Mails& mails) const
    {
        const Piece& piece = pieces_.front();
        return piece.size > 0 ? mails.at(done_, piece.size - done_)
                              : std::string_view(piece.text).substr(done_);
    }
    void sent(std::size_t count)
    {
        const Piece& piece = pieces_.front();
        done_ += count;
        if (done_ < std::max<std::uint64_t>(piece.size, piece.text.size()))
            return;
        pieces_.pop_front();
        done_ = 0;
    }

private:
    struct Piece {
        std::string text;
        std::uint64_t size = 0; // of a mail
    };
    std::deque<Piece> pieces_;
    std::uint64_t done_ = 0; // of the first
};

// A dialogue, line by line.
class Talk {
public:
    explicit Talk(const Mails& mails) : mails_(mails) {}
    virtual ~Talk() = default;

    virtual void greet(Output& out) = 0;
    void hear(std::string_view bytes, Output& out)
    {
        heard_ += bytes;
        for (;;) {
            if (const std::size_t wanted = literal(); wanted > 0) {
                if (heard_.size() < wanted)
                    return;
                take_literal(heard_.substr(0, wanted));
                heard_.erase(0, wanted);
            }
            const std::size_t end = heard_.find('\n');
            if (end == std::string::npos)
                return;
            std::string line = heard_.substr(0, end);
            heard_.erase(0, end + 1);
            if (line.ends_with('\r'))
                line.pop_back();
            line_came(line, out);
        }
    }
    [[nodiscard]] bool over() const { return over_; }

protected:
    virtual void line_came(const std::string& line, Output& out) = 0;
    [[nodiscard]] virtual std::size_t literal() const { return 0; } // bytes to come
    virtual void take_literal(const std::string&) {}

    // The word at the front in upper case, and takes it away.
    static std::string take_word(std::string_view& rest)
    {
        const std::size_t end = std::min(rest.find(' '), rest.size());
        std::string word(rest.substr(0, end));
        std::ranges::transform(word, word.begin(), [](char c) {
            return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        });
        rest.remove_prefix(std::min(end + 1, rest.size()));
        return word;
    }
    // A mail with that number, or 0.
    [[nodiscard]] int number_in(std::string_view word) const
    {
        const int number = std::atoi(std::string(word).c_str());
        return mails_.size(number) > 0 ? number : 0;
    }

    const Mails& mails_;
    bool over_ = false;

private:
    std::string heard_;
};

class Pop3Talk final : public Talk {
public:
    using Talk::Talk;
    void greet(Output& out) override { out.say("+OK ready\r\n"); }

private:
    void line_came(const std::string& line, Output& out) override
    {
        if (in_login_) {
            in_login_ = false;
            return out.say("+OK in\r\n");
        }
        std::string_view rest = line;
        const std::string word = take_word(rest);
        if (word == "CAPA")
            return out.say("+OK\r\nUSER\r\nSASL PLAIN\r\nUIDL\r\nTOP\r\nPIPELINING\r\n"
                           "RESP-CODES\r\n.\r\n");
        if (word == "AUTH")
            return log_in(rest, out);
        if (word == "STAT")
            return out.say(fmt::format("+OK 2 {}\r\n", mails_.size(1) + mails_.size(2)));
        if (word == "LIST")
            return out.say(fmt::format("+OK\r\n1 {}\r\n2 {}\r\n.\r\n", mails_.size(1),
                                       mails_.size(2)));
        if (word == "UIDL")
            return out.say("+OK\r\n1 one\r\n2 two\r\n.\r\n");
        if (word == "RETR")
            return fetch(number_in(rest), out);
        over_ = word == "QUIT";
        out.say("+OK\r\n");
    }
    void log_in(std::string_view rest, Output& out)
    {
        (void)take_word(rest);
        in_login_ = rest.empty();
        out.say(in_login_ ? "+ \r\n" : "+OK in\r\n");
    }
    void fetch(int number, Output& out)
    {
        if (number == 0)
            return out.say("-ERR no such message\r\n");
        out.say(fmt::format("+OK {} octets\r\n", mails_.size(number)));
        out.mail(mails_, mails_.size(number));
        out.say(".\r\n");
    }

    bool in_login_ = false;
};

class ImapTalk final : public Talk {
public:
    using Talk::Talk;
    void greet(Output& out) override
    {
        out.say(fmt::format("* OK [CAPABILITY {}] ready\r\n", capabilities));
    }

private:
    static constexpr std::string_view capabilities =
        "IMAP4rev1 SASL-IR LITERAL+ ID IDLE AUTH=PLAIN";

    [[nodiscard]] std::size_t literal() const override { return literal_; }
    void take_literal(const std::string& bytes) override
    {
        command_ += bytes;
        literal_ = 0;
    }
    void line_came(const std::string& line, Output& out) override
    {
        command_ += line;
        if (const std::size_t brace = command_.rfind('{'); command_.ends_with('}')) {
            const std::string_view inside = std::string_view(command_).substr(brace + 1);
            literal_ = std::strtoull(inside.data(), nullptr, 10);
            if (!inside.contains('+'))
                out.say("+ go on\r\n");
            command_.erase(brace);
            return;
        }
        std::string_view rest = command_;
        if (tag_.empty())
            command(rest, out);
        else // the answer to "+": a response, or DONE
            finish("done", out);
        command_.clear();
    }
    void command(std::string_view rest, Output& out)
    {
        tag_ = rest.substr(0, std::min(rest.find(' '), rest.size()));
        (void)take_word(rest);
        std::string word = take_word(rest);
        if (word == "UID")
            word = take_word(rest);
        if (word == "CAPABILITY") {
            out.say(fmt::format("* CAPABILITY {}\r\n", capabilities));
        } else if (word == "ID") {
            out.say("* ID NIL\r\n");
        } else if (word == "SELECT" || word == "EXAMINE") {
            out.say("* FLAGS (\\Seen)\r\n* 2 EXISTS\r\n* 0 RECENT\r\n"
                    "* OK [UIDVALIDITY 1] ok\r\n* OK [UIDNEXT 3] ok\r\n");
        } else if (word == "FETCH") {
            fetch(number_in(take_word(rest)), out);
        } else if (word == "LOGOUT") {
            over_ = true;
            out.say("* BYE bye\r\n");
        } else if (word == "IDLE") {
            return out.say("+ idling\r\n");
        } else if (word == "AUTHENTICATE") {
            (void)take_word(rest);
            if (rest.empty())
                return out.say("+ \r\n");
        }
        finish(word == "LOGIN" ? fmt::format("[CAPABILITY {}] in", capabilities) : "done",
               out);
    }
    void finish(std::string_view text, Output& out)
    {
        out.say(fmt::format("{} OK {}\r\n", tag_, text));
        tag_.clear();
    }
    void fetch(int number, Output& out)
    {
        if (number == 0)
            return;
        out.say(fmt::format("* {0} FETCH (UID {0} BODY[] {{{1}}}\r\n", number,
                            mails_.size(number)));
        out.mail(mails_, mails_.size(number));
        out.say(")\r\n");
    }

    std::string tag_; // of the command that waits for a line
    std::string command_;
    std::size_t literal_ = 0;
};

inline std::unique_ptr<Talk> pop3_talk(const Mails& mails)
{
    return std::make_unique<Pop3Talk>(mails);
}
inline std::unique_ptr<Talk> imap_talk(const Mails& mails)
{
    return std::make_unique<ImapTalk>(mails);
}

} // namespace bench
