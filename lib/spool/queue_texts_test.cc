// SPDX-License-Identifier: Apache-2.0
#include "spool/queue_texts.h"

#include <doctest/doctest.h>
#include <map>
#include <random>
#include <string>

using spool::QueueTexts;
using spool::TextNumber;

TEST_CASE("spool: a text has one number while somebody has it")
{
    QueueTexts texts;
    const TextNumber one = texts.intern("451 later");
    CHECK(one != 0);
    CHECK(texts.intern("451 later") == one);
    CHECK(texts.text(one) == "451 later");
    texts.drop(one);
    CHECK(texts.find("451 later") == one);
    texts.drop(one);
    CHECK(texts.find("451 later") == 0);
    CHECK(texts.size() == 0);
    CHECK(texts.intern("") == 0);
    CHECK(texts.text(0).empty());
}

TEST_CASE("spool: too many different texts become one, those known stay")
{
    QueueTexts texts(100);
    const TextNumber known = texts.intern(std::string(60, 'a'));
    const TextNumber refused = texts.intern(std::string(60, 'b'));
    CHECK(texts.text(refused) == spool::too_many_texts);
    CHECK(texts.intern(std::string(60, 'c')) == refused);
    CHECK(texts.intern(std::string(60, 'a')) == known);
    texts.drop(known);
    texts.drop(known);
    CHECK(texts.text(texts.intern(std::string(60, 'b'))) == std::string(60, 'b'));
}

TEST_CASE("spool: a text is one line of bounded length")
{
    CHECK(spool::one_line("a\r\nb\tc\x7f") == "a  b c ");
    CHECK(spool::one_line(std::string(2000, 'x')).size() == spool::max_text_length);
}

TEST_CASE("spool: texts come and go as in a map of counters")
{
    QueueTexts texts;
    std::map<std::string, int> model;
    std::mt19937 random(7);
    for (int step = 0; step < 20000; ++step) {
        const std::string text = std::to_string(random() % 300);
        if (random() % 2 == 0) {
            (void)texts.intern(text);
            ++model[text];
        } else if (model[text] > 0) {
            texts.drop(texts.find(text));
            --model[text];
        }
    }
    std::erase_if(model, [](const auto& entry) { return entry.second == 0; });
    CHECK(texts.size() == model.size());
    for (const auto& [text, count] : model)
        CHECK(texts.text(texts.find(text)) == text);
}
